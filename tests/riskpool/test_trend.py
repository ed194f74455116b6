"""Points of a trend, cumulative ratios at them, and the day a level is reached at the present pace."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jincheng_insurance.access.roles import Role
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.scheme.terms import default_terms
from premiums.selectors.fund import net_premium_days, net_premiums
from riskpool.selectors.ratio import pool_figures
from riskpool.selectors.trend import Step, day_reached, outlook, points, trend
from riskpool.texts import bounds, standing
from tests.riskpool.test_dashboard import book, told
from tests.world import World

D = datetime.date
LAST = D(2026, 12, 31)


@pytest.mark.parametrize(
    ("until", "step", "expected"),
    [
        (D(2026, 3, 15), Step.MONTH, [D(2026, 1, 31), D(2026, 2, 28), D(2026, 3, 15)]),
        (D(2026, 1, 31), Step.MONTH, [D(2026, 1, 31)]),
        (D(2026, 1, 13), Step.WEEK, [D(2026, 1, 4), D(2026, 1, 11), D(2026, 1, 13)]),
        (D(2026, 1, 3), Step.DAY, [D(2026, 1, 1), D(2026, 1, 2), D(2026, 1, 3)]),
        (D(2025, 12, 1), Step.MONTH, [D(2025, 12, 1)]),
    ],
)
def test_points_are_the_ends_of_periods_and_the_day_itself(
    until: datetime.date, step: Step, expected: list[datetime.date]
) -> None:
    assert points(2026, until=until, step=step) == expected


@pytest.mark.parametrize(("step", "most"), [(Step.MONTH, 16), (Step.WEEK, 27), (Step.DAY, 31)])
def test_of_a_long_year_the_latest_points_are_shown(step: Step, most: int) -> None:
    shown = points(2026, until=D(2027, 12, 30), step=step)
    assert len(shown) == most
    assert shown[-1] == D(2027, 12, 30)


@pytest.mark.parametrize("step", Step)
def test_the_trend_at_each_point_is_the_ratio_as_of_that_day(world: World, step: Step) -> None:
    told(world.own)
    told(world.foreign)
    for day, amount in ((D(2026, 1, 10), "55.55"), (D(2026, 2, 28), "-20"), (D(2026, 6, 1), "333.33")):
        book(world.own, day, amount)
    pool = [world.own.agreement, world.foreign.agreement]
    at = points(2026, until=D(2026, 6, 20), step=step)
    lines = trend(pool, at=at)
    for place, day in enumerate(at):
        expected = [figures.ratio for figures in pool_figures(pool, until=day)]
        assert [line.ratios[place] for line in lines] == expected


def test_the_days_of_the_premium_are_the_net_premium(world: World) -> None:
    told(world.own)
    pool = [world.own.agreement, world.foreign.agreement]
    for until in (D(2025, 12, 31), D(2026, 1, 1), LAST):
        days: dict[int, Decimal] = {}
        for agreement, day, amount in net_premium_days(pool, until=until):
            assert day <= until
            days[agreement] = days.get(agreement, Decimal(0)) + amount
        assert days == net_premiums(pool, until=until)
    assert net_premiums([]) == {}


@given(
    distance=st.decimals(0, 10**6, places=2),
    a_day=st.decimals("0.01", 10**5, places=2),
)
def test_on_the_day_reached_the_level_is_passed_and_on_the_day_before_it_is_not(
    distance: Decimal, a_day: Decimal
) -> None:
    on = D(2026, 3, 1)
    reached = day_reached(distance, a_day, on=on, last=LAST)
    if reached is None:
        assert (LAST - on).days * a_day <= distance
    else:
        wait = (reached - on).days
        assert wait * a_day > distance >= (wait - 1) * a_day
        assert reached <= LAST


@pytest.mark.parametrize(("distance", "a_day"), [("-0.01", "5"), ("10", "0"), ("10", "-3")])
def test_passed_or_at_no_pace_no_day_is_named(distance: str, a_day: str) -> None:
    assert day_reached(Decimal(distance), Decimal(a_day), on=D(2026, 3, 1), last=LAST) is None


def test_the_outlook_takes_the_pace_of_four_weeks(world: World) -> None:
    told(world.own)  # 1,160 of premium; 600 reserved on 1 March
    book(world.own, D(2026, 4, 1), "56")
    book(world.own, D(2026, 4, 10), "56")
    on = D(2026, 4, 20)
    (figures,) = pool_figures([world.own.agreement], until=on)
    ahead = outlook(figures, terms=default_terms(2026), on=on)
    assert (ahead.days, ahead.a_day) == (28, Decimal(4))
    # 928.00 - 712.00 = 216.00 left: 54 days stand exactly at the level, the 55th is above it
    first, second, third = ahead.levels
    assert (first.distance, first.passed, first.reached_on) == (Decimal("216.00"), False, D(2026, 6, 14))
    assert second.distance == Decimal("448.00")
    assert third.reached_on == on + datetime.timedelta(days=171)
    young = D(2026, 1, 5)
    (figures,) = pool_figures([world.own.agreement], until=young)
    assert outlook(figures, terms=default_terms(2026), on=young).days == 5
    assert world.own[Role.ADJUSTER]


def test_a_ratio_stands_where_the_levels_put_it() -> None:
    def at(incurred: str, *levels: int) -> tuple[int, str]:
        place = standing(LossRatio(incurred=Decimal(incurred), net_premium=Decimal(100)), levels)
        return place.level, place.tone

    assert at("80", 80, 100, 120) == (0, "")
    assert at("80.01", 80, 100, 120) == (80, "warn")
    assert at("121", 80, 100, 120) == (120, "over")
    assert at("60", 50, 70) == (50, "warn")
    assert at("200", 50, 70, 90, 110) == (110, "over")
    nothing = standing(LossRatio(incurred=Decimal(5), net_premium=Decimal(0)))
    assert (nothing.level, nothing.chip) == (0, "neutral")
    assert [(bound.value, bound.tone) for bound in bounds((50, 70))] == [(50, "warn"), (70, "high")]
