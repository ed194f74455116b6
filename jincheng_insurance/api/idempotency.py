"""`Idempotency-Key`: a request that is sent again does its act once and gets the same answer.

A key's row is made before the act, in a transaction of its own, since services insist on opening the outermost one. The
act's own transaction then moves it from in flight to acted: `audit.record`, which every act calls, tells its witness,
and the witness updates the row where it still holds the attempt. Act and mark therefore stand or fall together:

- the process died before commit: nothing was done; the key is free again after STALE_AFTER, under the next attempt;
- whoever was only slow and has been overtaken finds no row for its attempt and rolls back;
- the process died after commit, before answering: the next request with the key is answered from what the act left.

A refused act leaves no key: the same key may be tried again once the reason has gone."""

import datetime
import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from jincheng_insurance.access.sealing import index_of
from jincheng_insurance.api.authentication import caller_of
from jincheng_insurance.api.models import IdempotencyKey
from jincheng_insurance.api.problems import Problem
from jincheng_insurance.audit.context import witnessed
from jincheng_insurance.audit.models import AuditRecord

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[A-Za-z0-9._:-]{1,100}")
KEPT_FOR = datetime.timedelta(hours=48)
STALE_AFTER = datetime.timedelta(minutes=2)

State = IdempotencyKey.State


class Overtaken(Exception):
    """Another request has taken this one's key over; its act must not be committed."""


@dataclass(slots=True)
class Deed:
    """The act of one request. Whatever is recorded within `with deed.done():` is its act, done under its key."""

    row: IdempotencyKey
    acted_on: str = field(default="")
    acted: bool = field(default=False)

    @contextmanager
    def done(self) -> Iterator[None]:
        with witnessed(self._mark):
            yield

    def _mark(self, record: AuditRecord) -> None:
        """Runs inside the act's transaction."""
        if self.acted:
            return
        held = IdempotencyKey.objects.filter(pk=self.row.pk, attempt=self.row.attempt, state=State.IN_FLIGHT)
        if not held.update(state=State.ACTED, acted_on=record.object_id):
            raise Overtaken
        self.acted, self.acted_on = True, record.object_id


def once(request: Request, *, act: Callable[[Deed], None], answer: Callable[[str], Response]) -> Response:
    """Do `act` unless the request's key says it was done. `answer` renders what the act left, given the id of the row
    it was recorded on; for a key that is known the stored answer comes again.

    Problems: 400 without a key, 409 while the same key is in flight, 422 for a key of another request."""
    row = _held(request)
    if row.state == State.ANSWERED:
        return _again(Response(row.body, status=row.status), row.location)
    if row.state == State.ACTED:
        rendered = _keep(row, answer(row.acted_on))
        return _again(rendered, rendered.headers.get("Location", ""))
    deed = Deed(row)
    try:
        act(deed)
    except Overtaken:
        raise _in_flight() from None
    except BaseException:
        IdempotencyKey.objects.filter(pk=row.pk, attempt=row.attempt, state=State.IN_FLIGHT).delete()
        raise
    return _keep(row, answer(deed.acted_on))


def _held(request: Request) -> IdempotencyKey:
    """The key's row: new and ours, taken over from a dead request, or done already."""
    key = request.headers.get(HEADER, "")
    if not KEY.fullmatch(key):
        raise Problem(
            "key-missing",
            _("Send a header Idempotency-Key of 1 to 100 letters, digits and . _ : -, new for each act."),
        )
    asked = f"{request.method} {request.path}"[:200]
    body = index_of(f"{asked}\n{request._request.body.hex()}")
    row, made = IdempotencyKey.objects.get_or_create(
        user=caller_of(request),
        key=key,
        defaults={"request": asked, "body_index": body, "started_at": timezone.now()},
    )
    if made:
        return row
    if not hmac.compare_digest(bytes(row.body_index), body):
        raise Problem("key-reused", _("This key was sent with another request. Make a new key for each act."))
    if row.state == State.IN_FLIGHT and not _taken_over(row):
        raise _in_flight()
    return row


def _taken_over(row: IdempotencyKey) -> bool:
    """Take over what has been in flight too long; False when it hasn't, or somebody else did."""
    now = timezone.now()
    stale = IdempotencyKey.objects.filter(
        pk=row.pk, attempt=row.attempt, state=State.IN_FLIGHT, started_at__lt=now - STALE_AFTER
    )
    if not stale.update(attempt=F("attempt") + 1, started_at=now):
        return False
    row.attempt += 1
    return True


def _keep(row: IdempotencyKey, rendered: Response) -> Response:
    """Store the answer, and pass it on."""
    IdempotencyKey.objects.filter(pk=row.pk, attempt=row.attempt).update(
        state=State.ANSWERED,
        status=rendered.status_code,
        body=rendered.data,
        location=rendered.headers.get("Location", ""),
    )
    return rendered


def _again(rendered: Response, location: str) -> Response:
    rendered[REPLAYED] = "true"
    if location:
        rendered["Location"] = location
    return rendered


def _in_flight() -> Problem:
    return Problem("in-flight", _("The first request with this key is still being worked on. Wait a moment."))


def forget_keys() -> int:
    """Remove keys older than KEPT_FOR; how many."""
    removed, _rows = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return removed
