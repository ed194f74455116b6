"""What each line of a claim, bill or payment comes to beside what stands: new, the same again, or refused; by the very
checks that single entry makes. Those of a household's loss are in `judging_loss`."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from claims.bulk.facts import ZERO, bill_facts_of
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

BILL_FIELDS = tuple(one.name for one in fields(BillFacts))
KEY_FIELDS = ("hospital", "invoice_number")


class Judge:
    """One workbook before its judge: what it has said so far counts too."""

    def __init__(self, upload: ClaimImport, actor: User, known: Known) -> None:
        self.upload = upload
        self.actor = actor
        self.known = known
        self.first: dict[tuple[Any, ...], Line] = {}
        self.cases: dict[str, tuple[Line, Claim | None]] = {}
        self.of: dict[Kind, Callable[[Line], None]] = {
            Kind.CLAIM: self.claim,
            Kind.BILL: self.bill,
            Kind.PAYMENT: self.payment,
        }

    # Claims

    def claim(self, line: Line) -> None:
        self.head(line, self._case)

    def head(self, line: Line, judge_case: Callable[[Line], Claim | None]) -> None:
        """A line that reports a claim of either cover: its case number is given once in the workbook."""
        if line.reference:
            self.once(line, "reference", "reference_twice", ("case", line.reference))
        case = None if line.rejected else judge_case(line)
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
        stands = {"id_number": standing.insured_person_id} | self.stands(standing)
        return self.compared(line, standing, line.values | {"id_number": person.pk}, stands)

    def stands(self, standing: Claim) -> dict[str, object]:
        """What stands of a claim's report, of either cover."""
        return {
            "reported_on": standing.reported_on,
            "reserve": self.known.first_reserves.get(standing.pk, ZERO),
            "account": standing.account,
        }

    def compared(
        self, line: Line, standing: Claim, says: Mapping[str, Any], stands: Mapping[str, object]
    ) -> Claim | None:
        """The standing claim, where the line says the same of it; each cell that doesn't is refused."""
        differing = [name for name, value in stands.items() if (says[name] or "") != (value or "")]
        for name in differing:
            line.refuse(name, "claim_differs", number=standing.number)
        line.claim_key = standing.pk
        return None if differing else standing

    def _opened(self, line: Line, person: InsuredPerson) -> Claim | None:
        """The claim as it would be, not saved."""
        try:
            day = check_report(
                reserve=line.values["reserve"],
                reported_on=line.values["reported_on"],
                cover_from=person.cover_from,
            )
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
            self.once(line, "invoice_number", "invoice_twice", ("invoice", *invoice_of(line)))
        if not self.actor.can(Act.HANDLE_CLAIM):
            line.refuse("reference", "not_yours_to_report")
        claim = self.claim_of(line)
        if claim is None or line.rejected:
            return
        if claim.is_property:
            line.refuse("reference", "claim_of_property", number=claim.number or line.reference)
            return
        draft = draft_bill(claim=claim, facts=bill_facts_of(values))
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
                raise claimed_already(self.known.shown.get(elsewhere.claim_id), on=claim)
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
        self.once(line, "reference", "payment_twice", ("payment", claim.pk))
        if line.rejected or self._paid_before(line, claim):
            return
        self._check_payment(line, claim)

    def _paid_claim(self, line: Line) -> Claim | None:
        number = line.values["claim_number"]
        claim = self.claim_of(line) if line.reference else None
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

    def claim_of(self, line: Line) -> Claim | None:
        """The claim a line names by its case number: of this workbook, or one that stands."""
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

    def once(self, line: Line, name: str, code: str, key: tuple[Any, ...]) -> None:
        first = self.first.setdefault(key, line)
        if first is not line:
            line.refuse(name, code, sheet=first.sheet, row=first.row)
