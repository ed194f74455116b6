"""From the cells of a line to what a service takes, whether they come from the file or from what was kept of it."""

import datetime
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from claims.services.bills import BillFacts
from claims.services.loss import ItemFacts, LossFacts, SignFacts

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ZERO = Decimal("0.00")
DAYS = frozenset({"on", "admitted_on", "lost_on", "police_report_on", "reported_on", "paid_on"})
AMOUNTS = frozenset(
    {
        "bill", "basic", "serious_illness", "assistance", "commercial", "other", "charity",
        "recovered", "amount", "reserve", "assessed", "quantity",
    }
)  # fmt: skip


def bill_facts_of(values: Mapping[str, Any]) -> BillFacts:
    """A bill as the service takes it; an amount left empty is zero."""
    return BillFacts(**_filled(BillFacts, values))


def loss_facts_of(values: Mapping[str, Any]) -> LossFacts:
    """What happened, as the service takes it."""
    return LossFacts(**_filled(LossFacts, values))


def item_facts_of(values: Mapping[str, Any]) -> ItemFacts:
    """One thing lost, as the service takes it."""
    return ItemFacts(**_filled(ItemFacts, values))


def sign_facts_of(values: Mapping[str, Any]) -> SignFacts:
    """One signature, as the service takes it."""
    return SignFacts(**_filled(SignFacts, values))


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a line until it is written: its cells, never the identity number."""
    return {name: _plain(value) for name, value in values.items() if name != "id_number"}


def restored(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The cells again, out of what was kept of them."""
    return {name: _restored(name, value) for name, value in facts.items()}


def _filled(facts: type["DataclassInstance"], values: Mapping[str, Any]) -> dict[str, Any]:
    """The cells a service takes; an amount left empty is zero, a text empty, a day none."""
    return {one.name: _or_empty(one.name, values.get(one.name)) for one in fields(facts)}


def _or_empty(name: str, value: Any) -> Any:
    if value is not None or name in DAYS:
        return value
    return ZERO if name in AMOUNTS else ""


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | datetime.date) else value


def _restored(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in DAYS:
        return datetime.date.fromisoformat(value)
    return Decimal(value) if name in AMOUNTS else value
