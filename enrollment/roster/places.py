"""Where the fields of a roster stand in one sheet, and which of its rows are no person's."""

import datetime
import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from enrollment.roster.cleaning import clean_date, clean_text
from enrollment.roster.columns import HEAD_KEYS, IDENTIFYING
from enrollment.roster.showing import said
from jincheng_insurance.sheets.columns import Layout, key_of
from jincheng_insurance.sheets.problems import ERROR, Problem, Severity
from jincheng_insurance.sheets.reading import SheetRow

FEW_CELLS = 3
FOOTER = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|备\s*注|注\s*[:：]|说\s*明|填\s*[表报]|制\s*表|审\s*核|负责人|单位负责人|联系人|经办人)"
)
STATED_DATE = re.compile(r"(?:数据日期|数据时间|统计日期|导出日期)[:：]?\s*([0-9年月日./-]+)")


HOUSEHOLD_FIELDS = (
    *(
        "household_code",
        "household_kind",
        "monitored_kind",
        "monitored_on",
        "first_listed_on",
        "risk_removed",
    ),
    *("risk_removed_on", "county", "township", "village", "natural_village", "household_telephone"),
)
DECISIVE_FIELDS = HOUSEHOLD_FIELDS[:4]


class Cells(NamedTuple):
    """The raw cells of one row by field."""

    household_code: Any
    person_code: Any
    name: Any
    id_number: Any
    relation: Any
    household_kind: Any
    monitored_kind: Any
    monitored_on: Any
    first_listed_on: Any
    risk_removed: Any
    risk_removed_on: Any
    county: Any
    township: Any
    village: Any
    natural_village: Any
    resident_insurance: Any
    employee_insurance: Any
    household_telephone: Any
    telephone: Any
    as_of: Any


def has_digits(value: Any) -> bool:
    return any(map(str.isdigit, str(value)))


def lists_heads(layout: Layout) -> bool:
    """Whether a sheet lists heads of households alone: the only identity number it has is the head's."""
    return "id_number" in layout.fields and layout.fields["id_number"].known_as in HEAD_KEYS


class SheetPlaces:
    """Where the fields of one sheet stand."""

    def __init__(self, layout: Layout, top: Sequence[SheetRow]) -> None:
        self.layout = layout
        self.rows_above = sum(1 for row in top if row.row <= layout.row)
        self.heads_only = lists_heads(layout)
        self.says_relation = "relation" in layout.fields or self.heads_only
        self.says_when_monitored = "monitored_on" in layout.fields
        places = [layout.fields.get(field) for field in Cells._fields]
        self.width = max(place.offset for place in places if place) + 1
        self._pick = itemgetter(*(place.offset if place else -1 for place in places))
        self.above: Cells | None = None
        self._fields = {place.letter: field for field, place in layout.fields.items()}
        self._known_as = {place.known_as for place in layout.fields.values()}
        self.as_of = self._stated_date(top[: self.rows_above])

    def problem(self, field: str, code: str, severity: Severity = ERROR, **params: Any) -> Problem:
        return Problem(*self.at(field), code, params, severity)

    def told(self, problem: Problem, cells: Cells) -> Problem:
        """The problem with what stands in its cell."""
        field = self._fields.get(problem.column)
        return problem._replace(value=said(field, getattr(cells, field))) if field else problem

    def at(self, field: str) -> tuple[str, str]:
        """Letters and title of a field's column, empty where the sheet has none."""
        place = self.layout.fields.get(field)
        return (place.letter, place.title) if place else ("", "")

    def cells(self, values: tuple[Any, ...]) -> Cells:
        """The values of the known fields; "" where the sheet has no such column."""
        if len(values) < self.width:
            values += ("",) * (self.width - len(values))
        return tuple.__new__(Cells, self._pick((*values, "")))

    def with_household(self, cells: Cells, is_member: bool) -> Cells:
        """The cells of a person's row. Where a sheet says what concerns the household on its head's row
        alone, the rows of the other members below say nothing of it at all, and take it from there."""
        if cells.household_code:
            self.above = cells
            return cells
        above = self.above
        if above is None or not is_member or any(getattr(cells, field) != "" for field in DECISIVE_FIELDS):
            self.above = None
            return cells
        said = {field: getattr(above, field) for field in HOUSEHOLD_FIELDS if getattr(cells, field) == ""}
        return cells._replace(**said)

    def names_nobody(self, row: SheetRow, cells: Cells) -> bool:
        """Whether a row is no person's: a footer, the header again as on each printed page, or a serial
        number in front of nothing."""
        first = next((value for value in row.values if value != ""), "")
        if isinstance(first, str) and FOOTER.match(first) and not has_digits(cells.id_number):
            return True
        if isinstance(cells.id_number, str) and key_of(cells.id_number) in self._known_as:
            return True
        filled = len(row.values) - row.values.count("")
        return filled <= FEW_CELLS and not any(clean_text(getattr(cells, field)) for field in IDENTIFYING)

    @staticmethod
    def _stated_date(above: Sequence[SheetRow]) -> datetime.date | None:
        """The date of the data as the lines above the header may state it."""
        for row in above:
            for value in row.values:
                stated = STATED_DATE.search(value) if isinstance(value, str) else None
                if stated:
                    return clean_date(stated[1]).day
        return None
