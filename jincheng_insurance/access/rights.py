"""What the runtime database role may do: read and write the tables, only add to append-only ones, only read those that
the database keeps itself, own nothing."""

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.audit.derived import Derived


def grant_runtime_rights(connection: BaseDatabaseWrapper, apps: Apps, role: str) -> None:
    """Give `role` exactly the rights the product needs, table by table; run as the tables' owner."""
    existing = set(connection.introspection.table_names())
    grantee = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {grantee}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {grantee}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {grantee}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {grantee}")
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.managed and table in existing:
                cursor.execute(
                    f"GRANT {_rights_on(model)} ON {connection.ops.quote_name(table)} TO {grantee}"
                )


def _rights_on(model: type[Model]) -> str:
    if issubclass(model, Derived):
        return "SELECT"
    return "SELECT, INSERT" if issubclass(model, AppendOnly) else "SELECT, INSERT, UPDATE, DELETE"
