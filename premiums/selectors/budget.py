"""The premium budget of a year, county by county: the roster's out-of-poverty households, the 8 % of R4, rates and
shares (R4, R15, R18, R29)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from enrollment.selectors import terms_of
from enrollment.selectors.standing import Listed, listed_in
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.scheme.premium import Budget, BudgetUse, budget, budget_use, premium_due
from jincheng_insurance.scheme.regions import find_county
from jincheng_insurance.scheme.statement import Units
from jincheng_insurance.scheme.terms import Terms


@dataclass(frozen=True, slots=True)
class CountyBudget:
    """One county's budget, or the sum of all: households and persons out of poverty, the places for the monitored ones
    (8 %), how many are monitored now, and the premium with its shares in yuan. `ratio` is city : county."""

    county: Region | None
    ratio: str
    out_of_poverty: Units
    monitored: Units
    listed: Units
    for_persons: Decimal
    for_households: Decimal
    city: Decimal
    county_share: Decimal

    @property
    def use(self) -> BudgetUse:
        """How far the monitored ones use the budget up (R4)."""
        plan = Budget(self.monitored.households, self.monitored.persons)
        return budget_use(budget=plan, households=self.listed.households, persons=self.listed.persons)

    @property
    def households(self) -> int:
        return self.out_of_poverty.households + self.monitored.households

    @property
    def persons(self) -> int:
        return self.out_of_poverty.persons + self.monitored.persons

    @property
    def total(self) -> Decimal:
        return self.for_persons + self.for_households


def budget_counties(actor: User) -> QuerySet[Region]:
    """The counties whose budget the actor may prepare."""
    grants = actor.grants_for(Act.VIEW_BUDGET)
    counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
    if any(grant.region_id is None for grant in grants):
        return counties
    return counties.filter(pk__in=[grant.region_id for grant in grants])


def budgets(actor: User, year: int, supposed: Mapping[str, Units] | None = None) -> list[CountyBudget]:
    """Each county's budget for a policy year at that year's rates. `supposed` gives the out-of-poverty households and
    persons of some counties, by code, in place of the roster's."""
    terms, counties = terms_of(year), list(budget_counties(actor))
    listed, supposed = listed_in(county.pk for county in counties), supposed or {}
    return [
        county_budget(
            terms=terms,
            county=county,
            out_of_poverty=supposed.get(str(county.code), _out_of_poverty(listed[county.pk])),
            listed=Units(listed[county.pk].monitored_households, listed[county.pk].monitored_persons),
        )
        for county in counties
    ]


def _out_of_poverty(listed: Listed) -> Units:
    return Units(listed.households - listed.monitored_households, listed.persons - listed.monitored_persons)


def county_budget(*, terms: Terms, county: Region, out_of_poverty: Units, listed: Units) -> CountyBudget:
    """The budget of a county with so many households and persons out of poverty (R4, R15, R18)."""
    places = budget(terms=terms, households=out_of_poverty.households, persons=out_of_poverty.persons)
    due = premium_due(
        terms=terms,
        households=out_of_poverty.households + places.households,
        persons=out_of_poverty.persons + places.persons,
        county=str(county.code),
    )
    return CountyBudget(
        county=county,
        ratio=str(find_county(str(county.code)).ratio),
        out_of_poverty=out_of_poverty,
        monitored=Units(places.households, places.persons),
        listed=listed,
        for_persons=due.breakdown.amount("person_premiums"),
        for_households=due.breakdown.amount("household_premiums"),
        city=due.city,
        county_share=due.county,
    )


def sum_of(rows: list[CountyBudget]) -> CountyBudget:
    """All rows together."""
    zero = Decimal("0.00")
    return CountyBudget(
        county=None,
        ratio="",
        out_of_poverty=_units(row.out_of_poverty for row in rows),
        monitored=_units(row.monitored for row in rows),
        listed=_units(row.listed for row in rows),
        for_persons=sum((row.for_persons for row in rows), zero),
        for_households=sum((row.for_households for row in rows), zero),
        city=sum((row.city for row in rows), zero),
        county_share=sum((row.county_share for row in rows), zero),
    )


def _units(parts: Iterable[Units]) -> Units:
    parts = list(parts)
    return Units(sum(part.households for part in parts), sum(part.persons for part in parts))
