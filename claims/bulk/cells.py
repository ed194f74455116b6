"""Cells of a claims workbook as they are meant. What can't be read surely is refused, never guessed."""

import datetime
from typing import Any

from claims.bulk.columns import CARE_WORDS, Field
from claims.forms.parts import MOST_YUAN
from claims.services.bills import invoice_key
from enrollment.roster.cells import UnreadableError, day_in, sentence, yuan_in
from enrollment.roster.cleaning import clean_identity, clean_name, clean_text, is_scientific, loses_digits
from jincheng_insurance.scheme import identity


def read_cell(field: Field, cell: Any, *, today: datetime.date) -> Any:
    """The value of a cell, None where nothing stands in it. UnreadableError where it can't be what is meant."""
    if field.cast == "yuan":
        return yuan_in(cell, most=MOST_YUAN)
    if field.cast == "day":
        return day_in(cell)
    if field.cast == "identity":
        return _identity(cell, today)
    if field.cast == "care":
        return _care(cell)
    text = _text(field, cell)
    if len(text) > field.longest:
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
