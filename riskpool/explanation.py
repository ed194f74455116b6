"""The explanation of a settlement's line in the reader's words: its stages, and what is booked for whom (R19, R23)."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from jincheng_insurance.scheme.breakdown import Breakdown, Stage
from jincheng_insurance.scheme.terms import SettlementLevel
from jincheng_insurance.web.formats import percent
from riskpool.models import SettlementLine
from riskpool.selectors.settlements import shares_of_line
from riskpool.texts import LEDGERS, MOVEMENT_RULES, MOVEMENTS, POOLED, STAGES

# Stages that are terms of the glossary.
TERMS = frozenset({"net_premium", "incurred", "carry_forward", "excess"})
RESULTS = frozenset({"carry_forward", "excess"})


@dataclass(frozen=True, slots=True)
class Line:
    """One stage as shown: its name, amount in yuan, rule, what went into it, whether it is a result, and its term."""

    label: str
    amount: Decimal
    rules: str
    note: str
    total: bool
    term: str


@dataclass(frozen=True, slots=True)
class ShareLine:
    """What of one kind a side bears or is due: by this version, booked earlier, and to be booked, in yuan."""

    label: str
    side: str
    rules: str
    amount: Decimal
    booked: Decimal
    change: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """Which rows of a ledger a line was read from: how many, the last one's number, and the latest date among them."""

    ledger: str
    rows: int
    largest: int | None
    last_on: datetime.date | None


def explain_line(line: SettlementLine) -> list[Line]:
    """Every stage of a line in order, as it was stored."""
    return [
        Line(
            str(STAGES[stage.code]),
            stage.amount,
            stage.rule,
            note=_note(stage),
            total=stage.code in RESULTS,
            term=stage.code if stage.code in TERMS else "",
        )
        for stage in Breakdown.from_data(line.breakdown).stages
    ]


def shares_in_words(line: SettlementLine) -> list[ShareLine]:
    """What a line moves or has moved, by kind and side."""
    return [
        ShareLine(
            str(MOVEMENTS[share.kind]),
            str(share.side.label),
            MOVEMENT_RULES[share.kind],
            share.amount,
            share.booked,
            share.change,
        )
        for share in shares_of_line(line)
    ]


def sources_in_words(line: SettlementLine) -> list[Source]:
    """The rows counted of the fund ledger and of the loss ledger."""
    return [
        Source(
            str(LEDGERS[ledger]),
            rows["rows"],
            rows["largest"],
            datetime.date.fromisoformat(rows["last_on"]) if rows["last_on"] else None,
        )
        for ledger, rows in sorted(line.sources.items())
    ]


def _note(stage: Stage) -> str:
    """What went into a stage: a rate, a county's ratio, or that an insurer's counties were put together (R24)."""
    inputs = dict(stage.inputs)
    if "rate" in inputs:
        return gettext("%(rate)s of the net premium") % {"rate": percent(Decimal(str(inputs["rate"])))}
    if "ratio" in inputs:
        return gettext("city to county %(ratio)s") % {"ratio": inputs["ratio"]}
    return str(POOLED) if inputs.get("level") == SettlementLevel.INSURER else ""
