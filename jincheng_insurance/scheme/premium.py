"""The premium (§3, §5, §6): what is due for a county's households and persons, who owes it, and the budget
for households that are listed during the year."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from jincheng_insurance.scheme.breakdown import Breakdown, Stage
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import ZERO, Shares, fen, split, to_yuan
from jincheng_insurance.scheme.regions import find_county
from jincheng_insurance.scheme.terms import MidyearPremium, Terms

MONTHS = 12
BUDGET_WARNINGS = (90, 100)


@dataclass(frozen=True, slots=True)
class PremiumDue:
    """What a statement makes due, in yuan, and each side's share of it; negative on a refund."""

    due: Decimal
    city: Decimal
    county: Decimal
    breakdown: Breakdown

    @property
    def shares(self) -> Shares:
        """Both sides' shares."""
        return Shares(self.city, self.county)


@dataclass(frozen=True, slots=True)
class Budget:
    """How many MARGINAL and SEVERE_DIFFICULTY households and persons a county budgets for (R4, §2)."""

    households: int
    persons: int

    @property
    def breakdown(self) -> Breakdown:
        """Both counts as stages."""
        return Breakdown(
            (
                Stage("budget_households", "R4", Decimal(self.households)),
                Stage("budget_persons", "R4", Decimal(self.persons)),
            )
        )


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A county's listed MARGINAL and SEVERE_DIFFICULTY households and persons beside its budget. `warning`
    is 0, 90 or 100: the highest level of BUDGET_WARNINGS that either count has reached, in percent."""

    households: int
    persons: int
    budget: Budget
    warning: int

    @property
    def households_over(self) -> int:
        """Households beyond the budget."""
        return max(0, self.households - self.budget.households)

    @property
    def persons_over(self) -> int:
        """Persons beyond the budget."""
        return max(0, self.persons - self.budget.persons)


@dataclass(frozen=True, slots=True)
class Funding:
    """One side's premium money, in yuan (R16, §5): due by the ratio, allocated to the county by document,
    paid to the insurer; `arrears` is due less paid, negative where more was paid than due."""

    due: Decimal
    allocated: Decimal
    paid: Decimal

    @property
    def arrears(self) -> Decimal:
        """Due and not paid yet."""
        return self.due - self.paid

    @property
    def held(self) -> Decimal:
        """Allocated and not paid on yet."""
        return self.allocated - self.paid

    @property
    def breakdown(self) -> Breakdown:
        """The side's figures as stages."""
        return Breakdown(
            (
                Stage("due", "R16", self.due),
                Stage("allocated", "R16", self.allocated),
                Stage("paid", "R16", self.paid),
                Stage("arrears", "R16", self.arrears),
            )
        )


def premium_due(*, terms: Terms, households: int, persons: int, county: str, month: int = 1) -> PremiumDue:
    """Premium of a frozen statement (R18, §3): 100 a person and 30 a household, shared by the county's
    ratio (R15, §5). `month` is the month of listing on a supplementary statement: where `midyear_premium`
    is pro_rata, the months left (that month included) of twelve are due, rounded half-up to the fen; else
    the full rate. The city's share is rounded, the county gets the rest. RuleError `negative_count`,
    `month_outside_year`, `unknown_county`.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> due = premium_due(terms=default_terms(2026), households=4039, persons=9062, county="沁水县")
    >>> due.due, due.city, due.county
    (Decimal('1027370.00'), Decimal('308211.00'), Decimal('719159.00'))
    """
    _check_counts(households=households, persons=persons)
    return _premium(terms, households, persons, county, month)


def refund(*, terms: Terms, households: int, persons: int, county: str, month: int = 1) -> PremiumDue:
    """The refund line by which wrongly enrolled households and persons leave (R18): what was due for them,
    with the opposite sign. Nothing already stated is edited. Raises as `premium_due`.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> refund(terms=default_terms(2026), households=1, persons=3, county="城区").due
    Decimal('-330.00')
    """
    _check_counts(households=households, persons=persons)
    return _premium(terms, -households, -persons, county, month)


