"""Stacked bars side by side: what each county's sum is made of. Each part has a hatching beside its colour."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from jincheng_insurance.web.charts.parts import (
    AXIS,
    GRID,
    INK,
    SOFT,
    Scale,
    drawing,
    element,
    joined,
    text,
    ticks,
    width_of,
    written,
)

ROW, THICK, HEAD, FOOT, GAP = 42, 27, 40, 30, 12
SWATCH, HATCH = 16, 8
WHITE = "#ffffff"
# Ground, writing upon it, and the lines of its hatching, light to dark.
LOOKS = (
    ("#cfe0f5", INK, ""),
    ("#8db4e6", INK, "M0 8L8 0"),
    ("#e0ab45", INK, "M0 4H8"),
    ("#9c1420", WHITE, "M0 0L8 8M0 8L8 0"),
)


@dataclass(frozen=True)
class Stack:
    """One row: its parts in the order of the keys, each a value of the axis and its figure as written, and the figure
    of the whole. A part below zero is a ValueError."""

    label: str
    parts: Sequence[tuple[Decimal, str]]
    total: str


def stack_chart(
    *,
    title: str,
    keys: Sequence[str],
    stacks: Sequence[Stack],
    unit: str = "",
    description: str = "",
    width: int = 1060,
) -> SafeString:
    """An SVG of horizontal bars in the order given, each cut into as many parts as there are keys (four at most), with
    its whole at the right and the keys above. A part's figure stands in it where there is room."""
    for stack in stacks:
        if len(stack.parts) != len(keys) or any(value < 0 for value, _figure in stack.parts):
            raise ValueError(f"{stack.label}: a part for each of {len(keys)} keys, none below zero")
    sums = [sum((value for value, _figure in stack.parts), Decimal(0)) for stack in stacks]
    marks = ticks(sums, ())
    left = max([60.0, *(width_of(stack.label, 14.5) + 2 * GAP for stack in stacks)])
    right = width - max([40.0, *(width_of(stack.total, 14) + 2 * GAP for stack in stacks)])
    x = Scale(float(marks[0]), float(marks[-1]), left, right)
    foot = HEAD + ROW * max(len(stacks), 1)
    name = f"h{zlib.crc32(title.encode()):x}"
    return drawing(
        width,
        foot + FOOT,
        title,
        description,
        [
            element(
                "defs", joined([_hatching(name, place) for place in range(len(keys)) if LOOKS[place][2]])
            ),
            *_keys(keys, name, left),
            *(_grid(mark, x, foot, unit) for mark in marks),
            *(_stack(stack, keys, name, x, HEAD + ROW * row) for row, stack in enumerate(stacks)),
        ],
    )


def _hatching(name: str, place: int) -> SafeString:
    ground, writing, lines = LOOKS[place]
    return element(
        "pattern",
        joined(
            [
                element("rect", width=HATCH, height=HATCH, fill=ground),
                element("path", d=lines, stroke=writing, stroke_opacity="0.3", fill="none"),
            ]
        ),
        id=f"{name}-{place}",
        width=HATCH,
        height=HATCH,
        patternUnits="userSpaceOnUse",
    )


def _fill(name: str, place: int) -> str:
    return f"url(#{name}-{place})" if LOOKS[place][2] else LOOKS[place][0]


def _keys(keys: Sequence[str], name: str, left: float) -> list[SafeString]:
    parts, x = [], left
    for place, key in enumerate(keys):
        parts += [
            element("rect", x=x, y=8, width=SWATCH, height=SWATCH, fill=_fill(name, place), stroke=AXIS),
            text(key, x + SWATCH + 6, 21),
        ]
        x += SWATCH + 6 + width_of(key, 13) + 2 * GAP
    return parts


def _grid(mark: Decimal, x: Scale, foot: float, unit: str) -> SafeString:
    place = x.at(mark)
    return joined(
        [
            element("line", x1=place, x2=place, y1=HEAD - 4, y2=foot, stroke=AXIS if mark == 0 else GRID),
            text(written(mark, unit), place, foot + 20, text_anchor="middle", fill=SOFT),
        ]
    )


def _stack(stack: Stack, keys: Sequence[str], name: str, x: Scale, top: float) -> SafeString:
    middle, before = top + ROW / 2 + 5, Decimal(0)
    parts = [text(stack.label, x.start - GAP, middle, font_size=14.5, text_anchor="end")]
    for place, (value, figure) in enumerate(stack.parts):
        if not value:
            continue
        start, end = x.at(before), x.at(before + value)
        before += value
        size = {"x": start, "y": top + (ROW - THICK) / 2, "width": end - start, "height": THICK}
        hint = element("title", f"{stack.label} · {keys[place]} · {figure}")
        parts.append(element("rect", hint, fill=_fill(name, place), stroke=WHITE, **size))
        if width_of(figure, 13) + 8 <= end - start:
            ground, writing, _lines = LOOKS[place]
            halo: dict[str, str | float] = {"stroke": ground, "stroke_width": 4, "paint_order": "stroke"}
            centre = (start + end) / 2
            parts.append(
                text(figure, centre, middle, text_anchor="middle", font_weight="bold", fill=writing, **halo)
            )
    parts.append(text(stack.total, x.at(before) + 8, middle, font_size=14, font_weight="bold"))
    return element("g", joined(parts), class_="stack")
