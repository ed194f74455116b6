"""The empty workbook of allocations and payments to fill in: lists to choose from, formats of numbers, two example rows
that an import passes over, and a sheet that explains every column."""

import datetime
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from premiums.bulk.columns import EXAMPLE, FIELDS, KINDS, SHEET, SIDES, YES, Field
from premiums.bulk.reading import MOST_LINES
from premiums.services.funds import LARGEST

FORMATS = {"yuan": "#,##0.00", "day": "yyyy-mm-dd", "year": "0"}
TEXT = "@"
GREY, HEAD, NEEDED = "FF7A8699", "FFE8ECF3", "FFFFF4D6"
FORMATTED = 101
WIDTHS = {"document": 30, "yuan": 18, "yes": 16}
NARROW, WIDE = 14, 90
EXPLANATIONS = "填写说明"


def template(*, counties: Sequence[str], years: Sequence[int]) -> bytes:
    """The workbook as .xlsx, with the names of counties and the years to choose from; its explanations are in the
    language of the reader."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    lists = {
        "county": list(counties),
        "year": list(map(str, years)),
        "side": list(SIDES),
        "kind": list(KINDS),
        "yes": [YES],
    }
    for place, field in enumerate(FIELDS, start=1):
        _write_column(sheet, place, field, lists.get(field.cast))
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet(EXPLANATIONS))
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _write_column(sheet: Any, place: int, field: Field, choices: Sequence[str] | None) -> None:
    letter = get_column_letter(place)
    head = sheet.cell(1, place, f"{field.title}{' *' if field.required else ''}")
    head.font = Font(bold=True)
    head.fill = PatternFill("solid", fgColor=NEEDED if field.required else HEAD)
    sheet.column_dimensions[letter].width = WIDTHS.get(field.cast, NARROW)
    for row in range(2, FORMATTED):
        sheet.cell(row, place).number_format = FORMATS.get(field.cast, TEXT)
    for row, example in enumerate(field.examples, start=2):
        cell = sheet.cell(row, place, _as_entered(field, example))
        cell.font = Font(italic=True, color=GREY)
    check = _validation(field, choices)
    if check is not None:
        check.showErrorMessage, check.error, check.errorTitle = True, str(field.say), field.title
        sheet.add_data_validation(check)
        check.add(f"{letter}2:{letter}{MOST_LINES + 1}")


def _as_entered(field: Field, example: str) -> Any:
    """The example cell as a person would have entered it."""
    if field.cast in {"yuan", "year"}:
        return int(example)
    return datetime.date.fromisoformat(example) if field.cast == "day" else example or None


def _validation(field: Field, choices: Sequence[str] | None) -> DataValidation | None:
    if choices:
        return DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    if field.cast == "yuan":
        return DataValidation(
            type="decimal", operator="between", formula1="0.01", formula2=str(LARGEST), allow_blank=True
        )
    if field.cast == "day":
        return DataValidation(type="date", operator="greaterThan", formula1="43831", allow_blank=True)
    return None


def _explain(sheet: Any) -> None:
    lines = (
        _(
            "One row is one allocation or one payment of one side for one county. Columns marked * are needed."
        ),
        _("Rows whose document number begins with “%(word)s” are examples and are passed over.")
        % {"word": EXAMPLE},
        _("City finance books the city's money of every county, county finance its own county's."),
        _(
            "Nothing is booked until you have seen the result. What stands in the ledger is refused a second time."
        ),
        _("An import never changes what stands: reverse a wrong entry in the fund ledger, and book it anew."),
        _("At most %(most)d rows at once.") % {"most": MOST_LINES},
    )
    for line in lines:
        sheet.append([line])
    sheet.append([])
    sheet.append([_("Column"), _("Needed"), _("What to fill in")])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for field in FIELDS:
        sheet.append([field.title, _("yes") if field.required else "", str(field.say)])
        sheet.cell(sheet.max_row, 3).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in {"A": 18, "B": 8, "C": WIDE}.items():
        sheet.column_dimensions[letter].width = width
