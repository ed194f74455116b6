"""Recording that an approved claim was paid: once, and never under a suspended agreement (R19, R22)."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models import Claim, Payment
from claims.services.ledger import book_payment
from claims.services.steps import check_step, locked_claim, take_step
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def record_payment(*, claim: Claim, paid_on: datetime.date, reference: str, actor: User) -> Payment:
    """Book the granted amount as paid and release the reserve in the same transaction; the claim is closed."""
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.agreement_id)
    claim = locked_claim(claim)
    check_step(claim, "pay", actor)
    if agreement.payments_suspended_at is not None:
        raise Refused(_("Payments under this agreement are suspended."), rule="R22")
    if paid_on > timezone.localdate():
        raise Refused(_("A payment can't be dated in the future."), field="paid_on")
    if claim.approved_at is not None and paid_on < timezone.localdate(claim.approved_at):
        raise Refused(_("A payment can't be dated before its approval."), field="paid_on")
    if not reference.strip():
        raise Refused(_("Enter the bank's reference."), field="reference")
    assert claim.granted is not None, "claim_approved_has_decision"
    payment = Payment.objects.create(
        claim=claim, amount=claim.granted, paid_on=paid_on, reference=reference.strip(), recorded_by=actor
    )
    book_payment(claim, claim.granted, actor=actor, on=paid_on, reason="pay")
    take_step(claim, "pay", actor)
    record("record_payment", actor=actor, on=claim, facts={"number": claim.number, "amount": payment.amount})
    return payment
