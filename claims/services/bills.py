"""A claim's hospital bills while it is being assessed (R6, R9, R10, R26)."""

import datetime
import unicodedata
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.adjudication import scheme_bill
from claims.models import Claim, MedicalBill
from claims.services.reporting import check_two_years, mark_late
from claims.services.steps import check_step, locked_claim, take_step
from enrollment.selectors import terms_of
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.cover import Cover
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import check_dates, self_pay
from jincheng_insurance.scheme.terms import FIRST_YEAR, LAST_YEAR, Terms
from jincheng_insurance.web.formats import day
from jincheng_insurance.web.rule_texts import rule_text

Ended = MedicalBill.Ended


@dataclass(frozen=True, slots=True)
class BillFacts:
    """One hospital settlement as entered; amounts in yuan, `on` the day of discharge or visit."""

    care: str
    hospital: str
    invoice_number: str
    on: datetime.date
    bill: Decimal
    basic: Decimal
    serious_illness: Decimal
    assistance: Decimal
    commercial: Decimal
    other: Decimal
    charity: Decimal = Decimal("0.00")
    admitted_on: datetime.date | None = None
    diagnosis: str = ""


def draft_bill(*, claim: Claim, facts: BillFacts) -> MedicalBill:
    """An unsaved bill of a claim, for reckoning before it is entered."""
    return MedicalBill(
        claim=claim,
        policy_year_id=claim.policy_year_id,
        county_id=claim.county_id,
        hospital_key=invoice_key(facts.hospital),
        **asdict(facts)
        | {"hospital": facts.hospital.strip(), "invoice_number": invoice_key(facts.invoice_number)},
    )


@transaction.atomic(durable=True)
def add_bill(*, claim: Claim, facts: BillFacts, actor: User) -> MedicalBill:
    """Enter a bill. Raises RuleError when reimbursements exceed the bill (R6) or admission comes after discharge (R9);
    Refused with a total of zero, outside the year or the cover (R9), more than two years before the report (R26), and
    when the invoice already stands anywhere (R10: the answer names the claim only to who may see it)."""
    return enter_bill(locked_claim(claim), facts, actor=actor)


def enter_bill(claim: Claim, facts: BillFacts, *, actor: User, terms: Terms | None = None) -> MedicalBill:
    """Enter a bill of a locked claim, within the transaction of the service that asks; `terms` are the year's, read
    where not given. Refusals as in `add_bill`."""
    check_step(claim, "assess", actor)
    if claim.is_property:
        raise Refused(_("This claim is for a loss of the household; it takes items, not bills."))
    bill = _enter(claim, facts, actor, terms=terms)
    take_step(claim, "assess", actor, note=str(bill.invoice_number), amount=bill.bill, told_as="add_bill")
    record(
        "add_bill",
        actor=actor,
        on=bill,
        county_id=claim.county_id,
        facts={"claim": claim.number, "bill": bill.bill},
    )
    return bill


@transaction.atomic(durable=True)
def edit_bill(*, bill: MedicalBill, facts: BillFacts, actor: User) -> MedicalBill:
    """Correct a bill of a claim that isn't submitted yet: the old row stays on record, no longer standing, and a new
    one takes its place. A bill withdrawn by a reversal is taken up again the same way. Refusals as in `add_bill`."""
    claim = locked_claim(bill.claim)
    check_step(claim, "assess", actor)
    old = MedicalBill.objects.get(pk=bill.pk, claim=claim)
    if MedicalBill.objects.filter(replaces=old).exists() or not (
        old.standing or old.ended_as == Ended.REVERSED
    ):
        raise Refused(_("This bill was corrected or removed meanwhile. Reload the page."))
    if old.standing:
        MedicalBill.objects.filter(pk=old.pk).update(standing=False, ended_as=Ended.REPLACED)
    new = _enter(claim, facts, actor, replaces=old)
    take_step(claim, "assess", actor, note=str(new.invoice_number), amount=new.bill, told_as="edit_bill")
    record(
        "edit_bill",
        actor=actor,
        on=new,
        county_id=claim.county_id,
        facts={"claim": claim.number, "before": old.bill, "after": new.bill},
    )
    return new


@transaction.atomic(durable=True)
def remove_bill(*, bill: MedicalBill, actor: User) -> None:
    """Take back a bill of a claim that isn't submitted yet. The row stays on record, no longer standing."""
    claim = locked_claim(bill.claim)
    check_step(claim, "assess", actor)
    rows = MedicalBill.objects.filter(pk=bill.pk, claim=claim, standing=True)
    if not rows.update(standing=False, ended_as=Ended.REMOVED):
        return
    mark_late(claim)
    take_step(claim, "assess", actor, note=str(bill.invoice_number), told_as="remove_bill")
    record("remove_bill", actor=actor, on=bill, county_id=claim.county_id, facts={"claim": claim.number})


def end_bills(claim: Claim, ended_as: MedicalBill.Ended) -> None:
    """Let no bill of a locked claim stand any longer, so that its invoices are free again."""
    claim.bills.filter(standing=True).update(standing=False, ended_as=ended_as)


