"""The demo: bundled servers, web server, worker and beat under one roof. Ctrl-C ends all of them; a second start keeps
the data. What it keeps is in `.demo`; as root, PostgreSQL's part is in /var/tmp if `nobody` can't reach `.demo`."""

import base64
import fcntl
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
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO

from jincheng_insurance.embedded.processes import (
    CannotStart,
    Process,
    dies_with_parent,
    end_leftovers,
    remember,
    stop,
)
from jincheng_insurance.embedded.servers import (
    OWNER,
    RUNTIME,
    Home,
    forget_postgres,
    make_database,
    start_postgres,
    start_valkey,
)

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("DEMO_FOLDER", ROOT / ".demo"))
DATABASE = "jincheng"
START_SECONDS = 60
STOP_SECONDS = 10
PORTS = range(1, 65536)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked the demo to end."""


class Children:
    """The processes of the demo, each with a log of its own; its servers are watched, and stopped by their own."""

    def __init__(self, servers: dict[str, Process], environment: dict[str, str]) -> None:
        self.servers = servers
        self.environment = environment
        self.running: dict[str, Process] = {}

    def start(self, name: str, *module: str) -> None:
        with log_of(name) as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_parent(),
            )
        self.running[name] = process
        remember(FOLDER / "processes", process)

    def dead(self) -> str | None:
        """The name of one that has ended."""
        watched = self.servers | self.running  # a server first: without it, others end too
        return next((name for name, process in watched.items() if process.poll() is not None), None)

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            stop(process, patience=STOP_SECONDS)
        (FOLDER / "processes").unlink(missing_ok=True)


def say(text: str) -> None:
    with suppress(OSError):  # the terminal may have gone
        print(text, flush=True)


def log_of(name: str) -> IO[bytes]:
    return (FOLDER / "log" / f"{name}.log").open("ab")


@contextmanager
def only_one() -> Iterator[None]:
    """Holds the folder for this demo alone, and ends what one that was killed has left."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    FOLDER.chmod(0o711)  # PostgreSQL of root runs as `nobody`, and must get through to its own folder
    (FOLDER / "log").mkdir(mode=0o700, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                "The demo is running in this folder already; end that one with Ctrl-C."
            ) from error
        if end_leftovers(FOLDER / "processes"):
            say("Ended what an earlier demo had left running")
        yield


def chosen_port() -> int:
    """The port that PORT names, if it is free."""
    named = os.environ.get("PORT") or "8000"
    if not named.isdecimal() or int(named) not in PORTS:
        raise CannotStart(f"PORT is a number up to {PORTS[-1]}, not {named!r}.")
    port = int(named)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} is taken by another program, or not ours to use. Choose another: "
                f"PORT={8001 if port == 8000 else 8000} make demo"  # noqa: PLR2004
            ) from error
    return port


def kept_secrets() -> dict[str, str]:
    """Passwords and keys made on first start and kept; production refuses them by their beginning."""
    file = FOLDER / "secrets.json"
    kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    made = {
        "SECRET_KEY": f"demo-{secrets.token_hex(32)}",
        "INDEX_KEY": f"demo-{secrets.token_hex(32)}",
        "AUDIT_KEY": f"demo-{secrets.token_hex(32)}",
        "SEAL_KEYS": f"1:{base64.b64encode(b'demo-' + secrets.token_bytes(27)).decode()}",
    }
    return made | kept


def keep_secrets(values: dict[str, str]) -> None:
    file = FOLDER / "secrets.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(values), encoding="utf-8")


def run() -> int:
    """Start everything, wait for Ctrl-C, end everything. Returns the exit code."""
    for sign in SIGNALS:
        signal.signal(sign, _stop)
    ends: list[Callable[[], None]] = []
    try:
        with only_one():
            try:
                return _serve(chosen_port(), ends)
            finally:
                for sign in SIGNALS:
                    signal.signal(sign, signal.SIG_IGN)
                if ends:
                    say("\nEnding the demo")
                while ends:
                    ends.pop()()
    except Stopped:
        return 0


def _stop(sign: int, frame: FrameType | None) -> None:
    raise Stopped


