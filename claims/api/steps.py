"""The steps of a claim's life over the API, each under the claim at `transitions/`; who may take them and from which
states stands in claims/transitions.py. And the other acts on a claim: its loss, items, signatures, bills."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.api.acts import BILL, CLAIM, ITEM, Line
from claims.api.shapes import (
    BillInput,
    NothingInput,
    PaymentInput,
    ReasonInput,
    RejectInput,
    RemarkInput,
    ReserveInput,
    ReturnInput,
    bill_facts,
)
from claims.api.shapes_loss import ItemInput, LossInput, SignOffInput, item_facts, loss_facts
from claims.services import bills, intake, loss
from claims.services.decision import approve_claim, reject_claim, return_claim, submit_claim
from claims.services.outcome import reopen_claim, reverse_decision, withdraw_claim
from claims.services.payment import record_payment
from claims.transitions import TRANSITIONS
from jincheng_insurance.api.fields import InputSerializer
from jincheng_insurance.api.schema import CREATED


def _step(
    name: str,
    summary: str | Promise,
    service: Callable[..., object],
    body: type[InputSerializer] = NothingInput,
    *rules: str,
    sent: Mapping[str, Any] | None = None,
) -> Line:
    return Line(
        name=f"claim_{name}",
        address=f"claims/<number:number>/transitions/{name}",
        summary=summary,
        service=service,
        on=CLAIM,
        act=TRANSITIONS[name].act,
        body=body,
        rules=rules,
        sent=sent,
    )


STEPS = {
    "submit": _step("submit", _("Hand an assessed claim to a reviewer"), submit_claim),
    "return": _step(
        "return",
        _("Send a submitted claim back to its adjuster; missing papers in one list, once a round"),
        return_claim,
        ReturnInput,
        "R26",
        sent={"reason": "请一次补齐", "missing": ["discharge"]},
    ),
    "approve": _step(
        "approve",
        _("Grant what the rules give; never by whoever submitted it"),
        approve_claim,
        RemarkInput,
        *("R5", "R7", "R8", "R9", "R11", "R12", "R13", "R14"),
        sent={"reason": ""},
    ),
    "reject": _step(
        "reject",
        _("Refuse payment; the reserve is released, the invoices are free again"),
        reject_claim,
        RejectInput,
        sent={"reason_code": "not_proven", "reason": "发票与结算单金额不符"},
    ),
    "withdraw": _step(
        "withdraw",
        _("Note that the insured withdraws an undecided claim"),
        withdraw_claim,
        ReasonInput,
        sent={"reason": "家属误报"},
    ),
    "reopen": _step(
        "reopen",
        _("Take up a claim again on which nothing was granted; a new round begins"),
        reopen_claim,
        ReserveInput,
        "R10",
        sent={"reason": "补交单据", "reserve": "3000.00"},
    ),
    "reverse": _step(
        "reverse",
        _("Take a decision back; a payment made is to be recovered"),
        reverse_decision,
        ReserveInput,
        *("R11", "R19"),
        sent={"reason": "发票属他人", "reserve": "0.00"},
    ),
    "pay": _step(
        "pay",
        _("Record that the granted amount was paid; the claim is closed"),
        record_payment,
        PaymentInput,
        *("R19", "R22", "R26"),
        sent={"paid_on": "2026-03-10", "reference": "20260310-0001"},
    ),
}

A_BILL = {
    "care": "inpatient",
    "hospital": "晋城市人民医院",
    "invoice_number": "F0000001",
    "admitted_on": "2026-02-01",
    "on": "2026-02-10",
    "bill": "9000.00",
    "basic": "4000.00",
}
A_LOSS = {"cause": "natural_disaster", "peril": "flood", "lost_on": "2026-02-10", "place": "村西"}

_bill = Line(
    name="bill_add",
    address="claims/<number:number>/bills",
    summary=_("Enter a bill of a claim that is being assessed"),
    service=bills.add_bill,
    on=CLAIM,
    body=BillInput,
    takes=lambda valid: {"facts": bill_facts(valid)},
    rules=("R6", "R9", "R10", "R26"),
    sent=A_BILL,
    status=CREATED,
)
ACTS = (
    _bill,
    replace(
        _bill,
        name="bill_correct",
        address="bills/<int:bill>/correction",
        summary=_("Correct a bill: a new one takes its place, the old one stays on record"),
        service=bills.edit_bill,
        on=BILL,
        status=200,
    ),
    Line(
        name="bill_remove",
        address="bills/<int:bill>/removal",
        summary=_("Take back a bill of a claim that is being assessed"),
        service=bills.remove_bill,
        on=BILL,
        rules=("R11",),
    ),
    Line(
        name="reserve_change",
        address="claims/<number:number>/reserve",
        summary=_("Set the reserve of an open claim anew"),
        service=intake.change_reserve,
        on=CLAIM,
        body=ReserveInput,
        rules=("R19",),
        sent={"reserve": "5000.00", "reason": "复诊费用增加"},
    ),
    Line(
        name="loss_change",
        address="claims/<number:number>/loss",
        summary=_("Correct what happened to a household's property"),
        service=loss.change_loss,
        on=CLAIM,
        body=LossInput,
        takes=lambda valid: {"facts": loss_facts(valid)},
        rules=("R12", "R13", "R14"),
        sent=A_LOSS,
    ),
    Line(
        name="item_add",
        address="claims/<number:number>/items",
        summary=_("Enter an item of the loss; earlier signatures stand no longer"),
        service=loss.add_item,
        on=CLAIM,
        body=ItemInput,
        takes=lambda valid: {"facts": item_facts(valid)},
        rules=("R12", "R14"),
        sent={"kind": "appliance", "name": "电视机", "quantity": "1", "unit": "台", "amount": "900.00"},
        status=CREATED,
    ),
    Line(
        name="item_remove",
        address="items/<int:item>/removal",
        summary=_("Take back an item of the loss; earlier signatures stand no longer"),
        service=loss.remove_item,
        on=ITEM,
        rules=("R14",),
    ),
    Line(
        name="sign_off",
        address="claims/<number:number>/sign-offs",
        summary=_("Note a party's signature under the assessed sum"),
        service=loss.sign_off,
        on=CLAIM,
        body=SignOffInput,
        rules=("R14",),
        sent={"party": "village", "signed_by": "李主任", "on": "2026-02-12"},
        status=CREATED,
    ),
)
