"""What came of a payment: paid, failed at the bank, or come back; once for each claim, and never under a suspended
agreement (R19, R22)."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, Payment, PaymentBatch, PaymentLine
from claims.services.batches import add_line, open_batch
from claims.services.ledger import book_payment, take_back_payment
from claims.services.outcome import standing_payment, take_back
from claims.services.steps import check_reason, check_step, locked_agreement, locked_claim, take_step
from claims.services.suspension import check_not_suspended, check_posted
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record

State = PaymentLine.State


@transaction.atomic(durable=True)
def record_payment(*, claim: Claim, paid_on: datetime.date, reference: str, actor: User) -> Payment:
    """Book the granted amount of one approved claim as paid and release the reserve in the same transaction; the claim
    is closed. The simple way beside batches: the payment stands in a batch of its own. Never by who approved the claim:
    money goes out by two pairs of eyes, as in a batch that one gathers and another releases."""
    agreement = locked_agreement(claim.agreement_id)
    return pay_claim(agreement, locked_claim(claim), paid_on=paid_on, reference=reference, actor=actor)


def pay_claim(
    agreement: Agreement, claim: Claim, *, paid_on: datetime.date, reference: str, actor: User
) -> Payment:
    """Book a locked claim of a locked agreement as paid, within the transaction of the service that asks. Refusals as
    in `record_payment`."""
    check_single(agreement, claim, actor=actor)
    line = add_line(open_batch(agreement, actor, single=True), claim, None)
    return _pay(line, claim, paid_on=paid_on, reference=reference, actor=actor)


def check_single(agreement: Agreement, claim: Claim, *, actor: User) -> None:
    """Refused when a claim can't be paid by itself: by its state, while payments are suspended (R22), while it is
    being paid in a batch, or by who approved it."""
    check_step(claim, "pay", actor)
    check_not_suspended(agreement)
    if claim.state == Claim.State.PAYING:
        raise Refused(_("This claim is being paid in a batch. Record the result there."))
    if claim.approved_by_id == actor.pk:
        raise Refused(
            _(
                "You approved this claim, so you can't pay it by yourself. Another reviewer may record the payment; or"
                " let somebody else gather it into a payment batch, which you release."
            )
        )


@transaction.atomic(durable=True)
def record_line_paid(*, line: PaymentLine, paid_on: datetime.date, reference: str, actor: User) -> Payment:
    """Book that the bank paid a line of a released batch: the claim is closed, and the batch settled with its last
    open line."""
    line, claim = _locked(line)
    check_step(claim, "pay", actor)
    check_not_suspended(line.batch.agreement)
    _check_open(line)
    return _pay(line, claim, paid_on=paid_on, reference=reference, actor=actor)


@transaction.atomic(durable=True)
def record_line_failed(*, line: PaymentLine, reason: str, actor: User) -> None:
    """Note that the bank couldn't pay a line: the claim is approved again, and may go into another batch."""
    line, claim = _locked(line)
    check_step(claim, "fail", actor)
    check_reason("fail", reason)
    _check_open(line)
    _settle(line, State.FAILED, actor, reason=reason)
    take_step(claim, "fail", actor, note=reason, amount=line.amount)
    record("record_failure", actor=actor, on=claim, facts={"number": claim.number}, reason=reason)


@transaction.atomic(durable=True)
def reverse_payment(*, line: PaymentLine, reason: str, actor: User) -> Payment:
    """Note that money paid came back from the bank: the payment is reversed in the ledger and the reserve set again in
    the same transaction; the claim is approved again, and may go into another batch."""
    line, claim = _locked(line)
    check_step(claim, "take_back", actor)
    check_reason("take_back", reason)
    paid = standing_payment(claim)
    if paid is None or line.state != State.PAID:
        raise Refused(_("No payment stands on this line any more. Reload the page."))
    reversal = take_back(paid, actor=actor, reason=paid.reference)
    _settle(line, State.RETURNED, actor, reason=reason)
    take_back_payment(claim, reserve=paid.amount, actor=actor, on=timezone.localdate(), reason="take_back")
    take_step(claim, "take_back", actor, note=reason, amount=reversal.amount)
    record(
        "reverse_payment",
        actor=actor,
        on=claim,
        facts={"number": claim.number, "amount": reversal.amount},
        reason=reason,
    )
    return reversal


def _locked(line: PaymentLine) -> tuple[PaymentLine, Claim]:
    """A line and its claim as they are once agreement and claim are locked."""
    locked_agreement(line.batch.agreement_id)
    claim = locked_claim(line.claim)
    return PaymentLine.objects.select_related("batch__agreement").get(pk=line.pk), claim


def _check_open(line: PaymentLine) -> None:
    if line.state != State.PENDING or line.batch.state != PaymentBatch.State.RELEASED:
        raise Refused(_("This line is settled or was taken out. Reload the page."))


def _pay(line: PaymentLine, claim: Claim, *, paid_on: datetime.date, reference: str, actor: User) -> Payment:
    check_payment(claim, paid_on=paid_on, reference=reference)
    payment = Payment.objects.create(
        claim=claim,
        line=line,
        amount=line.amount,
        paid_on=paid_on,
        reference=reference.strip(),
        recorded_by=actor,
    )
    _settle(line, State.PAID, actor)
    book_payment(claim, line.amount, actor=actor, on=paid_on, reason="pay")
    take_step(claim, "pay", actor, note=payment.reference, amount=payment.amount)
    record("record_payment", actor=actor, on=claim, facts={"number": claim.number, "amount": payment.amount})
    return payment


def check_payment(
    claim: Claim, *, paid_on: datetime.date, reference: str, posting_days: int | None = None
) -> None:
    """Refused before the posting is over (R28; `posting_days` of the terms, where they are at hand), for a day in the
    future or before the approval, and without the bank's reference."""
    check_posted(claim, days=posting_days)
    if paid_on > timezone.localdate():
        raise Refused(_("A payment can't be dated in the future."), field="paid_on")
    if claim.approved_on is not None and paid_on < claim.approved_on:
        raise Refused(_("A payment can't be dated before its approval."), field="paid_on")
    if not reference.strip():
        raise Refused(_("Enter the bank's reference."), field="reference")


def _settle(line: PaymentLine, state: PaymentLine.State, actor: User, *, reason: str = "") -> None:
    line.state, line.reason = state, reason[:200]
    line.recorded_by, line.recorded_at = actor, timezone.now()
    line.save()
    if not line.batch.lines.filter(state=State.PENDING).exists():
        PaymentBatch.objects.filter(pk=line.batch_id, state=PaymentBatch.State.RELEASED).update(
            state=PaymentBatch.State.SETTLED
        )
