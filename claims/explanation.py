"""The explanation of a decision: the scheme's stages in the reader's words, with the rule beside each."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.models import Care, Claim, Decision
from claims.texts import stage_label
from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.scheme.property import PropertyDecision

ZERO = Decimal("0.00")
# Stages that are terms of the glossary, or speak of one.
TERMS = {
    "year_self_pay": "self_pay",
    "deductible": "deductible",
    "cap": "annual_cap",
    "entitlement": "entitlement",
    "set_off": "overpayment",
    "overpayment": "overpayment",
    "granted": "granted",
    "property_cap": "annual_cap",
    "property_remaining": "left_of_cap",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One stage as shown: its name, amount in yuan, rule, whether it is the result of its part, and its term."""

    label: str
    amount: Decimal
    rules: str
    note: str = ""
    total: bool = False
    term: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The stages of one kind of care, or of a loss; what of an earlier overpayment is set off in it, and what is still
    left to set off, in yuan (R11)."""

    title: str
    lines: list[Line]
    overpayment: Decimal
    set_off: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Explanation:
    """A whole calculation, or the rule that refuses it. `flags` name what a reviewer should look at."""

    parts: list[Part] = field(default_factory=list)
    granted: Decimal = ZERO
    flags: tuple[str, ...] = ()
    refusal: str | Promise = ""
    rule: str = ""


def explain(decision: MedicalDecision | PropertyDecision) -> Explanation:
    """Every stage of a decision in order."""
    if isinstance(decision, PropertyDecision):
        part = Part(str(_("Loss")), _lines(decision.breakdown), ZERO)
        return Explanation(parts=[part], granted=decision.granted)
    parts = [
        Part(str(Care(care.care).label), _lines(care.explained), care.overpayment, care.set_off)
        for care in decision.cares
    ]
    return Explanation(parts=parts, granted=decision.granted, flags=decision.flags)


def explain_stored(claim: Claim, decision: Decision) -> Explanation:
    """A decision as it was made, from what was stored with it."""
    data: dict[str, Any] = decision.breakdown
    return explain(PropertyDecision.from_data(data) if claim.is_property else MedicalDecision.from_data(data))


def _lines(breakdown: Breakdown) -> list[Line]:
    stages = breakdown.stages
    return [
        Line(
            stage_label(stage.code),
            stage.amount,
            stage.rule,
            total=index == len(stages) - 1,
            term=TERMS.get(stage.code, ""),
        )
        for index, stage in enumerate(stages)
    ]
