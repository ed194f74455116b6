"""Killed at any statement, and run again, settling and alerting end as if nobody had disturbed them (R20, R24)."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from premiums.models import FundEntry
from premiums.services.statements import issue_statement
from riskpool.models import Alert, CarryEntry, ExcessEntry, Settlement, SettlementDraft
from riskpool.services.alerts import evaluate_agreement
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


SEED, POINTS = 24, 38


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


def clear_settlements(superuser: psycopg.Connection) -> None:
    """Take the settlement back, as nobody but a superuser with the guards off could."""
    for table in OURS:
        superuser.execute(f"DELETE FROM {table}")
    superuser.execute("DELETE FROM premiums_fundentry WHERE kind = 'carried'")


@pytest.fixture
def superuser(superuser_dsn: str) -> Iterator[psycopg.Connection]:
    """With the guards off, on a connection that lives in no child."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def run_and_die(last: int, act: Callable[[], object]) -> int:
    """An act in a child process that is killed before its `last` statement; the wait status."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(Counter(last)):
                act()
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def statements_of(act: Callable[[], object]) -> int:
    """How many statements an act takes."""
    counter = Counter()
    with connection.execute_wrapper(counter):
        act()
    return counter.number


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


def test_a_settlement_killed_before_any_of_its_statements_ends_the_same(
    ended: tuple[User, User], superuser: psycopg.Connection
) -> None:
    settle_year(*ended)
    undisturbed = end_state()
    assert (len(undisturbed["carry"]), len(undisturbed["excess"]), len(undisturbed["fund"])) == (4, 2, 2)
    clear_settlements(superuser)
    # Counted in a run whose caches are warm, as a child's are.
    number = statements_of(lambda: settle_year(*ended))
    assert end_state() == undisturbed
    inner = random.Random(SEED).sample(range(2, number), POINTS - 2)
    for last in sorted({1, number, *inner}):
        clear_settlements(superuser)
        status = run_and_die(last, lambda: settle_year(*ended))
        assert os.WTERMSIG(status) == signal.SIGKILL, f"statement {last} was never reached"
        settle_year(*ended)
        assert end_state() == undisturbed, f"killed before statement {last}"
    settle_year(*ended)
    assert end_state() == undisturbed


def fired() -> list[tuple[Any, ...]]:
    return sorted(Alert.objects.values_list("agreement", "level", "incurred", "net_premium"))


def test_alerting_killed_before_each_of_its_statements_fires_each_level_once(
    live_world: World, superuser: psycopg.Connection
) -> None:
    incurred(live_world.own, "500.00")
    agreement = live_world.own.agreement.pk

    def evaluate() -> None:
        evaluate_agreement(agreement_id=agreement)

    evaluate()
    undisturbed = fired()
    assert [level for _, level, *_ in undisturbed] == [80, 100, 120]
    superuser.execute("TRUNCATE riskpool_alert CASCADE")
    number = statements_of(evaluate)
    assert number + POINTS >= 50, "fifty points in all"
    for last in range(1, number + 1):
        superuser.execute("TRUNCATE riskpool_alert CASCADE")
        records = AuditRecord.objects.filter(act="fire_alert").count()
        status = run_and_die(last, evaluate)
        assert os.WTERMSIG(status) == signal.SIGKILL, f"statement {last} was never reached"
        assert not Alert.objects.exists(), f"half done before statement {last}"
        evaluate()
        evaluate()
        assert fired() == undisturbed, f"killed before statement {last}"
        assert AuditRecord.objects.filter(act="fire_alert").count() == records + 3
