"""What the two database roles may do, table by table, asked of PostgreSQL itself: a table that is added is included."""

import datetime
from decimal import Decimal

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from claims.models import ClaimReference, LossEntry
from claims.services.decision import return_claim
from claims.services.payment import record_payment
from enrollment.models import RosterChange
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.append_only import AppendOnly
from jincheng_insurance.audit.chain import seal_records
from jincheng_insurance.audit.derived import Derived
from premiums.services.funds import confirm_receipt, pay_funds
from premiums.services.reminders import remind_of_arrears
from premiums.services.statements import issue_statement
from riskpool.models import Duty
from riskpool.services.alerts import evaluate_agreement
from riskpool.services.duties import upload_report
from riskpool.services.suspension import ask_suspension
from tests.clock import Clock
from tests.histories import change_all, make_rows
from tests.papers import pdf
from tests.riskpool.settling import settled
from tests.world import World, approved_claim, insure_person, list_household, submitted_claim

MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.managed and not model._meta.proxy
]
APPEND_ONLY = sorted(
    (model for model in MODELS if issubclass(model, AppendOnly)), key=lambda model: model._meta.label
)
BUSINESS = sorted(model._meta.db_table for model in MODELS if not issubclass(model, AppendOnly | Derived))
DERIVED = sorted(model._meta.db_table for model in MODELS if issubclass(model, Derived))
TGTYPE_ROW, TGTYPE_BEFORE, TGTYPE_DELETE, TGTYPE_UPDATE, TGTYPE_TRUNCATE = 1, 2, 8, 16, 32


def label(model: type[models.Model]) -> str:
    return model._meta.label


@pytest.fixture
def filled(live_world: World, clock: Clock) -> World:
    """A world in which every append-only table has a row: a claim paid, papers asked for, a statement issued, paid,
    received and reminded of, an alert fired, its report handed in, a suspension asked for, a year settled with a
    carry-forward and an excess."""
    make_rows(live_world)
    change_all()
    claim = approved_claim(live_world.own)
    returned = submitted_claim(live_world.own)
    return_claim(claim=returned, reason="补", missing=["invoice"], actor=live_world.own[Role.REVIEWER])
    record_payment(claim=claim, paid_on=timezone.localdate(), reference="B1", actor=live_world.own.payer)
    issued_on = timezone.localdate() - datetime.timedelta(days=40)
    issue_statement(
        agreement=live_world.own.agreement, actor=live_world.own[Role.COUNTY_OFFICER], issued_on=issued_on
    )
    paid = pay_funds(
        agreement=live_world.own.agreement,
        side="city",
        amount=Decimal(1),
        on=timezone.localdate(),
        document="晋市财农〔2026〕8号",
        actor=live_world.own[Role.CITY_FINANCE],
    )
    confirm_receipt(
        entry=paid, amount=Decimal(1), on=timezone.localdate(), actor=live_world.own[Role.REVIEWER]
    )
    remind_of_arrears(agreement_id=live_world.own.agreement.pk)
    evaluate_agreement(agreement_id=live_world.own.agreement.pk)
    own = live_world.own
    duty = Duty.objects.get(agreement=own.agreement, kind="special_report")
    upload_report(duty=duty, data=pdf(), file_name="report.pdf", actor=own[Role.ADJUSTER])
    ask_suspension(
        agreement=own.agreement,
        violation="拖延赔付",
        evidence=[("evidence.pdf", pdf())],
        actor=own[Role.COUNTY_OFFICER],
    )
    ClaimReference.objects.create(insurer=live_world.own.insurer, reference="A-1", claim=claim)
    household = list_household(live_world.own)
    RosterChange.objects.create(
        roster_import=household.listed_by,
        county=household.county,
        household_key=household.pk,
        field="category",
    )
    insure_person(live_world.foreign)
    issue_statement(agreement=live_world.foreign.agreement, actor=live_world.foreign[Role.COUNTY_OFFICER])
    clock.set(2027, 3, 31)
    settled(live_world)
    clock.set(2026, 11, 25)
    seal_records()
    return live_world


