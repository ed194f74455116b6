"""The participation workbook closes what R5 leaves unknown, for the roster and the insured of its year."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import Workbook

from enrollment.models import InsuredPerson, ParticipationImport, RosterChange, RosterPerson
from enrollment.selectors import identity_place
from enrollment.services import participation
from enrollment.tasks import apply_participation, check_participation
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from tests.world import World, insure_person, list_household

State = ParticipationImport.State


def number_of(person: RosterPerson) -> str:
    return unseal(bytes(person.id_number_sealed), identity_place(person.pk))


def workbook(folder: Path, rows: list[tuple[str, str, str]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["2026年参保名单"])
    sheet.append(["证件号码", "姓名", "基本医保参保情况"])
    for row in rows:
        sheet.append(list(row))
    path = folder / "participation.xlsx"
    book.save(path)
    return path.read_bytes()


def checked(world: World, data: bytes, actor: User) -> ParticipationImport:
    upload = participation.upload_participation(
        data=data, file_name="p.xlsx", policy_year=world.year, actor=actor
    )
    participation.check_participation(import_id=upload.pk)
    upload.refresh_from_db()
    return upload


def test_participation_is_taken_over_for_roster_and_insured(world: World, tmp_path: Path) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    insured = insure_person(world.own, basic_insurance="unknown")
    person = insured.roster_person
    listed = list_household(world.own, persons=1, basic_insurance="resident").persons.get()
    rows = [(number_of(person), person.name, "城镇职工"), (number_of(listed), listed.name, "居民")]

    upload = checked(world, workbook(tmp_path, rows), actor)

    assert (upload.state, upload.accepted, upload.changed, upload.same) == (State.CHECKED, 2, 1, 1)
    insured.refresh_from_db()
    assert insured.basic_insurance == "unknown"
    participation.request_participation(participation_import=upload, actor=actor)
    for _ in range(2):
        apply_participation(upload.pk)
        check_participation(upload.pk)
    insured.refresh_from_db()
    person.refresh_from_db()
    assert (insured.basic_insurance, person.basic_insurance) == ("employee", "employee")
    changes = RosterChange.objects.filter(participation_import=upload).order_by("field")
    assert [(row.field, row.old, row.new) for row in changes] == [
        ("basic_insurance", "unknown", "employee"),
        ("participation", "unknown", "employee"),
    ]


def test_another_name_an_unknown_number_and_another_county_are_refused(world: World, tmp_path: Path) -> None:
    own = list_household(world.own, persons=1).persons.get()
    foreign = list_household(world.foreign, persons=1).persons.get()
    rows = [
        (number_of(own), "别的名字", "居民"),
        (number_of(foreign), foreign.name, "职工"),
        ("110101199003070177", "没有人", "居民"),
        (number_of(own)[:-1], own.name, "居民"),
        (number_of(own), own.name, "也许"),
    ]

    upload = checked(world, workbook(tmp_path, rows), world.own[Role.COUNTY_OFFICER])

    codes = [row.problems[0]["code"] for row in upload.rows.order_by("id")]
    assert codes == [
        "name_differs",
        "person_not_found",
        "person_not_found",
        "id_number_length",
        "participation_unknown",
    ]
    assert (upload.accepted, upload.rejected, upload.not_found) == (0, 5, 2)
    assert number_of(foreign) not in str(list(upload.rows.values_list("problems", flat=True)))
    with pytest.raises(Refused):
        participation.request_participation(participation_import=upload, actor=world.own[Role.COUNTY_OFFICER])


def test_it_is_taken_over_within_its_county_alone(world: World, tmp_path: Path) -> None:
    own = list_household(world.own, persons=1, basic_insurance="unknown").persons.get()
    data = workbook(tmp_path, [(number_of(own), own.name, "居民")])
    upload = checked(world, data, world.own[Role.COUNTY_OFFICER])
    for actor in (world.foreign[Role.COUNTY_OFFICER], world.own[Role.ADJUSTER]):
        with pytest.raises(PermissionDenied):
            participation.request_participation(participation_import=upload, actor=actor)
        with pytest.raises(PermissionDenied):
            participation.cancel_participation(participation_import=upload, actor=actor)


def test_what_changed_since_the_check_is_checked_anew(world: World, tmp_path: Path) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    person = list_household(world.own, persons=1, basic_insurance="unknown").persons.get()
    data = workbook(tmp_path, [(number_of(person), person.name, "居民")])
    early, late = (checked(world, data, actor) for _ in range(2))
    for upload in (late, early):
        participation.request_participation(participation_import=upload, actor=actor)
        participation.apply_participation(import_id=upload.pk)
        upload.refresh_from_db()
        assert upload.state == State.APPLIED
    assert RosterChange.objects.count() == 1
    assert early.changed == 0
    assert not InsuredPerson.objects.exists()
