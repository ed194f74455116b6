"""The year's end (§7): carry-forward below 80 %, excess above 120 %, who bears what, later versions, and
the refund when the scheme ends."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jincheng_insurance.scheme.breakdown import Breakdown, Stage
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.scheme.money import ZERO, Ratio, Shares, apportion, exact, fen, split, to_yuan
from jincheng_insurance.scheme.regions import find_county
from jincheng_insurance.scheme.terms import LAST_YEAR, SettlementLevel, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One agreement's year, in yuan: `key` names the agreement, `insurer` groups its counties (R24)."""

    key: str
    insurer: str
    county: str
    net_premium: Decimal
    incurred: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """What a settlement moves for one agreement, in yuan: a carry-forward to the next year, or an excess
    the government bears, each shared by city and county. A difference between versions may be negative."""

    carry: Shares
    excess: Shares

    @property
    def carry_forward(self) -> Decimal:
        """The carry-forward in all."""
        return self.carry.total

    @property
    def excess_total(self) -> Decimal:
        """The excess in all."""
        return self.excess.total

    def less(self, booked: "Movement") -> "Movement":
        """What is still to be booked after `booked`."""
        return Movement(
            Shares(self.carry.city - booked.carry.city, self.carry.county - booked.carry.county),
            Shares(self.excess.city - booked.excess.city, self.excess.county - booked.excess.county),
        )

    def __bool__(self) -> bool:
        return any((self.carry.city, self.carry.county, self.excess.city, self.excess.county))


INSURERS = 3
NOTHING = Movement(Shares(ZERO, ZERO), Shares(ZERO, ZERO))


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One agreement's line: its pool, what moves, and the stages."""

    pool: Pool
    movement: Movement
    breakdown: Breakdown


@dataclass(frozen=True, slots=True)
class Settlement:
    """A policy year settled, a line an agreement, in the order given."""

    year: int
    lines: tuple[SettlementLine, ...]

    def line(self, key: str) -> SettlementLine:
        """The line of an agreement; KeyError where there is none."""
        for line in self.lines:
            if line.pool.key == key:
                return line
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Offset:
    """A carry-forward set against a year's due (R23), in yuan: what it takes from each side, what each
    still owes, and what is left of it."""

    used: Shares
    owed: Shares
    left: Decimal


def check_agreements(pools: Sequence[Pool]) -> None:
    """Refuse what can't be one year's agreements (R17, §6): one binds one insurer and one county for the
    year, and there are three insurers city-wide. RuleError `county_twice`, `too_many_insurers`;
    `settled_twice` (R24) for an agreement that is named twice."""
    for key, times in Counter(pool.key for pool in pools).items():
        if times > 1:
            raise RuleError("settled_twice", key=key)
    for county, times in Counter(pool.county for pool in pools).items():
        if times > 1:
            raise RuleError("county_twice", county=county)
    insurers = {pool.insurer for pool in pools}
    if len(insurers) > INSURERS:
        raise RuleError("too_many_insurers", insurers=len(insurers))


def carry_forward(*, terms: Terms, ratio: LossRatio) -> Decimal:
    """What is carried to the next year (R23, §7): 80 % of the net premium less what was incurred, rounded
    half-up to the fen, where the ratio is below 80 %; else 0. Not applicable without net premium: 0.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> carry_forward(terms=default_terms(2026),
    ...               ratio=LossRatio(incurred=Decimal(600000), net_premium=Decimal(1000000)))
    Decimal('200000.00')
    """
    bound = terms.carry_below * ratio.net_premium
    return fen(bound - ratio.incurred) if ratio.applicable and ratio.incurred < bound else ZERO


def excess(*, terms: Terms, ratio: LossRatio) -> Decimal:
    """What the government bears (R23, §7): what was incurred above 120 % of the net premium, rounded
    half-up to the fen, where the ratio is above 120 %; else 0. Not applicable without net premium: 0.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> excess(terms=default_terms(2026),
    ...        ratio=LossRatio(incurred=Decimal(1250000), net_premium=Decimal(1000000)))
    Decimal('50000.00')
    """
    bound = terms.excess_above * ratio.net_premium
    return fen(ratio.incurred - bound) if ratio.applicable and ratio.incurred > bound else ZERO


def settle(*, terms: Terms, pools: Sequence[Pool]) -> Settlement:
    """Settle a policy year (R23, R24, §7). Where `settlement_level` is `agreement`, each pool by itself;
    where it is `insurer`, all pools of an insurer are put together, and what moves is shared back by net
    premium, so that the parts add up to it exactly. Carry-forward and excess are rounded to the fen, then
    split by the county's ratio. A pure function of its input: settled again, nothing changes. RuleError
    `settled_twice`, `unknown_county`.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> pool = Pool(key="A", insurer="X", county="沁水县",
    ...             net_premium=Decimal(1000000), incurred=Decimal(600000))
    >>> settle(terms=default_terms(2026), pools=[pool]).line("A").movement.carry
    Shares(city=Decimal('60000.00'), county=Decimal('140000.00'))
    """
    check_agreements(pools)
    groups: dict[str, list[Pool]] = {}
    for pool in pools:
        together = terms.settlement_level == SettlementLevel.INSURER
        groups.setdefault(pool.insurer if together else pool.key, []).append(pool)
    lines = {line.pool.key: line for group in groups.values() for line in _settle_group(terms, group)}
    return Settlement(terms.year, tuple(lines[pool.key] for pool in pools))


