"""Checks the rows of a roster workbook: first each for itself, then against all others, since a person may
stand in two households of two sheets. What comes out is a verdict for every row, in the order of the
workbook."""

import datetime
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from enrollment.roster.columns import IGNORED_KEYS, ROSTER_COLUMNS, ROSTER_TITLES
from enrollment.roster.households import Draft, Findings, compare_rows
from enrollment.roster.meanings import Counties
from enrollment.roster.places import SheetPlaces, lists_heads
from enrollment.roster.record import ACCEPT, REJECT, WARN, CheckedRow, RosterRecord
from enrollment.roster.rows import RowChecker
from enrollment.roster.unplaced import SAMPLE_ROWS, ColumnsUnknown, FirstRows, likely_header
from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, TitleTable, key_of
from jincheng_insurance.sheets.problems import ERROR, SheetError
from jincheng_insurance.sheets.reading import SheetRow

PROGRESS_EVERY = 1_000
NOTHING_SAID = ("", None, "unknown")
WANTED = {
    "rows": HEADER_ROWS,
    "columns": "、".join(column.titles[0] for column in ROSTER_COLUMNS if column.required),
}
NEEDED_BY_ROWS = (
    ("户类型", {"household_kind"}, "category_missing"),
    ("识别监测时间", {"monitored_on", "first_listed_on"}, "listing_date_missing"),
)
Progress = Callable[[int], None]


def check_rows(
    rows: Iterable[SheetRow],
    *,
    counties: Mapping[str, str],
    today: datetime.date,
    other_counties: Mapping[str, str] | None = None,
    titles: TitleTable = ROSTER_TITLES,
    on_progress: Progress | None = None,
) -> Iterator[CheckedRow]:
    """The verdict on every row of a roster workbook; titles, footers and blank rows have none.

    `counties` are those the importer is responsible for, name to 6-digit code; `other_counties` the city's
    others; `titles` tell the columns. Nothing comes out before all rows are read: while that goes on, `on_progress`
    is called with the rows read so far, and may raise to stop. Raises SheetError when no sheet has a roster's
    columns, and of that ColumnsUnknown when unknown titles may be those that are lacking.
    """
    check = RosterCheck(counties, other_counties or {}, today, titles)
    check.read(rows, on_progress)
    return check.verdicts()


class RosterCheck:
    """One check of one workbook. `skipped_sheets` are those that hold no roster, such as summaries."""

    def __init__(
        self,
        counties: Mapping[str, str],
        other_counties: Mapping[str, str],
        today: datetime.date,
        titles: TitleTable = ROSTER_TITLES,
    ) -> None:
        self.skipped_sheets: list[str] = []
        self._rows = RowChecker(Counties(counties, other_counties), today)
        self._places: dict[str, SheetPlaces] = {}
        self._drafts: list[Draft] = []
        self._titles = titles
        self._one_county = len(set(counties.values())) == 1
        self._incomplete: SheetError | None = None
        self._headless: SheetError | None = None

    def read(self, rows: Iterable[SheetRow], on_progress: Progress | None = None) -> None:
        """Check every row for itself. SheetError when no sheet has a roster's columns, or none of those that do has a
        row below them."""
        counted = rows if on_progress is None else counting(rows, on_progress)
        with collector_paused():
            for sheet, group in groupby(counted, itemgetter(0)):
                self._read_sheet(sheet, group)
        if not self._places:
            raise self._nothing_found()
        if not self._drafts:
            layout = next(iter(self._places.values())).layout
            raise SheetError("no_rows", {"sheet": layout.sheet, "row": layout.row})

    def at(self, sheet: str, field: str) -> tuple[str, str]:
        """Letters and title of a field's column in a sheet that was read."""
        return self._places[sheet].at(field)

    def verdicts(self) -> Iterator[CheckedRow]:
        """Compare the rows with each other and say what becomes of each."""
        drafts = self._drafts
        findings = Findings(lambda sheet: self._places[sheet].problem)
        compare_rows(drafts, findings)
        repeats = findings.repeats
        carried = {kept: drafts[repeat].record for repeat, kept in repeats.items()}
        for index, draft in enumerate(drafts):
            problems = draft.problems
            if index in findings.problems:
                problems = (*problems, *findings.problems[index])
            record = draft.record
            if record is not None and index in carried:
                record = completed(record, carried[index])
            if not problems:
                yield CheckedRow(draft.sheet, draft.row, ACCEPT, (), record)
            elif any(problem.severity == ERROR for problem in problems):
                yield CheckedRow(
                    draft.sheet, draft.row, REJECT, problems, None, draft.household_code, draft.id_number
                )
            else:
                yield CheckedRow(draft.sheet, draft.row, WARN, problems, None if index in repeats else record)

    def _read_sheet(self, sheet: str, rows: Iterator[SheetRow]) -> None:
        """Find the header among the first rows, then check those below it."""
        top: list[SheetRow] = []
        below: list[SheetRow] = []
        for row in rows:
            (top if row.row <= HEADER_ROWS else below).append(row)
            if below:
                break
        first = (*top, *below, *islice(rows, SAMPLE_ROWS))
        layout = self._titles.layout(top)
        if layout is None or missing_columns(layout, one_county=self._one_county):
            self._skip(layout, first, sheet)
            return
        places = self._places[sheet] = SheetPlaces(layout, top)
        check, keep, earlier = self._rows.check, self._drafts.append, len(self._drafts)
        for row in chain(first[places.rows_above :], rows):
            draft = check(row, places)
            if draft is not None:
                keep(draft)
        error = unsaid(layout, self._drafts[earlier:], first)
        if error is not None:
            raise error

    def _skip(self, layout: Layout | None, first: tuple[SheetRow, ...], sheet: str) -> None:
        """Pass over a sheet that lists no persons. One that does, but lacks a column, is an error: its rows must
        not be lost in silence."""
        self.skipped_sheets.append(sheet)
        if layout is None:
            self._headless = self._headless or without_header(sheet, first)
            return
        missing = missing_columns(layout, one_county=self._one_county)
        error = lacking("missing_columns", {"columns": "、".join(missing)}, layout, first)
        self._incomplete = self._incomplete or error
        if "id_number" in layout.fields and "name" in layout.fields:
            raise error

    def _nothing_found(self) -> SheetError:
        return self._incomplete or self._headless or SheetError("no_header", WANTED)


