"""Insured households by county, township and category: exact, since whoever reads a figure here may open the list of
the households it counts (ADR 18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enrollment.models import Agreement, Category
from enrollment.selectors.counts import household_counts, townships_of
from jincheng_insurance.access.models import Region, User

Cells = tuple[int, ...]
CATEGORIES = tuple(Category)


@dataclass(frozen=True, slots=True)
class Place:
    """A township of a county, or (without one) all others together: households in all, and by category in the order of
    CATEGORIES."""

    township: Region | None
    cells: Cells

    @property
    def total(self) -> int:
        return sum(self.cells)


@dataclass(frozen=True, slots=True)
class CountyPlaces:
    """A county: households in all and by category, and its townships."""

    agreement: Agreement
    cells: Cells
    places: tuple[Place, ...]

    @property
    def total(self) -> int:
        return sum(self.cells)


@dataclass(frozen=True, slots=True)
class Households:
    """The counties, and all of them together."""

    counties: tuple[CountyPlaces, ...]
    cells: Cells

    @property
    def total(self) -> int:
        return sum(self.cells)


def households(actor: User, pool: Sequence[Agreement]) -> Households:
    """The insured households of these agreements that the actor may see one by one, counted. Who stands in no township
    of the county on the roster (none is named there, or they have moved away) is counted among the others."""
    by_place: dict[int, dict[int | None, list[int]]] = {agreement.pk: {} for agreement in pool}
    for (of, township, category), number in household_counts(actor, pool).items():
        here = by_place[of].setdefault(township, [0] * len(CATEGORIES))
        here[CATEGORIES.index(Category(category))] += number
    townships = townships_of(agreement.county_id for agreement in pool)
    counties = tuple(
        CountyPlaces(
            agreement,
            _sum(by_place[agreement.pk].values()),
            _places(
                [township for township in townships if township.parent_id == agreement.county_id],
                by_place[agreement.pk],
            ),
        )
        for agreement in pool
    )
    return Households(counties, _sum(county.cells for county in counties))


def _sum(rows: Iterable[Sequence[int]]) -> Cells:
    return tuple(map(sum, zip([0] * len(CATEGORIES), *rows, strict=True)))


def _places(townships: Sequence[Region], by_place: dict[int | None, list[int]]) -> tuple[Place, ...]:
    """The townships one by one, one merged away only while somebody stands there; then all others, if there are any."""
    listed = {township.pk for township in townships}
    named = [
        Place(township, tuple(by_place.get(township.pk, [0] * len(CATEGORIES))))
        for township in townships
        if township.code or township.pk in by_place
    ]
    rest = Place(None, _sum(cells for place, cells in by_place.items() if place not in listed))
    return (*named, rest) if rest.total else tuple(named)
