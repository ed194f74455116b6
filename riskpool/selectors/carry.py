"""Reading the ledgers of carry-forward and excess (R23)."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from enrollment.models import Agreement
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.scheme.money import ZERO, Shares
from jincheng_insurance.scheme.settlement import Movement
from premiums.models import Side
from riskpool.models import CarryEntry, ExcessEntry

Kind = CarryEntry.Kind


@dataclass(frozen=True, slots=True)
class Booked:
    """What the settlements so far have booked for one agreement, in yuan, by side."""

    movement: Movement
    refund: Shares


def shares_of(rows: QuerySet[CarryEntry] | QuerySet[ExcessEntry]) -> Shares:
    """The sum of ledger rows by side."""
    sums = dict(rows.order_by().values_list("side").annotate(Sum("amount")))
    return Shares(sums.get(Side.CITY.value, ZERO), sums.get(Side.COUNTY.value, ZERO))


def booked_of(agreement: Agreement) -> Booked:
    """What has been booked for an agreement; refunds as positive amounts."""
    carry = CarryEntry.objects.filter(agreement=agreement)
    back = shares_of(carry.filter(kind=Kind.REFUNDED))
    return Booked(
        Movement(
            shares_of(carry.filter(kind=Kind.BOOKED)),
            shares_of(ExcessEntry.objects.filter(agreement=agreement)),
        ),
        Shares(-back.city, -back.county),
    )


@dataclass(frozen=True, slots=True)
class YearCarry:
    """A county's carry-forward in one year, in yuan: brought in from the years before, set off against the year's due,
    carried forward by the year's own settlement, refunded, and left. `held_by` differs from the insurer of the year
    before where the county has changed its insurer: that one hands over."""

    agreement: Agreement
    brought: Decimal
    offset: Decimal
    booked: Decimal
    refunded: Decimal
    handed_over_by: str

    @property
    def left(self) -> Decimal:
        return self.brought - self.offset + self.booked - self.refunded


@dataclass(frozen=True, slots=True)
class CountyCarry:
    county: Region
    years: tuple[YearCarry, ...]

    @property
    def left(self) -> Decimal:
        """What is left to be set off or refunded."""
        return self.years[-1].left


def county_carries(actor: User) -> list[CountyCarry]:
    """The carry-forward of each county that the actor sees and that has had one, year by year."""
    sums: dict[tuple[int, int, str], Decimal] = defaultdict(lambda: ZERO)
    rows = CarryEntry.objects.visible_to(actor).order_by().values_list("county", "policy_year", "kind")
    for county, year, kind, amount in rows.annotate(Sum("amount")):
        sums[county, year, kind] += amount
    counties: dict[int, list[Agreement]] = {}
    reached = Agreement.objects.visible_to(actor).filter(county__in={county for county, _, _ in sums})
    for agreement in reached.select_related("county", "insurer").order_by("county__code", "policy_year"):
        counties.setdefault(agreement.county_id, []).append(agreement)
    return [CountyCarry(pool[0].county, _years(pool, sums)) for pool in counties.values()]


def _years(pool: list[Agreement], sums: dict[tuple[int, int, str], Decimal]) -> tuple[YearCarry, ...]:
    years: list[YearCarry] = []
    for agreement in pool:
        before = years[-1] if years else None
        brought = before.left if before else ZERO
        changed = before is not None and before.agreement.insurer_id != agreement.insurer_id and brought
        key = agreement.county_id, agreement.policy_year_id
        years.append(
            YearCarry(
                agreement=agreement,
                brought=brought,
                offset=-sums[*key, Kind.OFFSET.value],
                booked=sums[*key, Kind.BOOKED.value],
                refunded=-sums[*key, Kind.REFUNDED.value],
                handed_over_by=before.agreement.insurer.name if before and changed else "",
            )
        )
    return tuple(years)
