"""From rows to the scheme and back: what stands for a person, or a household, and year is gathered, `scheme` computes,
nothing is written."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import QuerySet, Sum

from claims.models import Care, Claim, Decision, LossItem, MedicalBill
from enrollment.models import InsuredPerson
from enrollment.selectors import terms_of
from jincheng_insurance.scheme import medical
from jincheng_insurance.scheme import property as household
from jincheng_insurance.scheme.cover import BasicInsurance
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.scheme.property import PropertyDecision
from jincheng_insurance.scheme.terms import Terms

DECIDED = (Claim.State.APPROVED, Claim.State.PAYING, Claim.State.CLOSED)
ZERO = Decimal("0.00")


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
        charity=bill.charity,
    )


def adjudicate(claim: Claim, *, terms: Terms | None = None) -> MedicalDecision | PropertyDecision:
    """What a claim of either cover would be granted now. Raises RuleError where a rule refuses."""
    if claim.is_property:
        return adjudicate_loss(claim, terms=terms)
    return adjudicate_claim(claim, terms=terms)


def adjudicate_claim(
    claim: Claim,
    *,
    terms: Terms | None = None,
    draft: Sequence[MedicalBill] = (),
    without: MedicalBill | None = None,
) -> MedicalDecision:
    """What the claim's standing bills (and unsaved `draft` ones, `without` one that is being corrected) would be
    granted now, beside what other claims of that person and year were granted (R5-R11). Raises RuleError where a rule
    refuses."""
    person = claim.insured_person
    if person is None:
        raise TypeError("only a medical claim has bills to adjudicate")
    own = [bill for bill in claim.bills.filter(standing=True) if bill != without]
    return medical.adjudicate(
        terms=terms or terms_of(claim.policy_year_id),
        year=claim.policy_year_id,
        standing=[scheme_bill(bill) for bill in standing_bills(person).exclude(claim=claim)],
        new=[scheme_bill(bill) for bill in [*own, *draft]],
        granted=granted_to(person, besides=claim),
        basic_insurance=BasicInsurance(person.basic_insurance),
        cover_from=person.cover_from,
        cover_to=person.cover_to,
    )


def standing_bills(person: InsuredPerson) -> QuerySet[MedicalBill]:
    """The bills of a person's decided claims of the year."""
    return MedicalBill.objects.filter(claim__insured_person=person, claim__state__in=DECIDED, standing=True)


def granted_to(person: InsuredPerson, *, besides: Claim | None = None) -> dict[medical.Care, Decimal]:
    """What the year's decisions granted a person, less what was taken back, by kind of care; those on the claim
    `besides` left out."""
    rows = Decision.objects.filter(insured_person=person)
    if besides is not None:
        rows = rows.exclude(claim=besides)
    sums = rows.aggregate(inpatient=Sum("inpatient"), outpatient=Sum("outpatient"))
    return {medical.Care(care.value): sums[care.value] or ZERO for care in Care}


def overpayment_of(person: InsuredPerson) -> dict[medical.Care, Decimal]:
    """By how much what a person was granted this year exceeds what the standing bills carry, in yuan (R11)."""
    return medical.overpayment(
        terms=terms_of(person.policy_year_id),
        standing=[scheme_bill(bill) for bill in standing_bills(person)],
        granted=granted_to(person),
    )


def adjudicate_loss(
    claim: Claim,
    *,
    terms: Terms | None = None,
    draft: Sequence[LossItem] = (),
    unsigned: bool = False,
) -> PropertyDecision:
    """What a household's loss (and unsaved `draft` items) would be granted now of what is left of its year (R12-R14).
    `unsigned`: as if all three had signed, to show the sum before they do. Raises RuleError where a rule refuses."""
    loss = claim.loss
    signed = loss.sign_offs.filter(standing=True).values_list("party", flat=True)
    return household.adjudicate_property(
        terms=terms or terms_of(claim.policy_year_id),
        cause=household.Cause(loss.cause),
        peril=loss.peril or None,
        police_report=bool(loss.police_report),
        responsible=household.Responsible(loss.finding) if loss.finding else None,
        sign_offs=tuple(household.SignOff) if unsigned else [household.SignOff(party) for party in signed],
        assessed=assessed_sum(claim) + sum((item.amount for item in draft), ZERO),
        recovered=loss.recovered,
        granted_before=granted_to_household(claim),
    )


def assessed_sum(claim: Claim) -> Decimal:
    """The standing items of a loss together, in yuan."""
    items = LossItem.objects.filter(loss__claim=claim, standing=True)
    return items.aggregate(sum=Sum("amount"))["sum"] or ZERO


def granted_to_household(claim: Claim) -> Decimal:
    """What the year's other decisions granted the claim's household for losses, less what was taken back, in yuan."""
    rows = Decision.objects.filter(insured_household=claim.insured_household_id).exclude(claim=claim)
    return rows.aggregate(sum=Sum("loss"))["sum"] or ZERO
