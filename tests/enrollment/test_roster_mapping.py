"""An import with titles nobody knows waits until somebody has said what they mean; that is remembered for its reach."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from demo.people import SampleHousehold, make_households
from enrollment.models import ColumnMapping, RosterImport, UnplacedSheet
from enrollment.selectors import roster_titles
from enrollment.services import roster
from enrollment.services.roster_mapping import forget_column_title, name_columns
from enrollment.texts import failure_text
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World

State = RosterImport.State
KNOWN = ["户编号", "姓名", "证件号码", "与户主关系", "户类型", "监测对象类别", "识别监测时间", "户联系电话"]
STRANGE = ["家里的号", "谁", "那张证", "哪个", "哪类", "监测哪类", "几时", "咋联系"]
FIELDS = [
    "household_code",
    "name",
    "id_number",
    "relation",
    "household_kind",
    "monitored_kind",
    "monitored_on",
    "household_telephone",
]


@pytest.fixture
def households() -> list[SampleHousehold]:
    return list(make_households(persons=6, counties=["140524"]))


def table(path: Path, households: list[SampleHousehold], titles: list[str], *above: list[str]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        out.writerows([*above, titles])
        for household in households:
            for person in household.persons:
                facts = [household.code, person.name, person.id_number, person.relation, household.kind]
                out.writerow([*facts, household.monitored, household.listed, household.telephone])
    return path


def checked(path: Path, actor: User) -> RosterImport:
    uploaded = roster.upload_roster(data=path.read_bytes(), file_name=path.name, actor=actor)
    roster.check_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


def named(waiting: RosterImport, fields: dict[int, str], actor: User, *, row: int = 1) -> RosterImport:
    name_columns(roster_import=waiting, header_row=row, fields=fields, actor=actor)
    roster.check_import(import_id=waiting.pk)
    waiting.refresh_from_db()
    return waiting


def half_known(path: Path, households: list[SampleHousehold]) -> Path:
    return table(path, households, [STRANGE[0], *KNOWN[1:]])


def test_unknown_titles_wait_are_named_once_and_known_from_then_on(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    path = table(tmp_path / "a.csv", households, STRANGE)
    waiting = checked(path, actor)
    assert (waiting.state, waiting.persons) == (State.MAPPING, 0)

    done = named(waiting, dict(enumerate(FIELDS)), actor)

    persons = sum(len(household.persons) for household in households)
    assert (done.state, done.persons, done.rejected, done.failure) == (State.CHECKED, persons, 0, None)
    assert not UnplacedSheet.objects.exists()
    assert checked(path, actor).state == State.CHECKED
    assert AuditRecord.objects.filter(act="name_columns", object_id=str(done.pk)).count() == 1


def test_samples_hold_no_number_in_full(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    path = table(tmp_path / "a.csv", households, STRANGE)
    waiting = checked(path, world.own[Role.COUNTY_OFFICER])
    kept = repr(waiting.unplaced_sheet.rows)
    assert households[0].persons[0].name in kept
    assert households[0].persons[0].id_number not in kept
    assert households[0].persons[0].id_number[6:14] not in kept
    assert households[0].telephone not in kept


def test_what_one_county_says_holds_there_and_what_the_city_says_everywhere(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    own, city = world.own[Role.COUNTY_OFFICER], world.own[Role.CITY_OFFICER]
    waiting = checked(half_known(tmp_path / "a.csv", households), own)
    named(waiting, dict(enumerate(FIELDS)), own)
    assert [one.title for one in ColumnMapping.objects.all()] == [STRANGE[0]]
    counties = (world.own.county.pk, world.foreign.county.pk, None)
    assert [known(county) for county in counties] == ["household_code", None, None]
    ColumnMapping.objects.create(
        county=None, key=STRANGE[0], title=STRANGE[0], field="person_code", said_by=city
    )
    assert [known(county) for county in counties] == ["household_code", "person_code", "person_code"]


def known(county_id: int | None) -> str | None:
    found = roster_titles(county_id).find(STRANGE[0])
    return found[1] if found else None


def test_a_title_taken_for_the_wrong_field_is_passed_over_from_then_on(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    """The sheet's 户联系电话 column is something else, and its code column has no known title."""
    actor = world.own[Role.COUNTY_OFFICER]
    waiting = checked(half_known(tmp_path / "a.csv", households), actor)
    named(waiting, {at: field for at, field in enumerate(FIELDS) if at != 7}, actor)
    assert dict(ColumnMapping.objects.values_list("title", "field")) == {
        STRANGE[0]: "household_code",
        "户联系电话": "",
    }
    assert "household_telephone" not in roster_titles(waiting.county_id).layout_of(_header()).fields


