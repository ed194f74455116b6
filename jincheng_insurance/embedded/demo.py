"""The demo: bundled servers, web server, worker and beat under one roof. Ctrl-C ends all of them; a second start keeps
the data. State is in `.demo` (and, for root, whose PostgreSQL runs as `nobody`, partly in /var/tmp)."""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from jincheng_insurance.embedded.servers import (
    OWNER,
    RUNTIME,
    CannotStart,
    Home,
    Postgres,
    Valkey,
    dies_with_parent,
    make_database,
    start_postgres,
    start_valkey,
)

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("DEMO_FOLDER", ROOT / ".demo"))
DATABASE = "jincheng"
OUTSIDE = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")
START_SECONDS = 60


class Stopped(Exception):
    """Somebody asked the demo to end."""


class Children:
    """The processes of the demo besides its servers, each with a log of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *module: str) -> None:
        with log_of(name) as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_parent(),
            )

    def dead(self) -> str | None:
        """The name of one that has ended."""
        return next((name for name, process in self.running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.running.values()):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def say(text: str) -> None:
    print(text, flush=True)


def log_of(name: str) -> IO[bytes]:
    return (FOLDER / "log" / f"{name}.log").open("ab")


def data_folder() -> Path:
    """Where the bundled PostgreSQL keeps its data: a place that `nobody` can reach when we are root."""
    if os.geteuid() != 0:
        return FOLDER / "postgres"
    return Path("/var/tmp") / f"jincheng-demo-{hashlib.sha256(str(FOLDER).encode()).hexdigest()[:12]}"


@contextmanager
def only_one() -> Iterator[None]:
    """Holds the folder for this demo alone."""
    (FOLDER / "log").mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o700)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                "The demo is running in this folder already; end that one with Ctrl-C."
            ) from error
        yield


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} is taken by another program. Choose another: PORT={port + 10} make demo"
            ) from error


def kept_secrets() -> dict[str, str]:
    """Passwords and keys made on first start and kept; production refuses them by their beginning."""
    file = FOLDER / "secrets.json"
    if file.exists():
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return kept
    return {
        "SECRET_KEY": f"demo-{secrets.token_hex(32)}",
        "INDEX_KEY": f"demo-{secrets.token_hex(32)}",
        "SEAL_KEYS": f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }


def keep_secrets(values: dict[str, str]) -> None:
    file = FOLDER / "secrets.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(values), encoding="utf-8")


def run() -> int:
    """Start everything, wait for Ctrl-C, end everything. Returns the exit code."""
    port = int(os.environ.get("PORT", "8000"))
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _stop)
    with only_one():
        check_port(port)
        ends: list[Callable[[], None]] = []
        try:
            return _serve(port, ends)
        except Stopped:
            say("\nEnding the demo")
            return 0
        finally:
            for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(sign, signal.SIG_IGN)
            while ends:
                ends.pop()()


def _stop(sign: int, frame: FrameType | None) -> None:
    raise Stopped


def _serve(port: int, ends: list[Callable[[], None]]) -> int:
    values = kept_secrets()
    environment = _servers(values, ends)
    keep_secrets(values)
    state = FOLDER / "env"
    state.touch(mode=0o600)
    state.write_text("".join(f"{name}={value}\n" for name, value in environment.items()), encoding="utf-8")
    ends.append(lambda: state.unlink(missing_ok=True))
    environment = os.environ | environment
    say("Bringing the tables up to date")
    _manage(environment, "migrate", "--verbosity=0")
    _manage(environment, "messages", quiet=True)
    say("Loading the demo (once)")
    _manage(environment, "load_demo")
    sample = FOLDER / "sample"
    if not sample.exists():
        people = ("--persons=200", "--seed=7", "--county=140524")
        _manage(environment, "make_sample_data", *people, f"--out={sample}", quiet=True)
    say("Starting web server, worker and beat")
    children = Children(environment)
    ends.append(children.stop)
    web = ("--workers=2", "--threads=4", "--timeout=60", f"--bind=127.0.0.1:{port}")
    children.start("web", "gunicorn", "jincheng_insurance.wsgi", *web)
    celery = ("celery", "-A", "jincheng_insurance")
    children.start("worker", *celery, "worker", "--concurrency=2", "--loglevel=INFO")
    children.start("beat", *celery, "beat", "--pidfile=", f"--schedule={FOLDER / 'beat'}", "--loglevel=INFO")
    _wait_for_web(port, children)
    say(f"\n  http://127.0.0.1:{port}/\n\nSign in as one of these:")
    _manage(environment, "load_demo", "--sign-ins")
    say(
        f"\nA roster workbook to try the import with is in {sample}\nCtrl-C ends the demo and keeps its data."
    )
    while (dead := children.dead()) is None:
        time.sleep(0.5)
    say(f"{dead} has ended by itself; {FOLDER / 'log' / dead}.log says why. Ending the others.")
    return 1


def _servers(values: dict[str, str], ends: list[Callable[[], None]]) -> dict[str, str]:
    """The variables of the demo, its servers started unless the environment names some."""
    environment = {
        "ENVIRONMENT": "demo",
        "UPLOAD_DIR": str(FOLDER / "uploads"),
        **{name: values[name] for name in ("SECRET_KEY", "INDEX_KEY", "SEAL_KEYS")},
    }
    if os.environ.get("DATABASE_URL"):
        say("Using the PostgreSQL and Redis that the environment names")
        return environment | {name: os.environ[name] for name in OUTSIDE if os.environ.get(name)}
    say("Starting PostgreSQL and Valkey")
    if (
        "postgres" not in values
    ):  # without the first start's passwords and keys its data can't be read any more
        shutil.rmtree(data_folder(), ignore_errors=True)
    passwords = {name: values[name] for name in ("postgres", OWNER, RUNTIME, "valkey") if name in values}
    postgres: Postgres = start_postgres(
        Home(data_folder(), FOLDER / "log" / "postgres.log", passwords=passwords)
    )
    ends.append(postgres.stop)
    valkey: Valkey = start_valkey(Home(FOLDER / "valkey", FOLDER / "log" / "valkey.log", passwords=passwords))
    ends.append(valkey.stop)
    values |= passwords
    make_database(postgres, DATABASE)
    return environment | {
        "DATABASE_URL": postgres.url(RUNTIME, DATABASE),
        "OWNER_DATABASE_URL": postgres.url(OWNER, DATABASE),
        "REDIS_URL": valkey.url(),
    }


def _manage(environment: dict[str, str], *command: str, quiet: bool = False) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL if quiet else None,
        preexec_fn=dies_with_parent(),
    )
    try:
        if process.wait():
            raise CannotStart(f"manage.py {command[0]} failed; see above.")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _wait_for_web(port: int, children: Children) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        dead = children.dead()
        if dead:
            raise CannotStart(f"{dead} ended while starting; {FOLDER / 'log' / dead}.log says why.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:  # noqa: PLR2004
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise CannotStart(f"The web server doesn't answer; {FOLDER / 'log' / 'web.log'} says why.")
        time.sleep(0.2)


def reset() -> int:
    """Forget the demo's data, keys and logs."""
    with only_one():
        shutil.rmtree(data_folder(), ignore_errors=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    say("The demo's data is gone; make demo starts afresh.")
    return 0
