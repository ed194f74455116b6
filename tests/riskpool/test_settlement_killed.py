"""Killed at any statement, and run again, a settlement ends as one that nobody disturbed (R24)."""

import os
import signal
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from premiums.models import FundEntry
from premiums.services.statements import issue_statement
from riskpool.models import CarryEntry, ExcessEntry, Settlement, SettlementDraft
from riskpool.services.carry import offset_carry
from riskpool.services.settlement import confirm_settlement, draft_settlement
from tests.clock import Clock
from tests.riskpool.settling import colleague, in_year, incurred
from tests.world import World, insure_household

OURS = (
    "riskpool_carryentry",
    "riskpool_excessentry",
    "riskpool_settlementline",
    "riskpool_settlement",
    "riskpool_settlementdraft",
)


class Counter:
    """Counts statements, and kills its own process before the `last` one, as a crash would: without a word."""

    def __init__(self, last: int = 0) -> None:
        self.number, self.last = 0, last

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        if self.number == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def settle_year(drafter: User, confirmer: User) -> None:
    """All that a year's end takes, as often as wanted."""
    draft = SettlementDraft.objects.filter(settlement__isnull=False).first()
    draft = draft or draft_settlement(policy_year_id=2026, actor=drafter)
    confirm_settlement(draft=draft, actor=confirmer)
    for county in Agreement.objects.values_list("county", flat=True).distinct():
        offset_carry(county_id=county)


def end_state() -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the end, without numbers that a rolled back attempt has used up."""
    fund = FundEntry.objects.filter(kind="carried")
    return {
        "drafts": list(SettlementDraft.objects.values_list("version", "serial", "as_of", "digest")),
        "settlements": list(Settlement.objects.values_list("version", "digest", "confirmed_by")),
        "carry": sorted(CarryEntry.objects.values_list("kind", "agreement", "side", "amount")),
        "excess": sorted(ExcessEntry.objects.values_list("agreement", "side", "amount")),
        "fund": sorted(fund.values_list("agreement", "side", "amount")),
    }


def clear(superuser_dsn: str) -> None:
    """Take the settlement back, as nobody but a superuser with the guards off could."""
    with psycopg.connect(superuser_dsn, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(f"TRUNCATE {', '.join(OURS)}")
        superuser.execute("DELETE FROM premiums_fundentry WHERE kind = 'carried'")


def run_and_die(last: int, drafter: User, confirmer: User) -> int:
    """The year's end in a child process that is killed before its `last` statement; the wait status."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(Counter(last)):
                settle_year(drafter, confirmer)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


@pytest.fixture
def ended(live_world: World, clock: Clock) -> tuple[User, User]:
    """A year with a carry-forward, an excess, and a next year that owes."""
    incurred(live_world.own, "4.00")
    incurred(live_world.foreign, "500.00")
    drafter = colleague()
    clock.set(2027, 3, 31)
    following = in_year(live_world.own, 2027)
    insure_household(following, persons=2)
    issue_statement(agreement=following.agreement, actor=following[Role.COUNTY_OFFICER])
    return drafter, live_world.own[Role.CITY_FINANCE]


def test_killed_before_any_of_its_statements_it_ends_the_same(
    ended: tuple[User, User], superuser_dsn: str
) -> None:
    settle_year(*ended)
    undisturbed = end_state()
    assert (len(undisturbed["carry"]), len(undisturbed["excess"]), len(undisturbed["fund"])) == (4, 2, 2)
    clear(superuser_dsn)
    counter = Counter()  # of a run whose caches are warm, as a child's are
    with connection.execute_wrapper(counter):
        settle_year(*ended)
    assert end_state() == undisturbed
    assert counter.number >= 50
    for last in range(1, counter.number + 1):
        clear(superuser_dsn)
        status = run_and_die(last, *ended)
        assert os.WTERMSIG(status) == signal.SIGKILL, f"statement {last} was never reached"
        settle_year(*ended)
        assert end_state() == undisturbed, f"killed before statement {last}"
    settle_year(*ended)
    assert end_state() == undisturbed
