"""Child processes that end with their parent, in order or not, and what a killed parent left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
START_SECONDS = 60

Process = subprocess.Popen[bytes]


class CannotStart(Exception):
    """Something does not come up; the text says why and what to do."""


def dies_with_parent(sign: int = signal.SIGTERM) -> Callable[[], None]:
    """What a child runs first: a session of its own, so that Ctrl-C reaches the parent alone, and where Linux allows,
    an end when the parent is killed."""

    def prepare() -> None:
        os.setsid()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign)

    return prepare


def stop(process: Process, sign: int = signal.SIGTERM, *, patience: float = 20) -> None:
    """End a child that leads a session of its own, and whatever it started: by `sign`, after `patience` seconds by
    force."""
    if process.poll() is None:
        process.send_signal(sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(ready: Callable[[], bool], process: Process, name: str, log: Path) -> None:
    """Wait for a child to come up; one that doesn't is ended, and CannotStart says where its log is."""
    deadline = time.monotonic() + START_SECONDS
    try:
        while not ready():
            if process.poll() is not None:
                raise CannotStart(f"{name} ended while starting; {log} says why.")
            if time.monotonic() > deadline:
                raise CannotStart(f"{name} doesn't answer after {START_SECONDS} s; {log} says why.")
            time.sleep(0.05)
    except BaseException:
        stop(process, signal.SIGKILL)
        raise


def born(pid: int) -> str:
    """When a process began, in whatever unit the system tells: with the number, it tells one process from another
    that got its number later. Empty when there is none."""
    try:
        # "pid (name) state …": the name may hold spaces and brackets; the 20th field after it is the start
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except OSError:
        if sys.platform == "linux":
            return ""
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def end_leftovers(record: Path) -> int:
    """End the processes that `record` lists, left by a parent that was killed; how many there were."""
    if not record.exists():
        return 0
    lines = (line.partition(" ") for line in record.read_text(encoding="utf-8").splitlines())
    alive = [int(pid) for pid, _, when in lines if when and born(int(pid)) == when]
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, sign)
        deadline = time.monotonic() + 10
        while any(born(pid) for pid in alive) and time.monotonic() < deadline:
            time.sleep(0.1)
    record.unlink()
    return len(alive)


def remember(record: Path, process: Process) -> None:
    """Add a child to the record, so that the next start finds it should this one be killed."""
    with record.open("a", encoding="utf-8") as file:
        file.write(f"{process.pid} {born(process.pid)}\n")