def months_left(month: int) -> int:
    """Months of cover from a month of listing to December, that month included (R18). RuleError
    `month_outside_year`.

    >>> months_left(1), months_left(10)
    (12, 3)
    """
    if not 1 <= month <= MONTHS:
        raise RuleError("month_outside_year", month=month)
    return MONTHS + 1 - month


def budget(*, terms: Terms, households: int, persons: int) -> Budget:
    """The budget for MARGINAL and SEVERE_DIFFICULTY jointly (R4, §2): 8 % of the county's out-of-poverty
    households and of its persons, each rounded half-up to whole ones.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> budget(terms=default_terms(2026), households=4039, persons=9062)
    Budget(households=323, persons=725)
    """
    _check_counts(households=households, persons=persons)
    return Budget(*(_share(terms.monitored_share, count) for count in (households, persons)))


def budget_use(*, budget: Budget, households: int, persons: int) -> BudgetUse:
    """How far the budget is used: a warning from 90 % and from 100 % of households or of persons on (R4,
    §2). Compared exactly; never a reason to refuse a listed household.

    >>> budget_use(budget=Budget(100, 300), households=90, persons=200).warning
    90
    """
    _check_counts(households=households, persons=persons)
    reached = [
        level
        for level in BUDGET_WARNINGS
        for count, planned in ((households, budget.households), (persons, budget.persons))
        if count and count * 100 >= planned * level
    ]
    return BudgetUse(households, persons, budget, max(reached, default=0))


def funding(
    *, due: Shares, allocated: Mapping[str, Decimal], paid: Mapping[str, Decimal]
) -> dict[str, Funding]:
    """Due, allocated and paid of each side apart, by "city" and "county" (R16, §5): the city's money comes
    down by the factor method, so what was allocated needn't be what is due. RuleError `negative_funding`.

    >>> sides = funding(due=Shares(Decimal(300), Decimal(700)), allocated={"city": Decimal(280)},
    ...                 paid={"city": Decimal(280), "county": Decimal(500)})
    >>> sides["city"].arrears, sides["county"].arrears
    (Decimal('20.00'), Decimal('200.00'))
    """
    sides: dict[str, Funding] = {}
    for side, share in (("city", due.city), ("county", due.county)):
        figures = Funding(to_yuan(share), to_yuan(allocated.get(side, ZERO)), to_yuan(paid.get(side, ZERO)))
        for name, amount in (("allocated", figures.allocated), ("paid", figures.paid)):
            if amount < 0:
                raise RuleError("negative_funding", name=f"{name} ({side})", amount=amount)
        sides[side] = figures
    return sides


def _premium(terms: Terms, households: int, persons: int, county: str, month: int) -> PremiumDue:
    for_persons, for_households = terms.person_premium * persons, terms.household_premium * households
    full = for_persons + for_households
    months = months_left(month)
    due = fen(full)
    stages = [
        Stage("person_premiums", "R18", for_persons, (("persons", str(persons)),)),
        Stage("household_premiums", "R18", for_households, (("households", str(households)),)),
    ]
    if terms.midyear_premium == MidyearPremium.PRO_RATA and months < MONTHS:
        due = fen(full * months / MONTHS)
        stages.append(Stage("full_year_due", "R18", full))
        stages.append(Stage("months_left", "R18", Decimal(months)))
    ratio = find_county(county).ratio
    shares = split(due, ratio)
    stages += [
        Stage("due", "R18", due),
        Stage("city_share", "R15", shares.city, (("ratio", str(ratio)),)),
        Stage("county_share", "R15", shares.county, (("ratio", str(ratio)),)),
    ]
    return PremiumDue(due, shares.city, shares.county, Breakdown(tuple(stages)))


def _share(share: Decimal, count: int) -> int:
    return int((share * count).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if count < 0:
            raise RuleError("negative_count", name=name, count=count)
