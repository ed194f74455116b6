"""Deciding a claim: submitted by one person, approved or returned by another (R5-R11). The yearly total is locked
before anything is read, so however many decide at once, nobody gets above entitlement or cap."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.adjudication import adjudicate_claim
from claims.models import BenefitYear, Claim, Decision
from claims.services.ledger import set_reserve
from claims.services.steps import check_step, locked_claim, take_step
from enrollment.models import InsuredPerson
from enrollment.services.terms import use_terms
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.medical import Care
from jincheng_insurance.scheme.terms import Terms


@transaction.atomic(durable=True)
def submit_claim(*, claim: Claim, actor: User) -> None:
    """Hand an assessed claim to a reviewer. Refused without a bill."""
    claim = locked_claim(claim)
    check_step(claim, "submit", actor)
    if not claim.bills.filter(standing=True).exists():
        raise Refused(_("Enter at least one bill before submitting."))
    claim.submitted_by, claim.submitted_at = actor, timezone.now()
    take_step(claim, "submit", actor)
    record("submit_claim", actor=actor, on=claim, facts={"number": claim.number})


@transaction.atomic(durable=True)
def return_claim(*, claim: Claim, reason: str, actor: User) -> None:
    """Send a submitted claim back to its adjuster, saying why."""
    claim = locked_claim(claim)
    check_step(claim, "return", actor)
    if not reason.strip():
        raise Refused(_("Say what has to be corrected."), field="reason")
    take_step(claim, "return", actor, note=reason)
    record("return_claim", actor=actor, on=claim, facts={"number": claim.number}, reason=reason)


@transaction.atomic(durable=True)
def approve_claim(*, claim: Claim, reason: str, actor: User) -> Decision:
    """Grant what the rules give a submitted claim, as its bills stand at this moment. Refused to whoever submitted it,
    and by RuleError where a rule says no: participation unknown (R5), a date outside the cover (R9)."""
    person_id = Claim.objects.values_list("insured_person", flat=True).get(pk=claim.pk)
    benefit = _locked_benefit_year(InsuredPerson.objects.get(pk=person_id))
    claim = locked_claim(claim)
    check_step(claim, "approve", actor)
    if claim.submitted_by_id == actor.pk:
        raise Refused(_("You submitted this claim; somebody else has to approve it."))
    terms = use_terms(claim.policy_year_id)
    result = adjudicate_claim(claim, terms=terms)
    inpatient, outpatient = (result.granted_for(care) for care in (Care.INPATIENT, Care.OUTPATIENT))
    BenefitYear.objects.filter(pk=benefit.pk).update(
        inpatient_granted=F("inpatient_granted") + inpatient,
        outpatient_granted=F("outpatient_granted") + outpatient,
    )
    decision = Decision.objects.create(
        claim=claim,
        policy_year_id=claim.policy_year_id,
        county_id=claim.county_id,
        insured_person=claim.insured_person,
        inpatient=inpatient,
        outpatient=outpatient,
        breakdown=result.to_data(),
        terms=terms.to_data(),
        decided_by=actor,
    )
    claim.granted = result.granted
    claim.approved_by, claim.approved_at = actor, timezone.now()
    set_reserve(claim, result.granted, actor=actor, reason="approve")
    take_step(claim, "approve", actor, note=reason)
    if not result.granted:
        take_step(claim, "close_unpaid", actor)
    record(
        "approve_claim",
        actor=actor,
        on=claim,
        facts={"number": claim.number, "granted": result.granted},
        reason=reason,
    )
    return decision


def _locked_benefit_year(person: InsuredPerson) -> BenefitYear:
    """The person's yearly total, made on first use, locked until the transaction ends."""
    terms: Terms = use_terms(person.policy_year_id)
    BenefitYear.objects.bulk_create(
        [
            BenefitYear(
                policy_year_id=person.policy_year_id,
                insured_person=person,
                inpatient_cap=terms.inpatient_cap,
                outpatient_cap=terms.outpatient_cap,
            )
        ],
        ignore_conflicts=True,
    )
    return BenefitYear.objects.select_for_update().get(insured_person=person)
