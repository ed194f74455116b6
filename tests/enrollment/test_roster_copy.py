"""The annotated copy of an import: whole, marked, on record, and fit to be uploaded again once mended."""

import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from demo.people import SampleHousehold, make_households
from demo.workbooks import write_one_sheet
from enrollment.models import RosterImport, RosterRow
from enrollment.services import roster
from enrollment.services.roster_copy import annotated_copy
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from tests.world import World


@pytest.fixture
def households() -> list[SampleHousehold]:
    return list(make_households(persons=12, counties=["140524"]))


def checked(content: bytes, name: str, actor: User) -> RosterImport:
    uploaded = roster.upload_roster(data=content, file_name=name, actor=actor)
    roster.check_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


def spoiled(path: Path, households: list[SampleHousehold]) -> bytes:
    """A roster whose first person has a wrong number, and whose second person has no name."""
    book = load_workbook(write_one_sheet(path, households).path)
    sheet = book.worksheets[0]
    number = str(sheet["J4"].value)
    sheet["J4"] = number[:-1] + ("1" if number[-1] != "1" else "2")
    sheet["I5"] = None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_copy_is_mended_and_uploaded_again(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    bad = checked(spoiled(tmp_path / "a.xlsx", households), "a.xlsx", actor)
    assert bad.rejected == 2

    with annotated_copy(roster_import=bad, actor=actor) as file:
        book = load_workbook(io.BytesIO(file.read()))
    sheet = book.worksheets[0]
    reasons = {cell.row: cell.value for cell in sheet["AB"] if cell.value}
    assert sheet["AB3"].value == "问题说明"
    assert reasons[4].startswith("J ")
    assert sheet["J4"].comment is not None
    assert (sheet["J4"].number_format, sheet.auto_filter.ref[:3]) == ("@", "A3:")
    assert "姓名" in reasons[5]

    sheet["J4"] = households[0].persons[0].id_number
    members = [person for household in households for person in household.persons]
    sheet["I5"] = members[1].name
    mended = io.BytesIO()
    book.save(mended)
    good = checked(mended.getvalue(), "b.xlsx", actor)
    assert (good.rejected, good.persons) == (0, len(members))


def test_each_copy_is_on_record_without_a_number(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    bad = checked(spoiled(tmp_path / "a.xlsx", households), "a.xlsx", actor)
    for _ in range(2):
        annotated_copy(roster_import=bad, actor=actor).close()
    kept = AuditRecord.objects.filter(act="download_annotated_copy", object_id=str(bad.pk))
    rows = bad.rejected + bad.warned
    assert [(one.actor_id, one.facts) for one in kept] == [(actor.pk, {"rows": rows})] * 2


def test_only_who_may_import_there_gets_it(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    bad = checked(spoiled(tmp_path / "a.xlsx", households), "a.xlsx", world.own[Role.COUNTY_OFFICER])
    for actor in (world.foreign[Role.COUNTY_OFFICER], world.own[Role.AUDITOR], world.own[Role.ADJUSTER]):
        with pytest.raises(PermissionDenied):
            annotated_copy(roster_import=bad, actor=actor)
    assert not AuditRecord.objects.filter(act="download_annotated_copy").exists()


def test_it_speaks_the_readers_language_and_is_never_cached(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    bad = checked(spoiled(tmp_path / "a.xlsx", households), "名册.xlsx", actor)
    client = Client()
    client.force_login(actor)
    answer = client.post(reverse("roster:copy", args=[bad.pk]))
    assert answer["Cache-Control"] == "no-store"
    assert "attachment" in answer["Content-Disposition"]
    assert load_workbook(io.BytesIO(b"".join(answer))).worksheets[0]["AB3"].value == "问题说明"  # type: ignore[arg-type]
    with override("en"), annotated_copy(roster_import=bad, actor=actor) as file:
        english = load_workbook(io.BytesIO(file.read())).worksheets[0]
    assert english["AB3"].value == "What is wrong"
    assert english["AB5"].value.startswith("I The name is missing")


def test_what_cannot_be_annotated_is_said(
    world: World, tmp_path: Path, households: list[SampleHousehold], settings: object
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    bad = checked(spoiled(tmp_path / "a.xlsx", households), "a.xlsx", actor)
    (Path(settings.UPLOAD_DIR) / bad.stored_as).unlink()  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="不再保存"):
        annotated_copy(roster_import=bad, actor=actor)
    RosterRow.objects.filter(roster_import=bad).delete()
    with pytest.raises(Refused, match="没有可标注"):
        annotated_copy(roster_import=bad, actor=actor)
    client = Client()
    client.force_login(actor)
    assert client.post(reverse("roster:copy", args=[bad.pk])).status_code == 302


def test_the_page_and_the_shell_show_what_stands_there(
    world: World, tmp_path: Path, households: list[SampleHousehold]
) -> None:
    actor = world.own[Role.COUNTY_OFFICER]
    bad = checked(spoiled(tmp_path / "a.xlsx", households), "a.xlsx", actor)
    client = Client()
    client.force_login(actor)
    page = client.get(reverse("roster:import", args=[bad.pk])).content.decode()
    number = households[0].persons[0].id_number
    assert f"<td>{number[:4]}**********{number[14:17]}" in page
    assert number[:17] not in page
    assert reverse("roster:copy", args=[bad.pk]) in page
