"""A refusal tells the facts of the case, so that whoever reads it knows what to put right."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from jincheng_insurance.scheme.cover import (
    BasicInsurance,
    Category,
    Cover,
    check_cover,
    earliest_cover,
    first_of_month,
)
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.medical import (
    Bill,
    Care,
    check_dates,
    check_invoices,
    check_participation,
    self_pay,
)
from jincheng_insurance.scheme.money import Shares
from jincheng_insurance.scheme.premium import budget, budget_use, funding, months_left, premium_due, refund
from jincheng_insurance.scheme.property import (
    Cause,
    Responsible,
    SignOff,
    adjudicate_property,
    check_cause,
    check_sign_offs,
    check_theft,
)
from jincheng_insurance.scheme.regions import find_county
from jincheng_insurance.scheme.settlement import Pool, check_agreements, final_refund
from jincheng_insurance.scheme.statement import Units, refund_due, statement_due
from jincheng_insurance.scheme.terms import default_terms
from tests.scheme.strategies import TERMS

MARCH, MAY = datetime.date(2026, 3, 1), datetime.date(2026, 5, 20)
EARLY = datetime.date(2026, 2, 28)
MARGINAL = Category.MARGINAL


def bill(**facts: Any) -> Bill:
    return Bill(**{"care": Care.INPATIENT, "on": MAY, "bill": Decimal(9)} | facts)


def pools(*places: tuple[str, str, str]) -> list[Pool]:
    return [
        Pool(key=key, insurer=insurer, county=county, net_premium=Decimal(1), incurred=Decimal(0))
        for key, insurer, county in places
    ]


def loss(**facts: Any) -> None:
    usual = {"cause": Cause.NATURAL_DISASTER, "police_report": False, "responsible": None}
    amounts = {"assessed": Decimal(1), "recovered": Decimal(0), "granted_before": Decimal(0)}
    adjudicate_property(terms=TERMS, sign_offs=tuple(SignOff), **usual | amounts | facts)


def refund_of(amount: str) -> None:
    charged = Shares(Decimal(40), Decimal("59.99"))
    refund_due(persons=(1, Decimal(amount)), households=(0, Decimal(0)), charged=charged, county="城区")


SIDES = Shares(Decimal(3), Decimal(7))
COUNTS: dict[str, Any] = {"terms": TERMS, "county": "城区"}
REFUSALS: list[tuple[str, Callable[[], object]]] = [
    (
        "R2: a MARGINAL household must have been listed",
        lambda: earliest_cover(category=MARGINAL, listed_on=None, year=2026),
    ),
    (
        "R2: a MARGINAL household must have been listed",
        lambda: check_cover(category=MARGINAL, listed_on=None, cover_from=MARCH, year=2026),
    ),
    (
        "R2: cover can't begin on 2026-02-28, before the listing of 2026-03-01",
        lambda: check_cover(category=MARGINAL, listed_on=MARCH, cover_from=EARLY, year=2026),
    ),
    (
        "R3: cover from 2026-03-01 doesn't begin in 2027",
        lambda: check_cover(category=MARGINAL, listed_on=MARCH, cover_from=MARCH, year=2027),
    ),
    ("R2: 2026-13 is not a listing date", lambda: first_of_month("2026-13")),
    ("R2: True is not a listing date", lambda: first_of_month(True)),
    (
        "R5: not in basic medical insurance in 2027",
        lambda: check_participation(BasicInsurance.NONE, year=2027),
    ),
    (
        "R5: participation in basic medical insurance in 2027 is unknown",
        lambda: check_participation(BasicInsurance.UNKNOWN, year=2027),
    ),
    ("R6: charity is negative: -0.01", lambda: self_pay(bill(charity=Decimal("-0.01")))),
    (
        "R6: reimbursements exceed the bill: self-pay would be -0.50",
        lambda: self_pay(bill(basic=Decimal("9.5"))),
    ),
    (
        "R9: 2026-05-20 lies outside the policy year 2027",
        lambda: check_dates(bill(), year=2027, cover=Cover(MARCH, MAY)),
    ),
    (
        "R9: 2026-05-20 lies outside the cover from 2026-02-28 to 2026-03-01",
        lambda: check_dates(bill(), year=2026, cover=Cover(EARLY, MARCH)),
    ),
    (
        "R9: admitted on 2026-05-20, after the discharge on 2026-03-01",
        lambda: check_dates(bill(on=MARCH, admitted=MAY), year=2026, cover=Cover(MARCH, MAY)),
    ),
    (
        "R10: invoice 77 of 甲医院 has already been claimed",
        lambda: check_invoices(
            standing=[bill(hospital="甲医院 ", invoice="７７")],
            new=[bill(), bill(hospital="甲医院", invoice="77")],
        ),
    ),
    ("R12: a loss by fire is not covered", lambda: check_cause(terms=TERMS, cause=Cause.FIRE)),
    (
        "R12: war is not among the natural disasters covered",
        lambda: check_cause(terms=TERMS, cause=Cause.NATURAL_DISASTER, peril="war"),
    ),
    ("R13: theft pays only with a police report", lambda: check_theft(police_report=False, responsible=None)),
    ("R13: theft pays only once it is found", lambda: check_theft(police_report=True, responsible=None)),
    (
        "R13: theft doesn't pay where a responsible party",
        lambda: check_theft(police_report=True, responsible=Responsible.FOUND),
    ),
    ("R14: the assessment is not signed by: village, insurer", lambda: check_sign_offs([SignOff.INSURED])),
    ("R14: assessed is negative: -1.00", lambda: loss(assessed=Decimal(-1))),
    ("R14: recovered is negative: -1.00", lambda: loss(recovered=Decimal(-1))),
    ("R15: 太原市 is not a county of Jincheng", lambda: find_county("太原市")),
    (
        "R15: 太原市 is not a county of Jincheng",
        lambda: premium_due(terms=TERMS, county="太原市", households=1, persons=1),
    ),
    (
        "R16: allocated (city) is negative: -1.00",
        lambda: funding(due=SIDES, allocated={"city": Decimal(-1)}, paid={}),
    ),
    (
        "R16: paid (county) is negative: -1.00",
        lambda: funding(due=SIDES, allocated={}, paid={"county": Decimal(-1)}),
    ),
    ("R17: 2029 lies outside the scheme", lambda: default_terms(2029)),
    (
        "R17: 4 insurers: the city chooses three",
        lambda: check_agreements(
            pools(("a", "w", "城区"), ("b", "x", "沁水县"), ("c", "y", "阳城县"), ("d", "z", "陵川县"))
        ),
    ),
    (
        "R17: 城区 has two agreements for one year",
        lambda: check_agreements(pools(("a", "x", "城区"), ("b", "x", "城区"))),
    ),
    ("R18: 13 is not a month", lambda: months_left(13)),
    ("R18: 0 is not a month", lambda: months_left(0)),
    ("R18: households is negative: -1", lambda: premium_due(**COUNTS, households=-1, persons=1)),
    ("R18: persons is negative: -1", lambda: refund(**COUNTS, households=1, persons=-1)),
    ("R18: households is negative: -1", lambda: refund(**COUNTS, households=-1, persons=1)),
    ("R18: persons is negative: -1", lambda: budget(terms=TERMS, households=1, persons=-1)),
    ("R18: households is negative: -1", lambda: budget(terms=TERMS, households=-1, persons=1)),
    (
        "R18: persons is negative: -2",
        lambda: budget_use(budget=budget(terms=TERMS, households=1, persons=1), households=0, persons=-2),
    ),
    (
        "R18: households is negative: -2",
        lambda: budget_use(budget=budget(terms=TERMS, households=1, persons=1), households=-2, persons=0),
    ),
    ("R18: households is negative: -1", lambda: statement_due(**COUNTS, units={1: Units(-1, 2)})),
    ("R18: persons is negative: -2", lambda: statement_due(**COUNTS, units={1: Units(1, -2)})),
    ("R18: 100 can't be refunded, only 99.99 was charged", lambda: refund_of("100")),
    (
        "R24: a occurs twice in one settlement",
        lambda: check_agreements(pools(("a", "x", "城区"), ("a", "x", "沁水县"))),
    ),
    (
        "R24: 5.00 can't be refunded by contribution: nobody paid",
        lambda: final_refund(left=Decimal(5), contributed=Shares(Decimal(0), Decimal(-1))),
    ),
    ("R8: speed is not a parameter of the terms", lambda: TERMS.with_changes({"speed": 1})),
    (
        "R8: weekly is not a possible value of deductible_basis",
        lambda: TERMS.with_changes({"deductible_basis": "weekly"}),
    ),
]


@pytest.mark.parametrize(("says", "act"), REFUSALS, ids=range(len(REFUSALS)))
def test_a_refusal_says_which_rule_and_which_facts(says: str, act: Callable[[], object]) -> None:
    with pytest.raises(RuleError) as refused:
        act()
    assert str(refused.value).startswith(says)
    assert "None" not in str(refused.value)
