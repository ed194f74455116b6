"""The turns a claim can take, one of each for the demo: losses of households, a rejection, a return for documents, a
reversal with its overpayment, a batch paid and another waiting for its release."""

import datetime
from dataclasses import replace
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from claims.models import Care, Claim, PaymentLine
from claims.payee import Payee, insured_names
from claims.services.batches import gather_batch, release_batch, set_payee
from claims.services.bills import BillFacts, add_bill
from claims.services.decision import approve_claim, reject_claim, return_claim, submit_claim
from claims.services.intake import report_claim
from claims.services.loss import ItemFacts, LossFacts, add_item, report_loss, sign_off
from claims.services.outcome import reverse_decision
from claims.services.payment import record_line_paid
from enrollment.models import Agreement, BasicInsurance, InsuredHousehold, InsuredPerson
from jincheng_insurance.access.models import User

EPISODES_IN = ("140524",)
ZERO = Decimal("0.00")
Loss = tuple[str, str, tuple[tuple[str, str, int, str, int], ...]]
LOSSES: tuple[Loss, ...] = (
    (
        "natural_disaster",
        "flood",
        (("indoor", "被褥家具", 1, "批", 620), ("produce", "玉米", 800, "斤", 960)),
    ),
    ("natural_disaster", "hail", (("dwelling", "屋面瓦", 40, "平方米", 1480),)),
    ("theft", "", (("machinery", "微耕机", 1, "台", 2300),)),
)


def tell_episodes(agreement: Agreement, adjuster: User, reviewer: User) -> None:
    """One of each turn, among people of the agreement whom the rest of the story leaves alone."""
    free = InsuredPerson.objects.filter(
        insured_household__agreement=agreement,
        basic_insurance__in=(BasicInsurance.RESIDENT, BasicInsurance.EMPLOYEE),
        claims=None,
    ).order_by("-pk")[:4]
    households = InsuredHousehold.objects.filter(agreement=agreement, claims=None).order_by("-pk")[:3]
    for household, loss in zip(households, LOSSES, strict=False):
        _loss(household, loss, adjuster, reviewer)
    paid = gather_batch(agreement=agreement, actor=adjuster)
    _enter_payees(paid.lines.all(), adjuster)
    release_batch(batch=paid, actor=reviewer)
    for line in paid.lines.order_by("pk"):
        record_line_paid(
            line=line, paid_on=timezone.localdate(), reference=f"PL{line.pk:06d}", actor=reviewer
        )
    for person, turn in zip(free, (_rejected, _returned, _reversed, _waiting), strict=False):
        turn(person, adjuster, reviewer)
    if Claim.objects.filter(agreement=agreement, state=Claim.State.APPROVED).exists():
        _enter_payees(gather_batch(agreement=agreement, actor=adjuster).lines.all(), adjuster)


def _loss(household: InsuredHousehold, loss: Loss, adjuster: User, reviewer: User) -> None:
    cause, peril, items = loss
    today = timezone.localdate()
    on = max(household.cover_from, today - datetime.timedelta(days=12))
    facts = LossFacts(cause=cause, peril=peril, lost_on=on, place="本村")
    if not peril:
        facts = replace(facts, police_report="报字 118", police_station="礼义派出所", police_report_on=on)
    claim = report_loss(
        insured_household=household,
        facts=facts,
        reserve=Decimal(sum(item[4] for item in items)),
        account="灾后三方查勘" if peril else "入室盗窃，已报警",
        actor=adjuster,
    )
    for kind, name, quantity, unit, amount in items:
        item = ItemFacts(kind, name, Decimal(quantity), unit, Decimal(amount))
        add_item(claim=claim, facts=item, actor=adjuster)
    if not peril:
        return
    for party, name in (("village", "村委会主任"), ("insured", "户主"), ("insurer", "查勘员")):
        sign_off(claim=claim, party=party, signed_by=name, on=today, actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    approve_claim(claim=claim, reason="", actor=reviewer)


def _submitted(person: InsuredPerson, adjuster: User, *, self_pay: int) -> Claim:
    claim = report_claim(insured_person=person, reserve=Decimal(800), account="住院治疗", actor=adjuster)
    on = max(person.cover_from, timezone.localdate() - datetime.timedelta(days=40))
    facts = BillFacts(
        care=Care.INPATIENT,
        hospital="晋城市人民医院",
        invoice_number=f"T{claim.pk:07d}",
        on=on,
        bill=Decimal(self_pay + 3000),
        basic=Decimal(3000),
        serious_illness=ZERO,
        assistance=ZERO,
        commercial=ZERO,
        other=ZERO,
    )
    add_bill(claim=claim, facts=facts, actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    return claim


def _rejected(person: InsuredPerson, adjuster: User, reviewer: User) -> None:
    claim = _submitted(person, adjuster, self_pay=2600)
    reject_claim(
        claim=claim, reason_code="not_proven", reason="发票与结算单金额不符，无法核实。", actor=reviewer
    )


def _returned(person: InsuredPerson, adjuster: User, reviewer: User) -> None:
    claim = _submitted(person, adjuster, self_pay=2800)
    return_claim(claim=claim, reason="请一次补齐", missing=["discharge", "bank_card"], actor=reviewer)


def _reversed(person: InsuredPerson, adjuster: User, reviewer: User) -> None:
    """Two claims; the first is reversed, and what is left of the second no longer carries its grant."""
    first = _submitted(person, adjuster, self_pay=2600)
    approve_claim(claim=first, reason="", actor=reviewer)
    second = _submitted(person, adjuster, self_pay=1200)
    approve_claim(claim=second, reason="", actor=reviewer)
    reverse_decision(claim=first, reason="发票属他人，误录", reserve=ZERO, actor=reviewer)


def _waiting(person: InsuredPerson, adjuster: User, reviewer: User) -> None:
    claim = _submitted(person, adjuster, self_pay=2900)
    approve_claim(claim=claim, reason="", actor=reviewer)


def _enter_payees(lines: QuerySet[PaymentLine], adjuster: User) -> None:
    for line in lines.select_related("claim__insured_person__roster_person", "claim__insured_household"):
        account = f"62179958{line.pk:011d}"
        payee = Payee(insured_names(line.claim)[0], "晋城农商银行", account, "self")
        set_payee(line=line, payee=payee, actor=adjuster)
