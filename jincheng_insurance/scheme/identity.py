"""Resident identity numbers (GB 11643): whether one can be right, and what it says of its bearer. Nothing
personal is remembered or repeated in a message."""

import datetime
from typing import NamedTuple

from stdnum.cn.ric import calc_check_digit

LENGTH = 18
EARLIEST_BIRTH = datetime.date(1900, 1, 1)
IDENTITY_ERROR_CODES = ("length", "characters", "birth_date", "birth_in_future", "check_digit")


class IdentityError(ValueError):
    """An identity number that can't be right. `code` is one of IDENTITY_ERROR_CODES; the number itself is
    not kept."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class IdentityNumber(NamedTuple):
    """What a number says: itself, date of birth, sex ("male" or "female"), and the code of the county that
    first gave it, which may since have been renamed or dissolved: at most a reason to look again."""

    text: str
    birth_date: datetime.date
    sex: str
    county_prefix: str


def check_identity_number(text: str, *, today: datetime.date | None) -> IdentityNumber:
    """Read a number of 18 places, the last a digit or a capital X. IdentityError with a code; a birth after
    `today` is refused where a day is given. County prefixes are not checked: people keep the number of a
    county that was renamed, and a list of counties by year would refuse most who were born here before
    1985.

    >>> check_identity_number("110101199003070177", today=datetime.date(2026, 1, 1)).birth_date
    datetime.date(1990, 3, 7)
    >>> check_identity_number("110101199003070178", today=None)
    Traceback (most recent call last):
    ...
    jincheng_insurance.scheme.identity.IdentityError: check_digit
    """
    if len(text) != LENGTH:
        raise IdentityError("length")
    if not text.isascii() or not text[:17].isdigit() or not (text[17].isdigit() or text[17] == "X"):
        raise IdentityError("characters")
    try:
        birth_date = datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        raise IdentityError("birth_date") from None
    if birth_date < EARLIEST_BIRTH:
        raise IdentityError("birth_date")
    if today is not None and birth_date > today:
        raise IdentityError("birth_in_future")
    if calc_check_digit(text) != text[17]:
        raise IdentityError("check_digit")
    return IdentityNumber(text, birth_date, "male" if text[16] in "13579" else "female", text[:6])


def problem(text: str, *, today: datetime.date | None = None) -> str | None:
    """The code of what is wrong with a number, or None.

    >>> problem("11010119900307017")
    'length'
    """
    try:
        check_identity_number(text, today=today)
    except IdentityError as error:
        return error.code
    return None
