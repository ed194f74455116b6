"""Tampering with the record, the ledgers and the history: as the product, as its database role, as the tables' owner
and as the database's superuser. Each attempt is refused, or found and named by `verify_audit`."""

import datetime
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from claims.models import LossEntry
from jincheng_insurance.audit import chain
from jincheng_insurance.audit.chain import covered, seal_records
from jincheng_insurance.audit.models import AuditRecord, AuditSeal, SealPart
from jincheng_insurance.audit.services import record
from jincheng_insurance.audit.tasks import seal, verify
from jincheng_insurance.audit.verifying import Break, breaks
from tests.histories import change_all, make_rows
from tests.world import World

RECORDS = "audit_auditrecord"
Superuser = psycopg.Connection


def some_acts(count: int = 5) -> list[AuditRecord]:
    with transaction.atomic():
        return [record("test", actor=None, reason=f"act {number}") for number in range(count)]


def found() -> list[Break]:
    return list(breaks())


@pytest.fixture
def sealed(live_world: World) -> list[AuditRecord]:
    """Three seals: of five acts each, the claims of a small world among the first."""
    make_rows(live_world)
    change_all()
    acts = []
    for _seal in range(3):
        acts += some_acts()
        assert seal_records() is not None
    assert found() == []
    return acts


@pytest.fixture
def superuser(superuser_dsn: str) -> Iterator[Superuser]:
    """The database's superuser with every trigger off: the strongest there is, without the audit key."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connected:
        connected.execute("SET session_replication_role = replica")
        yield connected


def test_all_that_is_only_added_is_covered(sealed: list[AuditRecord]) -> None:
    tables = {model._meta.db_table for model in covered()}
    assert tables >= {
        RECORDS,
        "claims_lossentry",
        "premiums_fundentry",
        "claims_claimhistory",
        "claims_payment",
    }
    assert set(SealPart.objects.values_list("table", flat=True)) >= {
        RECORDS,
        "claims_lossentry",
        "claims_claimhistory",
        "access_granthistory",
    }


def test_nothing_new_makes_no_seal(sealed: list[AuditRecord]) -> None:
    assert seal_records() is None
    assert AuditSeal.objects.count() == 3


def test_a_row_that_commits_late_below_sealed_ones_stands_in_the_next_seal(
    live_world: World, superuser_dsn: str
) -> None:
    with psycopg.connect(superuser_dsn) as slow:
        row = slow.execute("SELECT nextval('audit_auditrecord_id_seq')").fetchone()
        assert row is not None
        (late,) = row
        some_acts()
        assert seal_records() is not None
        assert found() == []
        with transaction.atomic():
            AuditRecord.objects.bulk_create([_record_with(late)])
    assert found() == []
    assert seal_records() is not None
    newest = SealPart.objects.latest("id")
    assert newest.ranges == [[late, late]]
    assert found() == []


def _record_with(key: int) -> AuditRecord:
    from jincheng_insurance.audit.marks import mark_of

    row = AuditRecord(pk=key, act="late")
    row.mac = mark_of(row)
    return row


# What the superuser does to the acts of the second seal (their keys are a), and what is found of it.
TAMPERING: dict[str, tuple[str, tuple[str, int | None]]] = {
    "an act is altered": (
        "UPDATE audit_auditrecord SET act = 'other' WHERE id = {a[1]}",
        ("row altered", 1),
    ),
    "a reason is altered": (
        "UPDATE audit_auditrecord SET reason = '' WHERE id = {a[2]}",
        ("row altered", 2),
    ),
    "a time is altered by a microsecond": (
        "UPDATE audit_auditrecord SET at = at + interval '1 microsecond' WHERE id = {a[0]}",
        ("row altered", 0),
    ),
    "an act gets another's name": (
        "UPDATE audit_auditrecord SET actor_id = (SELECT min(id) FROM access_user) WHERE id = {a[3]}",
        ("row altered", 3),
    ),
    "an address is altered": (
        "UPDATE audit_auditrecord SET address = '192.0.2.1' WHERE id = {a[3]}",
        ("row altered", 3),
    ),
    "facts are altered": (
        """UPDATE audit_auditrecord SET facts = '{{"rows": 1}}' WHERE id = {a[4]}""",
        ("row altered", 4),
    ),
    "an act is removed": ("DELETE FROM audit_auditrecord WHERE id = {a[2]}", ("row removed", 2)),
    "two acts change places": (
        "UPDATE audit_auditrecord SET id = CASE id WHEN {a[0]} THEN -1 ELSE -2 END WHERE id IN ({a[0]}, {a[1]});"
        "UPDATE audit_auditrecord SET id = CASE id WHEN -1 THEN {a[1]} ELSE {a[0]} END WHERE id < 0",
        ("rows reordered", 0),
    ),
    "an act is moved elsewhere": (
        "UPDATE audit_auditrecord SET id = id + 1000 WHERE id = {a[1]}",
        ("row removed", 1),
    ),
    "all acts of a seal are removed": (
        "DELETE FROM audit_auditrecord WHERE id BETWEEN {a[0]} AND {a[4]}",
        ("row removed", 0),
    ),
}


@pytest.mark.parametrize("attempt", TAMPERING)
def test_what_the_superuser_does_to_a_sealed_act_is_found(
    sealed: list[AuditRecord], superuser: Superuser, attempt: str
) -> None:
    keys = [row.pk for row in sealed[5:10]]
    statement, (what, place) = TAMPERING[attempt]
    for one in statement.format(a=keys).split(";"):
        superuser.execute(one)
    first = found()[0]
    assert (first.what, first.seal, first.table) == (what, 2, RECORDS)
    assert first.row == keys[place or 0]


def test_an_act_added_past_the_product_is_found_before_and_after_it_is_sealed(
    sealed: list[AuditRecord], superuser: Superuser
) -> None:
    superuser.execute(
        "INSERT INTO audit_auditrecord (at, act, object_type, object_id, facts, reason, request_id, mac)"
        " SELECT at, 'approve_claim', object_type, object_id, facts, reason, request_id, mac"
        f" FROM audit_auditrecord WHERE id = {sealed[0].pk}"
    )
    forged = AuditRecord.objects.latest("pk").pk
    expected = [Break("row not written by the product", None, RECORDS, forged)]
    assert found() == expected
    assert seal_records() is not None
    assert found() == expected


def test_an_act_added_far_back_is_found(
    sealed: list[AuditRecord], superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jincheng_insurance.audit.verifying.LATE", 3)
    assert found() == []
    superuser.execute(f"UPDATE audit_auditrecord SET id = -5 WHERE id = {sealed[-1].pk}")
    assert Break("row inserted", None, RECORDS, -5) in found()


@pytest.mark.parametrize("number", [1, 2])
def test_a_seal_taken_out_is_found(sealed: list[AuditRecord], superuser: Superuser, number: int) -> None:
    superuser.execute(
        "DELETE FROM audit_sealpart WHERE seal_id = (SELECT id FROM audit_auditseal WHERE number = %s)",
        [number],
    )
    superuser.execute("DELETE FROM audit_auditseal WHERE number = %s", [number])
    assert found()[0] == Break("seal missing", number)
    superuser.execute("UPDATE audit_auditseal SET number = number - 1 WHERE number > %s", [number])
    assert found()[0].what in {"seal altered", "seal does not follow the one before"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_auditseal SET at = at - interval '1 hour' WHERE number = 2",
        "UPDATE audit_sealpart SET marks = substring(marks FROM 17), ranges = jsonb_set(ranges, '{0,0}', to_jsonb("
        "(ranges->0->>0)::int + 1)) WHERE seal_id = (SELECT id FROM audit_auditseal WHERE number = 2)",
        "DELETE FROM audit_sealpart WHERE seal_id = (SELECT id FROM audit_auditseal WHERE number = 2)",
        "UPDATE audit_auditseal SET mac = sha256(mac) WHERE number = 2",
    ],
)
def test_an_altered_seal_is_found(sealed: list[AuditRecord], superuser: Superuser, change: str) -> None:
    superuser.execute(change)
    assert Break("seal altered", 2) in found()


def test_an_end_cut_off_is_found_by_what_was_left_outside(
    live_world: World, superuser: Superuser, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    anchors = tmp_path / "anchors"
    with override_settings(AUDIT_ANCHORS=str(anchors)), caplog.at_level("INFO", chain.log.name):
        for _seal in range(3):
            some_acts()
            seal_records()
    assert caplog.messages == anchors.read_text().splitlines()
    assert list(breaks(str(anchors))) == []
    superuser.execute("DELETE FROM audit_sealpart; DELETE FROM audit_auditseal WHERE number = 3")
    superuser.execute("DELETE FROM audit_auditrecord WHERE id > (SELECT max(id) - 5 FROM audit_auditrecord)")
    assert Break("seal missing", 3) in list(breaks(str(anchors)))


def test_last_seals_taken_away_are_missed_after_an_hour_without_any_mark_outside(
    sealed: list[AuditRecord], superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser.execute("DELETE FROM audit_sealpart WHERE seal_id = (SELECT max(id) FROM audit_auditseal)")
    superuser.execute("DELETE FROM audit_auditseal WHERE number = 3")
    assert found() == []
    monkeypatch.setattr("jincheng_insurance.audit.verifying.SEALED_WITHIN", datetime.timedelta(0))
    assert found() == [Break("row not sealed in time", None, RECORDS, sealed[10].pk)]


def test_a_chain_made_anew_with_another_key_is_found(
    live_world: World, superuser: Superuser, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors"
    some_acts()
    with override_settings(AUDIT_ANCHORS=str(anchors)):
        seal_records()
    superuser.execute("DELETE FROM audit_sealpart")
    superuser.execute("DELETE FROM audit_auditseal")
    with override_settings(AUDIT_KEY="another key of somebody else"):
        seal_records()
    assert {one.what for one in breaks(str(anchors))} >= {"seal altered", "seal made anew"}


def test_a_ledger_of_money_and_a_history_are_found_altered_too(
    sealed: list[AuditRecord], superuser: Superuser
) -> None:
    entry = LossEntry.objects.earliest("pk")
    superuser.execute("UPDATE claims_lossentry SET amount = amount + 0.01 WHERE id = %s", [entry.pk])
    superuser.execute("DELETE FROM access_granthistory")
    what = {(one.what, one.table) for one in found()}
    assert what == {("row altered", "claims_lossentry"), ("row removed", "access_granthistory")}


OWNER_CHANGES: list[str] = [
    f"{change} {rest}"
    for table in (RECORDS, "audit_auditseal", "audit_sealpart", "claims_claimhistory")
    for change, rest in (
        ("UPDATE", f"{table} SET id = id"),
        ("DELETE FROM", table),
        ("TRUNCATE", f"{table} CASCADE"),
    )
]


@pytest.mark.parametrize("change", OWNER_CHANGES)
def test_the_owner_and_the_product_s_role_are_refused(
    sealed: list[AuditRecord], owner: psycopg.Connection, change: str
) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="never changed"):
        owner.execute(change)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(change)


@pytest.mark.parametrize("act", [lambda row: row.save(), lambda row: row.delete()])
def test_the_product_itself_is_refused(sealed: list[AuditRecord], act: Callable[[object], None]) -> None:
    for row in (sealed[0], AuditSeal.objects.first(), SealPart.objects.first()):
        with pytest.raises(TypeError, match="never"):
            act(row)


def test_the_command_names_the_first_break_and_fails(sealed: list[AuditRecord], superuser: Superuser) -> None:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "The chain of 3 seals holds.\n"
    superuser.execute("DELETE FROM audit_auditrecord WHERE id = %s", [sealed[6].pk])
    out = io.StringIO()
    with pytest.raises(CommandError, match=f"row removed, seal 2, table {RECORDS}, row {sealed[6].pk}"):
        call_command("verify_audit", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["breaks"][0] == {"what": "row removed", "seal": 2, "table": RECORDS, "row": sealed[6].pk}
    with pytest.raises(CommandError, match="nowhere can't be read"):
        call_command("verify_audit", "--anchors", "nowhere")


def test_the_tasks_seal_and_cry_out(
    live_world: World, superuser: Superuser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "MOST_ROWS", 2)
    rows = some_acts()
    seal()
    assert AuditSeal.objects.count() == 3
    verify()
    assert not caplog.records or all(one.levelname != "CRITICAL" for one in caplog.records)
    superuser.execute("DELETE FROM audit_auditrecord WHERE id = %s", [rows[0].pk])
    verify()
    assert [one.levelname for one in caplog.records if one.name.endswith("tasks")] == ["CRITICAL"]


def test_seals_made_at_once_follow_one_another(live_world: World) -> None:
    from threading import Thread

    from django.db import connections

    def add_and_seal() -> None:
        some_acts(3)
        seal_records()
        connections.close_all()

    threads = [Thread(target=add_and_seal) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()
    assert found() == []
    sealed = sum(
        last - first + 1 for part in SealPart.objects.filter(table=RECORDS) for first, last in part.ranges
    )
    assert sealed == AuditRecord.objects.count() == 18