def _header() -> Any:
    from jincheng_insurance.sheets.reading import SheetRow

    return SheetRow("S", 1, tuple(KNOWN))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({at: field for at, field in enumerate(FIELDS) if at != 2}, "证件号码"),
        ({at: field for at, field in enumerate(FIELDS) if at != 3}, "与户主关系"),
        (dict(enumerate([*FIELDS[:7], "name"])), "谁"),
        (dict(enumerate([*FIELDS[:7], "nonsense"])), "选择"),
    ],
)
def test_what_is_no_roster_is_refused_and_nothing_remembered(
    world: World, tmp_path: Path, households: list[SampleHousehold], fields: dict[int, str], said: str
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    waiting = checked(table(tmp_path / "a.csv", households, STRANGE), actor)
    with pytest.raises(Refused, match=said):
        name_columns(roster_import=waiting, header_row=1, fields=fields, actor=actor)
    assert not ColumnMapping.objects.exists()
    waiting.refresh_from_db()
    assert waiting.state == State.MAPPING


def test_a_sheet_that_only_lacks_a_column_still_fails_with_its_name(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    path = table(tmp_path / "a.csv", households, ["序号", *KNOWN[1:]])
    failed = checked(path, world.own[Role.COUNTY_OFFICER])
    assert failed.state == State.FAILED
    assert failed.failure is not None
    assert failed.failure["code"] == "missing_columns"


@pytest.mark.parametrize("title", ["类别", "家庭种类"])
def test_a_kind_under_an_unknown_title_is_asked_for_though_kinds_of_monitoring_are_known(
    world: World, tmp_path: Path, households: list[SampleHousehold], title: str
) -> None:
    """Most rows say nothing of monitoring: without the kind of household they couldn't be taken."""
    actor = world.own[Role.COUNTY_OFFICER]
    poor = [replace(household, kind="脱贫户", monitored="", listed="") for household in households]
    waiting = checked(table(tmp_path / "a.csv", poor, [*KNOWN[:4], title, *KNOWN[5:]]), actor)
    persons = sum(len(household.persons) for household in poor)

    assert (waiting.state, waiting.rejected) == (State.MAPPING, 0)
    assert waiting.failure == {
        "code": "unsaid_columns",
        "params": {"sheet": "CSV", "row": 1, "columns": "户类型", "rows": persons, "all": persons},
    }
    assert f"{persons} 行" in failure_text(waiting.failure)
    without = {at: field for at, field in enumerate(FIELDS) if field != "household_kind"}
    with pytest.raises(Refused, match="户类型"):
        name_columns(roster_import=waiting, header_row=1, fields=without, actor=actor)

    done = named(waiting, dict(enumerate(FIELDS)), actor)
    assert (done.state, done.persons, done.rejected) == (State.CHECKED, persons, 0)


def test_a_list_of_monitored_households_needs_no_other_kind(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    marginal = [replace(one, monitored="边缘易致贫户", listed="202501") for one in households]
    listed = checked(table(tmp_path / "a.csv", marginal, [*KNOWN[:4], "备用", *KNOWN[5:]]), actor)
    assert (listed.state, listed.rejected) == (State.CHECKED, 0)


@pytest.mark.parametrize(
    ("at", "named_so"), [(0, "户编号"), (1, "姓名"), (2, "证件号码"), (3, "与户主关系"), (6, "识别监测时间")]
)
def test_every_column_that_rows_need_is_asked_for(
    world: World, tmp_path: Path, households: list[SampleHousehold], at: int, named_so: str
) -> None:
    marginal = [
        replace(one, kind="普通农户", monitored="边缘易致贫户", listed="202501") for one in households
    ]
    titles = [*KNOWN[:at], STRANGE[at], *KNOWN[at + 1 :]]
    waiting = checked(table(tmp_path / "a.csv", marginal, titles), world.own[Role.COUNTY_OFFICER])
    assert waiting.state == State.MAPPING
    assert waiting.failure is not None
    assert waiting.failure["params"]["columns"] == named_so


def test_who_imports_for_several_counties_is_asked_for_the_county(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.CITY_OFFICER]
    titles = [*KNOWN[:7], "哪里"]
    waiting = checked(table(tmp_path / "a.csv", households, titles), actor)
    assert waiting.state == State.MAPPING
    assert waiting.failure is not None
    assert waiting.failure["params"]["columns"] == "县"
    with pytest.raises(Refused, match="县"):
        name_columns(roster_import=waiting, header_row=1, fields=dict(enumerate(FIELDS[:7])), actor=actor)


def test_a_title_can_be_forgotten_by_whom_it_concerns_alone(world: World) -> None:
    mapping = ColumnMapping.objects.create(
        county=world.own.county, key="x", title="x", field="name", said_by=world.own[Role.COUNTY_OFFICER]
    )
    with pytest.raises(PermissionDenied):
        forget_column_title(mapping=mapping, actor=world.foreign[Role.COUNTY_OFFICER])
    forget_column_title(mapping=mapping, actor=world.own[Role.COUNTY_OFFICER])
    assert not ColumnMapping.objects.exists()


def test_the_page_asks_with_masked_samples_and_goes_on(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    path = table(tmp_path / "a.csv", households, STRANGE, ["某县 某年 名单"], ["", "", ""])
    waiting = checked(path, actor)
    client = Client()
    client.force_login(actor)
    address = reverse("roster:columns", args=[waiting.pk])

    page = client.get(address).content.decode()
    assert client.get(reverse("roster:import", args=[waiting.pk])).content.decode().count(address) == 1
    assert page.count("<select") == 1 + len(STRANGE)
    assert households[0].persons[0].name in page
    assert households[0].persons[0].id_number not in page
    assert 'name="row" value="3"' in page

    wrong = client.post(address, {"row": "3", "column_0": "household_code"})
    assert wrong.status_code == 422
    assert "证件号码" in wrong.content.decode()
    right = client.post(address, {"row": "3", **{f"column_{at}": field for at, field in enumerate(FIELDS)}})
    assert right.status_code == 302
    roster.check_import(import_id=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rejected) == (State.CHECKED, 0)
    assert STRANGE[0] in client.get(reverse("roster:titles")).content.decode()
    assert client.get(address).status_code == 302


def test_an_import_that_waits_can_be_cancelled_and_keeps_no_samples(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    waiting = checked(table(tmp_path / "a.csv", households, STRANGE), actor)
    roster.cancel_import(roster_import=waiting, actor=actor)
    assert not UnplacedSheet.objects.exists()
    with pytest.raises(Refused, match="不再等待"):
        name_columns(roster_import=waiting, header_row=1, fields=dict(enumerate(FIELDS)), actor=actor)


def test_the_shell_says_what_is_lacking(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    with pytest.raises(CommandError, match="户编号"):
        call_command("import_roster", str(half_known(tmp_path / "a.csv", households)))
