"""Who is covered, and from when to when (§2): categories, listing, and the cover of a policy year."""

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum

from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.terms import Terms


class Category(StrEnum):
    """The three categories of household (R1, §2). A 脱贫不稳定户 is an OUT_OF_POVERTY household that is
    monitored too: it has one category and is counted once.

    >>> Category("marginal")
    <Category.MARGINAL: 'MARGINAL'>
    """

    OUT_OF_POVERTY = "OUT_OF_POVERTY"
    MARGINAL = "MARGINAL"
    SEVERE_DIFFICULTY = "SEVERE_DIFFICULTY"

    @classmethod
    def _missing_(cls, value: object) -> "Category | None":
        return cls.__members__.get(value.upper()) if isinstance(value, str) else None

    @property
    def must_be_listed_first(self) -> bool:
        """Whether cover waits for the listing (R2)."""
        return self is not Category.OUT_OF_POVERTY


class BasicInsurance(StrEnum):
    """Participation in basic medical insurance in a year (R5, §3(1))."""

    RESIDENT = "resident"
    EMPLOYEE = "employee"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cover:
    """The days on which a household or person is covered, both included."""

    begins: datetime.date
    ends: datetime.date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, datetime.date) and self.begins <= day <= self.ends


def first_of_month(listed_on: datetime.date | int | str) -> datetime.date:
    """A listing date; a roster month without a day (YYYYMM) means the first of that month (R2, §2). RuleError
    `listing_unreadable`.

    >>> first_of_month("202603"), first_of_month(202603), first_of_month("2026-03-17")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), datetime.date(2026, 3, 17))
    """
    if isinstance(listed_on, datetime.date):
        return listed_on
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{2})(?:-?([0-9]{2}))?", str(listed_on).strip())
    try:
        if found:
            year, month, day = found.groups()
            return datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        pass
    raise RuleError("listing_unreadable", listed_on=listed_on)


def earliest_cover(*, category: Category, listed_on: datetime.date | None, year: int) -> datetime.date:
    """The first day on which a household's cover of a year may begin (R2, §2): 1 January, or for MARGINAL
    and SEVERE_DIFFICULTY the listing date if that is later. RuleError `not_listed` where these have none,
    or only one after the year.

    >>> earliest_cover(category=Category.MARGINAL, listed_on=datetime.date(2026, 3, 1), year=2026)
    datetime.date(2026, 3, 1)
    """
    first = datetime.date(year, 1, 1)
    if not category.must_be_listed_first:
        return first
    if listed_on is None or listed_on.year > year:
        raise RuleError("not_listed", category=category)
    return max(first, listed_on)


def check_cover(
    *, category: Category, listed_on: datetime.date | None, cover_from: datetime.date, year: int
) -> None:
    """Refuse a cover that may not begin on that day: before the listing (R2, §2), or outside the year (R3,
    §9). RuleError `not_listed`, `cover_before_listing`, `cover_outside_year`.

    A household listed in March 2026 may be covered from 1 March 2026, not from 28 February.
    """
    if category.must_be_listed_first:
        if listed_on is None:
            raise RuleError("not_listed", category=category)
        if cover_from < listed_on:
            raise RuleError("cover_before_listing", cover_from=cover_from, listed_on=listed_on)
    if cover_from.year != year:
        raise RuleError("cover_outside_year", cover_from=cover_from, year=year)


def cover_of(*, terms: Terms, cover_from: datetime.date, delisted_on: datetime.date | None = None) -> Cover:
    """The cover begun on a day: to 31 December, whatever happens to the household later in the year (R3,
    §9(2)). Only where `cover_ends_on_delisting` is ruled does it end on the day the household leaves the
    roster.

    >>> from jincheng_insurance.scheme.terms import default_terms
    >>> began, left = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)
    >>> cover_of(terms=default_terms(2026), cover_from=began, delisted_on=left).ends
    datetime.date(2026, 12, 31)
    """
    ends = datetime.date(terms.year, 12, 31)
    if terms.cover_ends_on_delisting and delisted_on is not None:
        ends = min(ends, max(delisted_on, cover_from))
    return Cover(cover_from, ends)
