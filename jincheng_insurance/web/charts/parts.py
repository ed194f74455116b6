"""What both charts are made of: their data, scales, labels kept apart, and SVG elements."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Tone = Literal["", "warn", "high", "over"]
LAST_NARROW_SIGN = "\u2e7f"  # Chinese radicals, signs and full-width marks come after it

FONTS = "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
INK, SOFT, GRID, AXIS = "#1b2433", "#545f70", "#e3e7ee", "#aab3c0"
LINE_COLOURS: dict[str, str] = {"": "#545f70", "warn": "#855600", "high": "#ad3b08", "over": "#b3131e"}
BAR_COLOURS: dict[str, str] = {"": "#2f6bbf", "warn": "#d69a22", "high": "#dd6a1c", "over": "#b3131e"}
STEPS = (1, 2, 5, 10)
TENTHS = Decimal("0.1")


@dataclass(frozen=True)
class Threshold:
    """A bound drawn across the chart, in the unit of the axis; `tone` also colours what lies above it."""

    value: Decimal
    label: str
    tone: Tone = "warn"


@dataclass(frozen=True)
class Series:
    """One line: a value for each label of the axis, None where there is none. `end_label` stands at its end,
    for instance "泽州县 83.20%"; left out, it is the name and the last value."""

    name: str
    values: Sequence[Decimal | None]
    end_label: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar: `display` is its figure as written, `note` the word beside it, `tone` its colour; `value` None
    draws no bar, only the texts."""

    label: str
    value: Decimal | None
    display: str
    note: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Step:
    """One step of a sum, `value` not below 0: a "total" that stands from 0, what comes off it ("less") or is added
    ("more"), and the "result"."""

    label: str
    value: Decimal
    kind: Literal["total", "less", "more", "result"]


@dataclass(frozen=True)
class Scale:
    """From a value to a place: `low`..`high` of the axis onto `start`..`end` of the drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: Decimal | float) -> float:
        return self.start + (float(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def as_percent(ratio: Decimal | None) -> Decimal | None:
    """A ratio as a value for an axis in percent: 0.832 → 83.2. None stays None."""
    return None if ratio is None else ratio * 100


def ticks(values: Sequence[Decimal | None], thresholds: Sequence[Threshold], most: int = 8) -> list[Decimal]:
    """Round figures for an axis from 0 (or below, when a value is) that holds every value, and leaves room
    above the highest threshold."""
    finite = [value for value in values if value is not None]
    highest = max([Decimal(0), *finite])
    lowest = min([Decimal(0), *finite])
    if thresholds:
        highest = max(highest, max(threshold.value for threshold in thresholds) * Decimal("1.1"))
    span = highest - lowest or Decimal(1)
    step = _step(span, most)
    first = math.floor(lowest / step)
    last = max(math.ceil(highest / step), first + 1)
    return [step * number for number in range(first, last + 1)]


def _step(span: Decimal, most: int) -> Decimal:
    power = Decimal(10) ** (span.adjusted() - 1)
    return next(
        power * factor * ten
        for ten in (1, 10, 100)
        for factor in STEPS
        if span / (power * factor * ten) <= most
    )


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The same places, moved as little as needed so that neighbours are `gap` apart and all lie in
    `low`..`high`. Where they can't all fit, they are set evenly closer."""
    last = max(len(places) - 1, 1)
    gap = min(gap, (high - low) / last)
    order = sorted(range(len(places)), key=lambda index: places[index])
    blocks: list[list[float]] = []  # of [mean of the wished places less their turns' gaps, how many]
    for turn, index in enumerate(order):
        mean, size = places[index] - turn * gap, 1.0
        while blocks and blocks[-1][0] > mean:
            earlier, members = blocks.pop()
            mean = (earlier * members + mean * size) / (members + size)
            size += members
        blocks.append([mean, size])
    bases = [mean for mean, size in blocks for _member in range(int(size))]
    moved = list(places)
    for turn, index in enumerate(order):
        moved[index] = min(max(bases[turn], low), high - (len(places) - 1) * gap) + turn * gap
    return moved


def width_of(text: str, size: float) -> float:
    """About how wide a text is: Chinese signs count one em, others a little over half."""
    return sum(size if sign > LAST_NARROW_SIGN else size * 0.58 for sign in text)


def written(value: Decimal, unit: str) -> str:
    """A tick or value with its unit: 83.2%, 1,200."""
    text = f"{value.quantize(TENTHS, ROUND_HALF_UP):,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def number(place: float) -> str:
    """A coordinate to a tenth of a unit."""
    return f"{place:.1f}".removesuffix(".0")


def element(name: str, content: str = "", /, **attributes: str | float) -> SafeString:
    """One SVG element; `_` in attribute names becomes `-`. Content and values are escaped unless safe."""
    pairs = format_html_join(
        "",
        ' {}="{}"',
        (
            (key.rstrip("_").replace("_", "-"), value if isinstance(value, str) else number(value))
            for key, value in attributes.items()
        ),
    )
    return (
        format_html("<{}{}>{}</{}>", name, pairs, content, name)
        if content
        else format_html("<{}{}/>", name, pairs)
    )


def joined(parts: Sequence[str]) -> SafeString:
    """Elements one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def text(content: str, x: float, y: float, **attributes: str | float) -> SafeString:
    """A text in ink, 13 units high, unless the attributes say otherwise."""
    return element("text", content, **{"x": x, "y": y, "font_size": 13.0, "fill": INK, **attributes})


def drawing(width: float, height: float, title: str, description: str, parts: Sequence[str]) -> SafeString:
    """The whole picture, named and described for those who can't see it."""
    named = [element("title", title), *([element("desc", description)] if description else [])]
    return element(
        "svg",
        joined([*named, *parts]),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=title,
        font_family=FONTS,
    )
