"""The live application of a bench: gunicorn, and a Celery worker where work off the page is part of the measure."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.house import ROOT, House
from jincheng_insurance.embedded.processes import dies_with_parent, stop, wait_until
from jincheng_insurance.embedded.servers import free_port


@contextmanager
def served(place: House, *, worker: bool = True) -> Iterator[int]:
    """gunicorn with two workers, and one Celery worker, as a small installation runs them; the port that answers."""
    port = free_port()
    web = _start(
        place, "web", "gunicorn", "jincheng_insurance.wsgi", "--workers=2", f"--bind=127.0.0.1:{port}"
    )
    try:
        wait_until(lambda: _listens(port), web, "gunicorn", place.folder / "web.log")
        if worker:
            with worker_of(place):
                yield port
        else:
            yield port
    finally:
        stop(web)


@contextmanager
def worker_of(place: House) -> Iterator[None]:
    """One Celery worker, ready to work."""
    words = ("celery", "-A", "jincheng_insurance", "worker", "--concurrency=1", "--without-gossip")
    process = _start(place, "worker", *words)
    try:
        log = place.folder / "worker.log"
        wait_until(lambda: b"ready" in log.read_bytes(), process, "the worker", log)
        yield
    finally:
        stop(process)


def _start(place: House, name: str, *command: str) -> "subprocess.Popen[bytes]":
    with (place.folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *command, *(["--loglevel=INFO"] if name == "worker" else [])],
            cwd=ROOT,
            env=place.environment,
            stdout=log,
            stderr=log,
            preexec_fn=dies_with_parent(),
        )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
