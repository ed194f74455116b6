"""What a checked roster row is: a record of one person in one household, with plain values that go to the
database as they are."""

import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from jincheng_insurance.sheets.problems import Problem


class Relation(StrEnum):
    """Who a person is to the head of the household."""

    HEAD = "HEAD"
    SPOUSE = "SPOUSE"
    SON = "SON"
    DAUGHTER = "DAUGHTER"
    SON_IN_LAW = "SON_IN_LAW"
    DAUGHTER_IN_LAW = "DAUGHTER_IN_LAW"
    FATHER = "FATHER"
    MOTHER = "MOTHER"
    PARENT_IN_LAW = "PARENT_IN_LAW"
    GRANDCHILD = "GRANDCHILD"
    GRANDPARENT = "GRANDPARENT"
    SIBLING = "SIBLING"
    OTHER = "OTHER"


class Category(StrEnum):
    """What kind of household the roster lists (R1)."""

    OUT_OF_POVERTY = "OUT_OF_POVERTY"
    MARGINAL = "MARGINAL"
    SEVERE_DIFFICULTY = "SEVERE_DIFFICULTY"


MONITORED = frozenset({Category.MARGINAL.value, Category.SEVERE_DIFFICULTY.value})

Verdict = Literal["accept", "warn", "reject"]
ACCEPT: Verdict = "accept"
WARN: Verdict = "warn"
REJECT: Verdict = "reject"


class RosterRecord(NamedTuple):
    """One person of the roster, cleaned. `category` and `relation` are the values of `Category` and
    `Relation`, `basic_insurance` is resident, employee, none or unknown (R5), `sex` male or female.

    `listed_on` is when monitoring began for a monitored household, and when an out-of-poverty household was
    first listed, if said; a month without a day is its first, and `listed_month_only` (R2). `monitored_on`
    is when a household was found at risk, an out-of-poverty one too, which stays out-of-poverty (R1).
    """

    household_code: str
    person_code: str
    name: str
    id_number: str
    birth_date: datetime.date
    sex: str
    relation: str
    category: str
    monitored_kind: str
    monitored_on: datetime.date | None
    listed_on: datetime.date | None
    listed_month_only: bool
    risk_removed: bool | None
    risk_removed_on: datetime.date | None
    county_code: str
    township: str
    village: str
    natural_village: str
    basic_insurance: str
    household_telephone: str
    telephone: str
    as_of: datetime.date | None


class CheckedRow(NamedTuple):
    """One row and what became of it. `record` is None for a rejected row, and for a person's second row in
    the same household, which is a warning: the first row carries them. A rejected row still says whom it is
    about, as far as that could be read."""

    sheet: str
    row: int
    verdict: Verdict
    problems: tuple[Problem, ...]
    record: RosterRecord | None
    household_code: str = ""
    id_number: str = ""


class RosterSummary:
    """Counts what passes: rows by verdict, and the households and persons of the accepted and warned ones."""

    def __init__(self) -> None:
        self.accepted = 0
        self.warned = 0
        self.rejected = 0
        self.persons = 0
        self.monitored_persons = 0
        self._households: dict[str, bool] = {}

    @property
    def households(self) -> int:
        return len(self._households)

    @property
    def monitored_households(self) -> int:
        return sum(self._households.values())

    def add(self, checked: CheckedRow) -> None:
        if checked.verdict == ACCEPT:
            self.accepted += 1
        elif checked.verdict == WARN:
            self.warned += 1
        else:
            self.rejected += 1
        record = checked.record
        if record is not None:
            monitored = record.category in MONITORED
            self.persons += 1
            self.monitored_persons += monitored
            self._households.setdefault(record.household_code, monitored)
