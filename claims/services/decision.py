"""Deciding a claim: submitted by one person, approved, returned or rejected by another (R5-R14, R26). The yearly total
is locked before anything is read, so however many decide at once, nobody gets above entitlement or cap."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.adjudication import adjudicate
from claims.models import Claim, Decision, MedicalBill, RejectionReason
from claims.services.benefit import locked_benefit_year, move_total
from claims.services.bills import end_bills
from claims.services.documents import missing_documents, put_request
from claims.services.ledger import ZERO, set_reserve
from claims.services.loss import check_proven, check_signed
from claims.services.steps import check_reason, check_step, locked_claim, take_step
from claims.texts import rejection_words
from enrollment.services.terms import use_terms
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.medical import Care, MedicalDecision
from jincheng_insurance.scheme.property import PropertyDecision
from jincheng_insurance.web.working_days import add_working_days


@transaction.atomic(durable=True)
def submit_claim(*, claim: Claim, actor: User) -> None:
    """Hand an assessed claim to a reviewer. Refused without a bill, or without an item of the loss; and while a loss
    lacks a signature, or a theft its police report or finding (R13, R14): it could only be returned."""
    claim = locked_claim(claim)
    check_step(claim, "submit", actor)
    if claim.is_property:
        if not claim.loss.items.filter(standing=True).exists():
            raise Refused(_("Enter at least one item of the loss before submitting."))
        check_proven(claim)
    elif not claim.bills.filter(standing=True).exists():
        raise Refused(_("Enter at least one bill before submitting."))
    claim.submitted_by, claim.submitted_at = actor, timezone.now()
    take_step(claim, "submit", actor)
    record("submit_claim", actor=actor, on=claim, facts={"number": claim.number})


@transaction.atomic(durable=True)
def return_claim(*, claim: Claim, reason: str, actor: User, missing: Sequence[str] = ()) -> None:
    """Send a submitted claim back to its adjuster, saying why; with the list of `missing` papers, if any. Those are
    asked for once, in one list (R26): a second list in the same round is refused, by whichever way it comes."""
    claim = locked_claim(claim)
    check_step(claim, "return", actor)
    check_reason("return", reason)
    if missing:
        put_request(claim, missing, reason, actor)
    take_step(claim, "return", actor, note=reason)
    record(
        "return_claim",
        actor=actor,
        on=claim,
        facts={"number": claim.number},
        reason=reason,
    )


@transaction.atomic(durable=True)
def approve_claim(*, claim: Claim, reason: str, actor: User, without_papers: bool = False) -> Decision:
    """Grant what the rules give a submitted claim, as its bills or items stand at this moment. Refused to whoever
    submitted it, and by RuleError where a rule says no: participation unknown (R5), a date outside the cover (R9), a
    cause not covered (R12), proof or signatures wanting (R13, R14). Papers of the checklist that nobody handed in don't
    hinder it: which, and whether the reviewer said to go `without_papers`, is on record."""
    benefit = locked_benefit_year(claim)
    claim = locked_claim(claim)
    check_step(claim, "approve", actor)
    if claim.is_property:
        check_signed(claim)
    terms = use_terms(claim.policy_year_id)
    result = adjudicate(claim, terms=terms)
    decision = Decision.objects.create(
        claim=claim,
        policy_year_id=claim.policy_year_id,
        county_id=claim.county_id,
        insured_person=claim.insured_person,
        insured_household=claim.insured_household if claim.is_property else None,
        **_grants(result),
        breakdown=result.to_data(),
        terms=terms.to_data(),
        reason=reason[:300],
        decided_by=actor,
    )
    move_total(benefit, decision)
    claim.granted = result.granted
    claim.approved_by, claim.approved_at = actor, timezone.now()
    if result.granted:
        claim.pay_by = add_working_days(timezone.localdate(claim.approved_at), terms.payment_days)
    set_reserve(claim, result.granted, actor=actor, reason="approve")
    take_step(claim, "approve", actor, note=reason, amount=result.granted)
    if not result.granted:
        take_step(claim, "close_unpaid", actor)
    facts: dict[str, Any] = {"number": claim.number, "granted": result.granted}
    missing = missing_documents(claim)
    if missing:
        facts |= {"missing": missing, "without_papers": without_papers}
    record("approve_claim", actor=actor, on=claim, facts=facts, reason=reason)
    return decision


def _grants(result: MedicalDecision | PropertyDecision) -> dict[str, Decimal]:
    if isinstance(result, PropertyDecision):
        return {"loss": result.granted}
    return {care.value: result.granted_for(care) for care in Care}


@transaction.atomic(durable=True)
def reject_claim(*, claim: Claim, reason_code: str, reason: str, actor: User) -> None:
    """Refuse to pay an undecided claim, with a reason from the list and an account of it for the insured. Its reserve
    is released and its invoices are free again. Never by who submitted it (or, not yet submitted, reported it)."""
    claim = locked_claim(claim)
    check_step(claim, "reject", actor)
    if reason_code not in RejectionReason.values:
        raise Refused(_("Choose a reason from the list."), field="reason_code")
    if not reason.strip():
        raise Refused(_("Give the insured an account of the reason."), field="reason")
    claim.rejected_by, claim.rejection_reason = actor, reason_code
    end_bills(claim, MedicalBill.Ended.REJECTED)
    set_reserve(claim, ZERO, actor=actor, reason="reject")
    account = rejection_words(RejectionReason(reason_code), reason)
    take_step(claim, "reject", actor, note=account)
    record(
        "reject_claim",
        actor=actor,
        on=claim,
        facts={"number": claim.number},
        reason=account,
    )
