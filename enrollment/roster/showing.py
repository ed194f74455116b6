"""What stands in a cell, as problems and samples repeat it: short, and with personal numbers masked wherever they
stand, since people put them into wrong columns too."""

import math
import re
from decimal import Decimal
from typing import Any

from enrollment.roster.cleaning import clean_identity, clean_text, is_scientific
from jincheng_insurance.access.sealing import masked

LONGEST_SHOWN = 40
SHORTEST_NUMBER = 7  # of a telephone without its area code; what is shorter is nobody's number
NUMBER_FIELDS = frozenset({"id_number", "telephone", "household_telephone"})
TELLS_NOTHING = 11  # 1.40521E+17 holds no more of a number than its county
CODE_FIELDS = frozenset({"household_code", "person_code"})
IDENTITY_ALIKE = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx]?")
PERSONAL = re.compile(
    r"62\d{14,17}$|[1-9]\d{14}$|1[3-9]\d{9}$|[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{5}$"
)  # a bank card, an old identity number, a mobile, an identity number
LONG_DIGITS = re.compile(r"\d{13,}[Xx]?|(?<!\d)1[3-9]\d{9}(?!\d)")


def said(field: str, cell: Any) -> str:
    """What stands in a field's cell: of an identity or telephone number only its ends, of a code all of it.

    >>> said("id_number", "140524194408101452"), said("household_kind", " 低保户")
    ('1405**********1452', '低保户')
    """
    text = (clean_identity(cell) if field == "id_number" else clean_text(cell))[:LONGEST_SHOWN]
    if not text:
        return shown_text(" ".join(str(cell).split())[:LONGEST_SHOWN])
    if is_scientific(text) and len(text) <= TELLS_NOTHING:
        return text
    if field in NUMBER_FIELDS:
        return shown_number(text)
    if field in CODE_FIELDS:
        return IDENTITY_ALIKE.sub(lambda found: masked(found[0]), text)
    return shown_text(text)


def shown(cell: Any) -> str:
    """What stands in a cell of no number, short, and with long numbers masked all the same."""
    return shown_text(clean_text(cell)[:LONGEST_SHOWN])


def shown_amount(cell: Any) -> str:
    """What stands in a cell for an amount: a number with all its digits and no exponent, masked where it could be of a
    person, a telephone or a bank card.

    >>> shown_amount(1e17), shown_amount("12.5元"), shown_amount(6.2284512345678e18)
    ('100000000000000000', '12.5元', '6228***********0000')
    """
    if not isinstance(cell, float) or not math.isfinite(cell):
        return shown(cell)
    text = f"{Decimal(repr(cell)):f}".removesuffix(".0")[:LONGEST_SHOWN]
    return shown_text(text) if PERSONAL.match(text) else text


def shown_number(text: str) -> str:
    """A personal number with its middle hidden; one too short to be anybody's as it stands.

    >>> shown_number("13812345678"), shown_number("1380000"), shown_number("123")
    ('138****5678', '*****00', '123')
    """
    return text if len(text) < SHORTEST_NUMBER else masked(text)


def shown_text(text: str) -> str:
    return LONG_DIGITS.sub(lambda found: masked(found[0]), text)
