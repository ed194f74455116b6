"""The workbook a bank pays a batch from: one row a payee, account numbers as text so that no digit is lost."""

from collections.abc import Sequence
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font

from claims.models import PaymentBatch, PaymentLine
from claims.payee import open_account

TEXT = "@"
MONEY = "#,##0.00"
WIDTHS = (6, 24, 16, 28, 26, 14, 30)


def workbook_of(batch: PaymentBatch, lines: Sequence[PaymentLine]) -> bytes:
    """The workbook (.xlsx) of a batch's lines: number, claim, holder, bank, account, yuan, purpose; then the sum."""
    book = Workbook()
    sheet = book.active
    sheet.title = batch.number
    heads = (
        _("No."),
        _("Claim number"),
        _("Account holder"),
        _("Bank"),
        _("Account number"),
        _("Amount (yuan)"),
        _("Purpose"),
    )
    sheet.append(heads)
    for number, line in enumerate(lines, start=1):
        purpose = _("Poverty-prevention insurance, %(coverage)s") % {
            "coverage": line.claim.get_coverage_display()
        }
        sheet.append([number])
        texts = (line.claim.number, line.holder_name, line.bank_name, open_account(line))
        for column, text in enumerate((*texts, None, purpose), start=2):
            if text is not None:
                _write_text(sheet.cell(number + 1, column), text)
        amount = sheet.cell(number + 1, 6, line.amount)
        amount.number_format = MONEY
    total = sheet.cell(len(lines) + 2, 6, sum(line.amount for line in lines))
    total.number_format = MONEY
    _write_text(sheet.cell(len(lines) + 2, 2), _("Sum"))
    for cell, width in zip(sheet[1], WIDTHS, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _write_text(cell: Cell, text: str) -> None:
    """As text whatever it begins with, so that a name like =1+1 is no formula."""
    cell.value = text
    cell.data_type = "s"
    cell.number_format = TEXT
