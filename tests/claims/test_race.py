"""Many deciding at once: whatever the order, nobody is granted more than the year's entitlement or cap, and nothing
goes out twice. The same race without the lock goes wrong, which shows that the lock is what holds."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.db.models import Sum
from django.utils import timezone

from claims.models import BenefitYear, Claim, Decision, LossEntry, MedicalBill, Payment
from claims.services import decision
from claims.services.payment import record_payment
from enrollment.models import InsuredPerson
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from riskpool.models import Alert
from riskpool.services.alerts import evaluate_agreement
from tests.races import THREADS, Racers, at_once, take_out_lock
from tests.world import World, approved_claim, insure_person, reported_claim

ROUNDS = 200
SELF_PAY = Decimal(4000)
CAP = Decimal(20000)
ENTITLEMENT = min(CAP, (THREADS * SELF_PAY - 2000) / 2)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Races are about the database; no message is sent."""
    monkeypatch.setattr("jincheng_insurance.web.background._send", lambda task, ids: None)


def submitted_claims(world: World, person: InsuredPerson) -> list[Claim]:
    """Claims of one person handed in by the adjuster, each with a bill: the rows as the services leave them."""
    party = world.own
    first = Claim.objects.count()
    claims = Claim.objects.bulk_create(
        Claim(
            number=f"R{first + index}",
            agreement=party.agreement,
            policy_year=world.year,
            county=party.county,
            coverage=Claim.Coverage.MEDICAL,
            insured_household_id=person.insured_household_id,
            insured_person=person,
            state=Claim.State.SUBMITTED,
            reported_on=datetime.date(world.year.year, 1, 2),
            reported_by=party[Role.ADJUSTER],
            submitted_by=party[Role.ADJUSTER],
            submitted_at=timezone.now(),
        )
        for index in range(THREADS)
    )
    MedicalBill.objects.bulk_create(
        MedicalBill(
            claim=claim,
            policy_year=world.year,
            county=party.county,
            care="inpatient",
            hospital="H",
            hospital_key="H",
            invoice_number=claim.number,
            on=datetime.date(world.year.year, 1, 2),
            bill=SELF_PAY,
            basic=0,
            serious_illness=0,
            assistance=0,
            commercial=0,
            other=0,
            entered_by=party[Role.ADJUSTER],
        )
        for claim in claims
    )
    return claims


def granted_by_a_round(world: World, racers: Racers, claims: list[Claim]) -> tuple[Decimal, list[object]]:
    """All claims approved at once: what was granted in all, and what went wrong."""
    reviewer = world.own[Role.REVIEWER]

    def approve(number: int) -> None:
        decision.approve_claim(claim=claims[number], reason="", actor=reviewer)

    errors = [result for result in racers.race(approve) if result is not None]
    granted = Decision.objects.filter(claim__in=claims).aggregate(sum=Sum("inpatient"))["sum"]
    return granted or Decimal(0), errors


def rounds(world: World, count: int) -> Iterator[tuple[Decimal, list[object]]]:
    """Each round with a person of its own, so that every one starts from nothing."""
    with Racers() as racers:
        for _ in range(count):
            person = insure_person(world.own)
            yield granted_by_a_round(world, racers, submitted_claims(world, person))


def test_sixteen_approvals_at_once_never_pass_the_cap(live_world: World) -> None:
    for granted, errors in rounds(live_world, ROUNDS):
        assert not errors
        assert granted == ENTITLEMENT
    years = BenefitYear.objects.aggregate(sum=Sum("inpatient_granted"))["sum"]
    assert years == ROUNDS * ENTITLEMENT


def test_without_the_lock_the_same_race_goes_wrong(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken out: the lock on the year's total. What it then comes to is more than the entitlement, or a grant that
    the database's own check on the cap has to stop."""
    take_out_lock(monkeypatch, BenefitYear)
    for granted, errors in rounds(live_world, 20):
        if granted > ENTITLEMENT or any(isinstance(error, IntegrityError) for error in errors):
            return
    pytest.fail("without the lock nothing went wrong: the race test proves nothing")


def test_two_payments_of_one_claim_at_once_pay_once(live_world: World) -> None:
    claim = approved_claim(live_world.own)
    payer = live_world.own.payer

    def pay(number: int) -> object:
        return record_payment(claim=claim, paid_on=timezone.localdate(), reference=f"B{number}", actor=payer)

    results = at_once(pay, 4)

    assert [type(result) for result in results].count(Payment) == 1
    assert [type(result) for result in results].count(Refused) == 3
    paid = LossEntry.objects.filter(claim=claim, kind="payment").aggregate(sum=Sum("amount"))["sum"]
    assert paid == claim.granted


def test_two_evaluations_at_once_fire_a_level_once(live_world: World) -> None:
    from premiums.services.statements import issue_statement

    party = live_world.own
    person = insure_person(party)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
    reported_claim(party, person, reserve="1000")

    results = at_once(lambda number: evaluate_agreement(agreement_id=party.agreement.pk), 4)

    assert not [result for result in results if isinstance(result, Exception)]
    assert sorted(Alert.objects.values_list("level", flat=True)) == [80, 100, 120]
