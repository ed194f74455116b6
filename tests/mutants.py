"""What changes for tests that mutmut runs (bench/mutants.py): the servers are up already, and each process takes a
clone of the database once one of its tests asks for it, and drops it at the end."""

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from mutmut.state import state

from jincheng_insurance.embedded.servers import OWNER, RUNTIME, SUPERUSER, Address, make_database
from tests.servers import TEMPLATE

DEAR = {"town", "live_world", "transactional_db"}
cloned: list[str] = []


def _server() -> Address:
    passwords = {role: os.environ[f"JINCHENG_PASSWORD_{role}"] for role in (SUPERUSER, OWNER, RUNTIME)}
    return Address(int(os.environ["JINCHENG_POSTGRES_PORT"]), passwords)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, for most changes are noticed by one of them; those that share a town stay together."""
    items.sort(key=_cost)


def _cost(item: pytest.Item) -> tuple[bool, str, float]:
    dear = bool(DEAR & set(getattr(item, "fixturenames", ())))
    return dear, str(item.path) if dear else "", state().duration_by_test.get(item.nodeid, 0)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any) -> None:
    if fixturedef.argname == "django_db_setup":
        _take_clone()


def _take_clone() -> None:
    """Django's settings came from the process that this one was forked from: they are pointed at the clone."""
    database = f"jincheng_mutant_{os.getpid()}"
    server = _server()
    make_database(server, database, template=TEMPLATE)
    cloned.append(database)
    uploads = str(Path(os.environ["JINCHENG_TEST_FOLDER"]) / f"uploads-{database}")
    settings.UPLOAD_DIR = uploads
    for alias, role in (("default", RUNTIME), ("owner", OWNER)):
        connections[alias].settings_dict["NAME"] = database
        os.environ["DATABASE_URL" if alias == "default" else "OWNER_DATABASE_URL"] = server.url(
            role, database
        )
    os.environ |= {"JINCHENG_SUPERUSER_DSN": server.dsn(SUPERUSER, database), "UPLOAD_DIR": uploads}


def pytest_unconfigure() -> None:
    while cloned:
        connections.close_all()
        with psycopg.connect(_server().dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{cloned.pop()}" WITH (FORCE)')
