"""What an import would change, shown before it does; what it changed, kept; and taken back whole."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.test import Client

from demo.people import SampleHousehold
from enrollment.import_selectors import changed_keys, changed_rows, changes_between, same_file
from enrollment.models import (
    RosterChange,
    RosterDifference,
    RosterHousehold,
    RosterImport,
    RosterPerson,
    RosterRow,
)
from enrollment.services import roster
from enrollment.services.enrolment import enrol_county
from enrollment.services.roster_undo import built_on, undo_import
from enrollment.texts import failure_text
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.enrollment.test_roster_again import opened_numbers
from tests.enrollment.workbooks import Workbooks, apply, run_check
from tests.world import World, move_post

State = RosterImport.State


def changed(household: SampleHousehold, **head: str) -> SampleHousehold:
    return replace(household, persons=(replace(household.persons[0], **head), *household.persons[1:]))


def state_of_roster() -> list[tuple[object, ...]]:
    """Everything the roster says, but which import wrote it last."""
    persons = RosterPerson.objects.order_by("pk").values_list(
        "pk", "household", "code", "name", "relation", "basic_insurance", "gone_since", "listed_by"
    )
    listed = RosterHousehold.objects.order_by("pk").values_list(
        "pk", "code", "category", "listed_on", "township", "village", "gone_since", "listed_by"
    )
    return [*persons, *listed, *sorted(opened_numbers().items())]


# Preview


def test_only_the_changed_cells_are_shown_old_and_new_and_telephones_masked(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    first = replace(households[0], telephone="13700002222")
    checked = workbooks.check([changed(first, name="新名字"), *households[1:]], officer)

    assert (checked.new_persons, checked.changed_persons, checked.changed_households) == (0, 1, 1)
    assert checked.same_persons == checked.persons - 1
    rows = changed_rows(checked, changed_keys(checked))
    shown = {(row.name, cell.label): (cell.old, cell.new) for row in rows for cell in row.cells}
    assert shown[(households[0].persons[0].name, "姓名")] == (households[0].persons[0].name, "新名字")
    old, new = shown[("", "联系电话")]
    assert "*" in old
    assert new == "137****2222"
    assert len(shown) == 2
    assert RosterPerson.objects.filter(name="新名字").count() == 0


def test_checked_twice_the_differences_stand_once(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    checked = workbooks.check([changed(households[0], name="新名字"), *households[1:]], officer)
    RosterImport.objects.filter(pk=checked.pk).update(state=State.CHECKING)
    run_check(checked)
    assert RosterDifference.objects.filter(roster_import=checked).count() == 1


def test_what_the_file_does_not_say_stays(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    stated = changed(households[0], basic="employee")
    workbooks.apply([stated], officer)
    silent = replace(changed(stated, basic="unknown", telephone=""), telephone="")
    checked = workbooks.check([silent], officer)
    assert (checked.changed_persons, checked.changed_households) == (0, 0)
    before = opened_numbers()
    apply(checked, officer)
    assert RosterPerson.objects.get(code=stated.persons[0].code).basic_insurance == "employee"
    assert opened_numbers() == before


# Gone


def test_a_part_of_the_county_flags_nobody_as_gone_unless_it_is_said_to_be_all(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    whole = workbooks.apply(households, officer)
    part = workbooks.check(households[:1], officer)
    reach = part.reach.get()
    assert not reach.whole
    assert reach.missing_households == whole.households - 1
    apply(part, officer)
    assert not RosterHousehold.objects.exclude(gone_since=None).exists()

    again = workbooks.check(households[:1], officer)
    roster.request_apply(
        roster_import=again,
        actor=officer,
        whole_counties=[RosterHousehold.objects.first().county_id],  # type: ignore[union-attr]
    )
    roster.apply_import(import_id=again.pk)
    assert RosterHousehold.objects.exclude(gone_since=None).count() == whole.households - 1
    assert RosterPerson.objects.filter(gone_since=None).count() == len(households[0].persons)


def test_nine_tenths_of_the_county_are_taken_for_all_of_it_and_who_comes_back_is_back(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    small = min(households, key=lambda household: len(household.persons))
    rest = [household for household in households if household is not small]
    workbooks.apply(households, officer)
    less = workbooks.apply(rest, officer)
    assert (less.gone_households, less.gone_persons) == (1, len(small.persons))
    assert RosterHousehold.objects.exclude(gone_since=None).get().code == small.code
    back = workbooks.apply(households, officer)
    assert (back.new_persons, back.changed_households) == (0, 1)
    assert not RosterHousehold.objects.exclude(gone_since=None).exists()
    assert not RosterPerson.objects.exclude(gone_since=None).exists()


def test_a_household_whose_rows_are_rejected_is_not_gone(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    spoilt = replace(
        households[0],
        persons=tuple(replace(person, name="") for person in households[0].persons),
    )
    checked = workbooks.check([spoilt, *households[1:]], officer)
    assert checked.rejected == len(households[0].persons)
    assert (checked.gone_households, checked.gone_persons) == (0, 0)


# Turns


def test_a_confirmed_import_that_would_now_change_more_waits_for_another_look(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    workbooks.apply(households, officer)
    early = workbooks.check(households, officer)
    roster.request_apply(roster_import=early, actor=officer)
    workbooks.apply([changed(household, name="新名字") for household in households], officer)
    roster.apply_import(import_id=early.pk)
    early.refresh_from_db()
    assert (early.state, early.moved, early.changed_persons) == (State.CHECKED, True, len(households))
    assert RosterPerson.objects.filter(name="新名字").count() == len(households)
    apply(early, officer)
    assert early.state == State.APPLIED
    assert not RosterPerson.objects.filter(name="新名字").exists()


def test_an_application_that_keeps_failing_is_given_up_and_nothing_is_written(
    workbooks: Workbooks,
    officer: User,
    households: Sequence[SampleHousehold],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = workbooks.check(households, officer)
    roster.request_apply(roster_import=checked, actor=officer)
    monkeypatch.setattr("enrollment.services.roster.apply_rows", lambda pk: 1 / 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            roster.apply_import(import_id=checked.pk)
    roster.apply_import(import_id=checked.pk)
    checked.refresh_from_db()
    assert checked.failure == {"code": "could_not_apply", "params": {}}
    assert not RosterPerson.objects.exists()


@pytest.mark.parametrize("change", ["disabled", "moved"])
def test_nothing_is_written_for_somebody_disabled_or_moved_since(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold], change: str
) -> None:
    checked = workbooks.check(households, officer)
    roster.request_apply(roster_import=checked, actor=officer)
    if change == "disabled":
        User.objects.filter(pk=officer.pk).update(is_active=False)
    else:
        move_post(officer, world.foreign.county)
    roster.apply_import(import_id=checked.pk)
    checked.refresh_from_db()
    assert (checked.state, checked.failure) == (State.FAILED, {"code": "not_allowed", "params": {}})
    assert not RosterPerson.objects.exists()
    assert "已停用或已调岗" in failure_text(checked.failure)


def test_an_import_asked_for_but_not_begun_can_be_cancelled(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    checked = workbooks.check(households, officer)
    roster.request_apply(roster_import=checked, actor=officer)
    roster.cancel_import(roster_import=checked, actor=officer)
    roster.apply_import(import_id=checked.pk)
    checked.refresh_from_db()
    assert checked.state == State.CANCELLED
    assert not RosterPerson.objects.exists()
    assert not RosterRow.objects.exists()


def test_the_same_file_is_recognised(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold], client: Client
) -> None:
    done = workbooks.apply(households, officer)
    data = (workbooks.folder / "roster.xlsx").read_bytes()
    again = roster.upload_roster(data=data, file_name="again.xlsx", actor=officer)
    run_check(again)
    assert same_file(again, officer) == done
    assert same_file(again, world.foreign[Role.COUNTY_OFFICER]) is None
    client.force_login(officer)
    page = client.get(f"/roster/imports/{again.pk}/").content.decode()
    assert "同一文件" in page


# Undo


def test_an_import_is_undone_whole(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    workbooks.apply(households[1:], officer)
    before = state_of_roster()
    second = replace(households[1], telephone="13700002222", township="另一乡", village="另一村")
    third = households[2:-1]
    done = workbooks.apply(
        [households[0], changed(second, name="新名字", telephone="13900001111"), *third], officer
    )
    assert state_of_roster() != before
    assert RosterChange.objects.filter(roster_import=done).exists()

    undo_import(roster_import=done, reason="wrong file", actor=officer)

    assert state_of_roster() == before
    done.refresh_from_db()
    assert (done.state, done.undone_by) == (State.UNDONE, officer)
    assert AuditRecord.objects.filter(act="undo_roster_import").count() == 1
    undo_import(roster_import=done, reason="again", actor=officer)
    assert AuditRecord.objects.filter(act="undo_roster_import").count() == 1


def test_what_insured_people_stand_on_is_not_undone(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    done = workbooks.apply(households, officer)
    enrol_county(agreement=world.own.agreement, actor=officer)
    assert built_on(done.pk).insured
    with pytest.raises(Refused, match="户"):
        undo_import(roster_import=done, reason="wrong file", actor=officer)
    assert RosterPerson.objects.count() == done.persons


def test_the_latest_import_goes_first(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    first = workbooks.apply(households, officer)
    second = workbooks.apply(households, officer)
    with pytest.raises(Refused, match="1"):
        undo_import(roster_import=first, reason="wrong file", actor=officer)
    undo_import(roster_import=second, reason="wrong file", actor=officer)
    first.refresh_from_db()
    undo_import(roster_import=first, reason="wrong file", actor=officer)
    assert not RosterHousehold.objects.exists()


# Between imports


def test_what_changed_between_two_imports(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold], client: Client
) -> None:
    first = workbooks.apply(households[1:], officer)
    second = workbooks.apply([households[0], changed(households[1], name="新名字"), *households[2:]], officer)
    assert first.applied_at is not None
    assert second.applied_at is not None
    between = changes_between(officer, world.own.county, first.applied_at, second.applied_at)
    assert [household.code for household in between.new_households] == [households[0].code]
    assert between.new_persons.count() == len(households[0].persons)
    assert [(row.field, row.new) for row in between.changes] == [("name", "新名字")]
    client.force_login(officer)
    address = f"/roster/changes/?county={world.own.county.pk}&after={first.pk}&until={second.pk}"
    assert "新名字" in client.get(address).content.decode()
    client.force_login(world.foreign[Role.COUNTY_OFFICER])
    assert "新名字" not in client.get(address).content.decode()
