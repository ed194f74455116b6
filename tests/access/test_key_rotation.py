"""Changing keys: everything sealed is sealed anew, wherever it stands; a run that was killed goes on; and a key that is
lost or mistaken is said at the start."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, models

from claims.models import PaymentLine
from claims.payee import open_account as open_line_account
from enrollment.models import (
    PayeeAccount,
    RosterChange,
    RosterDifference,
    RosterImport,
    RosterPerson,
    RosterRow,
)
from enrollment.selectors import confirmed_account, identity_place, open_account, telephone_place
from enrollment.services.payee import confirm_account, propose_account
from jincheng_insurance.access import key_rotation
from jincheng_insurance.access.key_marks import KeyMark, confirm_keys, key_problems, mark_keys
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealed_columns import INDEXED, SEALED, keys_in_use, sealed_fields
from jincheng_insurance.access.sealed_files import file_keys_in_use, read_sealed, store_sealed
from jincheng_insurance.access.sealing import KeyRing, SealError, key_id_of, key_ring, seal, unseal
from jincheng_insurance.access.second_factors import begin_second_factor
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web.drafts import keep_draft
from tests.world import World, account_facts, insure_person, list_household, released_batch, second_officer

NEXT = base64.b64encode(b"test-" + b"t" * 27).decode()
OTHER = base64.b64encode(b"test-" + b"u" * 27).decode()
NEW_INDEX = "test-" + "j" * 40
# Bytes that are neither a sealed value nor found by one.
NEITHER = {
    "audit.AuditRecord.mac",
    "audit.AuditSeal.mac",
    "audit.AuditSeal.parts_digest",
    "audit.AuditSeal.previous",
    "audit.SealPart.marks",
    "access.ApiToken.digest",  # SHA-256 of a random token
    "access.RecoveryCode.digest",  # SHA-256 of a random code
    "access.UserSession.key_digest",  # SHA-256 of a session's key
    "access.KeyMark.mark",  # sealed for its key alone
    "api.IdempotencyKey.body_index",  # HMAC of a request, kept for a day
    "enrollment.RosterRow.id_number_index",  # made anew by checking the import again
}
Keys = Callable[..., None]


@pytest.fixture
def keys(settings: Any) -> Iterator[Keys]:
    """Sets other keys than the suite's own for a test."""
    settings.UPLOAD_DIR = f"{settings.UPLOAD_DIR}-keys-{os.getpid()}"
    Path(settings.UPLOAD_DIR).mkdir(exist_ok=True)
    for path in Path(settings.UPLOAD_DIR).iterdir():
        path.unlink()

    def set_keys(**changed: str) -> None:
        for name, value in changed.items():
            setattr(settings, name, value)
        key_ring.cache_clear()

    yield set_keys
    key_ring.cache_clear()


@pytest.fixture(autouse=True)
def _ring_of_the_suite_afterwards() -> Iterator[None]:
    yield
    key_ring.cache_clear()


def first_key() -> str:
    return str(settings.SEAL_KEYS).partition(",")[0]


def everything(world: World) -> tuple[RosterPerson, PayeeAccount, PaymentLine]:
    """A value in each sealed column of every table; a telephone stands in four of them as the same bytes."""
    person = insure_person(world.own).roster_person
    telephone = seal("13812345678", telephone_place(person.pk))
    RosterPerson.objects.filter(pk=person.pk).update(telephone_sealed=telephone)
    household = person.household
    house_telephone = seal(
        "13912345678", SEALED_OF["enrollment.RosterHousehold.telephone_sealed"].place(household.pk)
    )
    type(household).objects.filter(pk=household.pk).update(telephone_sealed=house_telephone)
    roster_import = household.listed_by
    RosterRow.objects.create(
        roster_import=roster_import,
        sheet="人员信息",
        row=4,
        verdict="accept",
        person_key=person.pk,
        household_key=household.pk,
        id_number_sealed=person.id_number_sealed,
        id_number_index=person.id_number_index,
        telephone_sealed=telephone,
        household_telephone_sealed=house_telephone,
    )
    cell = {"roster_import": roster_import, "county": household.county, "field": "telephone"}
    for model in (RosterDifference, RosterChange):
        of = {"household_key": household.pk}
        model.objects.create(**cell, **of, person_key=person.pk, old_sealed=telephone, new_sealed=telephone)
        model.objects.create(**cell, **of, old_sealed=house_telephone, new_sealed=house_telephone)
    account = propose_account(
        person=person, facts=account_facts(person), actor=world.own[Role.COUNTY_OFFICER]
    )
    confirm_account(account=account, actor=second_officer(world.own))
    line = released_batch(world.own).lines.get()
    begin_second_factor(actor=world.own[Role.REVIEWER])
    keep_draft(form="claims:report", row=1, fields={"account": ["摔倒"]}, actor=world.own[Role.ADJUSTER])
    person.refresh_from_db()
    return person, account, line


