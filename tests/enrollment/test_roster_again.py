"""The roster imported again, by others, or by a worker that died: nothing doubles, nothing leaks, nothing is lost."""

import datetime
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError

from demo.people import SampleHousehold, make_households
from demo.workbooks import write_one_sheet
from enrollment.models import RosterHousehold, RosterImport, RosterPerson, RosterRow
from enrollment.roster.texts import text_of
from enrollment.selectors import identity_place
from enrollment.services import roster
from enrollment.services.roster_staging import Stager
from enrollment.texts import failure_text
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import Place, unseal
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.sheets import lane
from tests.broker import broker_down
from tests.enrollment.workbooks import Workbooks, apply, run_check
from tests.races import at_once
from tests.world import World

State = RosterImport.State


def opened_numbers() -> dict[str, tuple[str, str]]:
    """Of each person's code, the identity number and the household's telephone, opened."""
    return {
        person.code: (
            unseal(bytes(person.id_number_sealed), identity_place(person.pk)),
            unseal(
                bytes(person.household.telephone_sealed),
                Place("enrollment_rosterhousehold", "telephone", person.household_id),
            ),
        )
        for person in RosterPerson.objects.select_related("household")
    }


def expected_numbers(households: Sequence[SampleHousehold]) -> dict[str, tuple[str, str]]:
    return {
        person.code: (person.id_number, household.telephone)
        for household in households
        for person in household.persons
    }


def problems_of(checked: RosterImport) -> list[dict[str, object]]:
    rows = RosterRow.objects.filter(roster_import=checked).values_list("problems", flat=True)
    return [problem for problems in rows for problem in problems]


# Again


