"""How figures and days are written for people, on the page and in workbooks alike."""

import datetime
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext, pgettext

MISSING = "—"
SHORT_NAME = 2
LANGUAGES_WITH_OWN_DAY = ("zh",)


def yuan(value: Decimal | int | None) -> str:
    """An amount in yuan with thousands commas and two decimals, rounded half-up; a dash for None."""
    if value is None:
        return MISSING
    amount = Decimal(value)
    if not amount.is_finite():
        return MISSING
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}"


def count(value: int | None) -> str:
    """A whole number with thousands commas; a dash for None."""
    return MISSING if value is None else f"{value:,d}"


def quantity(value: Decimal) -> str:
    """How many of something, with thousands commas and no more decimals than it has."""
    return f"{value.normalize():,f}"


def percent(ratio: Decimal | None) -> str:
    """A ratio (1 = 100 %) as percent with two decimals; "not applicable" for None, never 0 % (R19)."""
    if ratio is None:
        return gettext("not applicable")
    return f"{(ratio * 100).quantize(Decimal('0.01'), ROUND_HALF_UP):,.2f}%"


def day(value: datetime.date | None) -> str:
    """A day as the page's language writes it: with year, month and day signs in Chinese, else 2026-03-01."""
    if value is None:
        return MISSING
    if isinstance(value, datetime.datetime):
        value = local(value).date()
    return format_date(value, _pattern("DATE_FORMAT", "Y-m-d"))


def month(value: datetime.date) -> str:
    """A month of a known year as axes name it: Jan, and with its number in Chinese."""
    return format_date(value, pgettext("pattern of a month alone", "M"))


def day_of_year(value: datetime.date) -> str:
    """A day that comes every year: 31 March, and with month and day signs in Chinese."""
    return format_date(value, pgettext("pattern of a day without its year", "j F"))


def listed(parts: Iterable[object]) -> str:
    """Things one after another, as the page's language parts them: with commas, and with pause marks in Chinese."""
    return pgettext("between the parts of a list", ", ").join(map(str, parts))


def moment(value: datetime.datetime | None) -> str:
    """A point in time to the minute, local (Asia/Shanghai), in the page's language."""
    return MISSING if value is None else format_date(local(value), _pattern("DATETIME_FORMAT", "Y-m-d H:i"))


def exact_moment(value: datetime.datetime | None) -> str:
    """The same to the second, for records of who did what when."""
    pattern = _pattern("DATETIME_FORMAT", "Y-m-d H:i")
    return MISSING if value is None else format_date(local(value), pattern.replace("H:i", "H:i:s"))


def local(value: datetime.datetime) -> datetime.datetime:
    """The same moment in the project's time zone; one without a zone is taken as local."""
    return timezone.localtime(value) if timezone.is_aware(value) else value


def is_rule(text: str) -> bool:
    """Whether `text` names a rule of the scheme, like R7."""
    return re.fullmatch(r"R\d{1,2}", text) is not None


def _pattern(name: str, otherwise: str) -> str:
    language = get_language() or ""
    return str(get_format(name, language)) if language.startswith(LANGUAGES_WITH_OWN_DAY) else otherwise


def mask_name(name: str | None) -> str:
    """A name as public lists show it (R28): its first character, and of three or more the last one too."""
    text = "".join((name or "").split())
    if not text:
        return MISSING
    if len(text) <= SHORT_NAME:
        return text[:1] + "*" if len(text) == SHORT_NAME else "*"
    return text[0] + "*" * (len(text) - 2) + text[-1]
