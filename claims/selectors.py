"""Reading claims: within the actor's scope."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from claims.models import BenefitYear, Claim, MedicalBill
from enrollment.models import InsuredPerson, PolicyYear
from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Act


def claims(actor: User, policy_year: PolicyYear | None = None) -> QuerySet[Claim]:
    shown = Claim.objects.visible_to(actor)
    if policy_year is not None:
        shown = shown.filter(policy_year=policy_year)
    return shown.select_related(
        "county",
        "agreement__insurer",
        "insured_person__roster_person",
        "insured_household__roster_household__township",
        "insured_household__roster_household__village",
        "reported_by",
        "submitted_by",
        "approved_by",
    )


def bill_in_scope(actor: User, pk: int) -> MedicalBill:
    """A bill of a claim the actor may see; Http404 otherwise."""
    visible = MedicalBill.objects.filter(claim__in=Claim.objects.visible_to(actor))
    return get_object_or_404(visible.select_related("claim__agreement"), pk=pk)


def waiting_for(actor: User) -> int:
    """How many claims wait for the actor: submitted ones to approve, approved ones to pay, returned or reported ones
    to assess; never one that the actor submitted."""
    states: list[str] = []
    if actor.can(Act.HANDLE_CLAIM):
        states += [Claim.State.REPORTED, Claim.State.ASSESSING]
    if actor.can(Act.APPROVE_CLAIM):
        states.append(Claim.State.SUBMITTED)
    if actor.can(Act.RECORD_PAYMENT):
        states.append(Claim.State.APPROVED)
    return Claim.objects.visible_to(actor).filter(state__in=states).count() if states else 0


@dataclass(frozen=True, slots=True)
class CapUse:
    """What a person has been granted this year, and what is left, in yuan (R7)."""

    inpatient_granted: Decimal
    inpatient_left: Decimal
    outpatient_granted: Decimal
    outpatient_left: Decimal


def cap_use(person: InsuredPerson) -> CapUse:
    benefit = BenefitYear.objects.filter(insured_person=person).first()
    if benefit is None:
        terms = terms_of(person.policy_year_id)
        zero = Decimal("0.00")
        return CapUse(zero, terms.inpatient_cap, zero, terms.outpatient_cap)
    return CapUse(
        benefit.inpatient_granted,
        benefit.inpatient_cap - benefit.inpatient_granted,
        benefit.outpatient_granted,
        benefit.outpatient_cap - benefit.outpatient_granted,
    )
