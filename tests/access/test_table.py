"""The access table holds: every address, method, role and party, and nothing refused leaves a trace."""

import datetime
from collections import Counter
from dataclasses import replace

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from jincheng_insurance.access.models import Insurer, Region, UserSession
from jincheng_insurance.access.roles import Role
from tests.access.looks import shown_wrongly
from tests.access.table import (
    ANONYMOUS,
    INBOX_ROWS,
    LEAVES_A_RECORD,
    LINES,
    LOOKS_ONLY,
    OWN_INBOX,
    SIGN_IN,
    VIEWS_ON_RECORD,
    WRITES_NOTHING,
    Line,
)
from tests.access.town import RECORDS, REVEALS, Side, Town, Undone, Watched, addresses, keys_of, traces

METHODS = ("GET", "POST")
UNSPOKEN = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
VISITORS = (*Role, ANONYMOUS)
REFUSED = {"401", "403", "404", "405", SIGN_IN}
# What signing in and out leaves behind.
SIGNING = {
    "access:login": {RECORDS, "access_user", "access_usersession"},
    "access:logout": {RECORDS, "access_usersession"},
}
MISSING = [
    (address, method)
    for address in addresses()
    for method in METHODS
    if not any(line.address == address and line.method == method for line in LINES)
]


def answer_of(response: HttpResponse) -> str:
    """The status, or `sign-in` for the redirect of a stranger."""
    target = response.headers.get("Location", "")
    if response.status_code == 302 and target.startswith(f"{reverse('access:login')}?next="):
        return SIGN_IN
    return str(response.status_code)


def test_the_table_names_every_address_of_the_product_and_no_other() -> None:
    assert {line.address for line in LINES} == set(addresses())


def test_the_table_has_one_line_for_each_address_and_method() -> None:
    twice = [
        key for key, count in Counter((line.address, line.method) for line in LINES).items() if count > 1
    ]
    assert not twice
    assert {line.method for line in LINES} == set(METHODS)


def test_an_address_with_a_key_names_its_row() -> None:
    for line in LINES:
        assert keys_of(line.address) == (line.row != "-"), line


def test_the_watch_tells_every_kind_of_write_and_no_undone_one(town: Town) -> None:
    insurer, _other = Insurer.objects.order_by("pk")
    with Watched(town) as visit:
        assert visit.changed() == set()
        Insurer.objects.filter(pk=insurer.pk).update(name="改名")
        assert visit.changed() == {"access_insurer"}
        Insurer.objects.filter(pk=insurer.pk).update(name=insurer.name)
        assert visit.changed() == set()
        Region.objects.create(name="新村", level="village", parent=town.own.party.county)
        assert visit.changed() == {"access_region"}
        Region.objects.filter(name="新村").delete()
        with Watched(town) as inner:
            Insurer.objects.create(code="Z", name="新公司")
            assert inner.changed() == {"access_insurer"}
        assert visit.changed() == set()
    assert traces(town.marks) == town.marks


@pytest.mark.parametrize("line", LINES, ids=str)
def test_every_role_gets_the_answer_of_the_table_and_is_shown_nothing_else(town: Town, line: Line) -> None:
    wrong = []
    for visitor in VISITORS:
        for side, expected in zip((town.own, town.foreign), line.cells[visitor], strict=True):
            with Watched(town) as visit:
                answer = town.visit(visitor, line.address, line.method, side, line.row)
                found, changed = answer_of(answer), visit.changed()
            whose = "own" if side is town.own else "foreign"
            if found != expected:
                wrong.append(f"{visitor}, {whose}: {found} instead of {expected}")
            if trace := _wrong_trace(line, found, changed):
                wrong.append(f"{visitor}, {whose}: answered {found}, {trace}")
            if line.method == "GET" and (shown := shown_wrongly(town, visitor, line.address, answer)):
                wrong.append(f"{visitor}, {whose}: shows {shown}")
    assert not wrong, wrong


def _wrong_trace(line: Line, answer: str, changed: set[str]) -> str:
    """What is wrong with the tables after a visit: reading and refusal change none, an act changes some."""
    if line.address in OWN_INBOX and answer not in REFUSED:
        return "" if changed <= {INBOX_ROWS} else f"changed {changed}, not the inbox alone"
    looked = answer not in REFUSED and line.address in (
        LEAVES_A_RECORD if line.method == "POST" else VIEWS_ON_RECORD
    )
    if looked and RECORDS not in changed:
        return "left no record of the look"
    if looked and (answer == "422" or line.address in LOOKS_ONLY):
        return "" if changed == {RECORDS} else f"changed {changed}, not the record alone"
    acted = line.method == "POST" and answer not in REFUSED | {"422"} and line.address not in WRITES_NOTHING
    if acted and RECORDS not in changed:
        return "left no record"
    if not acted and changed - SIGNING.get(line.address, set()):
        return f"changed {changed}"
    return ""


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "POST"], ids=str)
def test_a_refusal_comes_before_any_look_at_what_was_sent(town: Town, line: Line) -> None:
    wrong = []
    for visitor in VISITORS:
        for side, expected in zip((town.own, town.foreign), line.cells[visitor], strict=True):
            if expected in REFUSED:
                with Undone():
                    found = answer_of(town.visit(visitor, line.address, "POST", side, line.row, empty=True))
                if found != expected:
                    wrong.append(f"{visitor}: {found} instead of {expected}")
    assert not wrong, wrong


