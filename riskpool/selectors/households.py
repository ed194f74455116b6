"""Insured households by county, township and category, as they may be shown: nothing tells fewer than three (R25)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enrollment.models import Agreement, Category
from enrollment.selectors.counts import household_counts, townships_of
from jincheng_insurance.access.models import Region, User
from riskpool.withheld import few, withheld

Cells = tuple[int | None, ...]
CATEGORIES = tuple(Category)


@dataclass(frozen=True, slots=True)
class Place:
    """A township of a county, or (without one) all others together: households in all, and by category in the order of
    CATEGORIES, None where that is withheld."""

    township: Region | None
    total: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class CountyPlaces:
    """A county: households in all and by category, and its townships; None where that is withheld."""

    agreement: Agreement
    total: int | None
    cells: Cells
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Households:
    """The counties, and all of them together; without that where it would tell what is withheld."""

    counties: tuple[CountyPlaces, ...]
    total: int | None
    cells: Cells


NOTHING: Cells = (None,) * len(CATEGORIES)


def households(actor: User, pool: Sequence[Agreement]) -> Households:
    """The insured households of these agreements. Who stands in no township of the county on the roster (none is named
    there, or they have moved away) is counted among the others."""
    counts = household_counts(actor, pool)
    by_place: dict[int, dict[int | None, list[int]]] = {agreement.pk: {} for agreement in pool}
    for (of, township, category), number in counts.items():
        here = by_place[of].setdefault(township, [0] * len(CATEGORIES))
        here[CATEGORIES.index(Category(category))] += number
    townships = townships_of(agreement.county_id for agreement in pool)
    sums = [_sum(by_place[agreement.pk].values()) for agreement in pool]
    columns = _sum(sums)
    many = len(pool) > 1
    telling = any(few(sum(cells)) for cells in sums) or few(sum(columns))
    known = many and not telling and not any(map(few, columns))
    hidden = withheld(sums, sums_of_columns=known)
    counties = []
    for row, (agreement, cells) in enumerate(zip(pool, sums, strict=True)):
        if few(sum(cells)):
            counties.append(CountyPlaces(agreement, None, NOTHING, ()))
            continue
        shown = tuple(None if (row, place) in hidden else number for place, number in enumerate(cells))
        own = [township for township in townships if township.parent_id == agreement.county_id]
        places = _places(own, by_place[agreement.pk], in_full=None not in shown)
        counties.append(CountyPlaces(agreement, sum(cells), shown, places))
    return Households(
        tuple(counties),
        None if telling else sum(columns),
        tuple(columns) if known or (not many and not telling and not hidden) else NOTHING,
    )


def _sum(rows: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip([0] * len(CATEGORIES), *rows, strict=True)]


def _places(
    townships: Sequence[Region], by_place: dict[int | None, list[int]], *, in_full: bool
) -> tuple[Place, ...]:
    """The townships that may be shown one by one, and the others together; by category only where `in_full`."""
    listed = {township.pk for township in townships}
    rest = _sum([cells for place, cells in by_place.items() if place not in listed])
    named = [
        (township, by_place.get(township.pk, [0] * len(CATEGORIES)))
        for township in townships
        if township.code or township.pk in by_place  # one merged away only while somebody stands there
    ]
    small = [row for row in named if few(sum(row[1]))]
    rest = _sum([rest, *(cells for _township, cells in small)])
    named = [row for row in named if row not in small]
    while few(sum(rest)) and any(sum(cells) for _township, cells in named):
        least = min((row for row in named if sum(row[1])), key=lambda row: sum(row[1]))
        named.remove(least)
        rest = _sum([rest, least[1]])
    rows: list[tuple[Region | None, list[int]]] = [*named, *([(None, rest)] if sum(rest) else [])]
    hidden = withheld([cells for _place, cells in rows], sums_of_columns=True) if in_full else None
    return tuple(
        Place(
            township,
            sum(cells),
            NOTHING
            if hidden is None
            else tuple(None if (row, place) in hidden else number for place, number in enumerate(cells)),
        )
        for row, (township, cells) in enumerate(rows)
    )
