"""Charts of loss ratios, each with the rows of the table beneath it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.web.charts import Bar, Series, bar_chart, line_chart
from jincheng_insurance.web.formats import month
from riskpool.selectors.ratio import PoolFigures
from riskpool.selectors.trend import Step, TrendLine
from riskpool.texts import bounds, standing

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as written, and the list of what it counts; no address where there is none to follow."""

    text: str
    url: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with its figures: the head of the table, its rows, and a last one of sums where there is one; the
    first cell of each names it."""

    title: str
    chart: str
    head: list[str]
    rows: list[list[Any]]
    foot: list[Any] = field(default_factory=list)


def percent_of(ratio: LossRatio) -> str:
    return f"{ratio.percent}%" if ratio.percent is not None else NOTHING


def point_labels(points: Sequence[datetime.date], step: Step, *, year: int) -> list[str]:
    """The points of a trend as its axis names them; those of another year with that year."""
    return [_point_label(point, step, own=point.year == year) for point in points]


def _point_label(point: datetime.date, step: Step, *, own: bool) -> str:
    if own and step == Step.MONTH:
        return month(point)
    if own:
        pattern = _("%(month)d/%(day)d")
    else:
        pattern = _("%(year)d-%(month)02d") if step == Step.MONTH else _("%(year)d-%(month)02d-%(day)02d")
    return pattern % {"year": point.year, "month": point.month, "day": point.day}


def trend_picture(
    lines: Sequence[TrendLine], labels: Sequence[str], levels: Sequence[int], *, title: str
) -> Picture:
    """A line for each county that has a ratio, the levels across."""
    series = [
        Series(
            line.agreement.county.name,
            [ratio.percent for ratio in line.ratios],
            end_label=f"{line.agreement.county.name} {percent_of(line.ratios[-1])}",
        )
        for line in lines
        if any(ratio.applicable for ratio in line.ratios)
    ]
    chart = line_chart(title=title, series=series, labels=labels, thresholds=bounds(levels), unit="%")
    rows = [[line.agreement.county.name, *map(percent_of, line.ratios)] for line in lines]
    return Picture(title, chart, [_("County"), *labels], rows)


def standing_picture(pool: Sequence[PoolFigures], levels: Sequence[int]) -> Picture:
    """A bar for each county, the highest ratio first."""
    ranked = sorted(pool, key=lambda figures: figures.ratio.percent or Decimal(-1), reverse=True)
    places = [(figures, standing(figures.ratio, levels)) for figures in ranked]
    bars = [
        Bar(
            figures.agreement.county.name,
            figures.ratio.percent,
            display=percent_of(figures.ratio),
            note=place.label,
            tone=place.tone,
        )
        for figures, place in places
    ]
    title = _("Loss ratio by county")
    chart = bar_chart(title=title, bars=bars, thresholds=bounds(levels), unit="%")
    rows = [
        [figures.agreement.county.name, percent_of(figures.ratio), place.label] for figures, place in places
    ]
    return Picture(title, chart, [_("County"), _("Loss ratio"), _("Standing")], rows)
