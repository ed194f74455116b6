"""Charts as SVG with presentation attributes alone: the same picture on screen, on paper and in a report."""

from jincheng_insurance.web.charts.bar import bar_chart
from jincheng_insurance.web.charts.line import line_chart
from jincheng_insurance.web.charts.parts import Bar, Series, Step, Threshold, as_percent
from jincheng_insurance.web.charts.stack import Stack, stack_chart
from jincheng_insurance.web.charts.tile import Tile, TileGroup, tile_chart
from jincheng_insurance.web.charts.waterfall import waterfall_chart

__all__ = [
    "Bar",
    "Series",
    "Stack",
    "Step",
    "Threshold",
    "Tile",
    "TileGroup",
    "as_percent",
    "bar_chart",
    "line_chart",
    "stack_chart",
    "tile_chart",
    "waterfall_chart",
]
