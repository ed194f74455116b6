"""A workbook's way in, whatever it holds: upload, check in the background, apply whole or not at all.

An app describes its lane by a `Lane`: where uploads and rows are kept, who may, how a file is checked and written.
What a lane promises: a worker holds a session lock on the upload while it works, so one at a time works on it, and it
is free again the moment that one dies; the upload's state says what is still to do, so a task may come twice, late, or
from the sweep; applying is one transaction; and if what an upload was compared with has changed meanwhile, it is
checked anew and goes on only when it does no more than what was confirmed. `write` may find that out too, and raise
`Overtaken`."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import opened_sealed, store_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.models import StagedRow, Upload
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import MAX_FILE, RowStream, read_rows, suffix_of
from jincheng_insurance.web.background import enqueue

State = Upload.State
BATCH = 2000
MOST_ATTEMPTS = 3
CANCEL_WAIT = "2s"

T = TypeVar("T")
U = TypeVar("U", bound=Upload)


class Overtaken(Exception):
    """What an upload was compared with has changed, as its writing found out: nothing is written, and it is checked
    anew."""


class Check(Protocol):
    """One check of one upload, from its first row to its counts."""

    def verdicts(self, rows: RowStream, on_progress: Callable[[int], None]) -> Iterator[Any]:
        """What becomes of each row; `on_progress` is told the rows read so far. Raises SheetError."""

    def stage(self, batch: list[Any]) -> None:
        """Write a batch of verdicts to the lane's staging table."""

    def finish(self) -> Mapping[str, Any]:
        """Compare what was staged with what stands; the counts, as fields of the upload."""


@dataclass(frozen=True, kw_only=True)
class ActNames:
    """Under which names a lane's acts stand on record."""

    upload: str
    request: str
    applied: str
    cancel: str


