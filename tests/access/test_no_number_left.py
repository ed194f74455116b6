"""No identity number, telephone or account in full is left lying by anything the product does: not in a row, a log, an
address, an e-mail, the broker or a folder. What tests/leaks.py searches at the end of the whole run is proved here to
be found where it lies."""

import base64
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.core import mail
from django.db import connection

from jincheng_insurance.access.models import User
from riskpool.services.notices import send_notices
from tests.access.table import LINES, Line
from tests.access.town import Town, Undone, writes
from tests.leaks import MADE, RUN_OF_DIGITS, Kept, found_in, found_in_broker

ALLOWED = {"200", "201", "302", "422"}
PLANTED = "110101199001011239"  # of no county whose people are made up


@pytest.fixture(autouse=True)
def _undone(town: Town) -> Iterator[None]:
    with Undone():
        yield


def in_clear(text: str) -> set[str]:
    """The made-up numbers in a text, and those that the town's forms are filled with."""
    return set(re.findall(RUN_OF_DIGITS, text)) & MADE


def rows_in_clear(tables: list[str]) -> set[str]:
    """The made-up numbers in any column of the tables: as text, within JSON, or as bytes."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT DISTINCT m[1] FROM {table} t, LATERAL regexp_matches(t::text, %s, 'g') m",
                [f"(?:^|[^0-9])({RUN_OF_DIGITS})"],
            )
            found |= {number for (number,) in cursor.fetchall()} & MADE
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND atttypid = 'bytea'::regtype",
                [table],
            )
            for (column,) in cursor.fetchall():
                cursor.execute(f"SELECT encode({column}, 'escape') FROM {table} WHERE {column} IS NOT NULL")
                found |= {number for (text,) in cursor.fetchall() for number in in_clear(text)}
    return found


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Path]:
    """All that is logged meanwhile, from DEBUG on, as the product writes it."""
    handler = Kept(tmp_path / "log.txt")
    names = ("", "django", "celery", "urllib3")
    before = [logging.getLogger(name).level for name in names]
    for name in names:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield tmp_path / "log.txt"
    for name, level in zip(names, before, strict=True):
        logging.getLogger(name).removeHandler(handler)
        logging.getLogger(name).setLevel(level)


def visited(town: Town, line: Line) -> str:
    """One visit by the first who may; what of it stands outside the page: path, address led to, headers."""
    visitor = next(visitor for visitor, cell in line.cells.items() if cell[0] in ALLOWED)
    answer = town.visit(visitor, line.address, line.method, town.own, line.row)
    return f"{answer.wsgi_request.get_full_path()} {answer.headers!r}"


def test_no_visit_leaves_a_number_in_a_row_a_log_or_an_address(
    town: Town, lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    MADE.update(
        str(value)
        for fields in town.own.posted.values()
        for value in fields.values()
        if re.fullmatch(RUN_OF_DIGITS, str(value))
    )
    assert set(town.own.id_numbers) <= MADE
    left: dict[str, set[str]] = {}
    for line in LINES:
        with Undone():
            before = writes()
            outside = visited(town, line)
            now = writes()
            written = [table for table in town.marks if now.get(table) != before.get(table)]
            if found := rows_in_clear(written) | in_clear(outside):
                left[str(line)] = found
    assert not left
    assert lines.read_text(encoding="utf-8")
    assert not found_in([lines, temporary], MADE)


def test_no_table_of_the_town_holds_a_number(town: Town) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    assert len(tables) > len(town.marks)
    assert not rows_in_clear(tables)


def test_no_mail_holds_a_number(town: Town) -> None:
    User.objects.update(email="somebody@example.cn")
    send_notices()
    assert mail.outbox
    assert not in_clear("".join(message.subject + str(message.body) for message in mail.outbox))


def test_the_broker_and_the_folders_hold_no_number(town: Town, broker_url: str) -> None:
    with redis.Redis.from_url(broker_url) as broker:
        held = b"\n".join(broker.dump(key) or b"" for key in broker.scan_iter())
        held += b"\n".join(one for key in broker.scan_iter(_type="list") for one in broker.lrange(key, 0, -1))
    assert not found_in_broker(held, MADE)
    assert Path(settings.UPLOAD_DIR).exists()
    assert not found_in([Path(settings.UPLOAD_DIR)], MADE)


def test_a_planted_number_is_found_in_rows_of_every_kind(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.access.test_no_number_left.MADE", {PLANTED})
    for table, column in (("access_insurer", "name"), ("enrollment_rosterperson", "telephone_sealed")):
        with Undone():
            assert not rows_in_clear([table])
            with connection.cursor() as cursor:
                cast = "convert_to(%s, 'UTF8')" if column.endswith("sealed") else "%s"
                cursor.execute(
                    f"UPDATE {table} SET {column} = {cast} WHERE id = (SELECT min(id) FROM {table})",
                    [f"x{PLANTED}"],
                )
            assert rows_in_clear([table]) == {PLANTED}


def test_a_planted_number_is_found_in_files_and_in_packed_messages(tmp_path: Path) -> None:
    log = tmp_path / "deep" / "log.txt"
    log.parent.mkdir()
    log.write_bytes(b"\x00\x27" + PLANTED.encode() + b"\x01 and more")
    assert found_in([tmp_path], {PLANTED}) == {f"{PLANTED} in {log}"}
    assert not found_in([tmp_path], {"140524199001011247"})
    body = base64.b64encode(json.dumps([[PLANTED], {}]).encode()).decode()
    assert found_in_broker(json.dumps({"body": body}).encode(), {PLANTED})
    assert not found_in_broker(json.dumps({"body": body}).encode(), {"140524199001011247"})


def test_a_row_that_was_rolled_back_is_found_in_the_servers_files(town: Town, superuser_dsn: str) -> None:
    """So the search at the end sees what every test wrote, not only what is left."""
    with Undone(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_insurer SET name = %s WHERE code = 'A'", [f"x{PLANTED}"])
    with psycopg.connect(superuser_dsn, autocommit=True) as server:
        server.execute("CHECKPOINT")
    assert found_in([Path(os.environ["JINCHENG_POSTGRES_FOLDER"])], {PLANTED})
