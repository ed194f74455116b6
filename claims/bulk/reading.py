"""Reads a claims workbook into lines: each checked for itself, not yet beside what stands."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from django.utils import translation

from claims.bulk.cells import UnreadableError, read_cell
from claims.bulk.columns import BY_NAME, FIELDS, SHEETS, Kind, recognise
from claims.bulk.field import EXAMPLE
from enrollment.roster.cleaning import clean_text
from enrollment.roster.showing import said, shown
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, Placed, key_of
from jincheng_insurance.sheets.problems import ERROR, WARNING, Problem, Severity, SheetError
from jincheng_insurance.sheets.reading import SheetRow

MOST_LINES = 50_000
PROGRESS_EVERY = 1_000
TOTALS = frozenset({"合计", "总计", "小计"})
AT_RULE = {"negative_self_pay": "bill", "admitted_after_discharge": "admitted_on"}


@dataclass(slots=True)
class Line:
    """One line of one sheet: its cells as they stand and as read, what is wrong, and what it comes to: `new` if
    applying writes it; whom, which household and which standing claim it is about."""

    kind: Kind
    sheet: str
    row: int
    places: Mapping[str, Placed]
    cells: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    new: bool = False
    person_key: int | None = None
    household_key: int | None = None
    claim_key: int | None = None

    @property
    def reference(self) -> str:
        return self.values.get("reference") or ""

    @property
    def rejected(self) -> bool:
        return any(problem.severity == ERROR for problem in self.problems)

    def refuse(self, name: str, code: str, **params: Any) -> None:
        """The line isn't taken, because of the cell in column `name`."""
        self._add(name, code, params, ERROR)

    def warn(self, name: str, code: str, **params: Any) -> None:
        """The line is taken, but there is something to look at."""
        self._add(name, code, params, WARNING)

    def refuse_by(self, refusal: Refused | RuleError, name: str) -> None:
        """The line isn't taken, because a rule or service refuses it: at the column it names, else at `name`. Its words
        are kept untranslated, so that each reader reads their own."""
        if isinstance(refusal, RuleError):
            at = AT_RULE.get(refusal.code, refusal.params.get("name", name))
            self.refuse(at, "rule", rule=refusal.code, params=dict(refusal.params))
            return
        at = {"reference": "bank_reference"}.get(refusal.field or "", refusal.field or name)
        with translation.override(None):
            message = str(refusal.message)
        params = {key: str(value) for key, value in refusal.params.items()}
        self.refuse(at, "refused", message=message, params=params, rule=refusal.rule)

    def _add(self, name: str, code: str, params: dict[str, Any], severity: Severity) -> None:
        place = self.places.get(name)
        title = place.title if place else BY_NAME[self.kind][name].title if name in BY_NAME[self.kind] else ""
        cell = self.cells.get(name, "")
        stands = said(name, cell) if name == "id_number" else shown(cell)
        self.problems.append(Problem(place.letter if place else "", title, code, params, severity, stands))


def read_lines(
    rows: Iterable[SheetRow], *, today: datetime.date, on_progress: Callable[[int], None]
) -> list[Line]:
    """The lines of every sheet that lists claims, what belongs to them, or payments; examples and totals are passed
    over. SheetError when no sheet does, one lacks a needed column, or there are more than MOST_LINES."""
    lines: list[Line] = []
    found = False
    for _sheet, group in groupby(_counted(rows, on_progress), attrgetter("sheet")):
        top: list[SheetRow] = []
        below: list[SheetRow] = []
        for row in group:
            (top if row.row <= HEADER_ROWS else below).append(row)
            if below:
                break
        known = recognise(top)
        if known is None:
            continue
        found = True
        kind, layout = known
        for row in chain((row for row in top if row.row > layout.row), below, group):
            line = read_line(row, kind, layout, today)
            if line is not None:
                lines.append(line)
                if len(lines) > MOST_LINES:
                    raise SheetError("too_many_lines", {"limit": MOST_LINES})
    if not found:
        columns = "、".join(one.title for one in FIELDS[Kind.CLAIM] if one.required)
        raise SheetError("no_header", {"rows": HEADER_ROWS, "columns": f"{SHEETS[Kind.CLAIM]}：{columns}"})
    return lines


def read_line(row: SheetRow, kind: Kind, layout: Layout, today: datetime.date) -> Line | None:
    """One line, each cell read for itself; None for a blank one, an example or a total."""
    cells = {
        name: row.values[place.offset]
        for name, place in layout.fields.items()
        if place.offset < len(row.values)
    }
    if not any(clean_text(cell) for cell in cells.values()):
        return None
    names = [clean_text(cells.get(name, "")) for name in ("reference", "claim_number")]
    if any(name.startswith(EXAMPLE) or key_of(name) in TOTALS for name in names):
        return None
    line = Line(kind, row.sheet, row.row, layout.fields, cells)
    for spec in FIELDS[kind]:
        try:
            line.values[spec.name] = read_cell(spec, cells.get(spec.name, ""), today=today)
        except UnreadableError as error:
            line.values[spec.name] = None
            line.refuse(spec.name, error.code, **error.params)
        else:
            if spec.required and line.values[spec.name] is None:
                line.refuse(spec.name, "missing", column=spec.title)
    if kind == Kind.PAYMENT and not line.problems and not any(names):
        line.refuse("reference", "claim_not_named")
    return line


def _counted(rows: Iterable[SheetRow], on_progress: Callable[[int], None]) -> Iterator[SheetRow]:
    for count, row in enumerate(rows, 1):
        yield row
        if not count % PROGRESS_EVERY:
            on_progress(count)