def next_version(*, settlement: Settlement, booked: dict[str, Movement]) -> dict[str, Movement]:
    """What a later version books (R24): for each agreement the difference between this settlement and all
    that earlier versions have booked; agreements without a difference are left out. One booked and no
    longer in the settlement is taken back.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> pool = Pool(key="A", insurer="X", county="城区", net_premium=Decimal(1000), incurred=Decimal(700))
    >>> settled = settle(terms=default_terms(2026), pools=[pool])
    >>> next_version(settlement=settled, booked={"A": settled.line("A").movement})
    {}
    """
    now = {line.pool.key: line.movement for line in settlement.lines}
    differences = {
        key: now.get(key, NOTHING).less(booked.get(key, NOTHING)) for key in dict.fromkeys([*now, *booked])
    }
    return {key: movement for key, movement in differences.items() if movement}


def offset(*, due: Shares, carry: Decimal) -> Offset:
    """Set a carry-forward against what city and county owe in the next year, in the ratio in which they owe
    (R23, §7): the city's part is rounded half-up to the fen. What exceeds the due is left for later; a side
    to which refunds left nothing to owe takes no part. The denominator of that year's ratio stays the full
    premium due.

    >>> offset(due=Shares(Decimal(300), Decimal(700)), carry=Decimal(100)).owed
    Shares(city=Decimal('270.00'), county=Decimal('630.00'))
    """
    carry = to_yuan(carry)
    owing = (max(ZERO, due.city), max(ZERO, due.county))
    used = min(carry, sum(owing, ZERO))
    city, county = apportion(used, owing) if any(owing) else (ZERO, ZERO)
    offset_by = Shares(city, county)
    return Offset(offset_by, Shares(due.city - city, due.county - county), carry - offset_by.total)


def final_refund(*, left: Decimal, contributed: Shares) -> Shares:
    """Refund what is left after 2028 to those who paid it, by what each contributed (R24, §4): the city's
    part is rounded half-up to the fen. RuleError `nothing_contributed`.

    >>> final_refund(left=Decimal("100.00"), contributed=Shares(Decimal(280), Decimal(720)))
    Shares(city=Decimal('28.00'), county=Decimal('72.00'))
    """
    left = to_yuan(left)
    if not left:
        return Shares(ZERO, ZERO)
    weights = (max(ZERO, contributed.city), max(ZERO, contributed.county))
    if not any(weights):
        raise RuleError("nothing_contributed", amount=left)
    return Shares(*apportion(left, weights))


def has_next_year(terms: Terms) -> bool:
    """Whether there is a next year to carry to (R24, §4); after 2028 what is left is refunded
    (`final_refund`)."""
    return terms.year < LAST_YEAR


def _settle_group(terms: Terms, group: Sequence[Pool]) -> list[SettlementLine]:
    whole = LossRatio(
        incurred=sum((pool.incurred for pool in group), ZERO),
        net_premium=sum((pool.net_premium for pool in group), ZERO),
    )
    weights = [max(ZERO, pool.net_premium) for pool in group]
    carries = apportion(carry_forward(terms=terms, ratio=whole), weights)
    excesses = apportion(excess(terms=terms, ratio=whole), weights)
    return [
        _line(terms, pool, whole, carry, over)
        for pool, carry, over in zip(group, carries, excesses, strict=True)
    ]


def _line(terms: Terms, pool: Pool, whole: LossRatio, carry: Decimal, over: Decimal) -> SettlementLine:
    ratio: Ratio = find_county(pool.county).ratio
    movement = Movement(split(carry, ratio), split(over, ratio))
    level, sides = (("level", str(terms.settlement_level)),), (("ratio", str(ratio)),)
    stages = (
        Stage("net_premium", "R19", whole.net_premium, level),
        Stage("incurred", "R19", whole.incurred, level),
        Stage(
            "carry_bound",
            "R23",
            exact(terms.carry_below * whole.net_premium),
            (("rate", str(terms.carry_below)),),
        ),
        Stage("carry_forward", "R23", carry),
        Stage("carry_city", "R23", movement.carry.city, sides),
        Stage("carry_county", "R23", movement.carry.county, sides),
        Stage(
            "excess_bound",
            "R23",
            exact(terms.excess_above * whole.net_premium),
            (("rate", str(terms.excess_above)),),
        ),
        Stage("excess", "R23", over),
        Stage("excess_city", "R23", movement.excess.city, sides),
        Stage("excess_county", "R23", movement.excess.county, sides),
    )
    return SettlementLine(pool, movement, Breakdown(stages))