@pytest.mark.parametrize("model", APPEND_ONLY, ids=label)
def test_the_row_and_the_truncate_trigger_stand_on_every_append_only_table(
    model: type[models.Model], owner: psycopg.Connection
) -> None:
    rows = owner.execute(
        "SELECT tgtype, tgenabled::text, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        [model._meta.db_table],
    ).fetchall()
    guards = {kind for kind, enabled, function in rows if enabled == "O" and function == "refuse_change"}
    assert guards >= {
        TGTYPE_ROW | TGTYPE_BEFORE | TGTYPE_UPDATE | TGTYPE_DELETE,
        TGTYPE_BEFORE | TGTYPE_TRUNCATE,
    }


@pytest.mark.usefixtures("filled")
def test_neither_owner_nor_product_changes_a_single_row_of_them(owner: psycopg.Connection) -> None:
    for model in APPEND_ONLY:
        table = model._meta.db_table
        assert model._default_manager.exists(), f"{table} is empty, so nothing was tried"
        for change in (
            f"UPDATE {table} SET id = id",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match="never changed"), owner.transaction():
                owner.execute(change)
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(change)


def test_emptying_a_table_they_refer_to_does_not_empty_them(owner: psycopg.Connection) -> None:
    for table in ("access_region", "enrollment_agreement", "claims_claim"):
        with pytest.raises(psycopg.errors.RestrictViolation, match="never changed"), owner.transaction():
            owner.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.usefixtures("filled")
def test_saving_updating_and_deleting_a_row_of_them_is_refused_in_code() -> None:
    for model in APPEND_ONLY:
        row = model._default_manager.first()
        assert row is not None
        for change in (row.save, row.delete):
            with pytest.raises(TypeError, match=model.__name__):
                change()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            model._default_manager.update(id=models.F("id"))


def test_a_correction_is_a_reversing_row(filled: World) -> None:
    entry = LossEntry.objects.filter(kind="payment").get()
    facts = {
        field.attname: getattr(entry, field.attname)
        for field in LossEntry._meta.concrete_fields
        if field.name not in {"id", "amount", "reverses"}
    }
    LossEntry.objects.create(**facts, amount=-entry.amount, reverses=entry)
    paid = LossEntry.objects.filter(kind="payment").aggregate(sum=models.Sum("amount"))["sum"]
    assert paid == Decimal(0)
    with pytest.raises(DatabaseError, match="reverses"), transaction.atomic():
        LossEntry.objects.create(**facts, amount=-entry.amount, reverses=entry)


@pytest.mark.django_db
@pytest.mark.parametrize("table", DERIVED)
def test_the_product_only_reads_what_the_database_keeps_itself(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(privilege_type, ',' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants WHERE grantee = current_user AND table_name = %s",
            [table],
        )
        assert cursor.fetchone() == ("SELECT",)


@pytest.mark.django_db
@pytest.mark.parametrize("table", BUSINESS)
def test_the_product_reads_and_writes_a_business_table_and_cannot_reshape_it(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(privilege_type, ',' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants WHERE grantee = current_user AND table_name = %s",
            [table],
        )
        assert cursor.fetchone() == ("DELETE,INSERT,SELECT,UPDATE",)
    for change in (
        f"TRUNCATE {table}",
        f"TRUNCATE {table} CASCADE",
        f"ALTER TABLE {table} ADD COLUMN x int",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TABLE {table}",
        f"CREATE TRIGGER x BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    ):
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
            connection.cursor().execute(change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "SET session_replication_role = replica",
        "DROP FUNCTION refuse_change() CASCADE",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "ALTER TABLE claims_lossentry DISABLE TRIGGER USER",
        "DROP TRIGGER claims_lossentry_no_change ON claims_lossentry",
        "CREATE TABLE x (id int)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'x', now())",
    ],
)
def test_the_product_cannot_take_the_guards_away(change: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.django_db
def test_the_product_is_no_superuser_and_a_member_of_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication,"
            " (SELECT count(*) FROM pg_auth_members WHERE member = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, 0)
