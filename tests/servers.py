"""The servers of the test suite: a PostgreSQL and a Valkey of its own, started before Django reads its settings and
stopped at the end. One database is built as the tables' owner and cloned for each worker process; tests talk to it as
the runtime role. Tasks go to a broker of each process's own, where they lie until the fixture `worker` runs one."""

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from jincheng_insurance.embedded.processes import born
from jincheng_insurance.embedded.servers import (
    OWNER,
    RUNTIME,
    SUPERUSER,
    Address,
    Home,
    Postgres,
    Valkey,
    make_database,
    start_postgres,
    start_valkey,
)
from tests import leaks

TEMPLATE = "jincheng_template"
ROOT = Path(__file__).resolve().parent.parent
PREFIX = "jincheng-test-"
STARTED: list[Postgres | Valkey] = []
FOLDERS: list[Path] = []
LEFT: set[str] = set()  # personal numbers found lying about once all tests have ended


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """In the process that leads: start both, build the database. In a worker: take a clone of it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        try:
            start()
        except BaseException:
            stop()
            raise
    worker = _process()
    database = f"jincheng_{worker}"
    passwords = {role: os.environ[f"JINCHENG_PASSWORD_{role}"] for role in (SUPERUSER, OWNER, RUNTIME)}
    server = Address(int(os.environ["JINCHENG_POSTGRES_PORT"]), passwords)
    make_database(server, database, template=TEMPLATE)
    os.environ |= {
        "DATABASE_URL": server.url(RUNTIME, database),
        "OWNER_DATABASE_URL": server.url(OWNER, database),
        "JINCHENG_SUPERUSER_DSN": server.dsn(SUPERUSER, database),
        "REDIS_URL": f"{os.environ['JINCHENG_VALKEY']}/{_broker_number(worker)}",
        "UPLOAD_DIR": str(Path(os.environ["JINCHENG_TEST_FOLDER"]) / f"uploads-{worker}"),
    }


def start() -> None:
    """Start both servers, build the database to clone, and say in the environment where they are."""
    _remove_folders_of_killed_runs()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    FOLDERS.append(folder)
    (folder / "run").write_text(f"{os.getpid()} {born(os.getpid())}", encoding="utf-8")
    postgres = start_postgres(Home(folder / "postgres", folder / "postgres.log", fast=True))
    STARTED.append(postgres)
    FOLDERS.append(postgres.folder)
    valkey = start_valkey(Home(folder / "valkey", folder / "valkey.log", fast=True))
    STARTED.append(valkey)
    with redis.Redis.from_url(
        valkey.url()
    ) as broker:  # all it was ever sent stands in a file, to be searched
        broker.config_set("appendonly", "yes")
    make_database(postgres, TEMPLATE)
    os.environ |= {
        "ENVIRONMENT": "test",
        "DJANGO_SETTINGS_MODULE": "jincheng_insurance.settings",
        "SECRET_KEY": "test-" + "k" * 50,
        "SEAL_KEYS": f"1:{base64.b64encode(b'test-' + b's' * 27).decode()}",
        "INDEX_KEY": "test-" + "i" * 40,
        "AUDIT_KEY": "test-" + "a" * 40,
        "DATABASE_URL": postgres.url(RUNTIME, TEMPLATE),
        "OWNER_DATABASE_URL": postgres.url(OWNER, TEMPLATE),
        "RUNTIME_ROLE": RUNTIME,
        "JINCHENG_TEST_FOLDER": str(folder),
        "JINCHENG_POSTGRES_FOLDER": str(postgres.folder),
        "JINCHENG_POSTGRES_PORT": str(postgres.port),
        "JINCHENG_VALKEY": valkey.url().rpartition("/")[0],
        "REDIS_URL": valkey.url(),
        "UPLOAD_DIR": str(folder / "uploads"),
    }
    os.environ |= {f"JINCHENG_PASSWORD_{role}": word for role, word in postgres.passwords.items()}
    for command in (["migrate", "--verbosity=0"], ["messages"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )


def _process() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def pytest_sessionstart(session: pytest.Session) -> None:
    folder = Path(os.environ["JINCHENG_TEST_FOLDER"])
    leaks.note_made_numbers()
    leaks.keep_log(folder, _process())


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process leaves the numbers it made; the one that leads searches for all of them, and fails on a find."""
    folder = Path(os.environ["JINCHENG_TEST_FOLDER"])
    leaks.keep_made(folder, _process())
    postgres = next((server for server in STARTED if isinstance(server, Postgres)), None)
    if postgres is None:
        return
    LEFT.update(leaks.searched(folder, postgres.folder, postgres.dsn(SUPERUSER, "postgres")))
    if LEFT:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if LEFT:
        terminalreporter.section("personal numbers left lying")
        for line in sorted(LEFT):
            terminalreporter.write_line(line)


def _remove_folders_of_killed_runs() -> None:
    for run in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/run"):
        with suppress(OSError, ValueError):
            pid, _, when = run.read_text(encoding="utf-8").partition(" ")
            if born(int(pid)) != when:
                shutil.rmtree(run.parent, ignore_errors=True)


def _broker_number(worker: str) -> int:
    return int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0


def pytest_unconfigure(config: Any) -> None:
    stop()


def stop() -> None:
    """Stop what this process started."""
    while STARTED:
        STARTED.pop().stop()
    while FOLDERS:
        shutil.rmtree(FOLDERS.pop(), ignore_errors=True)
