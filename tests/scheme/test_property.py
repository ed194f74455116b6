"""The household property cover for any losses, and each reason to refuse one."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.property import (
    Cause,
    PropertyDecision,
    Responsible,
    SignOff,
    adjudicate_property,
)
from jincheng_insurance.scheme.terms import default_terms
from tests.scheme.strategies import TERMS, amounts

FLOOD: dict[str, Any] = {
    "terms": TERMS,
    "cause": Cause.NATURAL_DISASTER,
    "police_report": False,
    "responsible": None,
    "sign_offs": tuple(SignOff),
    "assessed": Decimal(12000),
    "recovered": Decimal(2000),
    "granted_before": Decimal(0),
}
THEFT = FLOOD | {"cause": Cause.THEFT, "police_report": True, "responsible": Responsible.CANNOT_PAY}


@given(st.lists(st.tuples(amounts(3_000_000), amounts(1_000_000)), max_size=6))
def test_a_household_s_year_never_exceeds_its_sum_insured(losses: list[tuple[Decimal, Decimal]]) -> None:
    granted = Decimal(0)
    for assessed, recovered in losses:
        made = adjudicate_property(
            **FLOOD | {"assessed": assessed, "recovered": recovered, "granted_before": granted}
        )
        assert made.granted == min(max(Decimal(0), assessed - recovered), 20000 - granted)
        granted += made.granted
        assert made.remaining == 20000 - granted >= 0
        assert PropertyDecision.from_data(made.to_data()) == made


@given(amounts(), amounts(), amounts(), amounts(2_000_000))
def test_a_greater_loss_never_pays_less(loss: Decimal, more: Decimal, back: Decimal, before: Decimal) -> None:
    facts = FLOOD | {"recovered": back, "granted_before": before}
    less = adjudicate_property(**facts | {"assessed": loss})
    assert adjudicate_property(**facts | {"assessed": loss + more}).granted >= less.granted


@pytest.mark.parametrize(
    ("facts", "rule", "code"),
    [
        (FLOOD | {"cause": Cause.FIRE}, "R12", "cause_not_covered"),
        (FLOOD | {"cause": Cause.OTHER}, "R12", "cause_not_covered"),
        (FLOOD | {"peril": "war"}, "R12", "peril_not_covered"),
        (THEFT | {"police_report": False}, "R13", "police_report_missing"),
        (THEFT | {"responsible": None}, "R13", "responsible_not_said"),
        (THEFT | {"responsible": Responsible.FOUND}, "R13", "responsible_found"),
        (FLOOD | {"sign_offs": ()}, "R14", "sign_offs_missing"),
        (FLOOD | {"assessed": Decimal("-0.01")}, "R14", "negative_loss"),
        (FLOOD | {"recovered": Decimal("-0.01")}, "R14", "negative_loss"),
    ],
)
def test_a_loss_that_a_rule_refuses(facts: dict[str, Any], rule: str, code: str) -> None:
    with pytest.raises(RuleError) as refused:
        adjudicate_property(**facts)
    assert (refused.value.rule, refused.value.code) == (rule, code)


@pytest.mark.parametrize("missing", list(SignOff))
def test_each_of_the_three_signatures_is_required(missing: SignOff) -> None:
    with pytest.raises(RuleError, match=str(missing)):
        adjudicate_property(**FLOOD | {"sign_offs": set(SignOff) - {missing}})


def test_a_theft_pays_where_nobody_pays_for_it() -> None:
    for finding in (Responsible.NONE_FOUND, Responsible.CANNOT_PAY):
        assert adjudicate_property(**THEFT | {"responsible": finding}).granted == 10000


def test_fire_pays_only_where_ruled_and_other_causes_never() -> None:
    ruled = default_terms(2026).with_changes({"fire_covered": True})
    assert adjudicate_property(**FLOOD | {"terms": ruled, "cause": Cause.FIRE}).granted == 10000
    with pytest.raises(RuleError):
        adjudicate_property(**FLOOD | {"terms": ruled, "cause": Cause.OTHER})


def test_a_loss_that_others_made_good_pays_nothing() -> None:
    assert adjudicate_property(**FLOOD | {"recovered": Decimal(12001)}).granted == 0
