"""What a worked case says of a risk pool: one agreement's loss ratio and year end, or a whole settlement."""

from jincheng_insurance.scheme.case_figures import NOT_APPLICABLE, Figure
from jincheng_insurance.scheme.case_text import (
    Fields,
    read_amount,
    read_count,
    read_fields,
    read_flag,
    read_list,
    read_money,
    read_text,
)
from jincheng_insurance.scheme.loss_ratio import LossRatio, duties, levels_to_fire, net_premium, payable
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.regions import find_county
from jincheng_insurance.scheme.settlement import (
    NOTHING,
    Movement,
    Pool,
    SettlementLine,
    final_refund,
    next_version,
    offset,
    settle,
)
from jincheng_insurance.scheme.terms import Terms

MOVED = ("carry_city", "carry_county", "excess_city", "excess_county")


def run_pool(terms: Terms, fields: Fields) -> list[Figure]:
    """One agreement's loss ratio, alerts and year end; where the case says so, what fires beside levels
    `fired` earlier, and what is payable of `approved` while payments are `suspended` (R19-R23)."""
    pool = _pool(terms, fields)
    ratio = LossRatio(incurred=pool.incurred, net_premium=pool.net_premium)
    percent = NOT_APPLICABLE if ratio.percent is None else f"{ratio.percent}%"
    passed = ratio.passed_levels(terms)
    owed = tuple(duty.code for duty in duties(terms=terms) if duty.level in passed)
    line = settle(terms=terms, pools=[pool]).lines[0]
    figures = [
        Figure("pool", "ratio", percent, "R19", line.breakdown.stages[:2]),
        Figure("pool", "alerts", passed, "R20"),
        Figure("pool", "duties", owed, "R21"),
    ]
    if "fired" in fields:
        levels = [read_count(level, "pool.fired") for level in fields.take("fired", read_list)]
        fires = levels_to_fire(ratio=ratio, terms=terms, fired=frozenset(levels))
        figures.append(Figure("pool", "fires", fires, "R21"))
    if "approved" in fields:
        amount = payable(
            approved=fields.take("approved", read_money),
            suspended=fields.maybe("suspended", read_flag, False),
        )
        figures.append(Figure("pool", "payable", amount, "R22"))
    fields.end()
    return [*figures, *_moved("pool", line)]


def run_settlement(terms: Terms, fields: Fields) -> list[Figure]:
    """All agreements of a year settled, each named by its county; where the case says so, what this version
    books beside what was `booked`, what is owed of the `next_due` after the carry-forward, and how it is
    refunded by what was `contributed` once there is no next year (R17, R23, R24)."""
    booked: dict[str, Movement] = {}
    follow_ups: dict[str, tuple[Shares | None, Shares | None]] = {}
    pools = []
    for place, entry in enumerate(fields.take("pools", read_list)):
        own = Fields(entry, f"settlement.pools[{place}]")
        pool = _pool(terms, own, insurer=own.take("insurer", read_text))
        pools.append(pool)
        if "booked" in own:
            booked[pool.key] = _movement(own.take("booked", read_fields))
        follow_ups[pool.key] = (_maybe_shares(own, "next_due"), _maybe_shares(own, "contributed"))
        own.end()
    fields.end()
    settlement = settle(terms=terms, pools=pools)
    to_book = next_version(settlement=settlement, booked=booked)
    figures = []
    for line in settlement.lines:
        key, section = line.pool.key, f"settlement.{line.pool.county}"
        figures += _moved(section, line)
        if booked:
            figures += _booked(section, to_book.get(key, NOTHING))
        figures += _followed(section, line, *follow_ups[key])
    return figures


def _booked(section: str, movement: Movement) -> list[Figure]:
    amounts = (movement.carry.city, movement.carry.county, movement.excess.city, movement.excess.county)
    return [
        Figure(section, f"book_{name}", amount, "R24") for name, amount in zip(MOVED, amounts, strict=True)
    ]


def _followed(
    section: str, line: SettlementLine, due: Shares | None, contributed: Shares | None
) -> list[Figure]:
    figures = []
    if due is not None:
        after = offset(due=due, carry=line.movement.carry_forward)
        figures.append(Figure(section, "owed_city", after.owed.city, "R23"))
        figures.append(Figure(section, "owed_county", after.owed.county, "R23"))
        figures.append(Figure(section, "left", after.left, "R23"))
    if contributed is not None:
        back = final_refund(left=line.movement.carry_forward, contributed=contributed)
        figures.append(Figure(section, "refund_city", back.city, "R24"))
        figures.append(Figure(section, "refund_county", back.county, "R24"))
    return figures


def _pool(terms: Terms, fields: Fields, insurer: str = "") -> Pool:
    county = find_county(fields.take("county", read_text)).name
    if "due" in fields:
        denominator = net_premium(
            terms=terms,
            due=fields.take("due", read_amount),
            refunded=fields.maybe("refunded", read_amount, ZERO),
            received=fields.maybe("received", read_amount, ZERO),
        )
    else:
        denominator = fields.take("net_premium", read_amount)
    incurred = fields.maybe("paid", read_money, ZERO) + fields.maybe("reserves", read_money, ZERO)
    return Pool(
        key=f"{insurer} {county}".strip(),
        insurer=insurer,
        county=county,
        net_premium=denominator,
        incurred=incurred,
    )


def _movement(fields: Fields) -> Movement:
    carry_city, carry_county, excess_city, excess_county = (
        fields.maybe(name, read_amount, ZERO) for name in MOVED
    )
    fields.end()
    return Movement(Shares(carry_city, carry_county), Shares(excess_city, excess_county))


def _maybe_shares(fields: Fields, name: str) -> Shares | None:
    if name not in fields:
        return None
    sides = fields.take(name, read_fields)
    shares = Shares(sides.take("city", read_amount), sides.take("county", read_amount))
    sides.end()
    return shares


def _moved(section: str, line: SettlementLine) -> list[Figure]:
    stages = line.breakdown.stages[2:]
    return [
        Figure(section, "carry_forward", line.movement.carry_forward, "R23", stages[:4]),
        Figure(section, "carry_city", line.movement.carry.city, "R23"),
        Figure(section, "carry_county", line.movement.carry.county, "R23"),
        Figure(section, "excess", line.movement.excess_total, "R23", stages[4:]),
        Figure(section, "excess_city", line.movement.excess.city, "R23"),
        Figure(section, "excess_county", line.movement.excess.county, "R23"),
    ]
