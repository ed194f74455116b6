"""Cells of small workbooks as they are meant: amounts, days, sentences. What can't be read surely is refused, never
guessed."""

import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from enrollment.roster.cleaning import UNSEEN, clean_date, clean_text, text_of
from jincheng_insurance.web.forms import YuanField

AMOUNT_CODES = {
    "invalid": "amount_unreadable",
    "commas": "amount_unreadable",
    "max_decimal_places": "amount_decimals",
    "min_value": "amount_negative",
}
SIGNIFICANT = 15  # digits that a spreadsheet keeps of a number
CELL_TEXTS = {
    "missing": _("“%(column)s” is missing. Fill it in."),
    "digits_lost": _(
        "The number was stored as a number and has lost its last digits. Format the column as text and enter it again."
    ),
    "amount_unreadable": _("This is no amount in yuan. Enter a number such as 1234.50."),
    "amount_decimals": _(
        "An amount in yuan has at most two decimals. Enter it as on the paper; nothing is rounded."
    ),
    "amount_negative": _("An amount can't be below zero. Correct it."),
    "amount_too_large": _("At most %(most)s yuan can be entered. Correct the amount."),
    "day_unreadable": _("This is no day. Enter a full date such as 2026-03-09."),
}


class UnreadableError(Exception):
    """A cell that isn't what its column holds; `code` names the problem, `params` fill its text."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def yuan_in(cell: Any, *, most: Decimal) -> Decimal | None:
    """An amount of zero or more in whole fen. Of a number Excel keeps fifteen digits, so 0.1 + 0.2 is 0.3."""
    if isinstance(cell, bool | datetime.date):
        raise UnreadableError("amount_unreadable")
    text = clean_text(cell) if isinstance(cell, str) else f"{cell:.{SIGNIFICANT}g}"
    if not text:
        return None
    if not isinstance(cell, str) and "e+" in text:
        raise UnreadableError("amount_too_large", most=str(most))
    try:
        amount: Decimal = YuanField(max_value=most).clean(text)
    except ValidationError as error:
        code = AMOUNT_CODES.get(error.error_list[0].code or "", "amount_too_large")
        raise UnreadableError(code, most=str(most)) from None
    return amount.quantize(Decimal("0.01"))


def day_in(cell: Any) -> datetime.date | None:
    """A full date, None where nothing stands."""
    read = clean_date(cell)
    if read.unreadable or read.month_only:
        raise UnreadableError("day_unreadable")
    return read.day


def sentence(cell: Any) -> str:
    """Free text in one line, single spaces between its words."""
    return " ".join(UNSEEN.sub(" ", cell).split()) if isinstance(cell, str) else text_of(cell)