def missing_columns(layout: Layout, *, one_county: bool) -> list[str]:
    """Titles of the columns a roster needs and this sheet lacks. A list of heads needs no relation, and whose reach is
    `one_county` alone needs no county."""
    missing = list(layout.missing(ROSTER_COLUMNS))
    if not {"household_kind", "monitored_kind"} & set(layout.fields):
        missing.append("户类型")
    if "relation" not in layout.fields and not lists_heads(layout):
        missing.append("与户主关系")
    if "county" not in layout.fields and not one_county:
        missing.append("县")
    return missing


def lacking(code: str, params: dict[str, Any], layout: Layout, first: tuple[SheetRow, ...]) -> SheetError:
    """What to say of a sheet that lacks columns: if it has titles nobody knows, those may be the lacking ones."""
    params |= {"sheet": layout.sheet, "row": layout.row}
    if set(map(key_of, layout.unknown)) - IGNORED_KEYS:
        return ColumnsUnknown(code, params, FirstRows(layout.sheet, layout.row, first))
    return SheetError(code, params)


def unsaid(layout: Layout, drafts: Sequence[Draft], first: tuple[SheetRow, ...]) -> SheetError | None:
    """What to say of a sheet that has no column for what some of its rows need and most of them lack. A list of
    monitored households alone does without 户类型, a list of out-of-poverty households without a listing date."""
    missing = {
        title: sum(any(problem.code == code for problem in draft.problems) for draft in drafts)
        for title, fields, code in NEEDED_BY_ROWS
        if not fields & set(layout.fields)
    }
    missing = {title: rows for title, rows in missing.items() if 2 * rows > len(drafts)}
    if not missing:
        return None
    params = {"columns": "、".join(missing), "rows": max(missing.values()), "all": len(drafts)}
    return lacking("unsaid_columns", params, layout, first)


def without_header(sheet: str, first: tuple[SheetRow, ...]) -> SheetError | None:
    """What to say of a sheet without any known title, if a row of it looks like a header all the same."""
    row = likely_header(first)
    return None if row is None else ColumnsUnknown("no_header", WANTED, FirstRows(sheet, row, first))


def completed(kept: RosterRecord, repeat: RosterRecord | None) -> RosterRecord:
    """A person's record with what only their second row says, such as the monitoring of an unstable
    household that stands on one sheet as out-of-poverty and on another as monitored."""
    if repeat is None:
        return kept
    own, other = kept._asdict(), repeat._asdict()
    missing = {name: other[name] for name, value in own.items() if value in NOTHING_SAID}
    return kept._replace(**missing)


@contextmanager
def collector_paused() -> Iterator[None]:
    """While hundreds of thousands of rows pile up, none of them garbage, looking for cycles among them again
    and again would take a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def counting(rows: Iterable[SheetRow], on_progress: Progress) -> Iterator[SheetRow]:
    count = 0
    for count, row in enumerate(rows, 1):
        yield row
        if not count % PROGRESS_EVERY:
            on_progress(count)
    on_progress(count)
