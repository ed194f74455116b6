"""Cells of a claims workbook as they are meant. What can't be read surely is refused, never guessed."""

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from claims.bulk.columns import CARE_WORDS
from claims.bulk.field import Field
from claims.forms.parts import MOST_YUAN
from claims.services.bills import invoice_key
from enrollment.roster.cells import SIGNIFICANT, UnreadableError, day_in, sentence, yuan_in
from enrollment.roster.cleaning import clean_identity, clean_name, clean_text, is_scientific, loses_digits
from jincheng_insurance.scheme import identity

NUMBER = forms.DecimalField(
    min_value=Decimal("0.01"), max_value=Decimal(9_999_999), decimal_places=2, required=False
)


def read_cell(field: Field, cell: Any, *, today: datetime.date) -> Any:
    """The value of a cell, None where nothing stands in it. UnreadableError where it can't be what is meant."""
    if field.cast == "identity":
        return _identity(cell, today)
    if field.cast in PLAIN:
        return PLAIN[field.cast](cell)
    text = _choice(field, cell) if field.cast == "choice" else _text(field, cell)
    if field.longest and len(text) > field.longest:
        raise UnreadableError("too_long", length=len(text), limit=field.longest)
    return text or None


def _text(field: Field, cell: Any) -> str:
    if field.cast == "name":
        return clean_name(cell)
    if field.cast == "text":
        return sentence(cell)
    if loses_digits(cell) or is_scientific(clean_text(cell)):
        raise UnreadableError("digits_lost")
    return invoice_key(clean_text(cell)) if field.cast == "reference" else clean_text(cell)


def _identity(cell: Any, today: datetime.date) -> str | None:
    number = clean_identity(cell)
    if not number:
        return None
    if loses_digits(cell) or is_scientific(number):
        raise UnreadableError("digits_lost")
    wrong = identity.problem(number, today=today)
    if wrong:
        raise UnreadableError(f"id_number_{wrong}", length=len(number), birth_date=number[6:14])
    return number


def _care(cell: Any) -> str | None:
    word = clean_text(cell).lower()
    if not word:
        return None
    if word not in CARE_WORDS:
        raise UnreadableError("care_unknown")
    return str(CARE_WORDS[word])


def _choice(field: Field, cell: Any) -> str:
    """The value its word stands for."""
    word = clean_text(cell).lower()
    if word and word not in field.meant and not field.open:
        raise UnreadableError("choice_unknown", words="、".join(field.listed))
    return field.meant.get(word, word)


def _number(cell: Any) -> Decimal | None:
    """A number above zero with at most two decimals."""
    if isinstance(cell, bool | datetime.date):
        raise UnreadableError("number_unreadable")
    text = clean_text(cell) if isinstance(cell, str) else f"{cell:.{SIGNIFICANT}g}"
    try:
        number: Decimal | None = NUMBER.clean(text)
    except ValidationError:
        raise UnreadableError("number_unreadable") from None
    return None if number is None else number.quantize(Decimal("0.01"))


def _yuan(cell: Any) -> Decimal | None:
    return yuan_in(cell, most=MOST_YUAN)


PLAIN: Mapping[str, Callable[[Any], Any]] = {"yuan": _yuan, "day": day_in, "care": _care, "number": _number}
