"""The explanation of a decision: the scheme's stages in the reader's words, with the rule beside each."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise

from claims.texts import stage_label
from jincheng_insurance.scheme.medical import MedicalDecision


@dataclass(frozen=True, slots=True)
class Line:
    """One stage as shown: its name, amount in yuan, rule, and whether it is the result of its part."""

    label: str
    amount: Decimal
    rules: str
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The stages of one kind of care."""

    care: str
    lines: list[Line]
    overpayment: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """A whole calculation, or the rule that refuses it."""

    parts: list[Part] = field(default_factory=list)
    granted: Decimal = Decimal("0.00")
    refusal: str | Promise = ""
    rule: str = ""


def explain(decision: MedicalDecision) -> Explanation:
    """Every stage of a decision in order."""
    parts = []
    for care in decision.cares:
        stages = care.breakdown.stages
        lines = [
            Line(stage_label(stage.code), stage.amount, stage.rule, total=index == len(stages) - 1)
            for index, stage in enumerate(stages)
        ]
        parts.append(Part(str(care.care), lines, care.overpayment))
    return Explanation(parts=parts, granted=decision.granted)
