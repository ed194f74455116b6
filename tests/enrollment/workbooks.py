"""Households as workbooks, taken through the stages of an import."""

from collections.abc import Sequence
from pathlib import Path

from demo.people import SampleHousehold
from demo.workbooks import write_one_sheet
from enrollment.models import RosterImport
from enrollment.services import roster
from jincheng_insurance.access.models import User


class Workbooks:
    """Writes households as a workbook and takes it through the stages of an import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def upload(self, households: Sequence[SampleHousehold], actor: User) -> RosterImport:
        path = write_one_sheet(self.folder / "roster.xlsx", households).path
        return roster.upload_roster(data=path.read_bytes(), file_name=path.name, actor=actor)

    def check(self, households: Sequence[SampleHousehold], actor: User) -> RosterImport:
        return run_check(self.upload(households, actor))

    def apply(self, households: Sequence[SampleHousehold], actor: User) -> RosterImport:
        return apply(self.check(households, actor), actor)


def run_check(uploaded: RosterImport) -> RosterImport:
    roster.check_import(import_id=uploaded.pk)
    uploaded.refresh_from_db()
    return uploaded


def apply(checked: RosterImport, actor: User) -> RosterImport:
    roster.request_apply(roster_import=checked, actor=actor)
    roster.apply_import(import_id=checked.pk)
    checked.refresh_from_db()
    return checked
