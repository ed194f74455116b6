"""Statements unit by unit: charges and refunds cancel to the fen, whatever the ratio and the roundings (R15, R18)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.premium import premium_due
from jincheng_insurance.scheme.statement import Units, refund_due, statement_due, unit_premium
from tests.scheme.strategies import TERMS, counties

PRO_RATA = TERMS.with_changes({"midyear_premium": "pro_rata"})
months = st.integers(1, 12)
counts = st.builds(Units, st.integers(0, 40), st.integers(0, 90))


@given(county=counties, units=st.dictionaries(months, counts, max_size=4))
def test_at_the_full_rate_a_statement_is_what_r18_says_of_its_counts(
    county: str, units: dict[int, Units]
) -> None:
    whole = premium_due(
        terms=TERMS,
        households=sum(part.households for part in units.values()),
        persons=sum(part.persons for part in units.values()),
        county=county,
    )
    stated = statement_due(terms=TERMS, units=units, county=county)
    assert (stated.due, stated.city, stated.county) == (whole.due, whole.city, whole.county)


@given(
    county=counties, statements=st.lists(st.tuples(months, counts), min_size=1, max_size=6), data=st.data()
)
def test_when_everything_charged_is_refunded_nothing_is_left_on_either_side(
    county: str, statements: list[tuple[int, Units]], data: st.DataObject
) -> None:
    city = share_of_county = ZERO
    charges: list[Decimal] = []
    for month, units in statements:
        due = statement_due(terms=PRO_RATA, units={month: units}, county=county)
        assert due.city + due.county == due.due
        city, share_of_county = city + due.city, share_of_county + due.county
        each = unit_premium(terms=PRO_RATA, month=month)
        charges += [each.household] * units.households + [each.person] * units.persons
    charges = data.draw(st.permutations(charges))
    while charges:
        part = data.draw(st.integers(1, len(charges)))
        gone, charges = charges[:part], charges[part:]
        refund = refund_due(
            persons=(part, sum(gone, ZERO)),
            households=(0, ZERO),
            charged=Shares(city, share_of_county),
            county=county,
        )
        assert refund.due == -sum(gone)
        assert refund.city + refund.county == refund.due
        city, share_of_county = city + refund.city, share_of_county + refund.county
    assert (city, share_of_county) == (0, 0)


def test_no_more_is_refunded_than_was_charged() -> None:
    with pytest.raises(RuleError, match="R18"):
        refund_due(
            persons=(1, Decimal(100)),
            households=(0, ZERO),
            charged=Shares(Decimal(40), Decimal("59.99")),
            county="城区",
        )


def test_counts_are_not_negative() -> None:
    with pytest.raises(RuleError, match="negative"):
        statement_due(terms=TERMS, units={1: Units(-1, 2)}, county="城区")
