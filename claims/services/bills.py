"""A claim's hospital bills while it is being assessed (R6, R9, R10)."""

import datetime
import unicodedata
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.adjudication import scheme_bill
from claims.models import Claim, MedicalBill
from claims.services.steps import check_step, locked_claim, take_step
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import self_pay


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
    admitted_on: datetime.date | None = None
    diagnosis: str = ""


def draft_bill(*, claim: Claim, facts: BillFacts) -> MedicalBill:
    """An unsaved bill of a claim, for reckoning before it is entered."""
    return MedicalBill(
        claim=claim,
        policy_year_id=claim.policy_year_id,
        county_id=claim.county_id,
        hospital_key=_key(facts.hospital),
        **asdict(facts) | {"hospital": facts.hospital.strip(), "invoice_number": _key(facts.invoice_number)},
    )


@transaction.atomic(durable=True)
def add_bill(*, claim: Claim, facts: BillFacts, actor: User) -> MedicalBill:
    """Enter a bill. Raises RuleError when reimbursements exceed the bill (R6) or admission comes after discharge (R9);
    Refused when the invoice already
    stands anywhere (R10: the answer doesn't say where)."""
    claim = locked_claim(claim)
    check_step(claim, "assess", actor)
    bill = draft_bill(claim=claim, facts=facts)
    bill.entered_by = actor
    self_pay(scheme_bill(bill))
    if facts.admitted_on is not None and facts.admitted_on > facts.on:
        raise RuleError("admitted_after_discharge", admitted=facts.admitted_on, on=facts.on)
    if facts.on > timezone.localdate():
        raise Refused(_("A bill can't be dated in the future."), field="on", rule="R9")
    if facts.on.year != claim.policy_year_id:
        raise Refused(
            _("The discharge or visit date lies outside the policy year %(year)s."),
            field="on",
            rule="R9",
            year=claim.policy_year_id,
        )
    try:
        with transaction.atomic():
            bill.save()
    except IntegrityError as error:
        if "bill_invoice_stands_once" not in str(error):
            raise
        raise Refused(
            _("This invoice of this hospital has already been claimed. Check the invoice number."),
            field="invoice_number",
            rule="R10",
        ) from error
    take_step(claim, "assess", actor)
    record(
        "add_bill",
        actor=actor,
        on=bill,
        county_id=claim.county_id,
        facts={"claim": claim.number, "bill": bill.bill},
    )
    return bill


@transaction.atomic(durable=True)
def remove_bill(*, bill: MedicalBill, actor: User) -> None:
    """Take back a bill of a claim that isn't submitted yet. The row stays on record, no longer standing."""
    claim = locked_claim(bill.claim)
    check_step(claim, "assess", actor)
    if not MedicalBill.objects.filter(pk=bill.pk, claim=claim, standing=True).update(standing=False):
        return
    take_step(claim, "assess", actor)
    record("remove_bill", actor=actor, on=bill, county_id=claim.county_id, facts={"claim": claim.number})


def _key(text: str) -> str:
    """A hospital's name or an invoice number as it is compared: half-width, without spaces, upper case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
