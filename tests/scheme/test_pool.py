"""Premium, loss ratio and settlement for any figures: shares add up, bounds are exact, versions book differences."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.loss_ratio import LossRatio, levels_to_fire
from jincheng_insurance.scheme.money import Ratio, Shares, apportion, fen, split
from jincheng_insurance.scheme.premium import Budget, budget, budget_use, premium_due, refund
from jincheng_insurance.scheme.settlement import (
    Movement,
    Pool,
    final_refund,
    has_next_year,
    next_version,
    offset,
    settle,
)
from jincheng_insurance.scheme.terms import default_terms
from tests.scheme.strategies import TERMS, amounts, counties, pools, yuan

INSURER = TERMS.with_changes({"settlement_level": "insurer"})
PRO_RATA = TERMS.with_changes({"midyear_premium": "pro_rata"})
FEN = Decimal("0.01")
ratios = st.builds(Ratio, st.integers(1, 9), st.integers(1, 9))


def half_up(value: Fraction) -> Decimal:
    """An independent rounding of a positive value to the fen."""
    return yuan(int(value * 100 + Fraction(1, 2)))


@given(amounts(), ratios)
def test_shares_add_up_and_the_city_s_is_rounded(amount: Decimal, ratio: Ratio) -> None:
    shares = split(amount, ratio)
    assert shares.total == amount
    assert shares.city == half_up(Fraction(amount) * ratio.city / (ratio.city + ratio.county))
    assert shares.county >= 0
    assert split(-amount, ratio) == Shares(-shares.city, -shares.county)


@given(amounts(), st.lists(amounts(), min_size=1, max_size=8).filter(any))
def test_parts_by_weight_add_up_and_are_a_fen_from_exact(amount: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        assert abs(Fraction(part) - Fraction(amount) * Fraction(weight) / Fraction(sum(weights))) <= Fraction(
            1, 100
        )


@given(st.integers(0, 50_000), st.integers(0, 200_000), counties, st.integers(1, 12))
def test_premium_shares_add_up_and_a_refund_undoes_it(
    households: int, persons: int, county: str, month: int
) -> None:
    for terms in (TERMS, PRO_RATA):
        due = premium_due(terms=terms, households=households, persons=persons, county=county, month=month)
        back = refund(terms=terms, households=households, persons=persons, county=county, month=month)
        assert due.city + due.county == due.due
        assert (back.due, back.city, back.county) == (-due.due, -due.city, -due.county)
    assert due.due == half_up(Fraction((100 * persons + 30 * households) * (13 - month), 12))


@given(st.integers(0, 100_000))
def test_the_budget_is_rounded_half_up(count: int) -> None:
    assert budget(terms=TERMS, households=count, persons=0).households == (count * 8 + 50) // 100


def test_half_a_household_of_budget_counts_as_one() -> None:
    """At 8 % no count falls on a half; at 5 % these do."""
    planned = budget(terms=TERMS.with_changes({"monitored_share": "5%"}), households=10, persons=50)
    assert planned == Budget(households=1, persons=3)


@pytest.mark.parametrize(
    ("households", "persons", "warning"),
    [(0, 0, 0), (89, 269, 0), (90, 0, 90), (0, 270, 90), (99, 299, 90), (100, 0, 100), (0, 400, 100)],
)
def test_the_budget_warns_at_ninety_and_a_hundred_percent_of_either(
    households: int, persons: int, warning: int
) -> None:
    assert budget_use(budget=Budget(100, 300), households=households, persons=persons).warning == warning


@given(st.integers(1, 10_000_000), st.sampled_from([80, 100, 120]))
def test_a_level_is_passed_by_one_fen_and_not_before(hundreds: int, level: int) -> None:
    """Net premiums of whole yuan, so that each level is met exactly."""
    premium = Decimal(hundreds)
    bound = premium * level / 100
    at, above, below = (LossRatio(incurred=bound + step, net_premium=premium) for step in (0, FEN, -FEN))
    assert not at.exceeds(level)
    assert above.exceeds(level)
    assert not below.exceeds(level)
    assert level in above.passed_levels(TERMS)
    assert level not in at.passed_levels(TERMS)
    assert [ratio.distance(level) for ratio in (at, above, below)] == [0, -FEN, FEN]


@given(amounts(), amounts())
def test_levels_are_compared_as_fractions_are(incurred: Decimal, net_premium: Decimal) -> None:
    ratio = LossRatio(incurred=incurred, net_premium=net_premium)
    if not net_premium:
        assert ratio.percent is None
        assert ratio.distance(80) is None
        assert not ratio.passed_levels(TERMS)
        return
    exact = Fraction(incurred) / Fraction(net_premium) * 100
    assert ratio.passed_levels(TERMS) == tuple(level for level in (80, 100, 120) if exact > level)
    assert ratio.percent == half_up(exact)


def test_a_level_fires_once_and_not_again_after_falling_back() -> None:
    high = LossRatio(incurred=Decimal(121), net_premium=Decimal(100))
    low = LossRatio(incurred=Decimal(50), net_premium=Decimal(100))
    assert levels_to_fire(ratio=high, terms=TERMS, fired=frozenset()) == (80, 100, 120)
    assert levels_to_fire(ratio=low, terms=TERMS, fired=frozenset({80, 100, 120})) == ()
    assert levels_to_fire(ratio=high, terms=TERMS, fired=frozenset({80, 100, 120})) == ()


def test_a_refund_of_premium_can_lift_the_ratio_past_a_level() -> None:
    before = LossRatio(incurred=Decimal(800), net_premium=Decimal(1000))
    after = LossRatio(incurred=Decimal(800), net_premium=Decimal("999.99"))
    assert (before.passed_levels(TERMS), after.passed_levels(TERMS)) == ((), (80,))


@given(pools())
def test_each_agreement_carries_or_exceeds_never_both(pools: list[Pool]) -> None:
    for pool, line in zip(pools, settle(terms=TERMS, pools=pools).lines, strict=True):
        premium, incurred = Fraction(pool.net_premium), Fraction(pool.incurred)
        carry = max(Fraction(0), premium * 4 / 5 - incurred)
        over = max(Fraction(0), incurred - premium * 6 / 5) if premium else Fraction(0)
        assert line.movement.carry_forward == half_up(carry)
        assert line.movement.excess_total == half_up(over)
        assert 0 in (line.movement.carry_forward, line.movement.excess_total)
        assert min(line.movement.carry.city, line.movement.excess.county) >= 0


@given(pools())
def test_an_insurer_s_counties_share_exactly_what_the_whole_moves(pools: list[Pool]) -> None:
    lines = settle(terms=INSURER, pools=pools).lines
    assert [line.pool for line in lines] == pools
    for insurer in {pool.insurer for pool in pools}:
        own = [line for line in lines if line.pool.insurer == insurer]
        premium = sum((Fraction(line.pool.net_premium) for line in own), Fraction(0))
        incurred = sum((Fraction(line.pool.incurred) for line in own), Fraction(0))
        carry, over = (
            max(Fraction(0), premium * 4 / 5 - incurred),
            max(Fraction(0), incurred - premium * 6 / 5),
        )
        assert sum(line.movement.carry_forward for line in own) == half_up(carry)
        assert sum(line.movement.excess_total for line in own) == (half_up(over) if premium else 0)
        assert all(line.movement.carry_forward >= 0 and line.movement.excess_total >= 0 for line in own)


@given(pools(), pools())
def test_versions_book_only_differences_and_end_where_the_last_one_stands(
    first: list[Pool], second: list[Pool]
) -> None:
    booked: dict[str, Movement] = {}
    for version in (first, second, second):
        settlement = settle(terms=TERMS, pools=version)
        differences = next_version(settlement=settlement, booked=booked)
        for key, movement in differences.items():
            before = booked.get(key, Movement(Shares(Decimal(0), Decimal(0)), Shares(Decimal(0), Decimal(0))))
            booked[key] = Movement(
                Shares(before.carry.city + movement.carry.city, before.carry.county + movement.carry.county),
                Shares(
                    before.excess.city + movement.excess.city, before.excess.county + movement.excess.county
                ),
            )
    assert differences == {}
    now = {line.pool.key: line.movement for line in settlement.lines}
    assert {key: movement for key, movement in booked.items() if movement} == {
        key: movement for key, movement in now.items() if movement
    }


@given(amounts(), amounts(), amounts())
def test_a_carry_forward_lessens_what_is_owed_and_nothing_is_lost(
    city: Decimal, county: Decimal, carry: Decimal
) -> None:
    after = offset(due=Shares(city, county), carry=carry)
    assert after.used.total + after.left == carry
    assert (after.used.city + after.owed.city, after.used.county + after.owed.county) == (city, county)
    assert min(after.owed.city, after.owed.county, after.left, after.used.city, after.used.county) >= 0


def test_a_side_that_owes_nothing_after_refunds_takes_no_part() -> None:
    after = offset(due=Shares(Decimal(-100), Decimal(300)), carry=Decimal(350))
    assert (after.used, after.left) == (Shares(Decimal(0), Decimal(300)), 50)
    nothing_due = offset(due=Shares(Decimal(-100), Decimal(-300)), carry=Decimal(50))
    assert (nothing_due.used.total, nothing_due.left) == (0, 50)
    assert final_refund(left=Decimal(5), contributed=Shares(Decimal(-1), Decimal(2))).county == 5


@given(amounts(), amounts(), amounts())
def test_the_last_refund_adds_up(left: Decimal, city: Decimal, county: Decimal) -> None:
    if not left:
        assert final_refund(left=left, contributed=Shares(city, county)).total == 0
    elif not city + county:
        with pytest.raises(RuleError):
            final_refund(left=left, contributed=Shares(city, county))
    else:
        back = final_refund(left=left, contributed=Shares(city, county))
        assert back.total == left
        assert back.city == half_up(Fraction(left) * Fraction(city) / Fraction(city + county))


def test_only_2028_has_no_next_year() -> None:
    assert [has_next_year(default_terms(year)) for year in (2026, 2027, 2028)] == [True, True, False]


def test_settlement_stages_hold_the_figures_moved() -> None:
    pool = Pool(key="A", insurer="X", county="城区", net_premium=Decimal(1000), incurred=Decimal("700.01"))
    line = settle(terms=TERMS, pools=[pool]).line("A")
    assert line.breakdown.amount("carry_bound") == 800
    assert line.breakdown.amount("carry_forward") == Decimal("99.99")
    assert line.breakdown.amount("carry_city") == Decimal("50.00") == fen(Decimal("49.995"))
    with pytest.raises(KeyError):
        settle(terms=TERMS, pools=[pool]).line("B")


def test_four_insurers_or_one_agreement_twice_are_refused() -> None:
    def pool(key: str, insurer: str, county: str) -> Pool:
        return Pool(key=key, insurer=insurer, county=county, net_premium=Decimal(1), incurred=Decimal(0))

    four = [pool(name, name, name) for name in ("城区", "沁水县", "阳城县", "陵川县")]
    for refused, code in (
        (four, "too_many_insurers"),
        ([four[0], four[0]], "settled_twice"),
        ([pool("a", "x", "城区"), pool("b", "x", "城区")], "county_twice"),
        ([pool("a", "x", "太原市")], "unknown_county"),
    ):
        with pytest.raises(RuleError) as error:
            settle(terms=TERMS, pools=refused)
        assert error.value.code == code
