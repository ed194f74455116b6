"""Townships that a county doesn't have yet are said before an import makes them, and go with it when it is undone."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection
from django.test import Client

from demo.people import SampleHousehold
from enrollment.models import HouseholdCount, RosterHousehold, RosterImport, RosterPlace, RosterRow
from enrollment.roster.texts import text_of
from enrollment.services.enrolment import enrol_county
from enrollment.services.roster_undo import undo_import
from jincheng_insurance.access.models import Region, User
from tests.enrollment.workbooks import Workbooks, apply, run_check
from tests.world import World


def at(households: Sequence[SampleHousehold], township: str, village: str = "新村") -> list[SampleHousehold]:
    return [replace(household, township=township, village=village) for household in households]


def persons(households: Sequence[SampleHousehold]) -> int:
    return sum(len(household.persons) for household in households)


def warnings(checked: RosterImport) -> list[dict[str, object]]:
    rows = RosterRow.objects.filter(roster_import=checked, verdict="warn").order_by("id")
    return [
        problem
        for problems in rows.values_list("problems", flat=True)
        for problem in problems
        if problem["code"].startswith("township")
    ]


def places(county: Region) -> set[str]:
    own = set(Region.objects.filter(parent=county).values_list("name", flat=True))
    return own | set(Region.objects.filter(parent__parent=county).values_list("name", flat=True))


def test_known_townships_are_not_warned_of(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    assert warnings(workbooks.check(households, officer)) == []


def test_each_new_township_is_warned_of_once_with_its_rows_and_the_nearest_known(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    nowhere, slip = at(households[:2], "不存在地方"), at(households[2:4], "崇文鎮镇")
    checked = workbooks.check([*nowhere, *slip, *households[4:]], officer)

    first, second = warnings(checked)
    row = 4 + persons(nowhere)
    warned = RosterRow.objects.filter(roster_import=checked, verdict="warn").count()
    assert (checked.warned, checked.accepted, checked.rejected) == (warned, persons(households) - warned, 0)
    assert (first["code"], first["column"], first["title"]) == ("township_new", "D", "乡(镇)")
    assert first["params"] == {
        "value": "不存在地方",
        "county": "陵川县",
        "rows": persons(nowhere),
        "sheet": "人员信息",
        "row": 4,
    }
    assert second["params"] == {
        "value": "崇文鎮镇",
        "county": "陵川县",
        "rows": persons(slip),
        "sheet": "人员信息",
        "row": row,
        "nearest": "崇文镇",
    }
    assert "崇文镇" in text_of(str(second["code"]), second["params"])  # type: ignore[arg-type]


def test_the_page_says_new_townships_until_they_are_applied(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold], client: Client
) -> None:
    client.force_login(officer)
    checked = workbooks.check(at(households, "崇文鎮镇"), officer)
    page = client.get(f"/roster/imports/{checked.pk}/").content.decode()
    assert "1 个乡镇" in page
    assert page.index("崇文鎮镇") < page.index(f'action="/roster/imports/{checked.pk}/apply/"')
    apply(checked, officer)
    assert "1 个乡镇" not in client.get(f"/roster/imports/{checked.pk}/").content.decode()
    again = workbooks.check(at(households, "崇文鎮镇"), officer)
    assert warnings(again) == []


def test_the_first_roster_of_a_county_without_townships_brings_them_unsaid(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    Region.objects.filter(parent=world.own.county).delete()
    assert warnings(workbooks.check(households, officer)) == []


def test_undone_an_import_takes_back_the_places_it_made(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    before = places(world.own.county)
    done = workbooks.apply([*at(households[:2], "不存在镇"), *households[2:]], officer)
    assert {"不存在镇", "新村"} <= places(world.own.county)

    undo_import(roster_import=done, reason="wrong file", actor=officer)

    assert places(world.own.county) == before
    assert not RosterPlace.objects.exists()


def test_a_place_where_others_stand_or_stood_stays(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    """A second import moves its own household into the township that the first made, a third one away from there."""
    first = workbooks.apply(at(households[:1], "不存在镇"), officer)
    workbooks.apply(at(households[1:2], "不存在镇", "别村"), officer)
    third = workbooks.apply(at(households[1:2], "崇文镇"), officer)
    undo_import(roster_import=first, reason="wrong file", actor=officer)
    left = Region.objects.filter(name="不存在镇").values_list("children__name", flat=True)
    assert set(left) == {"别村"}
    undo_import(roster_import=third, reason="wrong file", actor=officer)
    back = RosterHousehold.objects.select_related("township", "village").get(code=households[1].code)
    assert (str(back.township), str(back.village)) == ("不存在镇", "别村")


def test_a_township_into_which_insured_households_were_put_goes_with_the_import(
    world: World, workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    """Their count there is zero again, and may stay."""
    workbooks.apply(households, officer)
    enrol_county(agreement=world.own.agreement, actor=officer)
    moved = workbooks.apply(at(households, "不存在镇"), officer)
    township = Region.objects.get(name="不存在镇")
    assert HouseholdCount.objects.filter(township=township).exists()

    undo_import(roster_import=moved, reason="wrong file", actor=officer)

    assert not Region.objects.filter(name="不存在镇").exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_checked_twice_the_warning_stands_once(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    checked = workbooks.check(at(households, "不存在镇"), officer)
    before = checked.warned
    RosterImport.objects.filter(pk=checked.pk).update(state=RosterImport.State.CHECKING)
    run_check(checked)
    assert (checked.warned, len(warnings(checked))) == (before, 1)
