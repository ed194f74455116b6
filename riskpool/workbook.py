"""The figures of the risk pool as a workbook: numbers that can be reckoned with, and charts that Excel and WPS draw
themselves."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.scheme.terms import Terms
from jincheng_insurance.web.formats import day
from riskpool.selectors.ratio import PoolFigures, by_insurer, together
from riskpool.selectors.trend import TrendLine
from riskpool.texts import standing

YUAN, PERCENT = "#,##0.00", "0.00%"
HEAD = PatternFill("solid", fgColor="FFE8ECF3")
HUNDRED = Decimal(100)
WIDE, CHART_WIDTH, CHART_HEIGHT = 18, 26, 11


def pool_workbook(
    pool: Sequence[PoolFigures],
    lines: Sequence[TrendLine],
    labels: Sequence[str],
    *,
    terms: Terms,
    on: datetime.date,
) -> bytes:
    """An .xlsx of three sheets: figures by county with a bar chart, the trend with a line chart, and by insurer."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _counties(book.create_sheet(_("By county")), pool, terms, on)
    _trend(book.create_sheet(_("Trend")), lines, labels, terms, on)
    _insurers(book.create_sheet(_("By insurer")), pool, terms, on)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _counties(sheet: Any, pool: Sequence[PoolFigures], terms: Terms, on: datetime.date) -> None:
    levels = terms.alert_levels
    head = [_("County"), _("Insurer"), _("Agreement"), *_money_head(), _("Loss ratio"), _("Standing")]
    to_levels = [_("Yuan left to %(level)d%%") % {"level": level} for level in levels]
    top = _begin(sheet, [*head, *to_levels], terms, on)
    for figures in pool:
        names = [
            figures.agreement.county.name,
            figures.agreement.insurer.name,
            figures.agreement.number,
        ]
        money = [figures.net_premium, figures.paid, figures.reserves, figures.incurred]
        ratio = figures.ratio
        left = [ratio.distance(level) for level in levels]
        sheet.append([*names, *money, _share(ratio), standing(ratio, levels).label, *left])
    total = together(pool)
    money = [total.net_premium, total.paid, total.reserves, total.incurred]
    sheet.append([_("Together"), "", "", *money, _share(total.ratio), standing(total.ratio, levels).label])
    _formatted(sheet, top, yuan=(4, 5, 6, 7), percent=(8,), bold_last=True)
    exceeded = _("exceeded by")
    for row in sheet.iter_rows(min_row=top + 1, min_col=10, max_col=9 + len(levels)):
        for cell in row:
            cell.number_format = f'{YUAN};"{exceeded} "{YUAN}'
    if pool:
        chart = BarChart()
        chart.type, chart.title = "bar", _("Loss ratio by county")
        _draw(sheet, chart, values=(8, top, top + len(pool)), names=(1, top + 1, top + len(pool)))
        sheet.add_chart(chart, f"A{top + len(pool) + 4}")


def _trend(
    sheet: Any, lines: Sequence[TrendLine], labels: Sequence[str], terms: Terms, on: datetime.date
) -> None:
    """A row for each point, a column for each county and each level: as a line chart takes them."""
    levels = terms.alert_levels
    counties = [line.agreement.county.name for line in lines]
    top = _begin(sheet, [_("As of"), *counties, *(f"{level}%" for level in levels)], terms, on)
    for place, label in enumerate(labels):
        ratios = [_share(line.ratios[place], missing=None) for line in lines]
        sheet.append([label, *ratios, *(Decimal(level) / HUNDRED for level in levels)])
    columns = 1 + len(lines) + len(levels)
    _formatted(sheet, top, percent=tuple(range(2, columns + 1)))
    if lines and labels:
        chart = LineChart()
        chart.title = _("Loss ratio over the year")
        values = Reference(sheet, min_col=2, max_col=columns, min_row=top, max_row=top + len(labels))
        chart.add_data(values, titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=top + 1, max_row=top + len(labels)))
        for series in chart.series[len(lines) :]:
            series.graphicalProperties.line.dashStyle = "dash"
        _sized(chart)
        sheet.add_chart(chart, f"A{top + len(labels) + 3}")


def _insurers(sheet: Any, pool: Sequence[PoolFigures], terms: Terms, on: datetime.date) -> None:
    head = [_("Insurer"), _("Agreements"), *_money_head(), _("Loss ratio"), _("Standing")]
    top = _begin(sheet, head, terms, on)
    for insurer, sums in by_insurer(pool):
        money = [sums.net_premium, sums.paid, sums.reserves, sums.incurred]
        place = standing(sums.ratio, terms.alert_levels)
        sheet.append([insurer.name, sums.agreements, *money, _share(sums.ratio), place.label])
    _formatted(sheet, top, yuan=(3, 4, 5, 6), percent=(7,))


def _money_head() -> list[str]:
    unit = _("(yuan)")
    words = (_("Net premium"), _("Claims paid"), _("Open reserves"), _("Incurred"))
    return [f"{word} {unit}" for word in words]


def _begin(sheet: Any, head: Sequence[str], terms: Terms, on: datetime.date) -> int:
    """What the sheet is and the day it holds for, then the head of the table; the row of the head."""
    words = {"year": terms.year, "day": day(on)}
    sheet.append([_("Policy year %(year)d, as of %(day)s") % words])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(
        [_("Loss ratio = (claims paid + open reserves) / net premium; without premium not applicable")]
    )
    sheet.append([])
    sheet.append(list(head))
    top = int(sheet.max_row)
    for cell in sheet[top]:
        cell.font, cell.fill = Font(bold=True), HEAD
        sheet.column_dimensions[get_column_letter(cell.column)].width = WIDE
    sheet.freeze_panes = f"B{top + 1}"
    return top


def _share(ratio: LossRatio, missing: str | None = "") -> Decimal | str | None:
    """The ratio as a number that a cell shows in percent; without premium the word for it, or `missing`."""
    if ratio.percent is None:
        return _("not applicable") if missing == "" else missing
    return ratio.percent / HUNDRED


def _formatted(
    sheet: Any, top: int, *, yuan: Sequence[int] = (), percent: Sequence[int] = (), bold_last: bool = False
) -> None:
    for row in range(top + 1, sheet.max_row + 1):
        for column in yuan:
            sheet.cell(row, column).number_format = YUAN
        for column in percent:
            sheet.cell(row, column).number_format = PERCENT
    if bold_last:
        for cell in sheet[sheet.max_row]:
            cell.font = Font(bold=True)


def _draw(sheet: Any, chart: Any, *, values: tuple[int, int, int], names: tuple[int, int, int]) -> None:
    column, first, last = values
    chart.add_data(
        Reference(sheet, min_col=column, min_row=first, max_row=last),
        titles_from_data=True,
    )
    column, first, last = names
    chart.set_categories(Reference(sheet, min_col=column, min_row=first, max_row=last))
    chart.legend = None
    _sized(chart)


def _sized(chart: Any) -> None:
    chart.width, chart.height = CHART_WIDTH, CHART_HEIGHT
    chart.y_axis.number_format, chart.y_axis.delete = "0%", False
    chart.x_axis.delete = False