@pytest.mark.parametrize(("address", "method"), MISSING)
def test_a_method_outside_the_table_is_refused_and_changes_nothing(
    town: Town, address: str, method: str
) -> None:
    lines = [line for line in LINES if line.address == address]
    wrong = []
    for visitor in VISITORS:
        welcome = any(line.cells[visitor][0] not in REFUSED for line in lines)
        for side in (town.own, town.foreign):
            with Watched(town) as visit:
                found = answer_of(town.visit(visitor, address, method, side, lines[0].row))
                changed = visit.changed()
            if found not in ({"405"} if welcome else REFUSED) or changed:
                wrong.append(f"{visitor}: {found}{', and changed rows' if changed else ''}")
    assert not wrong, wrong


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "POST"], ids=str)
def test_a_post_without_its_token_is_refused_to_everybody(town: Town, line: Line) -> None:
    """On a page that is the form's token, over the API the caller's."""
    refusal = 401 if line.address.startswith("api:") else 403
    for visitor in VISITORS:
        with Watched(town) as visit:
            answer = town.visit(visitor, line.address, "POST", town.own, line.row, csrf=True)
            assert answer.status_code == refusal, visitor
            assert not visit.changed(), visitor


# What moves money, hands out a file with numbers, or shows one.
PROVED = {
    "access:begin_second_factor",
    "access:recovery_codes",
    "access:remove_second_factor",
    "claims:pay",
    "claims:release",
    "claims:export",
    "claims:paid",
    "claims:back",
    "claims:recovered",
    "claims:import_apply",
    "premiums:move",
    "premiums:receipt",
    "premiums:reverse",
    "premiums:import_book",
    "sheets:new",
    "sheets:approve",
    "sheets:fetch",
    *REVEALS,
}


def test_what_moves_money_exports_or_reveals_wants_a_fresh_proof(town: Town) -> None:
    asked = set()
    with Undone():
        UserSession.objects.update(proved_at=timezone.now() - datetime.timedelta(days=1))
        for line in LINES:
            for visitor in VISITORS:
                if line.address not in PROVED or line.method != "POST" or line.cells[visitor][0] in REFUSED:
                    continue
                with Watched(town) as visit:
                    answer = town.visit(visitor, line.address, "POST", town.own, line.row)
                    assert not visit.changed(), line
                assert (answer.status_code, b'name="proof"' in answer.content) == (403, True), line
                asked.add(line.address)
    assert asked == PROVED


@pytest.mark.parametrize("line", [line for line in LINES if line.row != "-"], ids=str)
def test_a_row_that_does_not_exist_answers_as_a_foreign_one(town: Town, line: Line) -> None:
    """Or as unknown, where somebody sees the foreign one and may do nothing, or all, with it."""
    nothing = nowhere(town, line)
    wrong = []
    with Watched(town) as visit:
        for visitor in VISITORS:
            own, foreign = line.cells[visitor]
            if own in {"403", SIGN_IN}:
                continue  # refused before any row is looked for, as the lines above show
            expected = {"403", "404"} if foreign == "403" else {foreign if foreign in REFUSED else "404"}
            found = answer_of(town.visit(visitor, line.address, line.method, nothing, line.row))
            if found not in expected:
                wrong.append(f"{visitor}: {found}, not {expected}")
        if changed := visit.changed():
            wrong.append(f"changed {changed}")
    assert not wrong, wrong


def nowhere(town: Town, line: Line) -> Side:
    """The own side, but for a row of the line that nobody has."""
    key = 10**9 if isinstance(town.own.rows[line.row], int) else "NONE-1"
    return replace(town.own, rows={line.row: key})


@pytest.mark.parametrize("address", sorted({line.address for line in LINES}))
def test_a_method_that_nobody_speaks_is_refused(town: Town, address: str) -> None:
    """To who is welcome at an address, and by turns to a role that comes with a foreign row and to strangers. HEAD may
    answer as GET does, and OPTIONS name the methods, with an empty page."""
    line = next(line for line in LINES if line.address == address)
    reading = next((line for line in LINES if (line.address, line.method) == (address, "GET")), None)
    welcome = next(visitor for visitor in VISITORS if line.cells[visitor][0] not in REFUSED)
    start = LINES.index(line)
    comers = [(welcome, town.own), (VISITORS[start % len(VISITORS)], town.foreign), (ANONYMOUS, town.own)]
    wrong = []
    with Watched(town) as visit:
        for place, method in enumerate(UNSPOKEN, start):
            for visitor, side in (comers[0], comers[1 + place % 2]):
                answer = town.visit(visitor, address, method, side, line.row)
                found = answer_of(answer)
                spoken = REFUSED
                if method == "HEAD" and reading is not None:
                    spoken = REFUSED | {reading.cells[visitor][side is town.foreign]}
                elif method == "OPTIONS" and not answer.content:
                    spoken = REFUSED | {"200"}
                if found not in spoken:
                    wrong.append(f"{method}, {visitor}: {found}")
        if changed := visit.changed() - {RECORDS, *({INBOX_ROWS} if address in OWN_INBOX else set())}:
            wrong.append(f"changed {changed}")
    assert not wrong, wrong
