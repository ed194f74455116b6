"""What a claim's papers are about, as plain values: gathered from the rows once, so that the papers themselves know no
database. Personal numbers are masked here (R25)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from claims.adjudication import ZERO, adjudicate_claim, adjudicate_loss, overpayment_of
from claims.models import Claim, Decision, MedicalBill, PaymentLine, SignOff
from claims.paper.words import coverage_name
from claims.services.documents import current_request, standing_documents, takes_documents
from claims.services.outcome import standing_decision, standing_payment
from claims.texts import account_of, peril_label
from claims.transitions import TRANSITIONS
from enrollment.models import InsuredHousehold, Relation
from enrollment.selectors import masked_identity, terms_of
from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.scheme.terms import Terms
from jincheng_insurance.web.formats import day, quantity
from jincheng_insurance.web.paper import in_chinese
from jincheng_insurance.web.rule_texts import rule_text

# Why the bills of a claim that isn't paid stand no longer, by its state.
FELL_WITH: dict[str, str] = {
    Claim.State.REJECTED: MedicalBill.Ended.REJECTED,
    Claim.State.WITHDRAWN: MedicalBill.Ended.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class BillLine:
    """One hospital settlement: what it came to and what others paid of it, in yuan."""

    care: str
    admitted_on: datetime.date | None
    on: datetime.date
    hospital: str
    invoice: str
    bill: Decimal
    basic: Decimal
    serious_illness: Decimal
    assistance: Decimal
    commercial: Decimal
    other: Decimal
    charity: Decimal

    @property
    def reimbursed(self) -> Decimal:
        return self.basic + self.serious_illness + self.assistance + self.commercial + self.other

    @property
    def self_pay(self) -> Decimal:
        return self.bill - self.reimbursed


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One thing lost or damaged, and its loss in yuan."""

    kind: str
    name: str
    quantity: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LossOf:
    """What happened to a household's property, and who signed the assessment when (party, name, day)."""

    cause: str
    on: datetime.date
    place: str
    police_report: str
    finding: str
    recovered: Decimal
    items: tuple[ItemLine, ...]
    signatures: tuple[tuple[str, str, datetime.date | None], ...]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The stages of one part of the sum: `of` is "inpatient", "outpatient" or "property"."""

    of: str
    breakdown: Breakdown


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A decision that was taken back and no other has followed yet: what it had granted and when, when and why it was
    taken back, and what of the year's other grants the standing bills no longer carry, in yuan (R11)."""

    granted: Decimal
    decided_on: datetime.date
    on: datetime.date
    reason: str
    overpaid: Decimal


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim as its papers tell it. `reckonings` are the decision's own stages once it is decided, before that what
    the rules would give now, of a loss as if all three had signed; `refusal` is the rule's word where they give
    nothing, `refused_by` its code. `granted` is None until decided, `rejected` is why nothing is paid, `paid_on` the
    day of the payment in force, `pay_by` the last day for it, `to_give_back` what was paid under decisions since taken
    back, in yuan, `missing` the kinds of papers asked for and not in yet. A rejected or withdrawn claim still tells of
    the bills that fell with it."""

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
    account: str
    bills: tuple[BillLine, ...]
    loss: LossOf | None
    reckonings: tuple[Reckoning, ...]
    refusal: str
    refused_by: str
    rejected: str
    state: str
    granted: Decimal | None
    decided_on: datetime.date | None
    decided_by: str
    submitted_by: str
    pay_by: datetime.date | None
    paid_on: datetime.date | None
    taken_back: TakenBack | None
    to_give_back: Decimal
    missing: tuple[str, ...]
    terms: Terms


@in_chinese
def claim_facts(claim: Claim) -> ClaimFacts:
    """Gather a claim of `selectors.claims`; its words are Chinese, as the papers are."""
    decision = standing_decision(claim)
    reckonings, refusal, code = _reckonings(claim, decision)
    household = claim.insured_household
    payment = standing_payment(claim)
    terms = Terms.from_data(decision.terms) if decision else terms_of(claim.policy_year_id)
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
        account=claim.account,
        bills=_bill_lines(claim),
        loss=_loss(claim) if claim.is_property else None,
        reckonings=reckonings,
        refusal=refusal,
        refused_by=code,
        state=claim.state,
        rejected=_why_rejected(claim),
        granted=claim.granted if decision else None,
        decided_on=_decided_on(claim, decision),
        decided_by=str(claim.approved_by or claim.rejected_by or ""),
        submitted_by=str(claim.submitted_by) if claim.submitted_by else "",
        pay_by=claim.pay_by,
        paid_on=payment.paid_on if payment else None,
        taken_back=_taken_back(claim) if decision is None else None,
        to_give_back=_to_give_back(claim),
        missing=_missing(claim),
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
    return " ".join(names) or household.county.name


def _bill_lines(claim: Claim) -> tuple[BillLine, ...]:
    return tuple(
        BillLine(
            care=bill.care,
            admitted_on=bill.admitted_on,
            on=bill.on,
            hospital=bill.hospital,
            invoice=bill.invoice_number,
            bill=bill.bill,
            basic=bill.basic,
            serious_illness=bill.serious_illness,
            assistance=bill.assistance,
            commercial=bill.commercial,
            other=bill.other,
            charity=bill.charity,
        )
        for bill in claim.bills.filter(_told(claim)).order_by("on", "id")
    )


def _told(claim: Claim) -> Q:
    """The bills a claim's papers tell of: the standing ones, and those that fell with a claim not paid."""
    return (
        Q(standing=True) | Q(ended_as=FELL_WITH[claim.state])
        if claim.state in FELL_WITH
        else Q(standing=True)
    )


