"""The roster's way in: checked in the background, applied whole or not at all, twice is as good as once."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from demo.people import SampleHousehold, make_households
from demo.workbooks import write_one_sheet, write_two_sheets
from enrollment.models import RosterHousehold, RosterImport, RosterPerson, RosterRow
from enrollment.selectors import masked_identity
from enrollment.services import roster
from enrollment.tasks import sweep_imports
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.celery import app
from tests.world import World

State = RosterImport.State


@pytest.fixture
def households() -> list[SampleHousehold]:
    return list(make_households(persons=40, counties=["140524"]))


def upload(path: Path, actor: User) -> RosterImport:
    return roster.upload_roster(data=path.read_bytes(), file_name=path.name, actor=actor)


def checked(path: Path, actor: User) -> RosterImport:
    uploaded = upload(path, actor)
    roster.check_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


def applied(path: Path, actor: User) -> RosterImport:
    uploaded = checked(path, actor)
    roster.request_apply(roster_import=uploaded, actor=actor)
    roster.apply_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


@pytest.mark.parametrize("write", [write_one_sheet, write_two_sheets])
def test_both_exports_come_in_with_every_household_and_person(
    world: World, tmp_path: Path, households: list[SampleHousehold], write: object
) -> None:
    written = write(tmp_path / "roster.xlsx", households)  # type: ignore[operator]

    done = applied(written.path, world.own[Role.COUNTY_OFFICER])

    assert done.state == State.APPLIED
    assert done.done == done.total == written.persons
    assert (done.households, done.persons, done.rejected) == (written.households, written.persons, 0)
    assert done.monitored_households == written.monitored_households
    assert (RosterHousehold.objects.count(), RosterPerson.objects.count()) == (
        written.households,
        written.persons,
    )
    first = RosterPerson.objects.get(code=households[0].persons[0].code)
    assert first.name == households[0].persons[0].name
    number = households[0].persons[0].id_number
    assert masked_identity(first) == f"{number[:4]}**********{number[-4:]}"


def test_a_task_delivered_twice_and_the_same_file_again_change_nothing(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    path = write_one_sheet(tmp_path / "roster.xlsx", households).path
    actor = world.own[Role.COUNTY_OFFICER]
    done = applied(path, actor)
    before = list(RosterPerson.objects.order_by("pk").values_list("pk", "name", "id_number_index"))

    roster.check_import(import_id=done.pk)
    roster.apply_import(import_id=done.pk)
    again = applied(path, actor)

    assert again.state == State.APPLIED
    assert list(RosterPerson.objects.order_by("pk").values_list("pk", "name", "id_number_index")) == before
    assert all("*" in masked_identity(person) for person in RosterPerson.objects.all())


def test_a_person_the_roster_has_elsewhere_is_refused_without_saying_where(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    applied(write_one_sheet(tmp_path / "one.xlsx", households).path, world.own[Role.COUNTY_OFFICER])
    moved = SampleHousehold(
        **{name: getattr(households[0], name) for name in SampleHousehold.__slots__}
        | {"code": "09990000001", "county_code": "140581", "county": "高平市"}
    )

    refused = checked(
        write_one_sheet(tmp_path / "two.xlsx", [moved]).path, world.foreign[Role.COUNTY_OFFICER]
    )

    assert (refused.persons, refused.rejected) == (0, len(moved.persons))
    problems = json.dumps(
        list(RosterRow.objects.filter(roster_import=refused).values_list("problems", flat=True))
    )
    assert "listed_in_another_household" in problems
    assert households[0].code not in problems


def test_no_full_number_stands_anywhere_after_an_import(
    world: World, tmp_path: Path, households: list[SampleHousehold], settings: object
) -> None:
    applied(write_one_sheet(tmp_path / "roster.xlsx", households).path, world.own[Role.COUNTY_OFFICER])
    numbers = [person.id_number for household in households for person in household.persons]
    telephones = [household.telephone for household in households]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            text = "\n".join(line for (line,) in cursor.fetchall())
            assert not [number for number in (*numbers, *telephones) if number in text], table
    stored = b"".join(file.read_bytes() for file in Path(settings.UPLOAD_DIR).iterdir())  # type: ignore[attr-defined]
    assert not stored.startswith(b"PK")


def test_what_is_no_workbook_fails_with_a_text(world: World, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_text("<html><table></table></html>")

    failed = checked(path, world.own[Role.COUNTY_OFFICER])

    assert failed.state == State.FAILED
    assert failed.failure == {"code": "web_page", "params": {}}


def test_rows_of_another_county_are_refused(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    refused = checked(
        write_one_sheet(tmp_path / "a.xlsx", households).path, world.foreign[Role.COUNTY_OFFICER]
    )
    assert (refused.accepted, refused.warned) == (0, 0)
    assert refused.county == Region.objects.get(code="140581")


def test_a_cancelled_import_leaves_no_rows_and_cannot_be_applied(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    uploaded = checked(write_one_sheet(tmp_path / "a.xlsx", households).path, actor)
    roster.cancel_import(roster_import=uploaded, actor=actor)
    with pytest.raises(Refused, match="只有"):
        roster.request_apply(roster_import=uploaded, actor=actor)
    assert not RosterRow.objects.filter(roster_import=uploaded).exists()


def test_the_sweep_takes_up_what_a_dead_worker_left(
    world: World, tmp_path: Path, households: list[SampleHousehold], monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    uploaded = upload(write_one_sheet(tmp_path / "a.xlsx", households).path, actor)
    RosterImport.objects.filter(pk=uploaded.pk).update(state=State.CHECKING, attempts=1)
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr("enrollment.tasks.enqueue", lambda task, pk: sent.append((task, pk)))

    sweep_imports()
    roster.check_import(import_id=uploaded.pk)

    assert sent == [("enrollment.check_import", uploaded.pk)]
    uploaded.refresh_from_db()
    assert uploaded.state == State.CHECKED


@pytest.mark.usefixtures("live_world")
def test_an_upload_succeeds_while_the_broker_is_down(
    tmp_path: Path, households: list[SampleHousehold], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)

    uploaded = upload(
        write_one_sheet(tmp_path / "a.xlsx", households).path,
        User.objects.get(username="140524-county_officer"),
    )

    assert roster.unfinished_imports() == [("enrollment.check_import", uploaded.pk)]


def test_the_shell_command_prints_counts_and_rows(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    written = write_one_sheet(tmp_path / "roster.xlsx", households)
    out = StringIO()

    call_command("import_roster", str(written.path), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["accepted"] + answer["warned"], answer["rejected"]) == (written.persons, 0)
    assert answer["rows"][0] == {"sheet": "人员信息", "row": 4, "verdict": "accept", "problems": []}
    assert not RosterPerson.objects.exists()

    call_command("import_roster", str(written.path), "--apply", stdout=StringIO())
    assert RosterPerson.objects.count() == written.persons
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_roster", "nothing.xlsx")
    with transaction.atomic():
        assert RosterImport.objects.count() == 2
