"""The demo as a newcomer meets it, in a copy of the product: it starts, answers, lets `manage.py` in, and leaves no
process behind; what keeps it from starting is said plainly."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from jincheng_insurance.embedded.processes import dies_with_parent, stop
from jincheng_insurance.settings import VARIABLES

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 240
STOP_SECONDS = 60
# Set by the test suite for itself, or by somebody's shell; a newcomer has none of it.
NOT_A_NEWCOMERS = ("DJANGO_", "JINCHENG_", "DEMO_", "PYTHON", "PORT", *VARIABLES)
PERSONS = "from enrollment.models import InsuredPerson; print(InsuredPerson.objects.count())"


def newcomers_environment(**more: str) -> dict[str, str]:
    """The environment without any variable of the product."""
    return {name: text for name, text in os.environ.items() if not name.startswith(NOT_A_NEWCOMERS)} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The product as a fresh clone has it. A demo that runs in the tree itself is left alone."""
    folder = tmp_path_factory.mktemp("clone") / "product"
    left_out = shutil.ignore_patterns(".*", "__pycache__", "build", "bench", "node_modules", "tests")
    shutil.copytree(ROOT, folder, ignore=left_out)
    yield folder
    embedded(folder, "reset")


def embedded(folder: Path, act: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jincheng_insurance.embedded", act],
        cwd=folder,
        env=newcomers_environment(**more),
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
        check=False,
    )


def manage(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=folder,
        env=newcomers_environment(),
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
        check=False,
    )


@dataclass
class Demo:
    """A demo that was asked to start; what it says goes to a file."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator["Demo"]:
        """A demo that has come up; ended, however the test goes."""
        port = free_port()
        output = folder / f"said-on-{port}.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "jincheng_insurance.embedded", "demo"],
                cwd=folder,
                env=newcomers_environment(PORT=str(port)),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                preexec_fn=dies_with_parent(),
            )
        demo = cls(port, process, output)
        try:
            demo.wait_for_words("Ctrl-C ends the demo")
            yield demo
        finally:
            stop(process, patience=STOP_SECONDS)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_for_words(self, words: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.2)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def commands_of(processes: list[psutil.Process]) -> str:
    """The command lines of those that still run; one that only waits to be collected has none."""
    lines = []
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            lines.append(" ".join(process.cmdline()))
    return "\n".join(line for line in lines if line)


def test_a_demo_serves_lets_manage_in_keeps_its_data_and_leaves_no_process(copy: Path) -> None:
    with Demo.started(copy) as demo:
        assert demo.address in demo.said()
        assert "adjuster" in demo.said()
        assert requests.get(f"{demo.address}/readyz", timeout=10).json()["state"] == "ready"
        sign_in = requests.get(f"{demo.address}/", timeout=10)
        assert sign_in.status_code == 200
        assert 'type="password"' in sign_in.text
        assert list((copy / ".demo" / "sample").glob("*.xlsx"))
        persons = int(manage(copy, "shell", "--no-imports", "--command", PERSONS).stdout)
        assert persons > 0

        second = embedded(copy, "demo", PORT=str(free_port()))
        assert second.returncode == 1
        assert "running in this folder already" in second.stderr
        assert "Traceback" not in second.stderr

        children = demo.children()
        commands = commands_of(children)
        for part in ("postgres", "valkey-server", "gunicorn", "worker", "beat"):
            assert part in commands, commands
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(STOP_SECONDS) == 0, demo.said()
        assert not commands_of(children), commands_of(children)
        assert not (copy / ".demo" / "env").exists()
        assert "Traceback" not in demo.said()

    with Demo.started(copy) as demo:  # again, on the same data; now a part of it dies
        assert int(manage(copy, "shell", "--no-imports", "--command", PERSONS).stdout) == persons
        children = demo.children()
        own = psutil.Process(demo.process.pid).children()
        next(child for child in own if "worker" in child.cmdline()).kill()
        assert demo.process.wait(STOP_SECONDS) == 1
        assert "worker has ended by itself" in demo.said()
        assert str(copy / ".demo" / "log" / "worker.log") in demo.said()
        assert not commands_of(children), commands_of(children)


def test_a_taken_port_is_said_before_anything_starts(copy: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = embedded(copy, "demo", PORT=str(port))
    assert answer.returncode == 1
    assert f"Port {port} is taken" in answer.stderr
    assert "make demo" in answer.stderr
    assert "Starting" not in answer.stdout
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("port", ["0", "70000", "eight"])
def test_a_port_that_is_none_is_refused_plainly(copy: Path, port: str) -> None:
    answer = embedded(copy, "demo", PORT=port)
    assert answer.returncode == 1
    assert port in answer.stderr
    assert "Traceback" not in answer.stderr


def test_manage_says_how_to_start_the_demo_when_nothing_runs(copy: Path) -> None:
    answer = manage(copy, "showmigrations")
    assert answer.returncode == 1
    assert "make demo" in answer.stderr
    assert "Traceback" not in answer.stderr
