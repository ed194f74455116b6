"""The yearly total of a claim's person or household: made on first use, locked before anything is decided, moved with
each decision (R7, R11, R14)."""

from decimal import Decimal

from django.db.models import F

from claims.models import BenefitYear, Claim, Decision
from enrollment.services.terms import use_terms

GRANTS = ("inpatient", "outpatient", "loss")


def locked_benefit_year(claim: Claim) -> BenefitYear:
    """The total of the claim's person, or of its household for a loss, locked until the transaction ends."""
    household, person, year = Claim.objects.values_list(
        "insured_household", "insured_person", "policy_year"
    ).get(pk=claim.pk)
    terms = use_terms(year)
    if person is not None:
        total = BenefitYear(
            policy_year_id=year,
            insured_person_id=person,
            inpatient_cap=terms.inpatient_cap,
            outpatient_cap=terms.outpatient_cap,
        )
    else:
        total = BenefitYear(
            policy_year_id=year, insured_household_id=household, property_cap=terms.property_cap
        )
    BenefitYear.objects.bulk_create([total], ignore_conflicts=True)
    rows = BenefitYear.objects.select_for_update()
    return rows.get(insured_person=person) if person is not None else rows.get(insured_household=household)


def move_total(benefit: BenefitYear, decision: Decision) -> None:
    """Add what a decision grants (or takes back, below zero) to the locked total."""
    BenefitYear.objects.filter(pk=benefit.pk).update(
        inpatient_granted=F("inpatient_granted") + decision.inpatient,
        outpatient_granted=F("outpatient_granted") + decision.outpatient,
        property_granted=F("property_granted") + decision.loss,
    )


def grants_of(decision: Decision) -> dict[str, Decimal]:
    """What a decision moved, by kind of benefit, in yuan."""
    return {name: getattr(decision, name) for name in GRANTS}
