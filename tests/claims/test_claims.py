"""A medical claim from report to payment: who may, what is refused, what the ledger says."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from claims.adjudication import adjudicate_claim
from claims.models import Care, Claim, Decision, LossEntry
from claims.services.bills import add_bill, remove_bill
from claims.services.decision import approve_claim, return_claim, submit_claim
from claims.services.intake import change_reserve, report_claim
from claims.services.ledger import outstanding_reserve
from claims.services.payment import record_payment
from demo.posts import give_post
from enrollment.models import Agreement
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.scheme.terms import Terms
from tests.world import World, approved_claim, bill_facts, insure_person, reported_claim, submitted_claim


def ledger(claim: Claim, kind: str) -> Decimal:
    rows = LossEntry.objects.filter(claim=claim, kind=kind)
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def test_a_claim_is_reported_assessed_approved_and_paid(world: World) -> None:
    claim = approved_claim(world.own, self_pay="5000")
    assert claim.granted == Decimal("1500.00")
    assert outstanding_reserve(claim) == Decimal("1500.00")

    record_payment(claim=claim, paid_on=timezone.localdate(), reference="B1", actor=world.own.payer)

    claim.refresh_from_db()
    assert claim.state == Claim.State.CLOSED
    assert (ledger(claim, "payment"), ledger(claim, "reserve")) == (Decimal("1500.00"), Decimal("0.00"))
    steps = list(claim.events.values_list("step", flat=True))
    assert steps == ["report", "add_bill", "submit", "approve", "pay"]


def test_whoever_submits_never_approves_whatever_roles_they_hold(world: World) -> None:
    party = world.own
    adjuster = party[Role.ADJUSTER]
    claim = submitted_claim(party)
    give_post(adjuster, Role.REVIEWER, insurer=party.insurer)
    both = type(adjuster).objects.get(pk=adjuster.pk)

    with pytest.raises(Refused, match="他人"):
        approve_claim(claim=claim, reason="", actor=both)
    with pytest.raises(IntegrityError, match="claim_approved_by_another"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(approved_by=adjuster)


def test_the_other_insurers_reviewer_may_not(world: World) -> None:
    with pytest.raises(PermissionDenied):
        approve_claim(claim=submitted_claim(world.own), reason="", actor=world.foreign[Role.REVIEWER])


@pytest.mark.parametrize(
    ("basic_insurance", "code"),
    [("unknown", "basic_insurance_unknown"), ("none", "not_in_basic_insurance")],
)
def test_participation_blocks_approval_not_intake(world: World, basic_insurance: str, code: str) -> None:
    claim = submitted_claim(world.own, insure_person(world.own, basic_insurance=basic_insurance))
    with pytest.raises(RuleError) as refusal:
        approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    assert (refusal.value.rule, refusal.value.code) == ("R5", code)
    assert not Decision.objects.exists()


def test_an_invoice_stands_once_in_any_county(world: World) -> None:
    facts = bill_facts("3000")
    add_bill(claim=reported_claim(world.own), facts=facts, actor=world.own[Role.ADJUSTER])
    foreign = reported_claim(world.foreign)
    with pytest.raises(Refused) as refusal:
        add_bill(claim=foreign, facts=facts, actor=world.foreign[Role.ADJUSTER])
    assert refusal.value.rule == "R10"
    assert "陵川" not in str(refusal.value)


def test_a_removed_bill_frees_its_invoice(world: World) -> None:
    facts = bill_facts("3000")
    claim = reported_claim(world.own)
    bill = add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    remove_bill(bill=bill, actor=world.own[Role.ADJUSTER])
    add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    assert claim.bills.filter(standing=True).count() == 1


def test_a_bill_belongs_to_the_policy_year(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        add_bill(
            claim=reported_claim(world.own),
            facts=bill_facts("3000", on=datetime.date(world.year.year - 1, 12, 31)),
            actor=world.own[Role.ADJUSTER],
        )
    assert refusal.value.rule == "R9"


def test_R9_a_bill_before_the_cover_is_refused_as_it_is_entered(world: World) -> None:
    person = insure_person(world.own, category="MARGINAL", listed_on=datetime.date(world.year.year, 1, 3))
    with pytest.raises(Refused) as refusal:
        submitted_claim(world.own, person)
    assert (refusal.value.rule, refusal.value.field) == ("R9", "on")


def test_a_year_of_stays_shares_one_deductible_and_one_cap(world: World) -> None:
    person = insure_person(world.own)
    granted = [
        approved_claim(world.own, person, self_pay=amount).granted for amount in ("1500", "1500", "1500")
    ]
    assert granted == [Decimal("0.00"), Decimal("500.00"), Decimal("750.00")]
    assert approved_claim(world.own, person, self_pay="90000").granted == Decimal("18750.00")
    assert approved_claim(world.own, person, self_pay="1500", care=Care.OUTPATIENT).granted == Decimal(
        "250.00"
    )


def test_a_claim_that_is_granted_nothing_is_closed(world: World) -> None:
    claim = approved_claim(world.own, self_pay="1500")
    assert (claim.state, claim.granted) == (Claim.State.CLOSED, Decimal("0.00"))
    assert outstanding_reserve(claim) == 0


def test_a_returned_claim_is_mended_and_handed_in_again(world: World) -> None:
    claim = submitted_claim(world.own)
    with pytest.raises(Refused):
        return_claim(claim=claim, reason=" ", actor=world.own[Role.REVIEWER])
    return_claim(claim=claim, reason="缺少发票", actor=world.own[Role.REVIEWER])
    add_bill(claim=claim, facts=bill_facts("1000"), actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    claim.refresh_from_db()
    assert claim.granted == Decimal("2000.00")


def test_a_claim_without_bills_is_not_handed_in(world: World) -> None:
    claim = reported_claim(world.own)
    change_reserve(claim=claim, reserve=Decimal(500), reason="复核", actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused):
        submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])


def test_a_suspended_agreement_stops_payment_and_nothing_else(world: World) -> None:
    Agreement.objects.update(payments_suspended_at=timezone.now())
    claim = approved_claim(world.own)
    with pytest.raises(Refused) as refusal:
        record_payment(claim=claim, paid_on=timezone.localdate(), reference="B", actor=world.own.payer)
    assert refusal.value.rule == "R22"
    assert ledger(claim, "payment") == 0


def test_a_decision_replays_from_what_is_stored_with_it(world: World) -> None:
    claim = approved_claim(world.own, self_pay="5000.55")
    stored = Decision.objects.get(claim=claim)
    assert MedicalDecision.from_data(stored.breakdown).granted == claim.granted
    again = adjudicate_claim(claim, terms=Terms.from_data(stored.terms))
    assert again.to_data() == stored.breakdown


@pytest.mark.parametrize("reserve", ["-1", "NaN", "Infinity", "1e12"])
def test_a_reserve_is_an_amount(world: World, reserve: str) -> None:
    with pytest.raises(Refused):
        reported_claim(world.own, reserve=reserve)


def test_every_change_of_reserve_stays_in_the_ledger(world: World) -> None:
    claim = report_claim(
        insured_person=insure_person(world.own),
        reserve=Decimal(1000),
        account="",
        actor=world.own[Role.ADJUSTER],
    )
    change_reserve(claim=claim, reserve=Decimal("400.50"), reason="复核", actor=world.own[Role.ADJUSTER])
    amounts = list(LossEntry.objects.filter(claim=claim).values_list("amount", flat=True))
    assert amounts == [Decimal("1000.00"), Decimal("-599.50")]
