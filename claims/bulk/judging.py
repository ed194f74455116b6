"""What each line of a claims workbook comes to beside what stands: new, the same again, or refused; by the very checks
that single entry makes."""

import datetime
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from claims.bulk.known import Known, invoice_of
from claims.bulk.reading import Kind, Line
from claims.clocks import is_late
from claims.models import Claim, ClaimImport, MedicalBill
from claims.services.bills import BillFacts, check_bill, claimed_already, draft_bill
from claims.services.intake import check_report
from claims.services.payment import check_payment, check_single
from claims.services.steps import check_step
from enrollment.models import BasicInsurance, InsuredPerson
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.sealing import index_of
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.web.formats import yuan

ZERO = Decimal("0.00")
BILL_FIELDS = tuple(one.name for one in fields(BillFacts))
KEY_FIELDS = ("hospital", "invoice_number")
ORDER = (Kind.CLAIM, Kind.BILL, Kind.PAYMENT)


def judge(lines: Sequence[Line], *, upload: ClaimImport, actor: User, known: Known) -> list[Line]:
    """The lines in the order in which they are written: claims, bills, payments. Asks nothing of the database for a
    single line."""
    judges = Judge(upload, actor, known)
    ordered = [line for kind in ORDER for line in lines if line.kind == kind]
    for line in ordered:
        judges.of[Kind(line.kind)](line)
    return ordered


