"""The map of insured households by township, and the tables by category beneath it."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jincheng_insurance.access.models import Region
from jincheng_insurance.web.charts import Tile, TileGroup, tile_chart
from jincheng_insurance.web.formats import count
from riskpool.list_links import ListLinks
from riskpool.pictures import Figure, Picture
from riskpool.selectors.households import CATEGORIES, Cells, CountyPlaces, Households

# North, from west to east: Qinshui, Gaoping, Lingchuan; south: Yangcheng, Zezhou, and the city proper.
AS_THEY_LIE = ("140521", "140581", "140524", "140522", "140525", "140502")


def map_picture(found: Households, links: ListLinks) -> Picture:
    """A block for each county, as the counties lie, and a tile for each township; beneath it by category."""
    title = _("Insured households by township")
    groups = [
        TileGroup(
            county.agreement.county.name,
            _("%(number)s households") % {"number": count(county.total)},
            [
                Tile(_named(place.township), Decimal(place.total), count(place.total))
                for place in county.places
            ],
        )
        for county in sorted(found.counties, key=_place_on_map)
    ]
    rows = [row for county in found.counties for row in _township_rows(county, links)]
    head = [_("County and township"), _("Households in all"), *(str(one.label) for one in CATEGORIES)]
    return Picture(title, tile_chart(title=title, groups=groups), head, rows)


def county_rows(found: Households, links: ListLinks) -> list[list[Any]]:
    """By county and category, and together where there are several."""
    rows = [
        _row(county.agreement.county.name, county.total, county.cells, links, county.agreement.county)
        for county in found.counties
    ]
    if len(found.counties) > 1:
        rows.append(_row(_("Together"), found.total, found.cells, links, None))
    return rows


def _township_rows(county: CountyPlaces, links: ListLinks) -> list[list[Any]]:
    own = county.agreement.county.name
    return [
        _row(f"{own} · {_named(place.township)}", place.total, place.cells, links, place.township)
        if place.township is not None
        else [f"{own} · {_named(None)}", *map(count, (place.total, *place.cells))]
        for place in county.places
    ]


def _row(named: str, total: int, cells: Cells, links: ListLinks, place: Region | None) -> list[Any]:
    """Figures with the lists they count."""
    categories = [
        Figure(count(number), links.households(place, category=category.value))
        for category, number in zip(CATEGORIES, cells, strict=True)
    ]
    return [named, Figure(count(total), links.households(place)), *categories]


def _named(township: Region | None) -> str:
    return _("all others") if township is None else township.name


def _place_on_map(county: CountyPlaces) -> int:
    code = str(county.agreement.county.code)
    return AS_THEY_LIE.index(code) if code in AS_THEY_LIE else len(AS_THEY_LIE)