SEALED_OF = {str(column): column for column in SEALED}


def all_values() -> dict[tuple[str, int], str]:
    """Every sealed value of the database, opened in its place."""
    return {
        (str(column), row.pk): unseal(
            bytes(getattr(row, column.field)),
            column.place(row.pk if column.row == "pk" else getattr(row, column.row)),
        )
        for column in SEALED
        for row in column.rows()
    }


def rotate(*args: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *args, stdout=out)
    return out.getvalue()


def test_every_column_of_bytes_is_registered_or_known_to_hold_no_number() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField) and not model._meta.abstract
    }
    indexes = {f"{column.sealed.of._meta.label}.{column.field}" for column in INDEXED}
    assert found == sealed_fields() | indexes | NEITHER


def test_what_is_registered_names_fields_that_are_there() -> None:
    for column in SEALED:
        column.of._meta.get_field(column.field)
        if column.row != "pk":
            column.of._meta.get_field(column.row)
        assert apps.get_model(column.model)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
class TestRotation:
    def test_every_sealed_value_and_file_is_sealed_with_the_new_key_and_opens_as_before(
        self, live_world: World, keys: Keys
    ) -> None:
        everything(live_world)
        kept = store_sealed(b"a workbook")
        mark_keys()
        before = all_values()
        assert {name for name, _row in before} == {str(column) for column in SEALED}
        keys(SEAL_KEYS=f"{first_key()}\n2:{NEXT}")
        said = rotate()
        assert keys_in_use() == {2: len(before)}
        assert file_keys_in_use() == {2: 1}
        assert all_values() == before
        assert read_sealed(kept) == b"a workbook"
        assert f"{len(before)} values and 1 files" in said
        assert "Nothing is sealed with key 1 any more" in said
        record = AuditRecord.objects.get(act="rotate_keys")
        assert record.facts == {"key": 2, "values": len(before), "files": 1, "left": 0}
        keys(SEAL_KEYS=f"2:{NEXT}")
        assert key_problems() == []
        assert all_values() == before

    def test_equal_seals_are_equal_afterwards(self, live_world: World, keys: Keys) -> None:
        """The comparison of an import with the roster compares seals byte by byte."""
        person, _account, _line = everything(live_world)
        keys(SEAL_KEYS=f"{first_key()},2:{NEXT}")
        rotate()
        person.refresh_from_db()
        seals = {
            bytes(person.telephone_sealed or b""),
            bytes(RosterRow.objects.get().telephone_sealed or b""),
            *(bytes(row.new_sealed or b"") for row in RosterChange.objects.exclude(person_key=None)),
            *(bytes(row.old_sealed or b"") for row in RosterDifference.objects.exclude(person_key=None)),
        }
        assert len(seals) == 1
        assert key_id_of(seals.pop()) == 2

    def test_a_run_that_was_killed_goes_on_where_it_stood(
        self, live_world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        list_household(live_world.own, persons=5)
        keys(SEAL_KEYS=f"{first_key()},2:{NEXT}")
        before = all_values()
        monkeypatch.setattr(key_rotation, "BATCH", 2)

        def killed(line: str) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate_seal_keys(say=killed)
        assert keys_in_use() == {1: 3, 2: 2}
        assert all_values() == before
        done = {row.pk: bytes(row.id_number_sealed or b"") for row in RosterPerson.objects.order_by("pk")[:2]}
        assert key_rotation.rotate_seal_keys().values == 3
        assert keys_in_use() == {2: 5}
        assert all_values() == before
        assert {pk: bytes(RosterPerson.objects.get(pk=pk).id_number_sealed or b"") for pk in done} == done
        assert key_rotation.rotate_seal_keys().values == 0

    def test_the_command_killed_by_the_system_is_run_again(self, live_world: World, keys: Keys) -> None:
        list_household(live_world.own, persons=60)
        before = all_values()
        ring = f"{first_key()},2:{NEXT}"
        code = (
            "import django, os; django.setup();"
            "from jincheng_insurance.access import key_rotation;"
            "key_rotation.BATCH = 10;"
            "say = lambda line: line.endswith(': 30') and os.kill(os.getpid(), 9);"
            "key_rotation.rotate_seal_keys(say=say)"
        )
        environment = os.environ | {"SEAL_KEYS": ring, "UPLOAD_DIR": str(settings.UPLOAD_DIR)}
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=False
        )
        assert ended.returncode == -9
        assert keys_in_use() == {1: 30, 2: 30}
        keys(SEAL_KEYS=ring)
        rotate()
        assert keys_in_use() == {2: 60}
        assert all_values() == before

    def test_what_was_moved_to_another_row_is_named_and_stays_and_keeps_its_key(
        self, live_world: World, keys: Keys
    ) -> None:
        one, other = list_household(live_world.own, persons=2).persons.all()
        RosterPerson.objects.filter(pk=other.pk).update(id_number_sealed=one.id_number_sealed)
        mark_keys()
        keys(SEAL_KEYS=f"{first_key()},2:{NEXT}")
        with pytest.raises(CommandError, match=f"id_number_sealed of row {other.pk}"):
            rotate()
        assert keys_in_use() == {1: 1, 2: 1}
        other.refresh_from_db()
        with pytest.raises(SealError):
            unseal(bytes(other.id_number_sealed or b""), identity_place(other.pk))
        assert KeyMark.objects.get(name="seal-1").retired_at is None

    def test_a_value_written_meanwhile_is_not_overwritten(
        self, live_world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = list_household(live_world.own, persons=1).persons.get()
        keys(SEAL_KEYS=f"{first_key()},2:{NEXT}")
        written = seal("140524198803021234", identity_place(person.pk))
        replace = key_rotation._replace

        def late(*args: Any) -> int:
            RosterPerson.objects.filter(pk=person.pk).update(id_number_sealed=written)
            return replace(*args)

        monkeypatch.setattr(key_rotation, "_replace", late)
        assert key_rotation.rotate_seal_keys().values == 0
        person.refresh_from_db()
        assert bytes(person.id_number_sealed or b"") == written

    def test_the_index_key_changes_and_everybody_is_found_again(self, live_world: World, keys: Keys) -> None:
        person, account, _line = everything(live_world)
        RosterImport.objects.update(state=RosterImport.State.CHECKED)
        mark_keys()
        former = settings.INDEX_KEY
        number = unseal(bytes(person.id_number_sealed or b""), identity_place(person.pk))
        keys(INDEX_KEY=NEW_INDEX)
        assert "INDEX_KEY is not the key" in key_problems()[0]
        with pytest.raises(CommandError, match="FORMER_INDEX_KEY"):
            rotate("--index")
        keys(FORMER_INDEX_KEY=former)
        rotate("--index")
        assert RosterPerson.objects.get(id_number_index=key_ring().index(number)).pk == person.pk
        account.refresh_from_db()
        assert open_account(account)
        assert confirmed_account(insured_of(person)) is not None
        assert key_problems() == []
        assert RosterImport.objects.get().state == RosterImport.State.QUEUED
        assert not RosterRow.objects.exists()
        assert "\n0 values" in rotate("--index")

    def test_an_index_change_that_was_cut_short_lets_nothing_start_and_is_run_to_its_end(
        self, live_world: World, keys: Keys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        list_household(live_world.own, persons=4)
        mark_keys()
        keys(FORMER_INDEX_KEY=settings.INDEX_KEY, INDEX_KEY=NEW_INDEX)
        monkeypatch.setattr(key_rotation, "BATCH", 2)

        def killed(line: str) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate_index_key(say=killed)
        with pytest.raises(ImproperlyConfigured, match="is being changed"):
            confirm_keys()
        assert key_rotation.rotate_index_key().values == 2
        confirm_keys()

    def test_the_index_key_is_not_changed_while_others_are_at_work(
        self, live_world: World, keys: Keys
    ) -> None:
        keys(FORMER_INDEX_KEY=settings.INDEX_KEY, INDEX_KEY=NEW_INDEX)
        at_work = connection.copy()
        try:
            at_work.ensure_connection()
            with pytest.raises(CommandError, match="Stop web, worker and beat first: 1"):
                rotate("--index")
        finally:
            at_work.close()


def insured_of(person: RosterPerson) -> Any:
    return person.insured.get() if hasattr(person, "insured") else person.insuredperson_set.get()


@pytest.mark.django_db(transaction=True)
class TestGuards:
    @pytest.fixture
    def change(self, live_world: World) -> RosterChange:
        everything(live_world)
        return RosterChange.objects.exclude(person_key=None).get()

    def update(self, owner: psycopg.Connection, change: RosterChange, sealed: bytes, more: str = "") -> None:
        owner.execute(
            f"UPDATE enrollment_rosterchange SET new_sealed = %s {more} WHERE id = %s", [sealed, change.pk]
        )

    def test_the_owner_may_seal_a_change_anew(self, change: RosterChange, owner: psycopg.Connection) -> None:
        old = bytes(change.new_sealed or b"")
        later = ring(2).reseal(old, telephone_place(change.person_key or 0))
        self.update(owner, change, later)

    @pytest.mark.parametrize("what", ["same key", "another length", "nothing", "another cell too"])
    def test_the_owner_changes_nothing_else_of_it(
        self, change: RosterChange, owner: psycopg.Connection, what: str
    ) -> None:
        place = telephone_place(change.person_key or 0)
        later = ring(2).reseal(bytes(change.new_sealed or b""), place)
        sealed, more = {
            "same key": (seal("13812345678", place), ""),
            "another length": (later + b"x", ""),
            "nothing": (None, ""),
            "another cell too": (later, ", field = 'name'"),
        }[what]
        with pytest.raises(psycopg.errors.RestrictViolation):
            self.update(owner, change, sealed, more)  # type: ignore[arg-type]

    def test_a_released_line_keeps_its_account_but_for_a_later_seal_by_the_owner(
        self, change: RosterChange, owner: psycopg.Connection
    ) -> None:
        line = PaymentLine.objects.get()
        column = SEALED_OF["claims.PaymentLine.account_sealed"]
        later = ring(2).reseal(bytes(line.account_sealed or b""), column.place(line.pk))
        with pytest.raises(Exception, match="whom a released line pays"):
            PaymentLine.objects.filter(pk=line.pk).update(account_sealed=later)
        owner.execute("UPDATE claims_paymentline SET account_sealed = %s WHERE id = %s", [later, line.pk])
        with pytest.raises(psycopg.errors.CheckViolation), owner.transaction():
            owner.execute("UPDATE claims_paymentline SET account_sealed = 'x' WHERE id = %s", [line.pk])
        assert open_line_account(line)


def ring(last: int) -> KeyRing:
    first = base64.b64decode(first_key().partition(":")[2])
    keys = {1: first, 2: base64.b64decode(NEXT)}
    return KeyRing({key: keys[key] for key in range(1, last + 1)}, b"i" * 32)


@pytest.mark.django_db
class TestMarks:
    def test_keys_that_fit_are_marked_once(self, world: World) -> None:
        KeyMark.objects.all().delete()
        assert key_problems() == []
        mark_keys()
        mark_keys()
        assert set(KeyMark.objects.values_list("name", flat=True)) == {"seal-1", "index"}
        assert key_problems() == []

    def test_a_lost_key_is_named_with_how_much_it_sealed(self, world: World, keys: Keys) -> None:
        list_household(world.own, persons=3)
        store_sealed(b"one")
        mark_keys()
        keys(SEAL_KEYS=f"2:{NEXT}")
        (problem,) = key_problems()
        assert "lacks key 1: 3 values and 1 files" in problem
        with pytest.raises(ImproperlyConfigured, match="lacks key 1"):
            confirm_keys()
        assert [error.id for error in run_checks(databases=["default"]) if error.id == "access.E001"]

    def test_a_lost_key_is_said_even_before_any_mark_was_made(self, world: World, keys: Keys) -> None:
        list_household(world.own, persons=3)
        KeyMark.objects.all().delete()
        keys(SEAL_KEYS=f"2:{NEXT}")
        assert "lacks key 1: 3 values" in key_problems()[0]
        assert not KeyMark.objects.exists()

    def test_a_lost_key_that_seals_nothing_any_more_troubles_nobody(self, world: World, keys: Keys) -> None:
        mark_keys()
        keys(SEAL_KEYS=f"2:{NEXT}")
        assert key_problems() == []

    def test_another_key_under_the_same_number_is_said(self, world: World, keys: Keys) -> None:
        mark_keys()
        keys(SEAL_KEYS=f"1:{OTHER}")
        assert "Key 1 of SEAL_KEYS is another one" in key_problems()[0]

    def test_the_wrong_index_key_is_said(self, world: World, keys: Keys) -> None:
        mark_keys()
        keys(INDEX_KEY=NEW_INDEX)
        assert "INDEX_KEY is not the key" in key_problems()[0]

    def test_at_each_start_one_small_query_is_enough(
        self, world: World, django_assert_num_queries: Any
    ) -> None:
        mark_keys()
        with django_assert_num_queries(1):
            key_problems()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "start",
    [
        ["-c", "import jincheng_insurance.wsgi"],
        ["-m", "celery", "-A", "jincheng_insurance", "worker", "--pool=solo", "--without-mingle"],
    ],
    ids=["web", "worker"],
)
def test_neither_web_nor_worker_starts_with_a_lost_key(live_world: World, start: list[str]) -> None:
    list_household(live_world.own, persons=1)
    mark_keys()
    environment = os.environ | {
        "SEAL_KEYS": f"2:{NEXT}",
        "DJANGO_SETTINGS_MODULE": "jincheng_insurance.settings",
    }
    ended = subprocess.run(
        [sys.executable, *start],
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode
    assert "SEAL_KEYS lacks key 1: 1 values" in ended.stderr + ended.stdout


@pytest.mark.parametrize("same", ["SECRET_KEY", "AUDIT_KEY"])
def test_one_key_for_two_purposes_is_refused(same: str) -> None:
    environment = os.environ | {same: os.environ["INDEX_KEY"]}
    ended = subprocess.run(
        [sys.executable, "-c", "import jincheng_insurance.settings"],
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode
    assert "must differ" in ended.stderr
