"""From rows to the scheme and back: what stands for a person and year is gathered, `scheme` computes, nothing is
written."""

from collections.abc import Sequence
from decimal import Decimal

from claims.models import Care, Claim, Decision, MedicalBill
from enrollment.selectors import terms_of
from jincheng_insurance.scheme import medical
from jincheng_insurance.scheme.cover import BasicInsurance
from jincheng_insurance.scheme.terms import Terms

DECIDED = (Claim.State.APPROVED, Claim.State.CLOSED)


def scheme_bill(bill: MedicalBill) -> medical.Bill:
    """A bill as the scheme sees it."""
    return medical.Bill(
        care=medical.Care(bill.care),
        on=bill.on,
        admitted=bill.admitted_on,
        bill=bill.bill,
        basic=bill.basic,
        serious_illness=bill.serious_illness,
        assistance=bill.assistance,
        commercial=bill.commercial,
        other=bill.other,
    )


def adjudicate_claim(
    claim: Claim, *, terms: Terms | None = None, draft: Sequence[MedicalBill] = ()
) -> medical.MedicalDecision:
    """What the claim's standing bills (and unsaved `draft` ones) would be granted now, beside what other claims of
    that person and year were granted (R5-R11). Raises RuleError where a rule refuses."""
    person = claim.insured_person
    if person is None:
        raise TypeError("only a medical claim has bills to adjudicate")
    others = MedicalBill.objects.filter(
        claim__insured_person=person, claim__state__in=DECIDED, standing=True
    ).exclude(claim=claim)
    own = [*claim.bills.filter(standing=True), *draft]
    return medical.adjudicate(
        terms=terms or terms_of(claim.policy_year_id),
        year=claim.policy_year_id,
        standing=[scheme_bill(bill) for bill in others],
        new=[scheme_bill(bill) for bill in own],
        granted=granted_to(claim),
        basic_insurance=BasicInsurance(person.basic_insurance),
        cover_from=person.cover_from,
        cover_to=person.cover_to,
    )


def granted_to(claim: Claim) -> dict[medical.Care, Decimal]:
    """What the year's other decisions granted the claim's person, less what was taken back, by kind of care."""
    zero = Decimal("0.00")
    rows = Decision.objects.filter(insured_person=claim.insured_person_id).exclude(claim=claim)
    sums = {Care.INPATIENT: zero, Care.OUTPATIENT: zero}
    for inpatient, outpatient in rows.values_list("inpatient", "outpatient"):
        sums[Care.INPATIENT] += inpatient
        sums[Care.OUTPATIENT] += outpatient
    return {medical.Care(care.value): amount for care, amount in sums.items()}
