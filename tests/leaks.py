"""Where a personal number could be left lying. Every number that the makers of synthetic people give out is noted; at
the end of the run, the files of the server (tables of every test, also those rolled back, and the write-ahead log), all
that went through the broker, logs, uploads and temporary files are searched for them."""

import base64
import json
import logging
import os
import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

RUN_OF_DIGITS = "[0-9]{11,20}[Xx]?"
BODY = re.compile(rb'"body": ?"([A-Za-z0-9+/=]+)"')
FILES = "numbers-"
MADE: set[str] = set()


def noted(maker: Callable[..., str]) -> Callable[..., str]:
    """A maker of numbers that notes each."""

    def make(*args: Any, **kwargs: Any) -> str:
        number = maker(*args, **kwargs)
        MADE.add(number)
        return number

    return make


def note_made_numbers() -> None:
    """From now on, every identity number and telephone that is made up in this process is noted."""
    from demo import people

    people._identity, people._telephone = noted(people._identity), noted(people._telephone)


def keep_made(folder: Path, process: str) -> None:
    """Leave what this process made for the search at the end."""
    (folder / f"{FILES}{process}.json").write_text(json.dumps(sorted(MADE)), encoding="utf-8")


def made_by_all(folder: Path) -> set[str]:
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob(f"{FILES}*.json")]
    return {number for numbers in kept for number in numbers}


def found_in(paths: Iterable[Path], made: set[str]) -> set[str]:
    """The numbers that stand in clear in any file of these paths, the name of the file after each."""
    searched = [str(path) for path in paths if path.exists()]
    if not searched:
        return set()
    done = subprocess.run(
        ["grep", "-raoE", "-H", f"--exclude={FILES}*.json", "--", RUN_OF_DIGITS, *searched],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    lines = (line.rpartition(b":") for line in done.stdout.splitlines())
    hits = {(number.decode(), file.decode(errors="replace")) for file, _, number in lines}
    return {f"{number} in {file}" for number, file in hits if number in made}


def found_in_broker(log: bytes, made: set[str]) -> set[str]:
    """The numbers in what a broker was sent, as it is and as the bodies of messages are packed."""
    whole = log + b"\n".join(base64.b64decode(body) for body in BODY.findall(log))
    return {f"{number} in the broker" for number in re.findall(RUN_OF_DIGITS, whole.decode("latin-1"))} & {
        f"{number} in the broker" for number in made
    }


class Kept(logging.FileHandler):
    """The product's own log as it would stand in a file: formatted by its own formatter."""

    def __init__(self, file: Path) -> None:
        from jincheng_insurance.web.logs import Redacted

        super().__init__(file, encoding="utf-8")
        self.setFormatter(Redacted("{asctime} {levelname} {name} {message}", style="{"))


def keep_log(folder: Path, process: str) -> None:
    """Write what this process logs from now on into a file of its own."""
    handler = Kept(folder / f"log-{process}.txt")
    for name in ("", "django"):
        logging.getLogger(name).addHandler(handler)


def searched(folder: Path, postgres: Path, dsn: str) -> set[str]:
    """Everything of a run, once its processes have ended."""
    made = made_by_all(folder)
    if not made:
        return set()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    broker = b"".join(file.read_bytes() for file in (folder / "valkey").rglob("*.aof"))
    return found_in([folder, postgres], made) | found_in_broker(broker, made)
