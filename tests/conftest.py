"""Fixtures of the whole suite: the database as the runtime role sees it, a small world, a live worker, a browser."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.db import connections
from django.test import Client, TransactionTestCase
from django.utils.functional import Promise
from django.utils.translation import override

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit import history
from jincheng_insurance.embedded.processes import dies_with_parent, stop
from tests.clock import Clock
from tests.world import World, make_world

ROOT = Path(__file__).resolve().parent.parent
# Loaded by migrations, so kept when a test's tables are emptied.
KEPT = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "access_region",
    "enrollment_policyyear",
)
LARGE = 1_000_000  # bytes
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def _who_acts_is_forgotten() -> Iterator[None]:
    """What a test said to its connection of who acts is rolled back with all else it wrote."""
    yield
    history._said.now = False


@pytest.fixture(autouse=True)
def _refusals_are_in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a service refuses in any test is said in words that there are in Chinese too."""
    said: list[str | Promise] = []
    begin = Refused.__init__

    def noted(self: Refused, message: str | Promise, **facts: Any) -> None:
        begin(self, message, **facts)
        said.append(message)

    monkeypatch.setattr(Refused, "__init__", noted)
    yield
    assert not [text for text in said if not in_catalogue(text)]


def in_catalogue(message: str | Promise) -> bool:
    """Whether it is translated. Text that was translated before it came here, or is meant for the console, passes."""
    if not isinstance(message, Promise):
        return isinstance(message, str)
    with override("en"):
        source = str(message)
    with override("zh-hans"):
        return str(message) != source


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database is there already: tests/servers.py cloned it for this process."""


def empty_tables() -> None:
    """Empty every table but the reference data, as a superuser with triggers off: append-only tables refuse it to
    everybody else, which is their point. To truncate a table costs new files for it and all its indexes, so that only
    large ones are."""
    with psycopg.connect(os.environ["JINCHENG_SUPERUSER_DSN"], autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        filled = connection.execute(
            "SELECT relname, pg_relation_size(oid) > %s FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0",
            [LARGE],
        ).fetchall()
        for name, large in filled:
            if name not in KEPT:
                connection.execute(f'TRUNCATE "{name}" CASCADE' if large else f'DELETE FROM "{name}"')
        connection.execute(
            "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"
            " JOIN pg_depend ON objid = seqrelid AND deptype IN ('a', 'i') AND refobjid::regclass::text != ALL(%s)",
            [list(KEPT)],
        )
        connection.execute("DELETE FROM access_region WHERE code IS NULL")
        connection.execute("UPDATE enrollment_policyyear SET terms_used_at = NULL")


def _teardown(self: TransactionTestCase) -> None:
    empty_tables()


TransactionTestCase._fixture_teardown = _teardown  # type: ignore[method-assign]


@pytest.fixture
def superuser_dsn() -> str:
    return os.environ["JINCHENG_SUPERUSER_DSN"]


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """A connection as the owner of the tables; rolled back at the end."""
    settings = connections["owner"].settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    ) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def live_world(transactional_db: None) -> World:
    """The same, committed: for live servers, workers and threads."""
    return make_world()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set to 25 November 2026, in the scheme's first year."""
    clock = Clock(monkeypatch)
    clock.set(2026, 11, 25)
    return clock


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def broker_url() -> str:
    """This process's own broker."""
    return os.environ["REDIS_URL"]


@pytest.fixture
def worker(transactional_db: None, broker_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of its own, on this process's database and broker, ready to work, with nothing to do yet."""
    with redis.Redis.from_url(broker_url) as broker:
        broker.flushdb()
    log = Path(os.environ["JINCHENG_TEST_FOLDER"]) / f"worker-{tmp_path.parent.name}-{tmp_path.name}.log"
    command = [sys.executable, "-m", "celery", "-A", "jincheng_insurance", "worker", "--pool=threads"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            stdout=file,
            stderr=file,
            preexec_fn=dies_with_parent(),
        )
    deadline = time.monotonic() + 60
    while b"ready" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process, patience=0)
            pytest.fail(f"the worker did not start: {log.read_text()[-2000:]}")
        time.sleep(0.1)
    yield process
    stop(process)


SENT_BACK = "Failed to load resource: the server responded with a status of 422"


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture
def page(live_server, tmp_path: Path):  # type: ignore[no-untyped-def]
    """A page in a real browser at 1366 x 768. Fails at the end when the console spoke of the content security policy
    or of an error; a form sent back with its problems (422) is none."""
    executable = _chromium()
    if executable is None:
        reason = "no Chromium on this machine: browser tests are left out"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    messages: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=live_server.url
        )
        tab = context.new_page()
        tab.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: messages.append(f"error: {error}"))
        yield tab
        browser.close()
    wrong = [
        text
        for text in messages
        if "Content Security Policy" in text or (text.startswith("error: ") and SENT_BACK not in text)
    ]
    assert not wrong, wrong
