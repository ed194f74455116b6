"""What undoes: a claim withdrawn by the insured, reopened, or its decision reversed (R11)."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, Decision, MedicalBill, Payment, PaymentLine
from claims.services.benefit import grants_of, locked_benefit_year, move_total
from claims.services.bills import end_bills, restore_bills
from claims.services.intake import check_reserve
from claims.services.ledger import ZERO, set_reserve, take_back_payment
from claims.services.loss import void_sign_offs
from claims.services.reporting import mark_late
from claims.services.steps import check_reason, check_step, locked_agreement, locked_claim, take_step
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def withdraw_claim(*, claim: Claim, reason: str, actor: User) -> None:
    """Note that the insured withdraws an undecided claim. Its reserve is released and its invoices are free again."""
    claim = locked_claim(claim)
    check_step(claim, "withdraw", actor)
    check_reason("withdraw", reason)
    end_bills(claim, MedicalBill.Ended.WITHDRAWN)
    set_reserve(claim, ZERO, actor=actor, reason="withdraw")
    take_step(claim, "withdraw", actor, note=reason)
    record("withdraw_claim", actor=actor, on=claim, facts={"number": claim.number}, reason=reason)


@transaction.atomic(durable=True)
def reopen_claim(*, claim: Claim, reason: str, reserve: Decimal, actor: User) -> list[MedicalBill]:
    """Take up a rejected or withdrawn claim again, or one closed because nothing was to be paid, with a new reserve.
    The bills that fell with it stand again; returns those that can't, because their invoice was claimed elsewhere
    meanwhile. A claim that was granted something is reversed instead."""
    benefit = locked_benefit_year(claim)
    claim = locked_claim(claim)
    check_step(claim, "reopen", actor)
    check_reason("reopen", reason)
    check_reserve(reserve)
    if claim.granted:
        raise Refused(_("Something was granted on this claim: a reviewer has to reverse the decision."))
    decision = standing_decision(claim)
    if decision is not None:
        move_total(benefit, _reversal(decision, reason, actor))
    left = restore_bills(claim)
    _take_up_again(claim)
    mark_late(claim)
    set_reserve(claim, reserve, actor=actor, reason="reopen")
    take_step(claim, "reopen", actor, note=reason, amount=reserve)
    record(
        "reopen_claim",
        actor=actor,
        on=claim,
        facts={"number": claim.number, "reserve": reserve, "bills_left_out": len(left)},
        reason=reason,
    )
    return left


@transaction.atomic(durable=True)
def reverse_decision(*, claim: Claim, reason: str, actor: User, reserve: Decimal = ZERO) -> Decision:
    """Take back what was granted on an approved or closed claim (R11): its grant leaves the year's total, its bills
    stand no longer, and the claim is assessed anew, `reserve` being what it may still cost. A payment made is taken
    back in the ledger and is to be recovered from the payee. A reviewer does it, the one who approved included, never
    who submitted the claim: the new decision passes two pairs of eyes again."""
    locked_agreement(claim.agreement_id)
    benefit = locked_benefit_year(claim)
    claim = locked_claim(claim)
    check_step(claim, "reverse", actor)
    check_reason("reverse", reason)
    check_reserve(reserve)
    waiting = claim.payment_lines.filter(state=PaymentLine.State.PENDING).select_related("batch").first()
    if waiting is not None:
        raise Refused(
            _("This claim waits in payment batch %(batch)s. Take it out of the batch first."),
            batch=waiting.batch.number,
        )
    decision = standing_decision(claim)
    assert decision is not None, "claim_approved_has_decision"
    reversal = _reversal(decision, reason, actor)
    move_total(benefit, reversal)
    end_bills(claim, MedicalBill.Ended.REVERSED)
    mark_late(claim)
    void_sign_offs(claim)
    paid = standing_payment(claim)
    if paid is not None:
        _recover(paid, reason, actor)
        take_back_payment(claim, reserve=reserve, actor=actor, on=timezone.localdate(), reason="reverse")
    else:
        set_reserve(claim, reserve, actor=actor, reason="reverse")
    _take_up_again(claim)
    take_step(claim, "reverse", actor, note=reason, amount=reversal.granted)
    record(
        "reverse_decision",
        actor=actor,
        on=claim,
        facts={"number": claim.number, "granted": reversal.granted, "paid": paid is not None},
        reason=reason,
    )
    return reversal


@transaction.atomic(durable=True)
def record_recovery(*, line: PaymentLine, reference: str, actor: User) -> None:
    """Note that a payment whose decision was reversed has come back from the payee. The ledger has it already."""
    agreement = locked_agreement(line.batch.agreement_id)
    line = PaymentLine.objects.select_for_update(of=("self",)).select_related("claim").get(pk=line.pk)
    require(actor, Act.RECORD_PAYMENT, line.claim)
    if line.state != PaymentLine.State.RECOVER:
        raise Refused(_("Nothing is to be recovered on this payment any more. Reload the page."))
    if not reference.strip():
        raise Refused(_("Enter the bank's reference."), field="reference")
    line.state, line.reason = PaymentLine.State.RETURNED, reference.strip()
    line.recorded_by, line.recorded_at = actor, timezone.now()
    line.save()
    record(
        "record_recovery",
        actor=actor,
        on=line,
        county_id=agreement.county_id,
        facts={"claim": line.claim.number, "amount": line.amount},
    )


def standing_decision(claim: Claim) -> Decision | None:
    """The decision in force on a claim: the one that nothing reverses."""
    return claim.decisions.filter(reverses=None, reversed_by=None).last()


def standing_payment(claim: Claim) -> Payment | None:
    """The payment in force on a claim: the one that nothing reverses."""
    return claim.payments.filter(reverses=None, reversed_by=None).last()


def take_back(payment: Payment, *, actor: User, reason: str) -> Payment:
    """Add the reversing row of a payment."""
    return Payment.objects.create(
        claim_id=payment.claim_id,
        line_id=payment.line_id,
        amount=-payment.amount,
        paid_on=timezone.localdate(),
        reference=reason[:60],
        reverses=payment,
        recorded_by=actor,
    )


def _recover(paid: Payment, reason: str, actor: User) -> None:
    take_back(paid, actor=actor, reason=paid.reference)
    PaymentLine.objects.filter(payments=paid).update(
        state=PaymentLine.State.RECOVER, reason=reason[:200], recorded_by=actor, recorded_at=timezone.now()
    )


def _reversal(decision: Decision, reason: str, actor: User) -> Decision:
    return Decision.objects.create(
        claim_id=decision.claim_id,
        policy_year_id=decision.policy_year_id,
        county_id=decision.county_id,
        insured_person_id=decision.insured_person_id,
        insured_household_id=decision.insured_household_id,
        **{name: -amount for name, amount in grants_of(decision).items()},
        breakdown=decision.breakdown,
        terms=decision.terms,
        reason=reason[:300],
        reverses=decision,
        decided_by=actor,
    )


def _take_up_again(claim: Claim) -> None:
    """A locked claim as if undecided, in its next round."""
    claim.granted = claim.approved_by = claim.approved_at = claim.pay_by = None
    claim.rejected_by, claim.rejection_reason = None, ""
    claim.round += 1
