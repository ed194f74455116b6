"""What a claim's papers are about, as plain values: gathered from the rows once, so that the papers themselves know no
database. Personal numbers are masked here (R25)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from claims.adjudication import adjudicate_claim
from claims.models import Claim, Decision, Payment
from claims.paper.words import coverage_name
from enrollment.models import InsuredHousehold, Relation
from enrollment.selectors import masked_identity, terms_of
from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.scheme.terms import Terms
from jincheng_insurance.web.paper import in_chinese
from jincheng_insurance.web.rule_texts import rule_text


@dataclass(frozen=True, slots=True)
class BillLine:
    """One hospital settlement: what it came to and what others paid of it, in yuan."""

    care: str
    on: datetime.date
    hospital: str
    invoice: str
    bill: Decimal
    basic: Decimal
    serious_illness: Decimal
    assistance: Decimal
    commercial: Decimal
    other: Decimal

    @property
    def reimbursed(self) -> Decimal:
        return self.basic + self.serious_illness + self.assistance + self.commercial + self.other

    @property
    def self_pay(self) -> Decimal:
        return self.bill - self.reimbursed


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The stages of one part of the sum: `of` is "inpatient", "outpatient" or "property"."""

    of: str
    breakdown: Breakdown


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim as its papers tell it. `reckonings` are the decision's own stages once it is decided, before that what
    the rules would give now; `refusal` is the rule's word where they give nothing. `granted` is None until decided."""

    number: str
    coverage: str
    coverage_name: str
    insured: str
    identity: str
    place: str
    county: str
    insurer: str
    agreement: str
    policy_year: int
    reported_on: datetime.date
    bills: tuple[BillLine, ...]
    reckonings: tuple[Reckoning, ...]
    refusal: str
    granted: Decimal | None
    decided_on: datetime.date | None
    decided_by: str
    submitted_by: str
    paid_on: datetime.date | None
    terms: Terms


@in_chinese
def claim_facts(claim: Claim) -> ClaimFacts:
    """Gather a claim of `selectors.claims`; its words are Chinese, as the papers are."""
    decision = claim.decisions.filter(reverses=None, reversed_by=None).order_by("id").last()
    decided = decision is not None and claim.granted is not None
    reckonings, refusal = _reckonings(claim, decision if decided else None)
    household = claim.insured_household
    payment = Payment.objects.filter(claim=claim).order_by("id").last()
    stored = decision.terms if decided and decision else None
    terms = Terms.from_data(stored) if stored else terms_of(claim.policy_year_id)
    return ClaimFacts(
        number=claim.number,
        coverage=claim.coverage,
        coverage_name=coverage_name(claim.coverage),
        insured=insured_name(claim),
        identity=masked_identity(claim.insured_person.roster_person) if claim.insured_person else "",
        place=place_of(household),
        county=claim.county.name,
        insurer=claim.agreement.insurer.name,
        agreement=claim.agreement.number,
        policy_year=claim.policy_year_id,
        reported_on=claim.reported_on,
        bills=_bill_lines(claim),
        reckonings=reckonings,
        refusal=refusal,
        granted=claim.granted if decided else None,
        decided_on=timezone.localdate(decision.decided_at) if decided and decision else None,
        decided_by=str(claim.approved_by) if decided and claim.approved_by else "",
        submitted_by=str(claim.submitted_by) if claim.submitted_by else "",
        paid_on=payment.paid_on if payment else None,
        terms=terms,
    )


def insured_name(claim: Claim) -> str:
    """Whose claim it is: the insured person, or for the household's property its head."""
    if claim.insured_person is not None:
        return claim.insured_person.roster_person.name
    household = claim.insured_household.roster_household
    head = household.persons.filter(relation=Relation.HEAD).first() or household.persons.first()
    return head.name if head is not None else household.code


def place_of(household: InsuredHousehold) -> str:
    """Township and village as one text; the county where the roster names neither."""
    roster = household.roster_household
    names = [region.name for region in (roster.township, roster.village) if region is not None]
    return "".join(names) or household.county.name


def _bill_lines(claim: Claim) -> tuple[BillLine, ...]:
    return tuple(
        BillLine(
            care=bill.care,
            on=bill.on,
            hospital=bill.hospital,
            invoice=bill.invoice_number,
            bill=bill.bill,
            basic=bill.basic,
            serious_illness=bill.serious_illness,
            assistance=bill.assistance,
            commercial=bill.commercial,
            other=bill.other,
        )
        for bill in claim.bills.filter(standing=True).order_by("on", "id")
    )


def _reckonings(claim: Claim, decision: Decision | None) -> tuple[tuple[Reckoning, ...], str]:
    if decision is not None:
        return stored_reckonings(decision.breakdown), ""
    if claim.coverage != Claim.Coverage.MEDICAL:
        return (), ""
    try:
        return _of_medical(adjudicate_claim(claim)), ""
    except RuleError as error:
        return (), rule_text(error)


def stored_reckonings(data: Mapping[str, Any]) -> tuple[Reckoning, ...]:
    """The stages of a stored decision, medical (by care) or of property."""
    if "cares" in data:
        return _of_medical(MedicalDecision.from_data(data))
    return (Reckoning("property", Breakdown.from_data(data["breakdown"])),)


def _of_medical(decision: MedicalDecision) -> tuple[Reckoning, ...]:
    return tuple(Reckoning(str(care.care), care.breakdown) for care in decision.cares)
