"""Lists as workbooks: a title, a head that stays in sight, numbers as numbers, and text that no spreadsheet takes for a
formula."""

import datetime
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

YUAN_FORMAT = "#,##0.00"
COUNT_FORMAT = "#,##0"
DAY_FORMAT = "yyyy-mm-dd"
WIDEST, NARROWEST = 40, 8
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
HEAD_FILL = PatternFill("solid", fgColor="ECEFF5")
LINE = Side(style="thin", color="B7C0CD")
FRAME = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
# Made once: openpyxl looks every style up, and equal objects are found faster than new ones are made.
PLAIN, BOLD, TITLE = Font(size=11), Font(size=11, bold=True), Font(size=14, bold=True)
RIGHT, WRAPPED = Alignment(horizontal="right", vertical="top"), Alignment(vertical="top", wrap_text=True)

Value = str | Decimal | int | datetime.date
Note = str | tuple[str, Value]


def write_list(
    *,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    total: Sequence[Value] = (),
    notes: Sequence[Note] = (),
    mark: str = "",
) -> bytes:
    """The bytes of an .xlsx with one sheet: title, notes, head, rows, total. Amounts (Decimal) and counts (int) are
    written as numbers, days as days, all else as text; a note may be a name with its value beside it. `mark` says whose
    copy it is: below the rows and in the properties."""
    rows = [tuple(row) for row in rows]
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = mark, title
    sheet = book.create_sheet(_sheet_name(title))
    head = 2 + len(notes)
    pairs = [note for note in notes if not isinstance(note, str)]
    _set_page(sheet, columns, [*rows, *pairs], head)
    sheet.append([_text(sheet, title, font=TITLE)])
    for note in notes:
        sheet.append([_text(sheet, note)] if isinstance(note, str) else _pair(sheet, *note))
    sheet.append([_text(sheet, column, font=BOLD, framed=True, filled=True) for column in columns])
    for row in rows:
        sheet.append([_value(sheet, value) for value in row])
    if total:
        sheet.append([_value(sheet, value, font=BOLD) for value in total])
    if mark:
        sheet.append([_text(sheet, mark)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _set_page(sheet: Any, columns: Sequence[str], rows: Sequence[Sequence[Value]], head: int) -> None:
    for place, column in enumerate(columns):
        longest = max([_width(column), *(_width(row[place]) for row in rows if place < len(row))])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(WIDEST, max(NARROWEST, longest + 2))
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _value(sheet: Any, value: Value, *, font: Font = PLAIN) -> WriteOnlyCell:
    if isinstance(value, str):
        return _text(sheet, value, font=font, framed=True)
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = _number_format(value)
    cell.font, cell.border, cell.alignment = font, FRAME, RIGHT
    return cell


def _pair(sheet: Any, name: str, value: Value) -> list[WriteOnlyCell]:
    return [_text(sheet, name, framed=True), _value(sheet, value)]


def _number_format(value: Decimal | int | datetime.date) -> str:
    if isinstance(value, datetime.date):
        return DAY_FORMAT
    return YUAN_FORMAT if isinstance(value, Decimal) else COUNT_FORMAT


def _text(
    sheet: Any, text: str, *, font: Font = PLAIN, framed: bool = False, filled: bool = False
) -> WriteOnlyCell:
    """A cell of text. What looks like a formula is stored as text and marked with the quote sign, so that editing the
    cell makes no formula of it either."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.font = font
    if framed:
        cell.border, cell.alignment = FRAME, WRAPPED
    if filled:
        cell.fill = HEAD_FILL
    if text.startswith(FORMULA_SIGNS):
        cell.quotePrefix = True
    return cell


def _width(value: Value) -> int:
    """How many half-width places a value takes."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
    return sum(1 if one.isascii() else 2 for one in text)


def _sheet_name(title: str) -> str:
    return "".join(one for one in title if one not in "[]:*?/\\'")[:31] or "1"
