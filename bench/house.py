"""Servers, database and people of a bench: its own PostgreSQL and Valkey, durable as in production, gone at the end."""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from jincheng_insurance.embedded.processes import dies_with_parent
from jincheng_insurance.embedded.servers import (
    OWNER,
    RUNTIME,
    SUPERUSER,
    Home,
    Postgres,
    forget_postgres,
    make_database,
    start_postgres,
    start_valkey,
)

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "jincheng_bench"
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "enrollment_policyyear",
    "access_region",
}


@dataclass
class House:
    """Where a bench lives: its database, the environment for processes of its own, and a folder for their logs."""

    postgres: Postgres
    environment: dict[str, str]
    folder: Path

    @property
    def superuser(self) -> str:
        return self.postgres.dsn(SUPERUSER, DATABASE)

    def run(self, module: str, *words: str) -> dict[str, Any]:
        """Run a module in a process of its own; the JSON it prints."""
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=dies_with_parent(),
        )
        if done.returncode:
            raise SystemExit(f"{module} {' '.join(words)} failed:\n{done.stderr[-3000:]}")
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def empty(self) -> None:
        """Empty every table but the reference data."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            rows = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            tables = ", ".join(f'"{name}"' for (name,) in rows if name not in KEPT)
            connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
            connection.execute("DELETE FROM access_region WHERE code IS NULL")

    def settle(self) -> None:
        """Bring the statistics and the visibility map up to date, and write what is dirty, before a clock starts."""
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")


@contextmanager
def house() -> Iterator[House]:
    """The servers up and the tables made; Django is set up in this process, as the runtime role."""
    folder = Path(tempfile.mkdtemp(prefix="jincheng-bench-"))
    folder.chmod(0o711)
    home = Home(folder / "postgres", folder / "postgres.log")
    postgres = start_postgres(home)
    try:
        valkey = start_valkey(Home(folder / "valkey", folder / "valkey.log", fast=True))
        try:
            make_database(postgres, DATABASE)
            environment = _environment(postgres, valkey.url(), folder)
            os.environ |= environment
            for command in (["migrate", "--verbosity=0"], ["messages"]):
                subprocess.run(
                    [sys.executable, "manage.py", *command],
                    cwd=ROOT,
                    env=environment,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            import django

            django.setup()
            yield House(postgres, environment, folder)
        finally:
            valkey.stop()
    finally:
        postgres.stop()
        forget_postgres(home.folder)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(postgres: Postgres, broker: str, folder: Path) -> dict[str, str]:
    return dict(os.environ) | {
        "ENVIRONMENT": "test",
        "DJANGO_SETTINGS_MODULE": "jincheng_insurance.settings",
        "SECRET_KEY": "test-" + "k" * 50,
        "SEAL_KEYS": f"1:{base64.b64encode(b'test-' + b's' * 27).decode()}",
        "INDEX_KEY": "test-" + "i" * 40,
        "AUDIT_KEY": "test-" + "a" * 40,
        "DATABASE_URL": postgres.url(RUNTIME, DATABASE),
        "OWNER_DATABASE_URL": postgres.url(OWNER, DATABASE),
        "RUNTIME_ROLE": RUNTIME,
        "REDIS_URL": broker,
        "UPLOAD_DIR": str(folder / "uploads"),
    }


def say(**line: Any) -> None:
    """One measurement as a line of JSON."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def rounded(seconds: float) -> float:
    return round(seconds, 4)


def show(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A short table at the end."""
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    print(f"\n{title}  ({time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores)")
    for row in [head, tuple("-" * width for width in widths), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
