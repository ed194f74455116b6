"""The same claim taken by several people at the same moment: one of them wins, the others are refused, and the ledgers
hold one act. Each race is first run without its guards, where it goes wrong; with them it may not.

The races for one person's and one household's yearly cap stand in test_race.py and test_property.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from django.db import connections
from django.db.models import Model, QuerySet
from django.utils import timezone

from claims.models import BenefitYear, Claim, Decision, LossEntry, Payment
from claims.services.decision import approve_claim, reject_claim, submit_claim
from claims.services.payment import record_payment
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from tests.claims.test_life import assessed_claim
from tests.races import at_once, take_out_lock
from tests.world import Party, World, approved_claim, insure_person, submitted_claim

THREADS = 4
ROUNDS = 5
ROUNDS_WITHOUT = 25


def a_years_second_claim(party: Party) -> Claim:
    """Handed in, 1,500 to be granted; the year's total is there already, so that making it doesn't hold anybody up."""
    person = insure_person(party)
    approved_claim(party, person, self_pay="2000")
    return submitted_claim(party, person, self_pay="3000")


def approve(claim: Claim, actor: User, number: int) -> object:
    return approve_claim(claim=claim, reason="", actor=actor)


def reject(claim: Claim, actor: User, number: int) -> object:
    return reject_claim(claim=claim, reason_code="other", reason="不符", actor=actor)


def approve_or_reject(claim: Claim, actor: User, number: int) -> object:
    return (approve, reject)[number % 2](claim, actor, number)


def submit(claim: Claim, actor: User, number: int) -> object:
    return submit_claim(claim=claim, actor=actor)


def pay(claim: Claim, actor: User, number: int) -> object:
    return record_payment(claim=claim, paid_on=timezone.localdate(), reference=f"B{number}", actor=actor)


def decided_once(claim: Claim) -> bool:
    """One decision if approved, none if rejected; the year's total and the reserve say the same."""
    approved = claim.state == Claim.State.APPROVED
    year = BenefitYear.objects.filter(insured_person=claim.insured_person).first()
    reserve = sum(LossEntry.objects.filter(claim=claim).values_list("amount", flat=True))
    used = year.inpatient_granted if year else 0
    return Decision.objects.filter(claim=claim).count() == approved and used == reserve == 1500 * approved


def submitted_once(claim: Claim) -> bool:
    return claim.events.filter(step="submit").count() == 1


def paid_once(claim: Claim) -> bool:
    ledger = LossEntry.objects.filter(claim=claim, kind="payment").values_list("amount", flat=True)
    return Payment.objects.filter(claim=claim).count() == 1 and sum(ledger) == claim.granted


@dataclass(frozen=True)
class Race:
    """`guards` are the models whose row locks hold it; `index` a unique index that holds it besides."""

    make: Callable[[Party], Claim]
    role: Role
    act: Callable[[Claim, User, int], object]
    right: Callable[[Claim], bool]
    guards: tuple[type[Model], ...] = (Claim,)
    index: str = ""


RACES = {
    "two approvals": Race(a_years_second_claim, Role.REVIEWER, approve, decided_once, (Claim, BenefitYear)),
    "approval against rejection": Race(submitted_claim, Role.REVIEWER, approve_or_reject, decided_once),
    "double submission": Race(assessed_claim, Role.ADJUSTER, submit, submitted_once),
    "double payment": Race(
        approved_claim, Role.REVIEWER, pay, paid_once, (Claim, Agreement), "line_claim_once_live"
    ),
}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Races are about the database; no message is sent."""
    monkeypatch.setattr("jincheng_insurance.web.background._send", lambda task, ids: None)


def run(world: World, race: Race) -> tuple[Claim, list[object]]:
    """The race once, on a new claim: the claim afterwards, and what went otherwise than done."""
    claim = race.make(world.own)
    actor = world.own.payer if race.act is pay else world.own[race.role]
    results = at_once(lambda number: race.act(claim, actor, number), THREADS)
    connections.close_all()
    return Claim.objects.get(pk=claim.pk), [one for one in results if isinstance(one, Exception)]


@pytest.mark.parametrize("name", RACES)
def test_one_wins_and_the_others_are_refused(live_world: World, name: str) -> None:
    for _ in range(ROUNDS):
        claim, errors = run(live_world, RACES[name])
        assert [type(error) for error in errors] == [Refused] * (THREADS - 1)
        assert RACES[name].right(claim)


@pytest.mark.parametrize("name", RACES)
def test_without_its_guards_the_same_race_goes_wrong(
    live_world: World, monkeypatch: pytest.MonkeyPatch, superuser_dsn: str, name: str
) -> None:
    race = RACES[name]
    take_out_lock(monkeypatch, *race.guards)
    with without_index(superuser_dsn, race.index):
        for _ in range(ROUNDS_WITHOUT):
            claim, errors = run(live_world, race)
            if len(errors) < THREADS - 1 or not race.right(claim):
                return
    pytest.fail("without its guards nothing went wrong: the race proves nothing")


@pytest.mark.parametrize("name", [name for name, race in RACES.items() if race.index])
def test_the_unique_index_alone_holds_where_no_lock_does(
    live_world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all())
    for _ in range(ROUNDS):
        claim, errors = run(live_world, RACES[name])
        assert len(errors) == THREADS - 1
        assert RACES[name].right(claim)


@contextmanager
def without_index(dsn: str, name: str) -> Iterator[None]:
    """A unique index gone meanwhile; what it would have refused is deleted before it comes back."""
    if not name:
        yield
        return
    with psycopg.connect(dsn, autocommit=True) as connection:
        (made,) = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name]
        ).fetchone()
        connection.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            connection.execute("SET session_replication_role = replica")
            connection.execute("TRUNCATE claims_paymentline CASCADE")
            connection.execute(made)