def test_sealed_numbers_open_after_a_second_import_in_another_order(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    workbooks.apply(households[::-1], officer)
    assert opened_numbers() == expected_numbers(households)


def test_the_same_file_again_keeps_keys_and_counts_and_who_listed_it_first(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    first = workbooks.apply(households, officer)
    places = Region.objects.count()
    keys = list(RosterHousehold.objects.order_by("pk").values_list("pk", "code", "listed_by"))
    second = workbooks.apply(households, officer)
    assert (second.households, second.persons) == (first.households, first.persons)
    assert list(RosterHousehold.objects.order_by("pk").values_list("pk", "code", "listed_by")) == keys
    assert (second.new_households, second.changed_households, second.same_households) == (
        0,
        0,
        first.households,
    )
    assert set(RosterHousehold.objects.values_list("seen_in", flat=True)) == {first.pk}
    assert Region.objects.count() == places


def test_a_changed_name_telephone_and_participation_are_taken_over(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    head = households[0].persons[0]
    renamed = replace(head, name="新名字", basic="employee", telephone="13900001111")
    changed = replace(households[0], telephone="13700002222", persons=(renamed, *households[0].persons[1:]))

    workbooks.apply([changed, *households[1:]], officer)

    person = RosterPerson.objects.get(code=head.code)
    assert (person.name, person.basic_insurance) == ("新名字", "employee")
    place = Place("enrollment_rosterperson", "telephone", person.pk)
    assert unseal(bytes(person.telephone_sealed), place) == "13900001111"
    assert opened_numbers() == expected_numbers([changed, *households[1:]])


def test_a_new_member_joins_the_household_that_is_there(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    large = next(household for household in households if len(household.persons) > 1)
    workbooks.apply([replace(large, persons=large.persons[:1])], officer)
    workbooks.apply([large], officer)
    assert RosterHousehold.objects.get().persons.count() == len(large.persons)


def test_a_file_checked_before_the_roster_moved_is_checked_anew_and_applied(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    early, late = (workbooks.check(households, officer) for _ in range(2))
    apply(late, officer)
    apply(early, officer)
    assert (early.state, early.new_persons, early.changed_persons) == (State.APPLIED, 0, 0)
    assert RosterPerson.objects.count() == late.persons
    assert opened_numbers() == expected_numbers(households)


def test_applying_twice_is_one_act_on_record(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    done = workbooks.apply(households, officer)
    applied_at = done.applied_at
    roster.request_apply(roster_import=done, actor=officer)
    roster.apply_import(import_id=done.pk)
    roster.check_import(import_id=done.pk)
    done.refresh_from_db()
    assert (done.state, done.applied_at, done.attempts) == (State.APPLIED, applied_at, 1)
    for act in ("upload_roster", "apply_roster", "roster_applied"):
        assert AuditRecord.objects.filter(act=act).count() == 1, act


# By others


def test_another_county_cannot_take_a_household_over_by_its_code(
    world: World, workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    (other,) = [each for each in make_households(persons=1, seed=5, counties=["140581"])]
    forged = replace(other, code=households[0].code)

    refused = workbooks.check([forged], world.foreign[Role.COUNTY_OFFICER])

    assert (refused.accepted, refused.warned, refused.rejected) == (0, 0, len(forged.persons))
    said = json.dumps([text_of(each["code"], each["params"]) for each in problems_of(refused)])
    assert "陵川" not in said
    with pytest.raises(Refused):
        roster.request_apply(roster_import=refused, actor=world.foreign[Role.COUNTY_OFFICER])
    household = RosterHousehold.objects.get(code=households[0].code)
    assert household.county == world.own.county


def test_an_import_is_applied_and_cancelled_within_its_county_alone(
    world: World, workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    checked = workbooks.check(households, officer)
    for actor in (world.foreign[Role.COUNTY_OFFICER], world.own[Role.COUNTY_FINANCE]):
        for act in (roster.request_apply, roster.cancel_import):
            with pytest.raises(PermissionDenied):
                act(roster_import=checked, actor=actor)
    with pytest.raises(PermissionDenied):
        workbooks.upload(households, world.own[Role.ADJUSTER])


# Failing, cancelled, interrupted


@pytest.mark.parametrize(("kept", "code"), [(0.5, "damaged"), (0.0, "not_a_workbook")])
def test_a_damaged_file_fails_with_a_text(
    tmp_path: Path, officer: User, households: list[SampleHousehold], kept: float, code: str
) -> None:
    whole = write_one_sheet(tmp_path / "roster.xlsx", households).path.read_bytes()
    data = whole[: int(len(whole) * kept)] or b"\x00\x01nothing of a workbook"
    failed = run_check(roster.upload_roster(data=data, file_name="roster.xlsx", actor=officer))
    assert failed.state == State.FAILED
    assert failed.failure is not None
    assert failed.failure["code"] in {code, "damaged"}
    assert failure_text(failed.failure)
    assert not failed.rows.exists()


def test_an_import_cancelled_while_it_is_checked_stays_cancelled(
    workbooks: Workbooks,
    officer: User,
    households: list[SampleHousehold],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lane, "BATCH", 5)
    uploaded = workbooks.upload(households, officer)
    write, written = Stager.write, []

    def write_and_cancel(self: Stager, rows: Sequence[object]) -> object:
        if not written:
            roster.cancel_import(roster_import=uploaded, actor=officer)
        written.append(len(rows))
        return write(self, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(Stager, "write", write_and_cancel)
    run_check(uploaded)
    assert written == [5]
    assert (uploaded.state, uploaded.rows.count()) == (State.CANCELLED, 0)


def test_an_applied_import_is_not_cancelled(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    done = workbooks.apply(households, officer)
    with pytest.raises(Refused):
        roster.cancel_import(roster_import=done, actor=officer)
    assert RosterPerson.objects.count() == done.persons


def test_half_a_check_of_a_dead_worker_is_done_anew(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    checked = workbooks.check(households, officer)
    RosterImport.objects.filter(pk=checked.pk).update(state=State.CHECKING)
    assert roster.unfinished_imports() == [("enrollment.check_import", checked.pk)]
    run_check(checked)
    assert (checked.state, checked.attempts, checked.rows.count()) == (State.CHECKED, 2, checked.persons)


def test_a_check_that_kept_dying_is_given_up_with_a_text(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    uploaded = workbooks.upload(households, officer)
    RosterImport.objects.filter(pk=uploaded.pk).update(state=State.CHECKING, attempts=lane.MOST_ATTEMPTS)
    run_check(uploaded)
    assert uploaded.failure is not None
    assert (uploaded.state, uploaded.failure["code"]) == (State.FAILED, "too_many_attempts")
    assert failure_text(uploaded.failure)
    assert roster.unfinished_imports() == []


def test_while_a_worker_lives_no_other_takes_its_import_and_once_it_died_one_does(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold], superuser_dsn: str
) -> None:
    uploaded = workbooks.upload(households, officer)
    RosterImport.objects.filter(pk=uploaded.pk).update(state=State.CHECKING, attempts=1)
    with psycopg.connect(superuser_dsn, autocommit=True) as living:
        living.execute("SELECT pg_advisory_lock(%s, %s)", [roster.LANE.job_lock, uploaded.pk])
        run_check(uploaded)
        assert (uploaded.state, uploaded.attempts) == (State.CHECKING, 1)
    deadline = time.monotonic() + 10
    while uploaded.state != State.CHECKED:  # PostgreSQL frees the dead one's lock in a moment
        assert time.monotonic() < deadline
        run_check(uploaded)
    assert uploaded.rows.count() == uploaded.persons


def test_an_application_that_died_is_done_by_the_next(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    checked = workbooks.check(households, officer)
    roster.request_apply(roster_import=checked, actor=officer)
    assert roster.unfinished_imports() == [("enrollment.apply_import", checked.pk)]
    roster.apply_import(import_id=checked.pk)
    assert roster.unfinished_imports() == []
    assert RosterPerson.objects.count() == checked.persons


def test_two_workers_applying_one_import_at_once_apply_it_once(
    live_world: World, workbooks: Workbooks, households: list[SampleHousehold]
) -> None:
    actor = live_world.own[Role.COUNTY_OFFICER]
    with broker_down():
        checked = workbooks.check(households, actor)
        roster.request_apply(roster_import=checked, actor=actor)
    results = at_once(lambda number: roster.apply_import(import_id=checked.pk), 4)
    assert results == [None] * 4
    assert (RosterHousehold.objects.count(), RosterPerson.objects.count()) == (
        checked.households,
        checked.persons,
    )
    assert AuditRecord.objects.filter(act="roster_applied").count() == 1


def test_an_upload_does_not_wait_for_a_broker_that_is_down(
    live_world: World, workbooks: Workbooks, households: list[SampleHousehold]
) -> None:
    with broker_down():
        begun = time.monotonic()
        uploaded = workbooks.upload(households, live_world.own[Role.COUNTY_OFFICER])
        took = time.monotonic() - begun
    assert roster.unfinished_imports() == [("enrollment.check_import", uploaded.pk)]
    assert took < 1.5


# From the shell


def test_the_shell_command_says_what_is_wrong_with_a_row(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    head = households[0].persons[0]
    wrong = replace(head, id_number=head.id_number[:-1])
    spoilt = replace(households[0], persons=(wrong, *households[0].persons[1:]))
    path = write_one_sheet(tmp_path / "roster.xlsx", [spoilt, *households[1:]]).path
    out = StringIO()

    call_command("import_roster", str(path), "--apply", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    assert {"accepted", "warned", "rejected", "households", "persons", "rows"} <= set(answer)
    assert answer["rejected"] == 1
    (row,) = [row for row in answer["rows"] if row["verdict"] == "reject"]
    assert (row["sheet"], row["row"]) == ("人员信息", 4)
    (problem,) = row["problems"]
    assert {"column", "code", "message"} <= set(problem)
    assert (problem["code"], problem["column"]) == ("id_number_length", "J")
    assert wrong.id_number not in out.getvalue()
    assert len(answer["rows"]) == sum(len(household.persons) for household in households)
    assert RosterPerson.objects.count() == answer["persons"]


def test_the_shell_command_fails_on_what_it_cannot_read(world: World, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(CommandError):
        call_command("import_roster", str(path), "--json", stdout=StringIO())
    with pytest.raises(CommandError, match="nobody"):
        call_command("import_roster", str(path), "--user", "nobody")
    assert RosterImport.objects.get().state == State.FAILED


def test_only_checked_the_roster_is_untouched_and_nothing_stays_staged(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    path = write_one_sheet(tmp_path / "roster.xlsx", households).path
    call_command("import_roster", str(path), stdout=StringIO())
    assert RosterImport.objects.get().state == State.CANCELLED
    assert not RosterRow.objects.exists()
    assert not RosterPerson.objects.exists()


def test_a_listing_month_without_a_day_is_its_first_day(
    workbooks: Workbooks, officer: User, households: list[SampleHousehold]
) -> None:
    marginal = replace(households[0], kind="普通农户", monitored="边缘易致贫户", listed="202509")
    workbooks.apply([marginal], officer)
    household = RosterHousehold.objects.get()
    assert (household.category, household.listed_on) == ("MARGINAL", datetime.date(2025, 9, 1))
