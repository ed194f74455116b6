"""What pages feel of an import: the live application under gunicorn with its worker, asked page by page, first idle,
then while the worker checks and applies a roster."""

import http.client
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from bench.house import House, say
from bench.served import served
from enrollment.models import RosterImport
from enrollment.services import roster
from jincheng_insurance.access.models import User

PAGES = ("/roster/households/", "/roster/persons/", "/insured/", "/roster/imports/")
IDLE_ROUNDS = 25
MOST_SECONDS = 600
State = RosterImport.State


def compare(place: House, large: Path, small: Path, run: int) -> float:
    """Median latency during an import over that when idle, all pages together; the roster holds the small book."""
    actor = User.objects.get(username="bench")
    if not RosterImport.objects.filter(state=State.APPLIED).exists():
        first = roster.upload_roster(data=small.read_bytes(), file_name=small.name, actor=actor)
        roster.check_import(import_id=first.pk)
        roster.request_apply(roster_import=RosterImport.objects.get(pk=first.pk), actor=actor)
        roster.apply_import(import_id=first.pk)
        place.settle()
    with served(place) as port:
        ask = _asker(port, actor)
        _rounds(ask, rounds=5)
        idle = _rounds(ask, rounds=IDLE_ROUNDS)
        uploaded = roster.upload_roster(data=large.read_bytes(), file_name=large.name, actor=actor)
        busy = _until_applied(ask, uploaded, actor)
    ratio = statistics.median(busy) / statistics.median(idle)
    say(
        bench="roster",
        part="pages",
        run=run,
        idle_ms=round(statistics.median(idle) * 1000, 1),
        busy_ms=round(statistics.median(busy) * 1000, 1),
        busy_p95_ms=round(sorted(busy)[int(len(busy) * 0.95) - 1] * 1000, 1),
        asked_idle=len(idle),
        asked_busy=len(busy),
    )
    return ratio


def _until_applied(ask: Callable[[str], float], uploaded: RosterImport, actor: User) -> list[float]:
    """The latencies while the worker checks, then applies."""
    taken: list[float] = []
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        taken += [ask(path) for path in PAGES]
        uploaded.refresh_from_db()
        if uploaded.state == State.CHECKED:
            roster.request_apply(roster_import=uploaded, actor=actor)
        elif uploaded.state == State.APPLIED:
            return taken
        elif not uploaded.running:
            raise SystemExit(f"the import ended as {uploaded.state}: {uploaded.failure}")
    raise SystemExit(f"the import was not applied within {MOST_SECONDS} s")


def _rounds(ask: Callable[[str], float], *, rounds: int) -> list[float]:
    return [ask(path) for _ in range(rounds) for path in PAGES]


def _asker(port: int, actor: User) -> Callable[[str], float]:
    """Asks a page as the signed-in officer; its seconds."""
    session = SessionStore()
    session[SESSION_KEY] = str(actor.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = actor.get_session_auth_hash()
    session.create()
    cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"

    def ask(path: str) -> float:
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"{path} answered {answer.status}")
        return time.perf_counter() - start

    return ask