def _serve(port: int, ends: list[Callable[[], None]]) -> int:
    values = kept_secrets()
    servers: dict[str, Process] = {}
    settings = _servers(values, servers, ends)
    state = FOLDER / "env"
    state.touch(mode=0o600)
    state.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    ends.append(lambda: state.unlink(missing_ok=True))
    environment = os.environ | settings
    say("Bringing the tables up to date")
    _manage(environment, "migrate", "--verbosity=0")
    if _newest("*.po") > _newest("*.mo"):
        _manage(environment, "messages", quiet=True)
    sample = FOLDER / "sample"
    bundled = not os.environ.get("DATABASE_URL")
    if not bundled or "loaded" not in values:
        say("Loading synthetic demo data (once, less than a minute)")
        _manage(environment, "load_demo")
        # Households that the story's own roster doesn't list.
        people = ("--persons=200", "--seed=7", "--county=140524", "--after=500000")
        _manage(environment, "make_sample_data", *people, f"--out={sample}", quiet=True)
        if bundled:
            keep_secrets(values | {"loaded": "yes"})
    elif "AUDIT_KEY" not in json.loads((FOLDER / "secrets.json").read_text(encoding="utf-8")):
        keep_secrets(values)
    say("Starting web server, worker and beat")
    children = Children(servers, environment)
    ends.append(children.stop)
    web = ("--workers=2", "--threads=4", "--timeout=60", "--graceful-timeout=5", f"--bind=127.0.0.1:{port}")
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


def _servers(
    values: dict[str, str], servers: dict[str, Process], ends: list[Callable[[], None]]
) -> dict[str, str]:
    """The variables of the demo, with servers started for those that the environment doesn't name."""
    settings = {
        "ENVIRONMENT": "demo",
        "UPLOAD_DIR": str(FOLDER / "uploads"),
        **{name: values[name] for name in ("SECRET_KEY", "INDEX_KEY", "AUDIT_KEY", "SEAL_KEYS")},
    }
    passwords = {name: values[name] for name in ("postgres", OWNER, RUNTIME, "valkey") if name in values}
    if os.environ.get("DATABASE_URL"):
        say("Using the PostgreSQL that DATABASE_URL names")
        keep_secrets(values)  # what it holds already was sealed with these
        given = ("DATABASE_URL", "OWNER_DATABASE_URL")
        settings |= {name: os.environ[name] for name in given if os.environ.get(name)}
    else:
        if "loaded" not in values:
            _forget()  # the first start was cut short: half a demo, whose keys are gone
        say(
            "Starting PostgreSQL" if "loaded" in values else "Making a PostgreSQL data folder and starting it"
        )
        postgres = start_postgres(
            Home(FOLDER / "postgres", FOLDER / "log" / "postgres.log", passwords=passwords)
        )
        ends.append(postgres.stop)
        servers["postgres"] = postgres.process
        make_database(postgres, DATABASE)
        settings["DATABASE_URL"] = postgres.url(RUNTIME, DATABASE)
        settings["OWNER_DATABASE_URL"] = postgres.url(OWNER, DATABASE)
    if os.environ.get("REDIS_URL"):
        say("Using the Redis that REDIS_URL names")
        settings["REDIS_URL"] = os.environ["REDIS_URL"]
    else:
        say("Starting Valkey")
        valkey = start_valkey(Home(FOLDER / "valkey", FOLDER / "log" / "valkey.log", passwords=passwords))
        ends.append(valkey.stop)
        servers["valkey"] = valkey.process
        settings["REDIS_URL"] = valkey.url()
    values |= passwords
    return settings


def _manage(environment: dict[str, str], *command: str, quiet: bool = False) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        preexec_fn=dies_with_parent(),
    )
    try:
        if process.wait():
            raise CannotStart(f"manage.py {command[0]} failed; see above.")
    finally:
        stop(process)


def _newest(pattern: str) -> float:
    return max((file.stat().st_mtime for file in (ROOT / "locale").rglob(pattern)), default=0.0)


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


def _forget() -> None:
    forget_postgres(FOLDER / "postgres")
    for name in ("valkey", "uploads", "sample"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    for left in (*FOLDER.glob("beat*"), FOLDER / "secrets.json"):
        left.unlink(missing_ok=True)


def reset() -> int:
    """Forget the demo's data and keys."""
    with only_one():
        _forget()
    say("The demo's data is gone.")
    return 0
