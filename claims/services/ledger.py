"""The loss ledger's only writer: reserves and payments of a claim, and the call to look at the loss ratio again."""

import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from claims.models import Claim, LossEntry
from jincheng_insurance.access.models import User
from jincheng_insurance.web.background import enqueue

ZERO = Decimal("0.00")


def outstanding_reserve(claim: Claim) -> Decimal:
    """What the ledger holds in reserve for a claim, in yuan."""
    rows = LossEntry.objects.filter(claim=claim, kind=LossEntry.Kind.RESERVE)
    return rows.aggregate(sum=Sum("amount"))["sum"] or ZERO


def set_reserve(
    claim: Claim, amount: Decimal, *, actor: User, reason: str, on: datetime.date | None = None
) -> Decimal:
    """Bring a locked claim's reserve to `amount` by one entry for the difference; returns that difference."""
    change = amount - outstanding_reserve(claim)
    if change:
        _book(claim, LossEntry.Kind.RESERVE, change, actor=actor, reason=reason, on=on)
    return change


def book_payment(claim: Claim, amount: Decimal, *, actor: User, on: datetime.date, reason: str) -> None:
    """Book a payment of a locked claim and release the reserve it settles, so that nothing counts twice (R19)."""
    _book(claim, LossEntry.Kind.PAYMENT, amount, actor=actor, reason=reason, on=on)
    set_reserve(claim, ZERO, actor=actor, reason=reason, on=on)


def set_first_reserve(claim: Claim, amount: Decimal, *, actor: User, on: datetime.date) -> None:
    """Book the reserve of a claim that is being reported: the ledger holds nothing of it yet."""
    if amount:
        _book(claim, LossEntry.Kind.RESERVE, amount, actor=actor, reason="report", on=on)


def take_back_payment(claim: Claim, *, reserve: Decimal, actor: User, on: datetime.date, reason: str) -> None:
    """Reverse the standing payment of a locked claim and set its reserve to `reserve`, in one transaction (R19)."""
    paid = LossEntry.objects.get(claim=claim, kind=LossEntry.Kind.PAYMENT, reverses=None, reversed_by=None)
    _book(claim, LossEntry.Kind.PAYMENT, -paid.amount, actor=actor, reason=reason, on=on, reverses=paid)
    set_reserve(claim, reserve, actor=actor, reason=reason, on=on)


def _book(
    claim: Claim,
    kind: LossEntry.Kind,
    amount: Decimal,
    *,
    actor: User,
    reason: str,
    on: datetime.date | None,
    reverses: LossEntry | None = None,
) -> None:
    LossEntry.objects.create(
        claim=claim,
        agreement_id=claim.agreement_id,
        policy_year_id=claim.policy_year_id,
        county_id=claim.county_id,
        coverage=claim.coverage,
        kind=kind,
        amount=amount,
        on=on or timezone.localdate(),
        reason=reason[:200],
        reverses=reverses,
        booked_by=actor,
    )
    enqueue("riskpool.evaluate_agreement", claim.agreement_id)
