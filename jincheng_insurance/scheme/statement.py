"""What a statement states unit by unit (R15, R18): each household and each person is charged, and if enrolled by
mistake refunded, for itself, so that a refund takes back exactly what was charged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from jincheng_insurance.scheme.breakdown import Breakdown, Stage
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import ZERO, Shares, split
from jincheng_insurance.scheme.premium import PremiumDue, premium_due
from jincheng_insurance.scheme.regions import find_county
from jincheng_insurance.scheme.terms import Terms

ANY_COUNTY = "城区"


@dataclass(frozen=True, slots=True)
class UnitPremium:
    """What one household and one person are charged, in yuan."""

    household: Decimal
    person: Decimal


@dataclass(frozen=True, slots=True)
class Units:
    """Households and persons charged or refunded together."""

    households: int
    persons: int


def unit_premium(*, terms: Terms, month: int = 1) -> UnitPremium:
    """The premium of one household and of one person whose cover begins in a month (R18, §3): in full, or where
    `midyear_premium` is pro_rata for the months left, each rounded half-up to the fen. RuleError
    `month_outside_year`.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> pro_rata = default_terms(2026).with_changes({"midyear_premium": "pro_rata"})
    >>> unit_premium(terms=pro_rata, month=8)
    UnitPremium(household=Decimal('12.50'), person=Decimal('41.67'))
    """
    household, person = (
        premium_due(terms=terms, households=households, persons=persons, county=ANY_COUNTY, month=month).due
        for households, persons in ((1, 0), (0, 1))
    )
    return UnitPremium(household, person)


def statement_due(*, terms: Terms, units: Mapping[int, Units], county: str) -> PremiumDue:
    """Premium of a statement of units by the month in which their cover begins (R18, §3): the sum of what each is
    charged, shared by the county's ratio (R15, §5), the city's share rounded, the county gets the rest. RuleError
    `month_outside_year`, `negative_count`, `unknown_county`.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> pro_rata = default_terms(2026).with_changes({"midyear_premium": "pro_rata"})
    >>> due = statement_due(terms=pro_rata, units={1: Units(1, 2), 8: Units(0, 3)}, county="沁水县")
    >>> due.due, due.city, due.county
    (Decimal('355.01'), Decimal('106.50'), Decimal('248.51'))
    """
    for_persons = for_households = ZERO
    persons = households = 0
    for month, counted in units.items():
        for name, count in (("households", counted.households), ("persons", counted.persons)):
            if count < 0:
                raise RuleError("negative_count", name=name, count=count)
        each = unit_premium(terms=terms, month=month)
        for_persons += each.person * counted.persons
        for_households += each.household * counted.households
        persons += counted.persons
        households += counted.households
    due = for_persons + for_households
    shares = split(due, find_county(county).ratio)
    return _stated(due, shares, county, (for_persons, persons, for_households, households))


def refund_due(
    *, persons: tuple[int, Decimal], households: tuple[int, Decimal], charged: Shares, county: str
) -> PremiumDue:
    """A refund of persons and of households (R18): how many, and what they were charged. Its amounts are the exact
    opposite. `charged` is what has been charged so far, less earlier refunds, by side: each side keeps its share of
    what remains, so charges and refunds cancel to the fen whatever the roundings between them. RuleError
    `refund_above_charged`, `unknown_county`.

    >>> refund = refund_due(persons=(3, Decimal("125.01")), households=(0, Decimal(0)),
    ...                     charged=Shares(Decimal("106.50"), Decimal("248.51")), county="沁水县")
    >>> refund.due, refund.city, refund.county
    (Decimal('-125.01'), Decimal('-37.50'), Decimal('-87.51'))
    """
    (person_count, for_persons), (household_count, for_households) = persons, households
    refunded = for_persons + for_households
    if refunded > charged.total:
        raise RuleError("refund_above_charged", refunded=refunded, charged=charged.total)
    if not refunded:
        return _stated(ZERO, Shares(ZERO, ZERO), county, (ZERO, person_count, ZERO, household_count))
    rest = split(charged.total - refunded, find_county(county).ratio)
    shares = Shares(city=rest.city - charged.city, county=rest.county - charged.county)
    return _stated(-refunded, shares, county, (-for_persons, person_count, -for_households, household_count))


def opposite_due(due: PremiumDue) -> PremiumDue:
    """What cancels a statement (R18): every amount of it and of its breakdown with the opposite sign.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> due = statement_due(terms=default_terms(2026), units={1: Units(1, 2)}, county="沁水县")
    >>> cancelled = opposite_due(due)
    >>> cancelled.due, cancelled.city, cancelled.county
    (Decimal('-230.00'), Decimal('-69.00'), Decimal('-161.00'))
    """
    stages = tuple(replace(stage, amount=-stage.amount) for stage in due.breakdown.stages)
    return PremiumDue(-due.due, -due.city, -due.county, Breakdown(stages))


def _stated(
    due: Decimal, shares: Shares, county: str, parts: tuple[Decimal, int, Decimal, int]
) -> PremiumDue:
    for_persons, persons, for_households, households = parts
    ratio = find_county(county).ratio
    return PremiumDue(
        due,
        shares.city,
        shares.county,
        Breakdown(
            (
                Stage("person_premiums", "R18", for_persons, (("persons", str(persons)),)),
                Stage("household_premiums", "R18", for_households, (("households", str(households)),)),
                Stage("due", "R18", due),
                Stage("city_share", "R15", shares.city, (("ratio", str(ratio)),)),
                Stage("county_share", "R15", shares.county, (("ratio", str(ratio)),)),
            )
        ),
    )