def _loss(claim: Claim) -> LossOf:
    loss = claim.loss
    signed = {row.party: row for row in loss.sign_offs.filter(standing=True)}
    police = (
        loss.police_report,
        loss.police_station,
        day(loss.police_report_on) if loss.police_report else "",
    )
    return LossOf(
        cause=peril_label(loss.peril) if loss.peril else str(loss.get_cause_display()),
        on=loss.lost_on,
        place=loss.place,
        police_report=" ".join(text for text in police if text),
        finding=str(loss.get_finding_display()) if loss.finding else "",
        recovered=loss.recovered,
        items=tuple(
            ItemLine(
                str(item.get_kind_display()),
                item.name,
                f"{quantity(item.quantity)}{item.unit}",
                item.amount,
            )
            for item in loss.items.filter(standing=True)
        ),
        signatures=tuple(
            (str(party.label), signed[party].signed_by, signed[party].on)
            if party in signed
            else (str(party.label), "", None)
            for party in SignOff.Party
        ),
    )


def _why_rejected(claim: Claim) -> str:
    """The account of a rejection as the reviewer wrote it for the insured, after its reason from the list."""
    if claim.state != Claim.State.REJECTED:
        return ""
    event = claim.events.filter(step="reject").last()
    label = str(claim.get_rejection_reason_display())
    return f"{label}：{account_of(event.note)}" if event is not None else label


def _missing(claim: Claim) -> tuple[str, ...]:
    asked = current_request(claim) if takes_documents(claim) else None
    if asked is None:
        return ()
    here = {document.kind for document in standing_documents(claim)}
    return tuple(kind for kind in asked.missing if kind not in here)


def _taken_back(claim: Claim) -> TakenBack | None:
    if claim.round == 1:
        return None
    reversal = claim.decisions.filter(reverses__isnull=False).select_related("reverses").last()
    if reversal is None or reversal.reverses is None:
        return None
    person = claim.insured_person
    return TakenBack(
        granted=-reversal.granted,
        decided_on=timezone.localdate(reversal.reverses.decided_at),
        on=timezone.localdate(reversal.decided_at),
        reason=reversal.reason,
        overpaid=sum(overpayment_of(person).values(), ZERO) if person is not None else ZERO,
    )


def _to_give_back(claim: Claim) -> Decimal:
    if claim.round == 1:
        return ZERO
    lines = claim.payment_lines.filter(state=PaymentLine.State.RECOVER)
    return lines.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _decided_on(claim: Claim, decision: Decision | None) -> datetime.date | None:
    if decision is not None:
        return timezone.localdate(decision.decided_at)
    event = claim.events.filter(step="reject").last() if claim.state == Claim.State.REJECTED else None
    return timezone.localdate(event.at) if event is not None else None


def _reckonings(claim: Claim, decision: Decision | None) -> tuple[tuple[Reckoning, ...], str, str]:
    if decision is not None:
        return stored_reckonings(decision.breakdown), "", ""
    if claim.state in FELL_WITH:
        return (), _why_rejected(claim) or str(TRANSITIONS["withdraw"].label), ""
    try:
        if claim.is_property:
            return (Reckoning("property", adjudicate_loss(claim, unsigned=True).breakdown),), "", ""
        return _of_medical(adjudicate_claim(claim)), "", ""
    except RuleError as error:
        return (), rule_text(error), error.code


def stored_reckonings(data: Mapping[str, Any]) -> tuple[Reckoning, ...]:
    """The stages of a stored decision, medical (by care) or of property."""
    if "cares" in data:
        return _of_medical(MedicalDecision.from_data(data))
    return (Reckoning("property", Breakdown.from_data(data["breakdown"])),)


def _of_medical(decision: MedicalDecision) -> tuple[Reckoning, ...]:
    return tuple(Reckoning(str(care.care), care.explained) for care in decision.cares)
