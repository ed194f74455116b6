"""The empty claims workbook to fill in: its sheets with lists to choose from and formats of numbers, an example row
that an import passes over, and a sheet that explains every column."""

import datetime
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from claims.bulk.columns import CARE_CHOICES, FIELDS, SHEETS, Kind
from claims.bulk.field import EXAMPLE, Field
from claims.forms.parts import MOST_YUAN

FORMATS = {"yuan": "#,##0.00", "number": "General", "day": "yyyy-mm-dd"}
TEXT = "@"
GREY, HEAD, NEEDED = "FF7A8699", "FFE8ECF3", "FFFFF4D6"
LAST_ROW, FORMATTED = 5_001, 101
WIDTHS = {
    "identity": 24,
    "reference": 22,
    "code": 22,
    "day": 14,
    "yuan": 16,
    "care": 12,
    "name": 12,
    "text": 26,
    "choice": 20,
    "number": 10,
}
EXPLANATIONS = "填写说明"
WIDE = 90


def template() -> bytes:
    """The workbook as .xlsx; its explanations are in the language of the reader."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind in Kind:
        _write_sheet(book.create_sheet(SHEETS[kind]), FIELDS[kind])
    _explain(book.create_sheet(EXPLANATIONS))
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _write_sheet(sheet: Any, fields: Any) -> None:
    for place, field in enumerate(fields, start=1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place, f"{field.title}{' *' if field.required else ''}")
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor=NEEDED if field.required else HEAD)
        sheet.column_dimensions[letter].width = WIDTHS[field.cast]
        for row in range(2, FORMATTED):
            sheet.cell(row, place).number_format = FORMATS.get(field.cast, TEXT)
        sheet.column_dimensions[letter].number_format = FORMATS.get(field.cast, TEXT)
        example = sheet.cell(2, place, example_of(field))
        example.font = Font(italic=True, color=GREY)
        check = _validation(field)
        if check is not None:
            sheet.add_data_validation(check)
            check.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.freeze_panes = "A2"


def example_of(field: Field) -> Any:
    """The example cell as a person would have entered it."""
    if field.cast in {"yuan", "number"}:
        return int(field.example) if field.example else None
    if field.cast == "day":
        return datetime.date.fromisoformat(field.example) if field.example else None
    return field.example or None


def _validation(field: Field) -> DataValidation | None:
    if field.cast in {"care", "choice"}:
        words = ",".join(field.listed or CARE_CHOICES)
        check = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
    elif field.cast == "yuan":
        check = DataValidation(
            type="decimal", operator="between", formula1="0", formula2=str(MOST_YUAN), allow_blank=True
        )
    elif field.cast == "number":
        check = DataValidation(type="decimal", operator="greaterThan", formula1="0", allow_blank=True)
    elif field.cast == "day":
        check = DataValidation(type="date", operator="greaterThan", formula1="43831", allow_blank=True)
    else:
        return None
    check.showErrorMessage, check.error = not field.open, str(field.say)
    check.errorTitle = field.title
    return check


def _explain(sheet: Any) -> None:
    lines = (
        _("Fill in the sheets you need; the others stay empty. Columns marked * are needed."),
        _("Rows whose number begins with “%(word)s” are examples and are passed over.") % {"word": EXAMPLE},
        _(
            "Claims and what belongs to them are imported by an adjuster, payments of approved claims by a reviewer."
        ),
        _(
            "A loss of a household has a line in 家财报案, a line in 损失清单 for each thing, and its signatures."
        ),
        _("Nothing is written until you have seen the result. The same workbook twice adds nothing."),
        _("An import never changes what stands: correct claims and bills on their own pages."),
    )
    for line in lines:
        sheet.append([line])
    sheet.append([])
    sheet.append([_("Sheet"), _("Column"), _("Needed"), _("What to fill in")])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for kind in Kind:
        for field in FIELDS[kind]:
            needed = _("yes") if field.required else ""
            sheet.append([SHEETS[kind], field.title, needed, str(field.say)])
            sheet.cell(sheet.max_row, 4).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in {"A": 14, "B": 24, "C": 8, "D": WIDE}.items():
        sheet.column_dimensions[letter].width = width
