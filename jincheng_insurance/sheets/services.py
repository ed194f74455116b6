"""Exports: asked for on record, made on the page when short and by a worker when long, fetched by their maker, removed
after a day. The record of an export comes before its file (R25)."""

import datetime
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import place_of, require
from jincheng_insurance.access.sealed_files import opened_sealed, remove_sealed, store_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.exports import KINDS, ExportKind, SheetResource, write_csv, write_xlsx
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.selectors import covers, within_reach
from jincheng_insurance.web.background import enqueue
from jincheng_insurance.web.formats import count, day

State = Export.State
AT_ONCE = 5_000
MOST_ROWS = 1_000_000
KEPT = datetime.timedelta(hours=24)
BATCH = 1_000
JOB_LOCK = 7143
MOST_ATTEMPTS = 3


@transaction.atomic(durable=True)
def request_export(
    *,
    kind: ExportKind,
    chosen: dict[str, Any],
    described: str,
    file_format: str,
    full: bool,
    purpose: str,
    actor: User,
) -> Export:
    """Put an export on record and queue it. Numbers in full need the right to them and a purpose; an empty list, or one
    longer than a sheet, is refused."""
    require(actor, kind.act)
    purpose = purpose.strip()
    if full:
        require(actor, Act.EXPORT_FULL)
        if not purpose:
            raise Refused(
                gettext_lazy("Say who needs the numbers in full, and what for."), field="purpose", rule="R25"
            )
    found = kind.rows(actor, chosen).order_by()[: MOST_ROWS + 1].count()
    if not found:
        raise Refused(gettext_lazy("There is no row to export. Choose differently."))
    if found > MOST_ROWS:
        raise Refused(
            gettext_lazy("More than %(most)s rows don't fit on a sheet. Choose less."), most=count(MOST_ROWS)
        )
    export = Export.objects.create(
        kind=kind.name,
        chosen=chosen,
        described=described[:300],
        format=file_format,
        full=full,
        purpose=purpose,
        total=found,
        made_by=actor,
    )
    with translation.override(settings.LANGUAGE_CODE):
        title = str(kind.title)
    record(
        "request_export",
        actor=actor,
        on=export,
        facts={"export": title, "rows": found, "in_full": full},
        reason=purpose,
    )
    if found > AT_ONCE:
        enqueue("sheets.make_export", export.pk)
    return export


def make_export(*, export_id: int) -> None:
    """Make the file of a queued export, or of one whose worker died. Running it twice ends the same; when somebody else
    is at it, or it is made already, nothing is done."""
    with _job_lock(export_id) as mine:
        export = Export.objects.select_related("made_by").get(pk=export_id)
        if not mine or not export.running:
            return
        kind = KINDS.get(export.kind)
        failure = _obstacle(export, kind)
        if failure or kind is None:
            Export.objects.filter(pk=export_id).update(state=State.FAILED, failure=failure)
            return
        Export.objects.filter(pk=export_id).update(
            state=State.MAKING, done=0, attempts=export.attempts + 1, heartbeat_at=timezone.now()
        )
        with (
            translation.override(settings.LANGUAGE_CODE),
            tempfile.TemporaryDirectory(prefix="export-") as folder,
        ):
            path = Path(folder) / "file"
            reach = _write(export, kind, path)
            data = path.read_bytes()
        now = timezone.now()
        Export.objects.filter(pk=export_id).update(
            state=State.READY,
            reach=sorted(reach, key=str),
            stored_as=store_sealed(data),
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            heartbeat_at=now,
            ready_at=now,
            expires_at=now + KEPT,
        )


def _obstacle(export: Export, kind: ExportKind | None) -> str:
    """Why an export can't be made: what its maker may do is asked again, since it may be made much later."""
    if export.attempts >= MOST_ATTEMPTS:
        return "too_many_attempts"
    if kind is None or not export.made_by.can(kind.act):
        return "not_allowed"
    return "not_allowed" if export.full and not export.made_by.can(Act.EXPORT_FULL) else ""


def _write(export: Export, kind: ExportKind, path: Path) -> set[tuple[int | None, int | None, bool]]:
    """Write the file; the places of its rows, and whether numbers stand there in full."""
    reach: set[tuple[int | None, int | None, bool]] = set()

    def reveals(row: Any) -> bool:
        return export.full and covers(export.made_by, Act.EXPORT_FULL, *place_of(row))

    def cells() -> Iterator[list[Any]]:
        for done, (row, line) in enumerate(resource.rows(kind.rows(export.made_by, export.chosen)), 1):
            reach.add((*place_of(row), reveals(row)))
            if done % BATCH == 0:
                Export.objects.filter(pk=export.pk).update(done=done, heartbeat_at=timezone.now())
            yield line
        Export.objects.filter(pk=export.pk).update(done=done, total=done)

    resource: SheetResource = kind.resource(reveals)
    if export.format == Export.Format.CSV:
        write_csv(path, resource, cells())
    else:
        write_xlsx(path, resource, cells(), title=str(kind.title), note=_note(export, kind))
    return reach


def _note(export: Export, kind: ExportKind) -> str:
    """The line under the title: what was chosen, who made it and when, and how numbers stand."""
    numbers = ""
    if kind.personal:
        numbers = _("identity numbers in full") if export.full else _("identity numbers masked")
    parts = (export.described, export.made_by.unit, str(export.made_by), day(timezone.localdate()), numbers)
    return " · ".join(part for part in parts if part)


@transaction.atomic(durable=True)
def fetch_export(*, export: Export, actor: User) -> bytes:
    """The file, for its maker and on record. PermissionDenied when it holds rows that are no longer within the maker's
    reach; refused when it isn't ready or its day has passed."""
    locked = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if locked.made_by_id != actor.pk or not within_reach(locked, actor):
        raise PermissionDenied("the file holds what is out of reach")
    if locked.state != State.READY or locked.expires_at is None or locked.expires_at <= timezone.now():
        raise Refused(gettext_lazy("This file is no longer kept. Export it again."))
    record("fetch_export", actor=actor, on=locked, facts={"rows": locked.total, "in_full": locked.full})
    with opened_sealed(locked.stored_as, suffix=f".{locked.format}") as path:
        return path.read_bytes()


def unfinished_exports() -> list[int]:
    """The exports that wait for a worker: for the sweep."""
    return list(Export.objects.filter(state__in=Export.RUNNING).order_by("pk").values_list("pk", flat=True))


def expire_exports() -> int:
    """Remove the files whose day has passed; how many there were."""
    removed = 0
    for export in Export.objects.filter(state=State.READY, expires_at__lte=timezone.now()):
        if Export.objects.filter(pk=export.pk, state=State.READY).update(state=State.EXPIRED, stored_as=""):
            remove_sealed(export.stored_as)
            removed += 1
    return removed


@contextmanager
def _job_lock(export_id: int) -> Iterator[bool]:
    """One worker at a time makes an export; the lock is free again the moment that one dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [JOB_LOCK, export_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [JOB_LOCK, export_id])
