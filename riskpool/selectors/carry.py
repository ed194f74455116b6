"""Reading the ledgers of carry-forward and excess (R23)."""

from collections import defaultdict
from collections.abc import Iterator
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
    carried forward by the year's own settlement, refunded, and left. `handed_over_by` names the insurer of the year
    before where the county has changed its insurer and something is brought in: that one hands it over."""

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
class CarryMovement:
    """One entry with what the county has left after it, in yuan."""

    entry: CarryEntry
    balance: Decimal


@dataclass(frozen=True, slots=True)
class CountyCarry:
    """A county's two ledgers, as far as the reader's agreements go: by year, entry by entry, and the excess."""

    county: Region
    years: tuple[YearCarry, ...]
    movements: tuple[CarryMovement, ...]
    excess: tuple[ExcessEntry, ...]

    @property
    def left(self) -> Decimal:
        """What is left to be set off or refunded after the last year shown."""
        return self.years[-1].left

    @property
    def exceeded(self) -> Decimal:
        """What the government owes the insurers in all."""
        return sum((entry.amount for entry in self.excess), ZERO)


def county_carries(actor: User) -> list[CountyCarry]:
    """The ledgers of each county in which something was booked for an agreement within the actor's reach. What is
    brought in and the balances count the county's whole ledger: carry-forward follows the county, so who insures it
    next sees how much comes, though not the entries of another insurer's years."""
    mine = CarryEntry.objects.visible_to(actor)
    excess: defaultdict[int, list[ExcessEntry]] = defaultdict(list)
    owed = ExcessEntry.objects.visible_to(actor).select_related("agreement__insurer", "settlement")
    for entry in owed.order_by("pk"):
        excess[entry.county_id].append(entry)
    counties = {*mine.order_by().values_list("county", flat=True), *excess}
    shown = set(mine.values_list("pk", flat=True))
    entries: defaultdict[int, list[CarryEntry]] = defaultdict(list)
    rows = CarryEntry.objects.filter(county__in=counties).select_related("agreement__insurer", "settlement")
    for row in rows.order_by("pk"):
        entries[row.county_id].append(row)
    pools: dict[int, list[Agreement]] = {}
    reached = Agreement.objects.filter(county__in=counties).select_related("county", "insurer")
    for agreement in reached.order_by("county__code", "policy_year"):
        pools.setdefault(agreement.county_id, []).append(agreement)
    visible = set(Agreement.objects.visible_to(actor).values_list("pk", flat=True))
    return [
        CountyCarry(
            pool[0].county,
            tuple(year for year in _years(pool, entries[county]) if year.agreement.pk in visible),
            tuple(line for line in _movements(entries[county]) if line.entry.pk in shown),
            tuple(excess[county]),
        )
        for county, pool in pools.items()
    ]


def _movements(entries: list[CarryEntry]) -> Iterator[CarryMovement]:
    balance = ZERO
    for entry in entries:
        balance += entry.amount
        yield CarryMovement(entry, balance)


def _years(pool: list[Agreement], entries: list[CarryEntry]) -> Iterator[YearCarry]:
    """The years of a county in order, each with what its predecessor has left."""
    sums: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        sums[entry.agreement_id, entry.kind] += entry.amount
    before: YearCarry | None = None
    for agreement in pool:
        brought = before.left if before else ZERO
        changed = before is not None and before.agreement.insurer_id != agreement.insurer_id and brought
        before = YearCarry(
            agreement=agreement,
            brought=brought,
            offset=-sums[agreement.pk, Kind.OFFSET.value],
            booked=sums[agreement.pk, Kind.BOOKED.value],
            refunded=-sums[agreement.pk, Kind.REFUNDED.value],
            handed_over_by=before.agreement.insurer.name if before and changed else "",
        )
        yield before
