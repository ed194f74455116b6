"""The roster's way in: the lane of the roster workbook.

Checking reads the workbook row by row, seals new numbers and copies the rows into a staging table, then compares them
with the roster; applying writes what is new, changed and gone by set-based SQL in one transaction."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import RosterDifference, RosterImport, RosterReach, RosterRow, UnplacedSheet
from enrollment.roster import checking
from enrollment.roster.record import CheckedRow, RosterSummary
from enrollment.selectors import counties_for_import, names, other_counties, roster_titles
from enrollment.services.roster_apply import apply_rows, is_stale
from enrollment.services.roster_compare import compare
from enrollment.services.roster_mapping import ask_for_columns
from enrollment.services.roster_places import warn_of_new_townships
from enrollment.services.roster_staging import Stager
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.sheets.lane import ActNames, Lane
from jincheng_insurance.sheets.reading import RowStream

ROSTER_TURN = 7142


class RosterCheck:
    """One check of one roster workbook."""

    def __init__(self, roster_import: RosterImport) -> None:
        self.reach = counties_for_import(roster_import.uploaded_by)
        self.import_id = roster_import.pk
        self.titles = roster_titles(roster_import.county_id)
        self.stager = Stager(roster_import.pk, [county.pk for county in self.reach.values()])
        self.summary = RosterSummary()
        self.confirmed = roster_import.confirmed is not None

    def verdicts(self, rows: RowStream, on_progress: Callable[[int], None]) -> Iterator[CheckedRow]:
        check = checking.RosterCheck(
            names(self.reach.values()),
            names(other_counties(self.reach.values())),
            timezone.localdate(),
            self.titles,
        )
        check.read(rows, on_progress)
        self.stager.column_at = check.at
        return check.verdicts()

    def stage(self, batch: list[CheckedRow]) -> None:
        for row in self.stager.write(batch):
            self.summary.add(row)

    @transaction.atomic
    def finish(self) -> dict[str, Any]:
        compared = compare(self.import_id, confirmed=self.confirmed)
        summary = self.summary
        warned = warn_of_new_townships(self.import_id, self.stager.column_at)
        return {
            "accepted": summary.accepted - warned,
            "warned": summary.warned + warned,
            "rejected": summary.rejected,
            "households": summary.households,
            "persons": summary.persons,
            "monitored_households": summary.monitored_households,
            "monitored_persons": summary.monitored_persons,
            "new_households": self.stager.new_households,
            "new_persons": self.stager.new_persons,
            "changed_households": compared.changed_households,
            "changed_persons": compared.changed_persons,
            "gone_households": compared.gone_households,
            "gone_persons": compared.gone_persons,
        }


def county_of(actor: User) -> Region | None:
    """The one county whose roster the actor may import; None for more than one."""
    counties = counties_for_import(actor)
    return next(iter(counties.values())) if len(counties) == 1 else None


def _write(roster_import: RosterImport) -> Mapping[str, int]:
    gone_households, gone_persons = apply_rows(roster_import.pk)
    return {
        "households": roster_import.households,
        "persons": roster_import.persons,
        "changed": roster_import.changed_households + roster_import.changed_persons,
        "gone": gone_households + gone_persons,
    }


LANE = Lane(
    model=RosterImport,
    rows=RosterRow,
    also_staged=(RosterDifference, UnplacedSheet),
    upload_field="roster_import",
    act=Act.IMPORT_ROSTER,
    act_names=ActNames(
        upload="upload_roster",
        request="apply_roster",
        applied="roster_applied",
        cancel="cancel_roster_import",
    ),
    job_lock=7141,
    turn_lock=ROSTER_TURN,
    check_task="enrollment.check_import",
    apply_task="enrollment.apply_import",
    county_of=county_of,
    start_check=RosterCheck,
    is_stale=lambda upload: is_stale(upload.pk),
    write=_write,
    ask=lambda upload_id, error: ask_for_columns(import_id=upload_id, error=error),
    never_more=(
        "rejected",
        "new_households",
        "new_persons",
        "changed_households",
        "changed_persons",
        "gone_households",
        "gone_persons",
    ),
)


def upload_roster(*, data: bytes, file_name: str, actor: User) -> RosterImport:
    """Keep an uploaded roster workbook, encrypted, and queue its check. Refused over 20 MB or when empty."""
    return LANE.upload(data=data, file_name=file_name, actor=actor)


def check_import(*, import_id: int) -> None:
    """Check a queued import, or one whose worker died, and compare it with the roster."""
    LANE.check(upload_id=import_id)


def request_apply(
    *, roster_import: RosterImport, actor: User, whole_counties: Collection[int] | None = None
) -> None:
    """Ask for a checked import to be written to the roster by a worker. `whole_counties` are those (keys) whose whole
    roster the file is, so that what it doesn't list is flagged as gone; None leaves it as the check proposed."""

    def prepare(locked: RosterImport) -> Mapping[str, int]:
        if locked.persons == 0:
            raise Refused(_("No row of this file can be imported. Correct the file and upload it again."))
        if whole_counties is not None:
            for reach in locked.reach.all():
                RosterReach.objects.filter(pk=reach.pk).update(whole=reach.county_id in whole_counties)
        whole = [reach for reach in locked.reach.all() if reach.whole]
        locked.gone_households = sum(reach.missing_households for reach in whole)
        locked.gone_persons = sum(reach.missing_persons for reach in whole)
        RosterImport.objects.filter(pk=locked.pk).update(
            gone_households=locked.gone_households, gone_persons=locked.gone_persons
        )
        return {
            "households": locked.households,
            "persons": locked.persons,
            "gone": locked.gone_households + locked.gone_persons,
        }

    LANE.request_apply(upload=roster_import, actor=actor, prepare=prepare)


def apply_import(*, import_id: int) -> None:
    """Write an import whose application was asked for. One transaction: after a crash either all of it stands, or
    nothing, and the sweep runs it again."""
    LANE.apply(upload_id=import_id)


def cancel_import(*, roster_import: RosterImport, actor: User) -> None:
    """Give an import up before it is written; its staged rows go, the record of it stays."""
    LANE.cancel(upload=roster_import, actor=actor)


def unfinished_imports() -> list[tuple[str, int]]:
    """The tasks that imports are waiting for, with their ids: for the sweep."""
    return LANE.unfinished()
