"""Lines over time with bounds across, each line named at its end: the year's loss ratios of the counties."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from jincheng_insurance.web.charts.parts import (
    AXIS,
    GRID,
    LINE_COLOURS,
    SOFT,
    Scale,
    Series,
    Threshold,
    drawing,
    element,
    joined,
    number,
    spread,
    text,
    ticks,
    width_of,
    written,
)

COLOURS = ("#1c4e9d", "#0b7a6f", "#7a2fc0", "#b0246e", "#4d5a6b", "#0878a4", "#5b7a00", "#6b4226")
MARKERS = ("circle", "triangle", "square", "ring", "diamond", "cross")
END_GAP, LABEL_SIZE = 19, 13.5
TOP, BOTTOM = 14, 34


@dataclass(frozen=True)
class Plot:
    """The field the lines are drawn on: where each label stands, the axis of values, both edges."""

    labels: Sequence[str]
    x: Sequence[float]
    y: Scale
    left: float
    right: float
    unit: str


def line_chart(
    *,
    title: str,
    series: Sequence[Series],
    labels: Sequence[str],
    thresholds: Sequence[Threshold] = (),
    unit: str = "",
    description: str = "",
    width: int = 1060,
    height: int = 400,
) -> SafeString:
    """An SVG of one line per series over `labels`; a series of another length than `labels` is a ValueError.

    Values, thresholds and axis share `unit` (pass ratios through `as_percent`). None is a gap in the line.
    The axis starts at 0 and grows with the values.
    """
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name}: {len(one.values)} values for {len(labels)} labels")
    marks = ticks([value for one in series for value in one.values], thresholds)
    ends = [_end_label(one, unit) for one in series]
    left = max(width_of(written(mark, unit), 13) for mark in marks) + 22
    right = width - max([40.0, *(width_of(end, LABEL_SIZE) + 34 for end in ends)])
    y = Scale(float(marks[0]), float(marks[-1]), height - BOTTOM, TOP)
    plot = Plot(labels, _places(len(labels), left, right), y, left, right, unit)
    return drawing(
        width,
        height,
        title,
        description,
        [
            _zone(thresholds, plot),
            *(_grid(mark, plot) for mark in marks),
            *_axis_labels(plot, height),
            *(_bound(threshold, plot) for threshold in thresholds),
            *(_line(one, index, plot) for index, one in enumerate(series)),
            *_bound_labels(thresholds, plot),
            *_ends(series, ends, plot),
        ],
    )


def _end_label(one: Series, unit: str) -> str:
    last = next((value for value in reversed(one.values) if value is not None), None)
    return one.end_label or (one.name if last is None else f"{one.name} {written(last, unit)}")


def _places(count: int, left: float, right: float) -> list[float]:
    if count == 1:
        return [(left + right) / 2]
    return [left + (right - left) * index / (count - 1) for index in range(count)]


def _zone(thresholds: Sequence[Threshold], plot: Plot) -> SafeString:
    """A faint ground above the bound beyond which government pays."""
    over = [threshold for threshold in thresholds if threshold.tone == "over"]
    if not over:
        return SafeString("")
    top, bottom = plot.y.end, plot.y.at(min(threshold.value for threshold in over))
    return element(
        "rect", x=plot.left, y=top, width=plot.right - plot.left, height=bottom - top, fill="#fbeef0"
    )


def _grid(mark: Decimal, plot: Plot) -> SafeString:
    place, colour = plot.y.at(mark), AXIS if mark == 0 else GRID
    return joined(
        [
            element("line", x1=plot.left, x2=plot.right, y1=place, y2=place, stroke=colour),
            text(written(mark, plot.unit), plot.left - 9, place + 4.5, text_anchor="end", fill=SOFT),
        ]
    )


def _axis_labels(plot: Plot, height: float) -> list[SafeString]:
    """Every label, or every second, third… where they would touch; the last one always."""
    labels, x = plot.labels, plot.x
    if not labels:
        return []
    room = (x[-1] - x[0]) / max(len(labels) - 1, 1)
    widest = max(width_of(label, 13) for label in labels) + 8
    every = 1 if len(labels) == 1 else max(1, -int(-widest // room))
    return [
        text(label, x[index], height - 10, text_anchor="middle", fill=SOFT)
        for index, label in enumerate(labels)
        if (len(labels) - 1 - index) % every == 0
    ]


def _bound(threshold: Threshold, plot: Plot) -> SafeString:
    dashes = {} if threshold.tone == "over" else {"stroke_dasharray": "7 4"}
    ends = {
        "x1": plot.left,
        "x2": plot.right,
        "y1": plot.y.at(threshold.value),
        "y2": plot.y.at(threshold.value),
    }
    return element("line", stroke=LINE_COLOURS[threshold.tone], stroke_width=1.5, **ends, **dashes)


def _bound_labels(thresholds: Sequence[Threshold], plot: Plot) -> list[SafeString]:
    y = plot.y
    places = spread([y.at(threshold.value) - 6 for threshold in thresholds], 16, y.end + 6, y.start - 4)
    return [
        text(
            threshold.label,
            plot.left + 7,
            place,
            font_weight="bold",
            fill=LINE_COLOURS[threshold.tone],
            stroke="#fff",
            stroke_width=3,
            stroke_opacity="0.8",
            paint_order="stroke",
        )
        for threshold, place in zip(thresholds, places, strict=True)
    ]


def _line(one: Series, index: int, plot: Plot) -> SafeString:
    colour, x, y = COLOURS[index % len(COLOURS)], plot.x, plot.y
    parts = [
        element(
            "polyline",
            points=" ".join(f"{number(x[place])},{number(y.at(value))}" for place, value in run),
            fill="none",
            stroke=colour,
            stroke_width=2.25,
            stroke_linejoin="round",
        )
        for run in _runs(one.values)
        if len(run) > 1
    ]
    for place, value in enumerate(one.values):
        if value is not None:
            shape = _marker(MARKERS[index % len(MARKERS)], x[place], y.at(value), colour)
            hint = element("title", f"{one.name} · {plot.labels[place]} · {written(value, plot.unit)}")
            parts.append(element("g", joined([hint, shape])))
    return element("g", joined(parts), class_="series") if parts else SafeString("")


def _runs(values: Sequence[Decimal | None]) -> list[list[tuple[int, Decimal]]]:
    """The stretches without a gap, each point with its place."""
    runs: list[list[tuple[int, Decimal]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def _marker(shape: str, x: float, y: float, colour: str) -> SafeString:
    if shape == "circle":
        return element("circle", cx=x, cy=y, r=4, fill=colour)
    if shape == "ring":
        return element("circle", cx=x, cy=y, r=4, fill="#fff", stroke=colour, stroke_width=2)
    if shape == "square":
        return element("rect", x=x - 3.8, y=y - 3.8, width=7.6, height=7.6, fill=colour)
    if shape == "cross":
        path = f"M{number(x - 4)} {number(y - 4)}l8 8m0 -8l-8 8"
        return element("path", d=path, stroke=colour, stroke_width=2.25, fill="none")
    corner = {"triangle": "l5 9h-10z", "diamond": "l5 5.2l-5 5.2l-5 -5.2z"}[shape]
    return element("path", d=f"M{number(x)} {number(y - 5.2)}{corner}", fill=colour)


def _ends(series: Sequence[Series], ends: Sequence[str], plot: Plot) -> list[SafeString]:
    """Names at the end of the lines, kept apart, each led to by a thin line from its last point. A series
    without any value is named too, in grey at the foot."""
    y, right = plot.y, plot.right
    points = [runs[-1][-1] if (runs := _runs(one.values)) else None for one in series]
    wished = [y.start if point is None else y.at(point[1]) for point in points]
    places = spread(wished, END_GAP, y.end + 4, y.start - 4)
    parts = []
    for index, (point, place) in enumerate(zip(points, places, strict=True)):
        colour = COLOURS[index % len(COLOURS)] if point else SOFT
        if point:
            height = number(wished[index])
            path = f"{number(plot.x[point[0]] + 6)},{height} {number(right + 8)},{height}"
            path += f" {number(right + 20)},{number(place)}"
            parts.append(element("polyline", points=path, fill="none", stroke=colour, stroke_opacity="0.65"))
        parts.append(
            text(ends[index], right + 24, place + 5, font_size=LABEL_SIZE, font_weight="bold", fill=colour)
        )
    return parts
