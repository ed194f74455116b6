"""The table of transitions, step by step and role by role; and what each step leaves in the ledger (R11, R19, R26)."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from claims.adjudication import overpayment_of
from claims.models import BenefitYear, Claim, Decision, DocumentRequest, LossEntry, Payment, PaymentLine
from claims.selectors import movements, overpayments, recoveries
from claims.services.batches import gather_batch
from claims.services.bills import add_bill, edit_bill
from claims.services.decision import approve_claim, reject_claim, return_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.outcome import record_recovery, reopen_claim, reverse_decision, withdraw_claim
from claims.services.payment import record_payment
from claims.transitions import TRANSITIONS, Need
from demo.posts import give_post
from enrollment.models import PolicyTerm
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import ACTS_OF, Role
from jincheng_insurance.scheme.medical import Care
from riskpool.selectors.ratio import agreement_ratio
from tests.world import (
    Party,
    World,
    approved_claim,
    bill_facts,
    insure_person,
    paid_line,
    rejected_claim,
    released_batch,
    reported_claim,
    submitted_claim,
)

State = Claim.State
ROLES = (*Role,)


def assessed_claim(party: Party) -> Claim:
    claim = reported_claim(party)
    add_bill(claim=claim, facts=bill_facts("5000"), actor=party[Role.ADJUSTER])
    return claim


def withdrawn_claim(party: Party) -> Claim:
    claim = assessed_claim(party)
    withdraw_claim(claim=claim, reason="本人撤回", actor=party[Role.ADJUSTER])
    return claim


def closed_unpaid(party: Party) -> Claim:
    return approved_claim(party, self_pay="1500")


def closed_paid(party: Party) -> Claim:
    return paid_line(party).claim


def claim_being_paid(party: Party) -> Claim:
    return released_batch(party).lines.get().claim


MAKERS: dict[str, Callable[[Party], Claim]] = {
    State.REPORTED: reported_claim,
    State.ASSESSING: assessed_claim,
    State.SUBMITTED: submitted_claim,
    State.APPROVED: approved_claim,
    State.PAYING: claim_being_paid,
    State.CLOSED: closed_paid,
    State.REJECTED: rejected_claim,
    State.WITHDRAWN: withdrawn_claim,
}
STEPS: dict[str, Callable[[Claim, User], object]] = {
    "assess": lambda claim, actor: add_bill(claim=claim, facts=bill_facts("10"), actor=actor),
    "submit": lambda claim, actor: submit_claim(claim=claim, actor=actor),
    "return": lambda claim, actor: return_claim(claim=claim, reason="补材料", actor=actor),
    "approve": lambda claim, actor: approve_claim(claim=claim, reason="", actor=actor),
    "reject": lambda claim, actor: reject_claim(
        claim=claim, reason_code="not_proven", reason="无法证明", actor=actor
    ),
    "withdraw": lambda claim, actor: withdraw_claim(claim=claim, reason="本人撤回", actor=actor),
    "reopen": lambda claim, actor: reopen_claim(
        claim=claim, reason="新材料", reserve=Decimal(800), actor=actor
    ),
    "reverse": lambda claim, actor: reverse_decision(
        claim=claim, reason="单据有误", reserve=Decimal(700), actor=actor
    ),
    "pay": lambda claim, actor: record_payment(
        claim=claim, paid_on=timezone.localdate(), reference="B9", actor=actor
    ),
}
TOLD = {"assess": "add_bill"}  # what the timeline calls it
FROM = {"assess": State.REPORTED, "reopen": State.WITHDRAWN, "pay": State.APPROVED}
RESERVE_AFTER = {"approve": 1500, "reject": 0, "withdraw": 0, "reopen": 800, "reverse": 700, "pay": 0}


def reserve_of(claim: Claim) -> Decimal:
    rows = LossEntry.objects.filter(claim=claim, kind="reserve")
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def paid_of(claim: Claim) -> Decimal:
    rows = LossEntry.objects.filter(claim=claim, kind="payment")
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def again(claim: Claim) -> Claim:
    return Claim.objects.get(pk=claim.pk)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_by_its_roles_alone_and_moves_the_claim_as_the_table_says(
    world: World, step: str
) -> None:
    transition = TRANSITIONS[step]
    source = FROM.get(step) or sorted(transition.sources)[-1]
    claim = MAKERS[source](world.own)
    for role in ROLES:
        if transition.act not in ACTS_OF[role]:
            with pytest.raises(PermissionDenied):
                STEPS[step](claim, world.own[role])
    with pytest.raises(PermissionDenied):
        STEPS[step](claim, world.foreign[Role.ADJUSTER])
    (able,) = (role for role in ROLES if transition.act in ACTS_OF[role])
    STEPS[step](claim, world.own.payer if step == "pay" else world.own[able])
    assert again(claim).state == transition.target
    last = claim.events.last()
    assert last is not None
    assert (last.step, last.from_state, last.to_state) == (TOLD.get(step, step), source, transition.target)
    if step in RESERVE_AFTER:
        assert reserve_of(claim) == RESERVE_AFTER[step]


@pytest.mark.parametrize("state", MAKERS)
def test_a_step_is_refused_from_every_other_state(world: World, state: str) -> None:
    claim = MAKERS[state](world.own)
    before = LossEntry.objects.count()
    for step, take in STEPS.items():
        transition = TRANSITIONS[step]
        if state not in transition.sources or (step, state) == ("pay", State.PAYING):
            (able,) = (role for role in ROLES if transition.act in ACTS_OF[role])
            with pytest.raises(Refused):
                take(claim, world.own[able])
    assert again(claim).state == state
    assert LossEntry.objects.count() == before


# Four eyes


def with_both_roles(party: Party, role: Role) -> User:
    other = Role.REVIEWER if role == Role.ADJUSTER else Role.ADJUSTER
    give_post(party[role], other, insurer=party.insurer)
    return User.objects.get(pk=party[role].pk)


@pytest.mark.parametrize("step", [name for name, step in TRANSITIONS.items() if Need.ANOTHER in step.needs])
def test_who_brought_a_claim_in_never_decides_it_whatever_roles_they_hold(world: World, step: str) -> None:
    claim = approved_claim(world.own) if step == "reverse" else submitted_claim(world.own)
    both = with_both_roles(world.own, Role.ADJUSTER)
    with pytest.raises(Refused):
        STEPS[step](claim, both)


def test_who_reported_a_claim_nobody_submitted_does_not_reject_it(world: World) -> None:
    claim = reported_claim(world.own)
    with pytest.raises(Refused):
        STEPS["reject"](claim, with_both_roles(world.own, Role.ADJUSTER))
    STEPS["reject"](claim, world.own[Role.REVIEWER])
    assert again(claim).state == State.REJECTED


def test_the_database_refuses_a_rejection_by_who_submitted_and_one_without_a_reason(world: World) -> None:
    claim = submitted_claim(world.own)
    rows = Claim.objects.filter(pk=claim.pk)
    with pytest.raises(IntegrityError, match="claim_rejected_by_another"), transaction.atomic():
        rows.update(state="rejected", rejected_by=claim.submitted_by, rejection_reason="other")
    for reason in ("", "because"):
        with pytest.raises(IntegrityError, match="claim_rejected_says_why"), transaction.atomic():
            rows.update(state="rejected", rejected_by=world.own[Role.REVIEWER], rejection_reason=reason)
    with pytest.raises(IntegrityError, match="claim_granted_only_once_decided"), transaction.atomic():
        rows.update(granted=5)


def test_the_database_refuses_a_decision_by_who_submitted_and_an_inexact_reversal(world: World) -> None:
    claim = approved_claim(world.own)
    made = Decision.objects.get(claim=claim)
    own = {
        "claim": claim,
        "policy_year": world.year,
        "county": world.own.county,
        "insured_person": claim.insured_person,
        "breakdown": {},
        "terms": {},
    }
    with pytest.raises(IntegrityError, match="does not decide"), transaction.atomic():
        Decision.objects.create(**own, inpatient=1, decided_by=world.own[Role.ADJUSTER])
    with pytest.raises(IntegrityError, match="exactly"), transaction.atomic():
        Decision.objects.create(**own, inpatient=-1, reverses=made, decided_by=world.own[Role.REVIEWER])


# Returned for documents


def test_R26_documents_are_asked_for_once_in_one_list(world: World) -> None:
    claim, reviewer = submitted_claim(world.own), world.own[Role.REVIEWER]
    return_claim(claim=claim, reason="缺材料", missing=["discharge", "invoice"], actor=reviewer)
    asked = DocumentRequest.objects.get(claim=claim)
    assert asked.missing == ["invoice", "discharge"]
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused) as refusal:
        return_claim(claim=claim, reason="还缺", missing=["bank_card"], actor=reviewer)
    assert (refusal.value.rule, refusal.value.field) == ("R26", "missing")
    return_claim(claim=claim, reason="金额抄错", actor=reviewer)
    assert again(claim).state == State.ASSESSING


def test_an_unknown_document_is_refused(world: World) -> None:
    claim = submitted_claim(world.own)
    with pytest.raises(Refused) as refusal:
        return_claim(claim=claim, reason="缺", missing=["moon"], actor=world.own[Role.REVIEWER])
    assert refusal.value.field == "missing"


# Rejected, withdrawn, reopened


@pytest.mark.parametrize("make", [rejected_claim, withdrawn_claim])
def test_a_fallen_claim_frees_its_invoice_and_takes_it_back_when_reopened(
    world: World, make: Callable[[Party], Claim]
) -> None:
    claim, adjuster = make(world.own), world.own[Role.ADJUSTER]
    bill = claim.bills.get()
    assert not bill.standing
    assert agreement_ratio(world.own.agreement).incurred == 0
    assert reopen_claim(claim=claim, reason="新材料", reserve=Decimal(900), actor=adjuster) == []
    bill.refresh_from_db()
    assert bill.standing
    submit_claim(claim=claim, actor=adjuster)
    assert approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER]).inpatient == 1500
    assert again(claim).round == 2


def test_R10_an_invoice_claimed_elsewhere_meanwhile_is_left_out(world: World) -> None:
    claim, adjuster = rejected_claim(world.own), world.own[Role.ADJUSTER]
    fallen = claim.bills.get()
    facts = replace(bill_facts("3000"), hospital=fallen.hospital, invoice_number=fallen.invoice_number)
    add_bill(claim=reported_claim(world.own), facts=facts, actor=adjuster)
    assert len(reopen_claim(claim=claim, reason="新材料", reserve=Decimal(0), actor=adjuster)) == 1
    assert not claim.bills.filter(standing=True).exists()


def test_R10_a_bill_left_out_once_does_not_come_back_with_a_later_reopening(world: World) -> None:
    claim, adjuster = rejected_claim(world.own), world.own[Role.ADJUSTER]
    fallen = claim.bills.get()
    other = reported_claim(world.own)
    facts = replace(bill_facts("3000"), hospital=fallen.hospital, invoice_number=fallen.invoice_number)
    add_bill(claim=other, facts=facts, actor=adjuster)
    assert len(reopen_claim(claim=claim, reason="新材料", reserve=Decimal(0), actor=adjuster)) == 1
    withdraw_claim(claim=other, reason="重复", actor=adjuster)
    right = add_bill(claim=claim, facts=facts, actor=adjuster)
    withdraw_claim(claim=claim, reason="撤", actor=adjuster)

    assert reopen_claim(claim=claim, reason="再报", reserve=Decimal(0), actor=adjuster) == []

    assert [bill.pk for bill in claim.bills.filter(standing=True)] == [right.pk]


def test_a_claim_closed_unpaid_is_reopened_and_decided_anew(world: World) -> None:
    claim, adjuster = closed_unpaid(world.own), world.own[Role.ADJUSTER]
    reopen_claim(claim=claim, reason="漏了一张", reserve=Decimal(500), actor=adjuster)
    add_bill(claim=claim, facts=bill_facts("1500"), actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    assert approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER]).inpatient == 500
    with pytest.raises(Refused):
        reopen_claim(claim=closed_paid(world.own), reason="x", reserve=Decimal(0), actor=adjuster)


# Reversed


def test_R11_a_reversal_takes_back_the_grant_frees_the_bills_and_books_reversing_rows(world: World) -> None:
    claim = closed_paid(world.own)
    reviewer = world.own[Role.REVIEWER]
    assert (paid_of(claim), reserve_of(claim)) == (1500, 0)

    reversal = reverse_decision(claim=claim, reason="单据有误", reserve=Decimal(400), actor=reviewer)

    assert reversal.granted == -1500
    assert BenefitYear.objects.get(insured_person=claim.insured_person).inpatient_granted == 0
    assert (paid_of(claim), reserve_of(claim)) == (0, 400)
    assert Payment.objects.filter(claim=claim).aggregate(sum=Sum("amount"))["sum"] == 0
    assert not claim.bills.filter(standing=True).exists()
    assert (again(claim).state, again(claim).granted, again(claim).round) == (State.ASSESSING, None, 2)
    (line,) = recoveries(reviewer, world.year)
    record_recovery(line=line, reference="退1", actor=reviewer)
    assert not recoveries(reviewer, world.year)
    assert line.claim.payment_lines.get().state == PaymentLine.State.RETURNED


def test_R11_a_corrected_bill_is_decided_and_paid_anew(world: World) -> None:
    claim, adjuster = closed_paid(world.own), world.own[Role.ADJUSTER]
    reverse_decision(claim=claim, reason="单据有误", actor=world.own[Role.REVIEWER])
    old = claim.bills.get()
    facts = replace(bill_facts("4000"), invoice_number=old.invoice_number)
    edit_bill(bill=old, facts=facts, actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    paid_line(world.own, again(claim))
    assert (paid_of(claim), reserve_of(claim)) == (1000, 0)
    assert agreement_ratio(world.own.agreement).incurred == 1000


def test_R11_what_other_claims_lose_is_an_overpayment_shown_and_set_off(world: World) -> None:
    person = insure_person(world.own)
    first = approved_claim(world.own, person, self_pay="3000")
    second = approved_claim(world.own, person, self_pay="2000")
    assert (first.granted, second.granted) == (500, 1000)

    reverse_decision(claim=first, reason="误录", actor=world.own[Role.REVIEWER])

    assert overpayment_of(person)[Care.INPATIENT] == 1000
    (row,) = overpayments(world.own[Role.REVIEWER], world.year)
    assert (row.person, row.total) == (person, 1000)
    assert not overpayments(world.foreign[Role.REVIEWER], world.year)
    assert approved_claim(world.own, person, self_pay="3000").granted == 500
    assert overpayment_of(person)[Care.INPATIENT] == 0


def test_a_claim_in_a_batch_is_taken_out_before_it_is_reversed(world: World) -> None:
    claim = approved_claim(world.own)
    gather_batch(agreement=world.own.agreement, actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused):
        reverse_decision(claim=claim, reason="x", actor=world.own[Role.REVIEWER])


# Bills, reports, double sending


def test_a_corrected_bill_leaves_the_old_row_on_record(world: World) -> None:
    claim, adjuster = assessed_claim(world.own), world.own[Role.ADJUSTER]
    old = claim.bills.get()
    same = replace(bill_facts("6000"), invoice_number=old.invoice_number)
    new = edit_bill(bill=old, facts=same, actor=adjuster)
    old.refresh_from_db()
    assert (old.standing, old.ended_as, old.self_pay) == (False, "replaced", 5000)
    assert (new.standing, new.replaces, new.self_pay) == (True, old, 6000)
    with pytest.raises(Refused):
        edit_bill(bill=old, facts=same, actor=adjuster)


def test_R6_charity_is_recorded_and_deducted_only_where_ruled(world: World) -> None:
    claim, adjuster = reported_claim(world.own), world.own[Role.ADJUSTER]
    facts = replace(bill_facts("5000"), charity=Decimal(1000))
    add_bill(claim=claim, facts=facts, actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    assert approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER]).inpatient == 1500


def test_R6_charity_counts_where_the_city_ruled_so(world: World) -> None:
    PolicyTerm.objects.create(policy_year=world.year, name="charity_deducted", value=True, source="裁定")
    claim, adjuster = reported_claim(world.own), world.own[Role.ADJUSTER]
    add_bill(claim=claim, facts=replace(bill_facts("5000"), charity=Decimal(1000)), actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    assert approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER]).inpatient == 1000


def test_R10_a_duplicate_within_reach_names_the_claim_and_outside_the_city_center(world: World) -> None:
    facts = bill_facts("5000")
    first = reported_claim(world.own)
    add_bill(claim=first, facts=facts, actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused) as own:
        add_bill(claim=reported_claim(world.own), facts=facts, actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused) as foreign:
        add_bill(claim=reported_claim(world.foreign), facts=facts, actor=world.foreign[Role.ADJUSTER])
    assert first.number in str(own.value)
    assert first.number not in str(foreign.value)
    assert "市乡村振兴中心" in str(foreign.value)


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True)])
def test_R26_a_late_report_is_flagged_not_refused(world: World, days: int, late: bool) -> None:
    on = timezone.localdate() - datetime.timedelta(days=days)
    claim = reported_claim(world.own)
    add_bill(claim=claim, facts=bill_facts("5000", on=on), actor=world.own[Role.ADJUSTER])
    assert again(claim).late is late


def test_a_report_sent_twice_opens_one_claim(world: World) -> None:
    person, once = insure_person(world.own), uuid4()
    claims = {
        report_claim(
            insured_person=person,
            reserve=Decimal(100),
            account="",
            actor=world.own[Role.ADJUSTER],
            once=once,
        ).pk
        for _ in range(2)
    }
    assert len(claims) == 1
    assert agreement_ratio(world.own.agreement).incurred == 100


def test_every_movement_of_the_reserve_is_shown_with_the_reserve_after_it(world: World) -> None:
    claim = reported_claim(world.own, reserve="9000")
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    paid_line(world.own, again(claim))
    assert [(row.amount, row.reserve) for row in movements(claim)] == [
        (9000, 9000),
        (-7500, 1500),
        (1500, 1500),
        (-1500, 0),
    ]
