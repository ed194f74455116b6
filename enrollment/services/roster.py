"""The roster's way in: upload, check in the background, apply whole or not at all.

Checking reads the workbook row by row, seals the numbers and copies the rows into a staging table; applying compares
and writes by set-based SQL in one transaction. A worker holds a session lock on the import while it works, so one at a
time works on it, and it is free again the moment that one dies."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import RosterImport, RosterRow, UnplacedSheet
from enrollment.roster.checking import check_rows
from enrollment.roster.record import RosterSummary
from enrollment.roster.unplaced import ColumnsUnknown
from enrollment.selectors import counties_for_import, names, other_counties, roster_titles
from enrollment.services.roster_apply import apply_rows, is_stale
from enrollment.services.roster_mapping import ask_for_columns
from enrollment.services.roster_staging import Stager
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import opened_sealed, store_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import MAX_FILE, read_rows, suffix_of
from jincheng_insurance.web.background import enqueue

State = RosterImport.State
BATCH = 2000
JOB_LOCK = 7141
APPLY_LOCK = 7142
MOST_ATTEMPTS = 3

T = TypeVar("T")


@transaction.atomic(durable=True)
def upload_roster(*, data: bytes, file_name: str, actor: User) -> RosterImport:
    """Keep an uploaded workbook, encrypted, and queue its check. Refused over 20 MB or when empty."""
    require(actor, Act.IMPORT_ROSTER)
    if not data:
        raise Refused(_("The file is empty. Choose the workbook again."), field="file")
    if len(data) > MAX_FILE:
        raise Refused(
            _("The file is larger than %(most)d MB. Split it by county or township."),
            field="file",
            most=MAX_FILE // 2**20,
        )
    counties = counties_for_import(actor)
    roster_import = RosterImport.objects.create(
        county=next(iter(counties.values())) if len(counties) == 1 else None,
        file_name=file_name[-255:],
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        stored_as=store_sealed(data),
        uploaded_by=actor,
    )
    record("upload_roster", actor=actor, on=roster_import, facts={"size": len(data)})
    enqueue("enrollment.check_import", roster_import.pk)
    return roster_import


def check_import(*, import_id: int) -> None:
    """Check a queued import, or one whose worker died: every row's verdict into the staging table. Running it twice
    ends the same; when somebody else is at it, or it was checked already, nothing is done."""
    with _job_lock(import_id) as mine:
        if not mine:
            return
        roster_import = RosterImport.objects.select_related("uploaded_by").get(pk=import_id)
        if roster_import.state not in (State.QUEUED, State.CHECKING):
            return
        if roster_import.attempts >= MOST_ATTEMPTS:
            _fail(import_id, SheetError("too_many_attempts"))
            return
        RosterRow.objects.filter(roster_import=import_id).delete()
        waiting = RosterImport.objects.filter(pk=import_id, state=roster_import.state)
        if not waiting.update(
            state=State.CHECKING, done=0, attempts=roster_import.attempts + 1, heartbeat_at=timezone.now()
        ):
            return
        try:
            summary = _stage(roster_import)
        except ColumnsUnknown as unknown:
            ask_for_columns(import_id=import_id, unknown=unknown)
            return
        except SheetError as error:
            _fail(import_id, error)
            return
        RosterImport.objects.filter(pk=import_id, state=State.CHECKING).update(
            state=State.CHECKED,
            heartbeat_at=timezone.now(),
            accepted=summary.accepted,
            warned=summary.warned,
            rejected=summary.rejected,
            households=summary.households,
            persons=summary.persons,
            monitored_households=summary.monitored_households,
            monitored_persons=summary.monitored_persons,
        )


def _stage(roster_import: RosterImport) -> RosterSummary:
    """Check and stage every row, saying how far it is; stops when the import is cancelled meanwhile."""
    summary = RosterSummary()
    reach = counties_for_import(roster_import.uploaded_by)
    stager = Stager(roster_import.pk)
    row = RosterImport.objects.filter(pk=roster_import.pk, state=State.CHECKING)

    def show_life(_read: int) -> None:
        row.update(heartbeat_at=timezone.now())

    with (
        opened_sealed(roster_import.stored_as, suffix=suffix_of(roster_import.file_name)) as path,
        read_rows(path) as rows,
    ):
        row.update(total=rows.total)
        checked = check_rows(
            rows,
            counties=names(reach.values()),
            other_counties=names(other_counties(reach.values())),
            today=timezone.localdate(),
            titles=roster_titles(roster_import.county_id),
            on_progress=show_life,
        )
        done = 0
        for batch in _batches(checked, BATCH):
            staged = stager.write(batch)
            for line in staged:
                summary.add(line)
            done += len(staged)
            if not row.update(done=done, heartbeat_at=timezone.now()):
                RosterRow.objects.filter(roster_import=roster_import.pk).delete()
                break
    row.update(total=done)
    return summary


@transaction.atomic(durable=True)
def request_apply(*, roster_import: RosterImport, actor: User) -> None:
    """Ask for a checked import to be written to the roster by a worker."""
    locked = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    require(actor, Act.IMPORT_ROSTER, locked)
    if locked.state in (State.APPLYING, State.APPLIED):
        return
    if locked.state != State.CHECKED:
        raise Refused(_("Only a checked import can be applied."))
    if locked.persons == 0:
        raise Refused(_("No row of this file can be imported. Correct the file and upload it again."))
    RosterImport.objects.filter(pk=locked.pk).update(
        state=State.APPLYING, applied_by=actor, heartbeat_at=timezone.now()
    )
    record(
        "apply_roster",
        actor=actor,
        on=locked,
        facts={"households": locked.households, "persons": locked.persons},
    )
    enqueue("enrollment.apply_import", locked.pk)


def apply_import(*, import_id: int) -> None:
    """Write an import whose application was asked for. One transaction: after a crash either all of it stands, or
    nothing, and the sweep runs it again."""
    with _job_lock(import_id) as mine:
        if mine:
            _apply(import_id)


@transaction.atomic(durable=True)
def _apply(import_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLY_LOCK])
    roster_import = RosterImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if roster_import.state != State.APPLYING:
        return
    if is_stale(import_id):
        _fail(import_id, SheetError("roster_moved"))
        return
    apply_rows(import_id)
    RosterImport.objects.filter(pk=import_id).update(
        state=State.APPLIED, applied_at=timezone.now(), heartbeat_at=timezone.now()
    )
    record(
        "roster_applied",
        actor=roster_import.applied_by,
        on=roster_import,
        facts={"households": roster_import.households, "persons": roster_import.persons},
    )


@transaction.atomic(durable=True)
def cancel_import(*, roster_import: RosterImport, actor: User) -> None:
    """Give an import up before it is applied; its staged rows go, the record of it stays."""
    locked = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    require(actor, Act.IMPORT_ROSTER, locked)
    if locked.state not in (State.QUEUED, State.CHECKING, State.MAPPING, State.CHECKED):
        raise Refused(_("This import can no longer be cancelled."))
    RosterImport.objects.filter(pk=locked.pk).update(state=State.CANCELLED)
    UnplacedSheet.objects.filter(roster_import=locked.pk).delete()
    RosterRow.objects.filter(roster_import=locked.pk).delete()
    record("cancel_roster_import", actor=actor, on=locked)


def unfinished_imports() -> list[tuple[str, int]]:
    """The tasks that imports are waiting for, with their ids: for the sweep."""
    task_of = {
        State.QUEUED: "enrollment.check_import",
        State.CHECKING: "enrollment.check_import",
        State.APPLYING: "enrollment.apply_import",
    }
    rows = RosterImport.objects.filter(state__in=RosterImport.RUNNING).values_list("state", "pk")
    return [(task_of[State(state)], pk) for state, pk in rows]


def _fail(import_id: int, error: SheetError) -> None:
    RosterImport.objects.filter(pk=import_id, state__in=RosterImport.RUNNING).update(
        state=State.FAILED, failure=error.as_json(), heartbeat_at=timezone.now()
    )


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


@contextmanager
def _job_lock(import_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [JOB_LOCK, import_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [JOB_LOCK, import_id])
