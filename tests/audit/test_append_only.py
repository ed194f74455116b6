"""Rows that are only added: PostgreSQL refuses everything else, to the runtime role and to the owner of the tables."""

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.audit.marks import mark_of
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.audit.services import record
from tests.world import World

TABLES = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly))
CHANGES = ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")


def test_the_ledgers_are_among_them() -> None:
    assert {"claims_lossentry", "premiums_fundentry", "audit_auditrecord", "claims_decision"} <= set(TABLES)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_runtime_role_has_no_right_to_change_them(table: str, change: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="permission denied"):
            cursor.execute(change.format(table))
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", TABLES)
def test_not_even_the_owner_changes_them(table: str, owner: psycopg.Connection, superuser_dsn: str) -> None:
    with psycopg.connect(superuser_dsn) as superuser:
        superuser.execute("SET session_replication_role = replica")
        columns = superuser.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'"
            " AND tgfoid = 'refuse_change'::regproc",
            [table],
        ).fetchone()
        superuser.rollback()
    assert columns == (2,)
    with pytest.raises(psycopg.errors.RestrictViolation, match="never changed"):
        owner.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.usefixtures("live_world")
@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_is_refused_row_by_row(change: str, owner: psycopg.Connection) -> None:
    with transaction.atomic():
        record("test", actor=None)
    with pytest.raises(psycopg.errors.RestrictViolation, match="audit_auditrecord"):
        owner.execute(change.format("audit_auditrecord"))


@pytest.mark.django_db
def test_the_runtime_role_owns_nothing_and_may_only_add_to_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT table_name, string_agg(privilege_type, ',' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants WHERE grantee = current_user GROUP BY 1"
        )
        rights = dict(cursor.fetchall())
    assert {rights[table] for table in TABLES} == {"INSERT,SELECT"}
    assert not [table for table, right in rights.items() if "TRUNCATE" in right or "TRIGGER" in right]


def test_a_saved_row_refuses_to_be_saved_or_deleted(world: World) -> None:
    row = record("test", actor=None)
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()


def test_an_act_is_recorded_in_the_transaction_that_does_it() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record("test", actor=None)


def test_a_personal_number_never_enters_the_record(world: World) -> None:
    facts = {"who": "140524194408101452", "name": ["13835600001", {"of": "张三13835600001"}], "rows": 3}
    row = record("test", actor=None, facts=facts)
    row.refresh_from_db()
    assert row.facts == {"who": "***", "name": ["***", {"of": "张三***"}], "rows": 3}
    assert bytes(row.mac) == mark_of(row)
    assert record("test", actor=None, reason="号码 140524194408101452 有误").reason == "号码 *** 有误"
    assert AuditRecord.objects.filter(facts__icontains="140524194408101452").count() == 0
