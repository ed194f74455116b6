"""Exports: asked for on record, approved by somebody else when large and with numbers in full, made on the page when
short and by a worker when long, fetched by their maker, removed after a day. The record comes before the file (R25)."""

import datetime
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import Scope, place_of, require
from jincheng_insurance.access.sealed_files import read_sealed, remove_sealed, store_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.exports import KINDS, ExportKind, SheetResource, write_csv, write_xlsx
from jincheng_insurance.sheets.models import Export
from jincheng_insurance.sheets.selectors import covers, export_to_decide, within_reach
from jincheng_insurance.web.background import enqueue
from jincheng_insurance.web.formats import count, moment

State = Export.State
AT_ONCE = 5_000
MOST_ROWS = 1_000_000
KEPT = datetime.timedelta(hours=24)
BATCH = 1_000
JOB_LOCK = 7143
MOST_ATTEMPTS = 3
MOST_GROWTH = 110  # percent of the approved rows: a list lives on while its approval is waited for
WAITS = datetime.timedelta(days=7)


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
    """Put an export on record and queue it; one without a purpose is refused. Numbers in full need the right to them,
    and an approval where the maker's unapproved rows of a day pass EXPORT_APPROVAL_ROWS, in however many files. An
    empty list, or one longer than a sheet, is refused."""
    require(actor, kind.act)
    User.objects.select_for_update().get(pk=actor.pk)
    purpose = purpose.strip()
    if full:
        require(actor, Act.EXPORT_FULL)
    if not purpose:
        raise Refused(gettext_lazy("Say who needs the file, and what for."), field="purpose", rule="R25")
    found = kind.rows(actor, chosen).order_by()[: MOST_ROWS + 1].count()
    if not found:
        raise Refused(gettext_lazy("There is no row to export. Choose differently."))
    if found > MOST_ROWS:
        raise Refused(
            gettext_lazy("More than %(most)s rows don't fit on a sheet. Choose less."), most=count(MOST_ROWS)
        )
    reach = _places(kind, chosen, full=full, actor=actor)
    large = any(revealed for _county, _insurer, revealed in reach) and (
        found + _unapproved_rows(actor) > settings.EXPORT_APPROVAL_ROWS
    )
    export = Export.objects.create(
        kind=kind.name,
        state=State.WAITING if large else State.QUEUED,
        reach=sorted(reach, key=str),
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
    if found > AT_ONCE and not large:
        enqueue("sheets.make_export", export.pk)
    return export


def _unapproved_rows(actor: User) -> int:
    """The rows in full that the actor has got within a day without an approval."""
    lately = Export.objects.filter(
        made_by=actor, full=True, decided_by=None, asked_at__gt=timezone.now() - KEPT
    )
    return lately.exclude(state__in=(State.WAITING, State.FAILED)).aggregate(n=Sum("total"))["n"] or 0


def _places(
    kind: ExportKind, chosen: dict[str, Any], *, full: bool, actor: User
) -> set[tuple[int | None, int | None, bool]]:
    """The counties and insurers of an export's rows, each with whether numbers stand there in full."""
    rows = kind.rows(actor, chosen).order_by()
    scope: Scope = rows.model.scope
    paths = [path for path in (scope.county, scope.insurer) if path is not None]
    found = {tuple(place) for place in rows.values_list(*paths).distinct()}
    places = {(one[0], one[1] if scope.insurer is not None else None) for one in found}
    return {
        (county, insurer, full and covers(actor, Act.EXPORT_FULL, county, insurer))
        for county, insurer in places
    }


@transaction.atomic(durable=True)
def approve_export(*, export: Export, actor: User) -> Export:
    """Let a large export with numbers in full be made. Http404 unless it waits and the actor, who isn't its maker, may
    approve at every place whose numbers it holds."""
    export = _to_decide(export, actor)
    export.state = State.QUEUED
    export.decided_by, export.decided_at, export.heartbeat_at = actor, timezone.now(), timezone.now()
    export.save(update_fields=["state", "decided_by", "decided_at", "heartbeat_at"])
    record("approve_export", actor=actor, on=export, facts={"rows": export.total, "in_full": True})
    enqueue("sheets.make_export", export.pk)
    return export


@transaction.atomic(durable=True)
def refuse_export(*, export: Export, reason: str, actor: User) -> Export:
    """Refuse it, with a reason that its maker reads. Http404 as for an approval."""
    if not reason.strip():
        raise Refused(gettext_lazy("Say why, so that the maker understands it."), field="reason")
    export = _to_decide(export, actor)
    export.state, export.refused_because = State.REFUSED, reason.strip()[:200]
    export.decided_by, export.decided_at = actor, timezone.now()
    export.save(update_fields=["state", "refused_because", "decided_by", "decided_at"])
    record("refuse_export", actor=actor, on=export, facts={"rows": export.total}, reason=reason)
    return export


def _to_decide(export: Export, actor: User) -> Export:
    require(actor, Act.APPROVE_EXPORT)
    Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    return export_to_decide(actor, export.pk)


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
    """Why an export can't be made: what its maker may do is asked again, since it may be made much later. Whoever was
    moved to another post meanwhile gets nothing, and more than was approved is not made."""
    if export.attempts >= MOST_ATTEMPTS:
        return "too_many_attempts"
    if kind is None or not within_reach(export, export.made_by):
        return "not_allowed"
    now = _places(kind, export.chosen, full=export.full, actor=export.made_by)
    revealed = {place for place in now if place[2]}
    if not revealed:
        return ""
    rows = kind.rows(export.made_by, export.chosen).order_by().count()
    if export.decided_by_id is None and rows <= settings.EXPORT_APPROVAL_ROWS:
        return ""
    approved = {tuple(place) for place in export.reach} if export.decided_by_id else set()
    grown = rows * 100 > export.total * MOST_GROWTH
    return "" if revealed <= approved and not grown else "not_approved"


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
        write_csv(path, resource, cells(), mark=_mark(export))
    else:
        write_xlsx(
            path, resource, cells(), title=str(kind.title), note=_note(export, kind), mark=_mark(export)
        )
    return reach


def _note(export: Export, kind: ExportKind) -> str:
    """The line under the title: what was chosen, who made it and when, and how numbers stand."""
    numbers = ""
    if kind.personal:
        numbers = _("identity numbers in full") if export.full else _("identity numbers masked")
    parts = (export.described, export.made_by.unit, _mark(export), numbers)
    return " · ".join(part for part in parts if part)


def _mark(export: Export) -> str:
    """Whose file it is, wherever it turns up: its number, who made it, and when."""
    return f"{export.number} · {export.made_by} · {moment(timezone.now())}"


@transaction.atomic(durable=True)
def fetch_export(*, export: Export, actor: User) -> bytes:
    """The file, for its maker and on record. Http404 when it holds rows that are no longer within the maker's reach;
    refused when it isn't ready or its day has passed."""
    locked = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if locked.made_by_id != actor.pk or not within_reach(locked, actor):
        raise Http404("the file holds what is out of reach")
    if locked.state != State.READY or locked.expires_at is None or locked.expires_at <= timezone.now():
        raise Refused(gettext_lazy("This file is no longer kept. Export it again."))
    record("fetch_export", actor=actor, on=locked, facts={"rows": locked.total, "in_full": locked.full})
    return read_sealed(locked.stored_as)


def unfinished_exports() -> list[int]:
    """The exports that wait for a worker: for the sweep."""
    return list(Export.objects.filter(state__in=Export.RUNNING).order_by("pk").values_list("pk", flat=True))


def expire_exports() -> int:
    """Remove the files whose day has passed; how many there were. What nobody decided on in a week fails."""
    stale = Export.objects.filter(state=State.WAITING, asked_at__lte=timezone.now() - WAITS)
    stale.update(state=State.FAILED, failure="not_decided")
    removed = 0
    for export in Export.objects.filter(state=State.READY, expires_at__lte=timezone.now()):
        remove_sealed(export.stored_as)  # first: a sweep that is cut short here comes again
        removed += Export.objects.filter(pk=export.pk, state=State.READY).update(
            state=State.EXPIRED, stored_as=""
        )
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
