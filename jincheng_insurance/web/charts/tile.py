"""A map of tiles: counties as blocks, their townships as tiles of one size, the deeper the more, with figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from jincheng_insurance.web.charts.parts import (
    AXIS,
    INK,
    drawing,
    element,
    joined,
    text,
    width_of,
)

TILE, HIGH, GAP, BLOCK, HEAD = 78.0, 42.0, 3.0, 18.0, 30.0
NAME, LEAST_NAME = 13.0, 8.0
WHITE = "#ffffff"
# From little to much, each with what is written upon it; contrast 4.5 : 1 at least.
SHADES = (("#f2f6fc", INK), ("#d3e2f6", INK), ("#a9c7ee", INK), ("#5f93d6", INK), ("#1c4e9d", WHITE))


@dataclass(frozen=True)
class Tile:
    """One place: its name, its value and figure; without a value it stays without a shade."""

    label: str
    value: Decimal | None
    display: str


@dataclass(frozen=True)
class TileGroup:
    """One block of places, with its own name and figure."""

    label: str
    display: str
    tiles: Sequence[Tile]


def tile_chart(
    *,
    title: str,
    groups: Sequence[TileGroup],
    columns: int = 3,
    description: str = "",
    width: int = 1060,
) -> SafeString:
    """An SVG of blocks in rows of `columns`, in the order given. All tiles share one scale of five shades from 0 to the
    largest value."""
    columns = max(1, min(columns, len(groups)))
    block = (width - BLOCK * (columns - 1)) / columns
    abreast = max(1, int((block + GAP) // (TILE + GAP)))
    wide = (block - GAP * (abreast - 1)) / abreast
    most = max((tile.value for group in groups for tile in group.tiles if tile.value), default=Decimal(0))
    parts, top = [], 0.0
    for first in range(0, len(groups), columns):
        row = groups[first : first + columns]
        parts += [
            _group(group, place * (block + BLOCK), top, (wide, block, abreast), most)
            for place, group in enumerate(row)
        ]
        lines = max(-(-len(group.tiles) // abreast) for group in row)
        top += HEAD + lines * (HIGH + GAP) + BLOCK
    return drawing(width, max(top - BLOCK, HEAD), title, description, parts)


def _group(
    group: TileGroup, left: float, top: float, size: tuple[float, float, int], most: Decimal
) -> SafeString:
    wide, block, abreast = size
    parts = [
        text(group.label, left, top + 18, font_size=15, font_weight="bold"),
        text(group.display, left + block, top + 18, font_size=14, text_anchor="end"),
        element("line", x1=left, x2=left + block, y1=top + 24, y2=top + 24, stroke=AXIS),
    ]
    for place, tile in enumerate(group.tiles):
        x = left + place % abreast * (wide + GAP)
        y = top + HEAD + place // abreast * (HIGH + GAP)
        parts.append(_tile(tile, x, y, wide, most))
    return element("g", joined(parts), class_="group")


def _tile(tile: Tile, x: float, y: float, wide: float, most: Decimal) -> SafeString:
    ground, writing = (WHITE, INK) if tile.value is None else SHADES[_shade(tile.value, most)]
    size = max(LEAST_NAME, min(NAME, NAME * (wide - 6) / max(width_of(tile.label, NAME), 1)))
    centre = {"text_anchor": "middle", "fill": writing}
    return element(
        "g",
        joined(
            [
                element("title", f"{tile.label} · {tile.display}"),
                element("rect", x=x, y=y, width=wide, height=HIGH, fill=ground, stroke=AXIS),
                text(tile.label, x + wide / 2, y + 17, font_size=size, **centre),
                text(tile.display, x + wide / 2, y + 34, font_size=13.5, font_weight="bold", **centre),
            ]
        ),
    )


def _shade(value: Decimal, most: Decimal) -> int:
    """Fifths of the largest value."""
    return min(int(value * len(SHADES) / most), len(SHADES) - 1) if most else 0