class Judge:
    """One workbook before its judge: what it has said so far counts too."""

    def __init__(self, upload: ClaimImport, actor: User, known: Known) -> None:
        self.upload = upload
        self.actor = actor
        self.known = known
        self.first: dict[tuple[Any, ...], Line] = {}
        self.cases: dict[str, tuple[Line, Claim | None]] = {}
        self.of = {Kind.CLAIM: self.claim, Kind.BILL: self.bill, Kind.PAYMENT: self.payment}

    # Claims

    def claim(self, line: Line) -> None:
        if line.reference:
            self._once(line, "reference", "reference_twice", (line.reference,))
        case = None if line.rejected else self._case(line)
        if line.reference:
            self.cases.setdefault(line.reference, (line, case))

    def _case(self, line: Line) -> Claim | None:
        person = self._person(line)
        if person is None:
            return None
        standing = self.known.by_reference.get(line.reference)
        if standing is not None:
            return self._again(line, standing, person)
        if line.reference in self.known.taken:
            line.refuse("reference", "reference_taken")
            return None
        return self._opened(line, person)

    def _person(self, line: Line) -> InsuredPerson | None:
        if not self.actor.can(Act.HANDLE_CLAIM):
            line.refuse("reference", "not_yours_to_report")
            return None
        person = self.known.persons.get(index_of(line.values["id_number"]))
        if person is None or not self.actor.can(Act.HANDLE_CLAIM, on=person):
            line.refuse("id_number", "person_unknown", year=self.upload.policy_year_id)
            return None
        if person.roster_person.name != line.values["name"]:
            line.refuse("name", "name_other")
            return None
        line.person_key = person.pk
        return person

    def _again(self, line: Line, standing: Claim, person: InsuredPerson) -> Claim | None:
        stands: dict[str, object] = {
            "id_number": standing.insured_person_id,
            "reported_on": standing.reported_on,
            "reserve": self.known.first_reserves.get(standing.pk, ZERO),
            "account": standing.account,
        }
        says = line.values | {"id_number": person.pk, "account": line.values["account"] or ""}
        differing = [name for name, value in stands.items() if says[name] != value]
        for name in differing:
            line.refuse(name, "claim_differs", number=standing.number)
        line.claim_key = standing.pk
        return None if differing else standing

    def _opened(self, line: Line, person: InsuredPerson) -> Claim | None:
        """The claim as it would be, not saved."""
        try:
            day = check_report(reserve=line.values["reserve"], reported_on=line.values["reported_on"])
        except Refused as refusal:
            line.refuse_by(refusal, "reported_on")
            return None
        if person.basic_insurance in (BasicInsurance.UNKNOWN, BasicInsurance.NONE):
            line.warn("id_number", f"participation_{person.basic_insurance}")
        line.new = True
        agreement = person.insured_household.agreement
        return Claim(
            coverage=Claim.Coverage.MEDICAL,
            insured_person=person,
            insured_household=person.insured_household,
            agreement=agreement,
            policy_year_id=agreement.policy_year_id,
            county_id=agreement.county_id,
            reported_on=day,
        )

    # Bills

    def bill(self, line: Line) -> None:
        values = line.values
        if values["hospital"] and values["invoice_number"]:
            self._once(line, "invoice_number", "invoice_twice", invoice_of(line))
        if not self.actor.can(Act.HANDLE_CLAIM):
            line.refuse("reference", "not_yours_to_report")
        claim = self._claim_of(line)
        if claim is None or line.rejected:
            return
        if claim.is_property:
            line.refuse("reference", "claim_of_property", number=claim.number)
            return
        facts = facts_of(line)
        draft = draft_bill(claim=claim, facts=facts)
        if not self._stands(line, claim, draft):
            self._check_bill(line, claim, draft)

    def _stands(self, line: Line, claim: Claim, draft: MedicalBill) -> bool:
        """Whether the invoice was entered on this very claim before, and so the line is done with."""
        if claim.pk is None:
            return False
        line.claim_key = claim.pk
        key = invoice_of(line)
        standing = self.known.invoices.get(key)
        if standing is not None and standing.claim_id == claim.pk:
            for name in BILL_FIELDS:
                if name not in KEY_FIELDS and getattr(standing, name) != getattr(draft, name):
                    line.refuse(name, "bill_differs", number=claim.number)
            return True
        if (claim.pk, *key) in self.known.ended:
            line.refuse("invoice_number", "bill_ended", number=claim.number)
            return True
        return False

    def _check_bill(self, line: Line, claim: Claim, draft: MedicalBill) -> None:
        terms = self.known.terms_of(claim.policy_year_id)
        try:
            check_step(claim, "assess", self.actor)
            check_bill(claim, draft, charity_deducted=terms.charity_deducted)
            elsewhere = self.known.invoices.get(invoice_of(line))
            if elsewhere is not None:
                raise claimed_already(self.known.shown.get(elsewhere.claim_id))
        except (Refused, RuleError) as refusal:
            line.refuse_by(refusal, "reference")
            return
        line.new = True
        if is_late(draft.on, claim.reported_on):
            line.warn("on", "late")
        if draft.crosses_year_end:
            line.warn("admitted_on", "crosses_year_end")

    # Payments

    def payment(self, line: Line) -> None:
        if not self.actor.can(Act.RECORD_PAYMENT):
            line.refuse("bank_reference", "not_yours_to_pay")
        if line.rejected:
            return
        claim = self._paid_claim(line)
        if claim is None:
            return
        line.claim_key = claim.pk
        self._once(line, "reference", "payment_twice", (claim.pk, "payment"))
        if line.rejected or self._paid_before(line, claim):
            return
        self._check_payment(line, claim)

    def _paid_claim(self, line: Line) -> Claim | None:
        number = line.values["claim_number"]
        claim = self._claim_of(line) if line.reference else None
        if line.rejected:
            return None
        if claim is not None and claim.pk is None:
            line.refuse("reference", "claim_just_reported")
            return None
        if number is None:
            return claim
        numbered = self.known.by_number.get(number)
        if numbered is None:
            line.refuse("claim_number", "claim_unknown")
        elif claim is not None and numbered.pk != claim.pk:
            line.refuse("claim_number", "claims_apart")
            return None
        return numbered

    def _paid_before(self, line: Line, claim: Claim) -> bool:
        paid = self.known.payments.get(claim.pk)
        if paid is None:
            return False
        stands = {"paid_on": paid.paid_on, "bank_reference": paid.reference, "amount": paid.amount}
        for name, value in stands.items():
            if line.values[name] not in (value, None):
                line.refuse(name, "payment_differs", number=claim.number)
        return True

    def _check_payment(self, line: Line, claim: Claim) -> None:
        values = line.values
        at = "claim_number" if values["claim_number"] else "reference"
        batch = self.known.waiting.get(claim.pk)
        if batch is not None:
            line.refuse(at, "in_a_batch", number=claim.number, batch=batch)
            return
        try:
            check_single(claim.agreement, claim, actor=self.actor)
            check_payment(
                claim,
                paid_on=values["paid_on"],
                reference=values["bank_reference"],
                posting_days=self.known.terms_of(claim.policy_year_id).posting_days,
            )
        except Refused as refusal:
            line.refuse_by(refusal, at)
            return
        if values["amount"] not in (None, claim.granted):
            granted = yuan(claim.granted or ZERO)
            line.refuse("amount", "amount_not_granted", number=claim.number, granted=granted)
            return
        line.new = True

    # What they share

    def _claim_of(self, line: Line) -> Claim | None:
        """The claim a bill or payment names by its case number: of this workbook, or one that stands."""
        if not line.reference:
            return None
        if line.reference in self.cases:
            head, claim = self.cases[line.reference]
            if claim is None:
                line.refuse("reference", "claim_refused", sheet=head.sheet, row=head.row)
            return claim
        claim = self.known.by_reference.get(line.reference)
        if claim is None:
            line.refuse("reference", "claim_unknown")
        return claim

    def _once(self, line: Line, name: str, code: str, key: tuple[Any, ...]) -> None:
        first = self.first.setdefault((line.kind, *key), line)
        if first is not line:
            line.refuse(name, code, sheet=first.sheet, row=first.row)


def facts_of(line: Line) -> BillFacts:
    """A bill's line as the service takes it; an amount left empty is zero."""
    values: dict[str, Any] = {name: line.values.get(name) for name in BILL_FIELDS}
    amounts = ("basic", "serious_illness", "assistance", "commercial", "other", "charity")
    empty: dict[str, Any] = {name: ZERO for name in amounts if values[name] is None}
    return BillFacts(**values | empty | {"diagnosis": values["diagnosis"] or ""})


def facts_as_json(line: Line) -> dict[str, Any]:
    """What is kept of a line until it is written: its cells, never the identity number."""
    return {name: _plain(value) for name, value in line.values.items() if name != "id_number"}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | datetime.date) else value