@dataclass(frozen=True, kw_only=True)
class Lane(Generic[U]):
    """One kind of workbook. `rows` and `also_staged` are what a check writes and a cancelled one leaves nothing of;
    `upload_field` is their reference to the upload. `or_act` lets one in as well as `act`; what each may have written
    is then for the check to say. Lanes that write the same tables share `turn_lock`, and take turns.
    `ask` may turn what a check can't go on with into a question that the upload waits for (MAPPING); True if it did.
    `never_more` are the counts that a fresh check must not raise for a confirmed upload to go on by itself."""

    model: type[U]
    rows: type[StagedRow]
    also_staged: tuple[type[models.Model], ...] = ()
    upload_field: str
    act: Act
    act_names: ActNames
    job_lock: int
    turn_lock: int
    check_task: str
    apply_task: str
    county_of: Callable[[User], Region | None]
    start_check: Callable[[U], Check]
    is_stale: Callable[[U], bool]
    write: Callable[[U], Mapping[str, int]]
    or_act: Act | None = None
    ask: Callable[[int, SheetError], bool] | None = None
    never_more: tuple[str, ...] = ("rejected",)

    @transaction.atomic(durable=True)
    def upload(self, *, data: bytes, file_name: str, actor: User, **facts: Any) -> U:
        """Keep an uploaded workbook, encrypted, and queue its check. Refused over 20 MB or when empty."""
        self.require(actor)
        if not data:
            raise Refused(_("The file is empty. Choose the workbook again."), field="file")
        if len(data) > MAX_FILE:
            raise Refused(
                _("The file is larger than %(most)d MB. Split it by county or township."),
                field="file",
                most=MAX_FILE // 2**20,
            )
        upload = self.model._default_manager.create(
            county=self.county_of(actor),
            file_name=file_name[-255:],
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            stored_as=store_sealed(data),
            uploaded_by=actor,
            **facts,
        )
        record(self.act_names.upload, actor=actor, on=upload, facts={"size": len(data)})
        enqueue(self.check_task, upload.pk)
        return upload

    def check(self, *, upload_id: int) -> None:
        """Check a queued upload, or one whose worker died: every row's verdict into the staging table. Running it twice
        ends the same; when somebody else is at it, or it was checked already, nothing is done."""
        with self._job(upload_id) as mine:
            if mine:
                self._check(upload_id)

    @transaction.atomic(durable=True)
    def request_apply(
        self, *, upload: U, actor: User, prepare: Callable[[U], Mapping[str, int]] | None = None
    ) -> None:
        """Ask for a checked upload to be written by a worker. `prepare` settles what the person chose, under lock, may
        refuse, and says the figures for the record."""
        locked = self._locked(upload.pk)
        self.require(actor, locked)
        if locked.state in (State.APPLYING, State.APPLIED) or locked.confirmed is not None:
            return
        if locked.state != State.CHECKED:
            raise Refused(_("Only a checked import can be applied."))
        facts = prepare(locked) if prepare is not None else {}
        self._row(locked.pk).update(
            state=State.APPLYING,
            applied_by=actor,
            attempts=0,
            moved=False,
            confirmed={name: getattr(locked, name) for name in self.never_more},
            heartbeat_at=Now(),
        )
        record(self.act_names.request, actor=actor, on=locked, facts=facts)
        enqueue(self.apply_task, locked.pk)

    def apply(self, *, upload_id: int) -> None:
        """Write an upload whose application was asked for. One transaction: after a crash either all of it stands, or
        nothing, and the sweep runs it again. Checked anew first when what it was compared with has changed."""
        overtaken = 0
        with self._job(upload_id) as mine:
            while mine and self._may_begin(upload_id):
                try:
                    if self._apply(upload_id):
                        return
                except Overtaken:
                    overtaken += 1
                    if overtaken == MOST_ATTEMPTS:
                        self._fail(upload_id, SheetError("could_not_apply"))
                        return
                    self._row(upload_id).filter(state=State.APPLYING).update(
                        state=State.QUEUED, attempts=0, heartbeat_at=Now()
                    )
                self._check(upload_id)

    @transaction.atomic(durable=True)
    def cancel(self, *, upload: U, actor: User) -> None:
        """Give an upload up before it is written; its staged rows go, the record of it stays. Refused while it is being
        written and afterwards."""
        try:
            with connection.cursor() as cursor, transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = '{CANCEL_WAIT}'")
                locked = self._locked(upload.pk)
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
        except OperationalError as error:
            self.require(actor, upload)
            raise Refused(
                _("This import is being written just now. Wait for its end; it can be undone afterwards.")
            ) from error
        self.require(actor, locked)
        if locked.state not in (*Upload.RUNNING, State.MAPPING, State.CHECKED):
            raise Refused(_("This import can no longer be cancelled."))
        self._row(locked.pk).update(state=State.CANCELLED, confirmed=None, heartbeat_at=Now())
        self._clear(locked.pk)
        record(self.act_names.cancel, actor=actor, on=locked)

    def require(self, actor: User, upload: U | None = None) -> None:
        """PermissionDenied unless the actor may use this lane (for that upload)."""
        if self.or_act is None or not actor.can(self.or_act, on=upload):
            require(actor, self.act, upload)

    def _still_may(self, user: User, upload: U) -> bool:
        """Whether a job may still act for this user, who may have been disabled or moved since asking for it."""
        try:
            self.require(user, upload)
        except PermissionDenied:
            return False
        return True

    def unfinished(self) -> list[tuple[str, int]]:
        """The tasks that uploads are waiting for, with their ids: for the sweep."""
        rows = self.model._default_manager.filter(state__in=Upload.RUNNING).values_list("state", "pk")
        return [
            (self.apply_task if state == State.APPLYING else self.check_task, pk)
            for state, pk in rows.order_by("pk")
        ]

    def take_turn(self) -> None:
        """Wait until nobody else writes what this lane writes; the turn ends with the transaction."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [self.turn_lock])

    # Within the job

    def _check(self, upload_id: int) -> None:
        upload = self.model._default_manager.select_related("uploaded_by").get(pk=upload_id)
        if upload.state not in (State.QUEUED, State.CHECKING):
            return
        if not self._still_may(upload.uploaded_by, upload):
            self._clear(upload_id)
            self._fail(upload_id, SheetError("not_allowed"))
            return
        if upload.attempts >= MOST_ATTEMPTS:
            self._fail(upload_id, SheetError("too_many_attempts"))
            return
        self._clear(upload_id)
        if not self._begin_check(upload):
            return
        try:
            with _written_without_waiting():
                counts = self._stage(upload)
        except SheetError as error:
            self._clear(upload_id)
            if self.ask is None or not self.ask(upload_id, error):
                self._fail(upload_id, error)
            return
        if counts is None or not self._end_check(upload_id, counts):
            self._clear(upload_id)

    @transaction.atomic(durable=True)
    def _begin_check(self, upload: U) -> bool:
        """Between two turns, so that whoever writes later is known to have written after the comparison."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [self.turn_lock])
        return bool(
            self._row(upload.pk)
            .filter(state=upload.state)
            .update(
                state=State.CHECKING,
                done=0,
                total=0,
                attempts=upload.attempts + 1,
                compared_at=Now(),
                heartbeat_at=Now(),
            )
        )

    def _stage(self, upload: U) -> Mapping[str, Any] | None:
        """Check and stage every row, saying how far it is; None when it is cancelled meanwhile. Half of a row's way is
        being read, half being staged."""
        row = self._row(upload.pk).filter(state=State.CHECKING)
        check = self.start_check(upload)

        def show(done: int) -> bool:
            return bool(row.update(done=done, heartbeat_at=Now()))

        def show_read(read: int) -> None:
            show(read // 2)

        with (
            opened_sealed(upload.stored_as, suffix=suffix_of(upload.file_name)) as path,
            read_rows(path) as rows,
        ):
            row.update(total=rows.total)
            staged = 0
            for batch in _batches(check.verdicts(rows, show_read), BATCH):
                check.stage(batch)
                staged += len(batch)
                if not show((rows.total + staged) // 2):
                    return None
        counts = check.finish()
        row.update(done=staged, total=staged)
        return counts

    @transaction.atomic(durable=True)
    def _end_check(self, upload_id: int, counts: Mapping[str, Any]) -> bool:
        """Keep the counts. A confirmed upload, checked anew, goes on if it does no more than was confirmed."""
        upload = self._locked(upload_id)
        if upload.state != State.CHECKING:
            return False
        goes_on = upload.confirmed is not None and all(
            counts[name] <= upload.confirmed.get(name, 0) for name in self.never_more
        )
        self._row(upload_id).update(
            **counts,
            state=State.APPLYING if goes_on else State.CHECKED,
            confirmed=upload.confirmed if goes_on else None,
            moved=upload.confirmed is not None and not goes_on,
            attempts=0 if goes_on else upload.attempts,
            heartbeat_at=Now(),
        )
        if goes_on:
            enqueue(self.apply_task, upload_id)
        return True

    def _may_begin(self, upload_id: int) -> bool:
        """Count an attempt to apply; after the last one the upload fails, with nothing written."""
        waiting = self._row(upload_id).filter(state=State.APPLYING)
        if waiting.filter(attempts__gte=MOST_ATTEMPTS).exists():
            self._fail(upload_id, SheetError("could_not_apply"))
            return False
        return bool(waiting.update(attempts=models.F("attempts") + 1, heartbeat_at=Now()))

    @transaction.atomic(durable=True)
    def _apply(self, upload_id: int) -> bool:
        """Write it, when its turn has come. False when it has to be checked anew first."""
        self.take_turn()
        upload = self._locked(upload_id)
        if upload.state != State.APPLYING:
            return True
        if upload.applied_by is None or not self._still_may(upload.applied_by, upload):
            self._fail(upload_id, SheetError("not_allowed"))
            return True
        if self.is_stale(upload):
            self._row(upload_id).update(state=State.QUEUED, attempts=0, heartbeat_at=Now())
            return False
        facts = self.write(upload)
        self._row(upload_id).update(state=State.APPLIED, confirmed=None, applied_at=Now(), heartbeat_at=Now())
        record(self.act_names.applied, actor=upload.applied_by, on=upload, facts=facts)
        return True

    # Small parts

    def _row(self, upload_id: int) -> models.QuerySet[U]:
        return self.model._default_manager.filter(pk=upload_id)

    def _locked(self, upload_id: int) -> U:
        return self.model._default_manager.select_for_update(of=("self",)).get(pk=upload_id)

    def _clear(self, upload_id: int) -> None:
        for table in (self.rows, *self.also_staged):
            table._default_manager.filter(**{self.upload_field: upload_id}).delete()

    def _fail(self, upload_id: int, error: SheetError) -> None:
        self._row(upload_id).filter(state__in=Upload.RUNNING).update(
            state=State.FAILED, failure=error.as_json(), confirmed=None, heartbeat_at=Now()
        )

    @contextmanager
    def _job(self, upload_id: int) -> Iterator[bool]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [self.job_lock, upload_id])
            mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [self.job_lock, upload_id])


@contextmanager
def _written_without_waiting() -> Iterator[None]:
    """Batches aren't waited for on the disk: a server that crashes forgets the last ones together with the state that
    speaks of them, so the check is found unfinished and begun anew."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
