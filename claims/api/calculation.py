"""How a claim is reckoned, as the API tells it: stage by stage, with code, rule and amount."""

from collections.abc import Iterator
from typing import Any

from claims.adjudication import adjudicate_claim, adjudicate_loss
from claims.models import Claim
from claims.services.outcome import standing_decision
from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import MedicalDecision
from jincheng_insurance.scheme.money import ZERO
from jincheng_insurance.scheme.property import PropertyDecision
from jincheng_insurance.web.rule_texts import rule_text

OVER = frozenset({Claim.State.REJECTED, Claim.State.WITHDRAWN})


def calculation_of(claim: Claim) -> dict[str, Any]:
    """The decision's own stages once decided; before that what the rules would grant now, a loss as if all had signed;
    nothing for a claim that isn't paid."""
    answer: dict[str, Any] = {"decided": False, "granted": ZERO, "stages": [], "refusal": "", "rule": ""}
    try:
        result = _result(claim)
    except RuleError as error:
        return answer | {"refusal": rule_text(error), "rule": error.rule}
    if result is None:
        return answer
    return answer | {
        "decided": claim.granted is not None,
        "granted": result.granted,
        "stages": [
            {"part": part, "code": stage.code, "rule": stage.rule, "amount": stage.amount}
            for part, breakdown in _parts(result)
            for stage in breakdown.stages
        ],
    }


def _result(claim: Claim) -> MedicalDecision | PropertyDecision | None:
    decision = standing_decision(claim)
    if decision is not None:
        data = decision.breakdown
        return PropertyDecision.from_data(data) if claim.is_property else MedicalDecision.from_data(data)
    if claim.state in OVER:
        return None
    return adjudicate_loss(claim, unsigned=True) if claim.is_property else adjudicate_claim(claim)


def _parts(result: MedicalDecision | PropertyDecision) -> Iterator[tuple[str, Breakdown]]:
    if isinstance(result, PropertyDecision):
        yield "property", result.breakdown
    else:
        yield from ((str(care.care), care.explained) for care in result.cares)
