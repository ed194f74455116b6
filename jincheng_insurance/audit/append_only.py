"""Rows that are only ever added: a base model, and the migration operation by which PostgreSQL refuses the rest.

Two guards stand behind such a table: triggers on UPDATE, DELETE and TRUNCATE, which bind even the tables' owner, and
the runtime role's rights (SELECT and INSERT only, given by the `migrate` command)."""

from typing import Any

from django.db import models
from django.db.migrations.operations import RunSQL


class AppendOnly(models.Model):
    """A model whose rows are never changed. Its table is guarded by `guard_append_only` in a migration."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows are never removed")


def guard_append_only(table: str, *, resealed: tuple[str, ...] = ()) -> RunSQL:
    """The operation that makes `table` refuse UPDATE, DELETE and TRUNCATE, whoever asks. Only its columns `resealed`
    may be sealed anew, with a later key, by the tables' owner."""
    columns = ", ".join(f"'{column}'" for column in resealed)
    return RunSQL(
        sql=f"""
            CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION refuse_change({columns});
            CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        reverse_sql=f"DROP TRIGGER {table}_no_change ON {table}; DROP TRIGGER {table}_no_truncate ON {table};",
    )
