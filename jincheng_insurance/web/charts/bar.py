"""Bars side by side with bounds across: where each county stands today."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from jincheng_insurance.web.charts.parts import (
    AXIS,
    BAR_COLOURS,
    GRID,
    LINE_COLOURS,
    SOFT,
    Bar,
    Scale,
    Threshold,
    drawing,
    element,
    joined,
    spread,
    text,
    ticks,
    width_of,
    written,
)

ROW, THICK, HEAD, FOOT, GAP = 46, 29, 34, 30, 12


def bar_chart(
    *,
    title: str,
    bars: Sequence[Bar],
    thresholds: Sequence[Threshold] = (),
    unit: str = "",
    description: str = "",
    width: int = 1060,
) -> SafeString:
    """An SVG of horizontal bars, in the order given, with their figures and words in columns at the right.

    Values, thresholds and axis share `unit` (pass ratios through `as_percent`). A bar without a value shows
    its texts only. The axis starts at 0 and grows with the values.
    """
    marks = ticks([bar.value for bar in bars], thresholds)
    left = max([60.0, *(width_of(bar.label, 14.5) + 2 * GAP for bar in bars)])
    notes = max([0.0, *(width_of(bar.note, 14) for bar in bars)])
    figures = max([0.0, *(width_of(bar.display, 14) for bar in bars)])
    written_to = 2 * GAP + figures
    right = width - notes - figures - (4 * GAP if notes else 3 * GAP)
    x = Scale(float(marks[0]), float(marks[-1]), left, right)
    foot = HEAD + ROW * max(len(bars), 1)
    return drawing(
        width,
        foot + FOOT,
        title,
        description,
        [
            *(_grid(mark, x, foot, unit) for mark in marks),
            *(_bar(bar, x, HEAD + ROW * row, left, right + written_to) for row, bar in enumerate(bars)),
            *_bounds(thresholds, x, foot),
        ],
    )


def _grid(mark: Decimal, x: Scale, foot: float, unit: str) -> SafeString:
    place = x.at(mark)
    return joined(
        [
            element("line", x1=place, x2=place, y1=HEAD - 4, y2=foot, stroke=AXIS if mark == 0 else GRID),
            text(written(mark, unit), place, foot + 20, text_anchor="middle", fill=SOFT),
        ]
    )


def _bar(bar: Bar, x: Scale, top: float, left: float, figures_end: float) -> SafeString:
    middle = top + ROW / 2 + 5
    parts = [
        text(bar.label, left - GAP, middle, font_size=14.5, text_anchor="end"),
        text(bar.display, figures_end, middle, font_size=14, font_weight="bold", text_anchor="end"),
    ]
    if bar.note:
        colour = LINE_COLOURS[bar.tone]
        parts.append(text(bar.note, figures_end + GAP, middle, font_size=14, font_weight="bold", fill=colour))
    if bar.value:
        start, end = sorted((x.at(0), x.at(bar.value)))
        hint = element("title", f"{bar.label} · {bar.display}")
        size = {"x": start, "y": top + (ROW - THICK) / 2, "width": end - start, "height": THICK, "rx": 2}
        parts.append(element("rect", hint, fill=BAR_COLOURS[bar.tone], **size))
    return element("g", joined(parts), class_="bar")


def _bounds(thresholds: Sequence[Threshold], x: Scale, foot: float) -> list[SafeString]:
    gap = max([0.0, *(width_of(threshold.label, 13) + 10 for threshold in thresholds)])
    places = spread([x.at(threshold.value) for threshold in thresholds], gap, x.start + gap / 2, x.end)
    parts = []
    for threshold, place in zip(thresholds, places, strict=True):
        colour = LINE_COLOURS[threshold.tone]
        line = {"x1": x.at(threshold.value), "x2": x.at(threshold.value), "y1": HEAD - 10, "y2": foot}
        dashes = {} if threshold.tone == "over" else {"stroke_dasharray": "6 4"}
        parts += [
            element("line", stroke="#fff", stroke_width=4, stroke_opacity="0.7", **line),
            element("line", stroke=colour, stroke_width=1.5, **line, **dashes),
            text(threshold.label, place, HEAD - 15, text_anchor="middle", font_weight="bold", fill=colour),
        ]
    return parts
