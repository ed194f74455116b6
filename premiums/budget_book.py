"""The premium budget as the workbook that finance departments expect: title, unit, a row a county, sums as formulas
that carry their values, and where to sign."""

import io
import re
import zipfile
from decimal import Decimal

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from jincheng_insurance.sheets.lists import COUNT_FORMAT, FRAME, HEAD_FILL, YUAN_FORMAT
from jincheng_insurance.web.paper import in_chinese
from premiums.selectors.budget import CountyBudget, sum_of

HEAD_ROW, WIDTH = 4, 12
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
# Row formulas by column; what isn't here is a plain figure of the roster, the rates or the shares.
FORMULAS = {"F": "B{0}+D{0}", "G": "C{0}+E{0}", "J": "H{0}+I{0}"}
SUMMED = "BCDEFGHIJKL"
EMPTY_VALUE = re.compile(
    r'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v\s*/>|(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v></v>'
)


@in_chinese
def write_budget(rows: list[CountyBudget], *, year: int, place: str, supposed: bool) -> bytes:
    """The bytes of an .xlsx with a county's budget a row. `supposed` says that counts were typed in, not counted."""
    book = Workbook()
    book.properties.creator = ""
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = _("Premium budget")
    title = _("%(place)s: premium budget for %(year)s") % {"place": place, "year": year}
    book.properties.title = title
    _put_top(sheet, title, supposed=supposed)
    values: dict[str, Decimal | int] = {}
    for place_, row in enumerate(rows):
        _put_row(sheet, HEAD_ROW + 1 + place_, row, values)
    _put_total(sheet, len(rows), sum_of(rows), values)
    foot = HEAD_ROW + len(rows) + 3
    notes = (
        _("Monitored: 8% of the out-of-poverty households and persons, rounded to whole ones (R4)."),
        _("100 yuan a person and 30 yuan a household and year; shares by the county's ratio (R15, R18)."),
        "",
        _("Prepared by: ____________    Checked by: ____________    Head of the office: ____________"),
        _("(Seal)    Date: ______ year ____ month ____ day"),
    )
    for offset, note in enumerate(notes):
        sheet.cell(foot + offset, 1, note)
    _set_page(sheet)
    out = io.BytesIO()
    book.save(out)
    return with_values(out.getvalue(), values)


def with_values(data: bytes, values: dict[str, Decimal | int]) -> bytes:
    """The workbook with each formula's value written beside it, for readers that don't calculate. A formula without a
    value is an error of ours: KeyError."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                text = EMPTY_VALUE.sub(
                    lambda found: f"{found[1] or found[3]}<v>{values[found[2] or found[4]]}</v>",
                    content.decode(),
                )
                content = text.encode()
            target.writestr(item, content)
    return out.getvalue()


def _columns() -> tuple[str, ...]:
    return (
        _("County"),
        _("Out-of-poverty households"),
        _("Out-of-poverty persons"),
        _("Monitored households (8%)"),
        _("Monitored persons (8%)"),
        _("Households in all"),
        _("Persons in all"),
        _("Medical premium"),
        _("Property premium"),
        _("Premium in all"),
        _("City share"),
        _("County share"),
    )


def _put_top(sheet: Worksheet, title: str, *, supposed: bool) -> None:
    head = sheet.cell(1, 1, title)
    head.font, head.alignment = Font(size=16, bold=True), CENTRE
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=WIDTH)
    sheet.cell(2, 1, _("Counts supposed for this calculation") if supposed else _("Counts from the roster"))
    unit = sheet.cell(2, WIDTH, _("Unit: yuan"))
    unit.alignment = Alignment(horizontal="right")
    for place, column in enumerate(_columns()):
        cell = sheet.cell(HEAD_ROW, place + 1, column)
        cell.font, cell.alignment, cell.border, cell.fill = Font(bold=True), CENTRE, FRAME, HEAD_FILL
    sheet.row_dimensions[HEAD_ROW].height = 36


def _put_row(sheet: Worksheet, number: int, row: CountyBudget, values: dict[str, Decimal | int]) -> None:
    name = f"{row.county} ({row.ratio})"
    _framed(sheet.cell(number, 1, name))
    for letter, value in _figures(row).items():
        cell = sheet[f"{letter}{number}"]
        if letter in FORMULAS:
            values[f"{letter}{number}"] = value
            _framed(cell, f"={FORMULAS[letter].format(number)}", like=value)
        else:
            _framed(cell, value, like=value)


def _put_total(sheet: Worksheet, count: int, total: CountyBudget, values: dict[str, Decimal | int]) -> None:
    number = HEAD_ROW + count + 1
    _framed(sheet.cell(number, 1, _("Total")), bold=True)
    for letter, value in _figures(total).items():
        values[f"{letter}{number}"] = value
        formula = f"=SUM({letter}{HEAD_ROW + 1}:{letter}{number - 1})"
        _framed(sheet[f"{letter}{number}"], formula, like=value, bold=True)


def _figures(row: CountyBudget) -> dict[str, Decimal | int]:
    figures = (
        row.out_of_poverty.households,
        row.out_of_poverty.persons,
        row.monitored.households,
        row.monitored.persons,
        row.households,
        row.persons,
        row.for_persons,
        row.for_households,
        row.total,
        row.city,
        row.county_share,
    )
    return dict(zip(SUMMED, figures, strict=True))


def _framed(
    cell: Cell, value: Decimal | int | str | None = None, *, like: Decimal | int = 0, bold: bool = False
) -> None:
    if value is not None:
        cell.value = value
        cell.number_format = YUAN_FORMAT if isinstance(like, Decimal) else COUNT_FORMAT
    cell.border = FRAME
    cell.font = Font(bold=bold)


def _set_page(sheet: Worksheet) -> None:
    for letter in "ABCDEFGHIJKL":
        sheet.column_dimensions[letter].width = 16 if letter in "AHIJKL" else 12
    sheet.freeze_panes = f"B{HEAD_ROW + 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