def restore_bills(claim: Claim) -> list[MedicalBill]:
    """Let the bills stand again that fell with the rejection or withdrawal of a locked claim; returns those that can't,
    because their invoice was claimed elsewhere meanwhile (R10). Those are out of the claim for good: a later reopening
    doesn't bring them back beside what was entered in their place."""
    left = []
    for bill in claim.bills.filter(ended_as__in=(Ended.REJECTED, Ended.WITHDRAWN)):
        try:
            with transaction.atomic():
                MedicalBill.objects.filter(pk=bill.pk).update(standing=True, ended_as="")
        except IntegrityError:
            MedicalBill.objects.filter(pk=bill.pk).update(ended_as=Ended.REMOVED)
            left.append(bill)
    return left


def standing_invoice(actor: User, *, hospital: str, invoice_number: str) -> Claim | None:
    """The claim on which an invoice stands, if the actor may see it (R10, R25)."""
    bills = MedicalBill.objects.filter(
        standing=True, hospital_key=invoice_key(hospital), invoice_number=invoice_key(invoice_number)
    )
    return Claim.objects.visible_to(actor).filter(pk__in=bills.values("claim")).first()


def _enter(
    claim: Claim,
    facts: BillFacts,
    actor: User,
    *,
    replaces: MedicalBill | None = None,
    terms: Terms | None = None,
) -> MedicalBill:
    bill = draft_bill(claim=claim, facts=facts)
    bill.entered_by, bill.replaces = actor, replaces
    terms = terms or terms_of(claim.policy_year_id)
    check_bill(claim, bill, charity_deducted=terms.charity_deducted)
    try:
        with transaction.atomic():
            bill.save()
    except IntegrityError as error:
        if "bill_invoice_stands_once" not in str(error):
            raise
        standing = standing_invoice(actor, hospital=facts.hospital, invoice_number=facts.invoice_number)
        raise claimed_already(standing, on=claim) from error
    mark_late(claim)
    return bill


def check_bill(claim: Claim, bill: MedicalBill, *, charity_deducted: bool) -> None:
    """What the rules say of an unsaved bill and its claim alone, without a look at others: R6, R9, R26. Asks nothing
    of the database where the claim comes with its person. RuleError or Refused as in `add_bill`."""
    self_pay(scheme_bill(bill), charity_deducted=charity_deducted)
    if not bill.bill:
        raise Refused(_("The bill's total must be above zero."), field="bill", rule="R6")
    _check_days(claim, bill)


def _check_days(claim: Claim, bill: MedicalBill) -> None:
    """R9 and R26 at the field where the day is typed."""
    if bill.admitted_on is not None and bill.admitted_on > bill.on:
        raise RuleError("admitted_after_discharge", admitted=bill.admitted_on, on=bill.on)
    if bill.on > timezone.localdate():
        raise Refused(_("A bill can't be dated in the future."), field="on", rule="R9")
    if bill.on.year != claim.policy_year_id:
        raise _outside_year(claim, bill)
    check_two_years(bill.on, claim.reported_on, field="on")
    person = claim.insured_person
    assert person is not None, "claim_medical_is_a_persons"
    cover = Cover(person.cover_from, person.cover_to)
    try:
        check_dates(scheme_bill(bill), year=claim.policy_year_id, cover=cover)
    except RuleError as error:
        raise Refused(rule_text(error), field="on", rule=error.rule) from error


def _outside_year(claim: Claim, bill: MedicalBill) -> Refused:
    """R9, with what can be done: another year's claim takes the bill only where the scheme ran that year and the person
    was covered."""
    if FIRST_YEAR <= bill.on.year <= LAST_YEAR:
        text = _(
            "The discharge or visit date lies outside the policy year %(year)s. If the person was covered in"
            " %(other)s, report it under that year; if not, it can't be claimed."
        )
    else:
        text = _(
            "The discharge or visit date lies outside the policy year %(year)s, and in %(other)s there was no"
            " cover: this bill can't be claimed. Check the date."
        )
    return Refused(text, field="on", rule="R9", year=claim.policy_year_id, other=bill.on.year)


def claimed_already(standing: Claim | None, *, on: Claim) -> Refused:
    """R10, of an invoice entered `on` a claim: the claim on which it stands is named where the actor may see it;
    otherwise (None) it is only said that it stands, and whom to call."""
    if standing is not None and standing.pk == on.pk:
        return Refused(
            _("This claim has this invoice already. Check the number, or correct the bill that is entered."),
            field="invoice_number",
            rule="R10",
        )
    if standing is not None:
        return Refused(
            _(
                "This invoice of this hospital already stands on claim %(number)s of %(day)s. Check the number."
            ),
            field="invoice_number",
            rule="R10",
            number=standing.number,
            day=day(standing.reported_on),
        )
    return Refused(
        _(
            "This invoice of this hospital has already been claimed. Check the invoice number; if it is right, call"
            " the city's rural-revitalization center, which can see where."
        ),
        field="invoice_number",
        rule="R10",
    )


def invoice_key(text: str) -> str:
    """A hospital's name or an invoice number as it is compared: half-width, without spaces, upper case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
