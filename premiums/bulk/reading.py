"""Reads a workbook of allocations and payments into lines: each checked for itself, not yet beside the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from django.utils import translation

from enrollment.roster.cells import UnreadableError, day_in, sentence, yuan_in
from enrollment.roster.cleaning import clean_text
from enrollment.roster.showing import shown, shown_amount
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, Placed, key_of
from jincheng_insurance.sheets.problems import ERROR, WARNING, Problem, Severity, SheetError
from jincheng_insurance.sheets.reading import SheetRow
from premiums.bulk.columns import (
    BY_NAME,
    EXAMPLE,
    FIELDS,
    KIND_WORDS,
    SIDE_WORDS,
    YES_WORDS,
    Field,
    recognise,
)
from premiums.services.funds import LARGEST

MOST_LINES = 500
YEAR_DIGITS = 4
TOTALS = frozenset({"合计", "总计", "小计"})
WORDS: Mapping[str, Mapping[str, Any]] = {"side": SIDE_WORDS, "kind": KIND_WORDS, "yes": YES_WORDS}


@dataclass(slots=True)
class Line:
    """One line: its cells as they stand and as read, what is wrong, and the entry it became."""

    sheet: str
    row: int
    places: Mapping[str, Placed]
    cells: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    entry: int | None = None

    @property
    def rejected(self) -> bool:
        return any(problem.severity == ERROR for problem in self.problems)

    def refuse(self, name: str, code: str, **params: Any) -> None:
        """The line isn't taken, because of the cell in column `name`."""
        self._add(name, code, params, ERROR)

    def warn(self, name: str, code: str, **params: Any) -> None:
        """The line is taken, but somebody should look at the cell in column `name`."""
        self._add(name, code, params, WARNING)

    def _add(self, name: str, code: str, params: dict[str, Any], severity: Severity) -> None:
        place = self.places.get(name)
        letter, title = (place.letter, place.title) if place else ("", BY_NAME[name].title)
        self.problems.append(Problem(letter, title, code, params, severity, self._shown(BY_NAME[name])))

    def refuse_by(self, refusal: Refused) -> None:
        """The line isn't taken, because the ledger refuses it. Its words are kept untranslated, so that each reader
        reads their own."""
        if refusal.field == "beyond_due":
            self.refuse("amount", "beyond_due", **refusal.params)
            return
        with translation.override(None):
            message = str(refusal.message)
        params = {key: str(value) for key, value in refusal.params.items()}
        at = refusal.field if refusal.field in BY_NAME else "document"
        self.refuse(at, "refused", message=message, params=params, rule=refusal.rule)

    def as_json(self) -> dict[str, Any]:
        """What is kept of it: what stands in its cells, what is wrong, and its entry."""
        said = {one.name: self._said(one) for one in FIELDS}
        problems = [problem.as_json() for problem in self.problems]
        return {
            "sheet": self.sheet,
            "row": self.row,
            "said": said,
            "problems": problems,
            "entry": self.entry,
        }

    def _said(self, one: Field) -> str:
        value = self.values.get(one.name)
        return self._shown(one) if value is None or one.cast in WORDS else str(value)

    def _shown(self, one: Field) -> str:
        cell = self.cells.get(one.name, "")
        return shown_amount(cell) if one.cast == "yuan" else shown(cell)


def read_lines(rows: Iterable[SheetRow]) -> list[Line]:
    """The lines of every sheet that lists allocations or payments; examples and totals are passed over. SheetError when
    no sheet does, one lacks a needed column, or there are more than MOST_LINES."""
    lines: list[Line] = []
    found = False
    for _sheet, group in groupby(rows, attrgetter("sheet")):
        top: list[SheetRow] = []
        below: list[SheetRow] = []
        for row in group:
            (top if row.row <= HEADER_ROWS else below).append(row)
            if below:
                break
        layout = recognise(top)
        if layout is None:
            continue
        found = True
        for row in chain((row for row in top if row.row > layout.row), below, group):
            line = read_line(row, layout)
            if line is not None:
                lines.append(line)
                if len(lines) > MOST_LINES:
                    raise SheetError("too_many_lines", {"limit": MOST_LINES})
    if not found:
        columns = "、".join(one.title for one in FIELDS if one.required)
        raise SheetError("no_header", {"rows": HEADER_ROWS, "columns": columns})
    return lines


def read_line(row: SheetRow, layout: Layout) -> Line | None:
    """One line, each cell read for itself; None for a blank one, an example or a total."""
    cells = {
        name: row.values[place.offset]
        for name, place in layout.fields.items()
        if place.offset < len(row.values)
    }
    if not any(clean_text(cell) for cell in cells.values()):
        return None
    if clean_text(cells.get("document", "")).startswith(EXAMPLE):
        return None
    if any(key_of(clean_text(value)) in TOTALS for value in row.values):
        return None
    line = Line(row.sheet, row.row, layout.fields, cells)
    for one in FIELDS:
        try:
            value = _read(one, cells.get(one.name, ""))
        except UnreadableError as error:
            line.refuse(one.name, error.code, **error.params)
            continue
        if one.required and value is None:
            line.refuse(one.name, "missing", column=one.title)
        line.values[one.name] = value
    return line


def _read(one: Field, cell: Any) -> Any:
    """The value of a cell, None where nothing stands in it. UnreadableError where it can't be what is meant."""
    if one.cast == "yuan":
        return yuan_in(cell, most=LARGEST)
    if one.cast == "day":
        return day_in(cell)
    if one.cast == "document":
        return sentence(cell) or None
    text = clean_text(cell)
    return _word(one, text) if text else None


def _word(one: Field, text: str) -> Any:
    if one.cast == "year":
        digits = text.removesuffix("年度").removesuffix("年")
        if not (digits.isascii() and digits.isdigit() and len(digits) == YEAR_DIGITS):
            raise UnreadableError("year_unreadable")
        return int(digits)
    if one.cast == "county":
        return text
    if text not in WORDS[one.cast]:
        raise UnreadableError(f"{one.cast}_unknown")
    return WORDS[one.cast][text]
