"""The annotated copy of an uploaded workbook: its sheets, rows and values as they stand, every cell with a problem
coloured and commented, the reasons once more in a last column that can be filtered. Mended, it is uploaded again as
it is: the column of reasons is passed over by readers that know its title.

Nothing in it is ever a formula: what begins like one stays text."""

import datetime
import math
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import Any, BinaryIO, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, range_boundaries

from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, key_of
from jincheng_insurance.sheets.problems import ERROR, Severity, letter
from jincheng_insurance.sheets.reading import RowStream, SheetRow, read_rows

RED, AMBER, GREY = "FFFFC7CE", "FFFFEB9C", "FFE8ECF3"
TEXT_FORMAT = "@"
LONGEST_CELL = 32_767
LONGEST_COMMENT = 1_000
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
FORMULA_SIGNS = "=+-@\t\r"
LONG_NUMBER = re.compile(r"\d{12,}[\dXx]?")
COLUMN_WIDTH, LONG_NUMBER_WIDTH, REASONS_WIDTH = 14, 22, 70
COMMENT_WIDTH, LINE_HEIGHT, LINE_LENGTH = 320, 22, 24


class Note(NamedTuple):
    """A problem to be written into the copy: the letters of its column ("" where it has none), and what is wrong and
    what to do."""

    column: str
    severity: Severity
    text: str


class Words(NamedTuple):
    """What the copy says itself, in the reader's language."""

    reasons: str
    author: str


class Copy(NamedTuple):
    """How the copy of one kind of workbook is made: where a sheet's header is, which of its fields are numbers kept as
    text, and the titles of the column of reasons in every language."""

    layout: Callable[[Sequence[SheetRow]], Layout | None]
    text_fields: Collection[str]
    reasons_titles: Collection[str]


Notes = Mapping[tuple[str, int], Sequence[Note]]


def write_annotated(
    path: str | os.PathLike[str], out: BinaryIO, *, notes: Notes, copy: Copy, words: Words
) -> None:
    """Read the workbook or table at `path` and write its annotated copy as .xlsx to `out`. `notes` are by sheet and
    Excel row. SheetError when the file can't be read (any more)."""
    book = Workbook(write_only=True)
    taken: set[str] = set()
    with read_rows(path, as_it_stands=True) as rows:
        for name, group in groupby(rows, attrgetter("sheet")):
            sheet = book.create_sheet(sheet_name(name, taken))
            SheetWriter(sheet, notes, copy, words).write(group, rows)
    if not book.worksheets:
        book.create_sheet()
    book.save(out)


class SheetWriter:
    """Writes one sheet, row by row."""

    def __init__(self, sheet: Any, notes: Notes, copy: Copy, words: Words) -> None:
        self._sheet = sheet
        self._notes = notes
        self._copy = copy
        self._words = words
        self._written = 0
        self._reasons = 0
        self._header = 0
        self._text_columns: frozenset[int] = frozenset()
        self._styles: dict[tuple[str, bool, bool], Any] = {}

    def write(self, rows: Iterator[SheetRow], stream: RowStream) -> None:
        """Write all rows at their places. What stands above the data has to be known first: where the header is, how
        wide the sheet is; a sheet without a header is only copied."""
        top = list(take_top(rows))
        layout = self._copy.layout(top)
        merged = list(stream.merged)
        if layout is not None:
            self._header = layout.row
            self._place_reasons(top)
            self._text_columns = frozenset(
                layout.fields[field].offset for field in self._copy.text_fields if field in layout.fields
            )
            self._sheet.freeze_panes = f"A{self._header + 1}"
            self._set_widths(layout)
        for row in top:
            self._write_row(row)
        for row in rows:
            self._write_row(row)
        if layout is not None:
            last = max(self._written, self._header)
            self._sheet.auto_filter.ref = f"A{self._header}:{letter(self._reasons)}{last}"
            for above in merged_above(merged, self._header, self._reasons):
                self._sheet.merged_cells.add(above)

    def _place_reasons(self, top: Sequence[SheetRow]) -> None:
        """The column of reasons is the one an earlier copy has, or the first one right of everything."""
        header = next(row for row in top if row.row == self._header)
        ours = {key_of(title) for title in self._copy.reasons_titles}
        named = [
            at for at, value in enumerate(header.values) if isinstance(value, str) and key_of(value) in ours
        ]
        self._reasons = named[0] if named else max(len(row.values) for row in top)

    def _set_widths(self, layout: Layout) -> None:
        sheet = self._sheet
        for offset in range(self._reasons):
            wide = offset in self._text_columns
            sheet.column_dimensions[letter(offset)].width = LONG_NUMBER_WIDTH if wide else COLUMN_WIDTH
        sheet.column_dimensions[letter(self._reasons)].width = REASONS_WIDTH

    def _write_row(self, row: SheetRow) -> None:
        while self._written < row.row - 1:
            self._sheet.append(())
            self._written += 1
        self._sheet.append(self._cells(row))
        self._written += 1

    def _cells(self, row: SheetRow) -> list[Any]:
        below = row.row > self._header > 0
        cells = [self._plain(value) for value in row.values]
        if below:
            for offset in self._text_columns:
                if offset < len(cells):
                    cells[offset] = self._styled(row.values[offset], "", text=True)
        notes = self._notes.get((row.sheet, row.row), ()) if self._header else ()
        if notes:
            self._mark(cells, row, notes)
        elif below and self._reasons < len(cells):
            cells[self._reasons] = None
        if row.row == self._header:
            cells = [self._styled(value, GREY, bold=True) for value in row.values]
            put(cells, self._reasons, self._styled(self._words.reasons, GREY, bold=True))
        return cells

    def _mark(self, cells: list[Any], row: SheetRow, notes: Sequence[Note]) -> None:
        """Colour and comment the cells the notes are about; all reasons, with their columns, stand at the right."""
        by_column: dict[str, list[Note]] = {}
        for note in notes:
            by_column.setdefault(note.column, []).append(note)
        for column, about in by_column.items():
            if column:
                offset = column_index_from_string(column) - 1
                value = row.values[offset] if offset < len(row.values) else ""
                cell = self._styled(value, colour_of(about), text=offset in self._text_columns)
                cell.comment = self._comment("\n".join(note.text for note in about))
                put(cells, offset, cell)
        reasons = "\n".join(f"{note.column} {note.text}".strip() for note in notes)
        put(cells, self._reasons, self._styled(reasons, colour_of(notes)))

    def _comment(self, text: str) -> Comment:
        lines = sum(1 + len(line) // LINE_LENGTH for line in text.split("\n"))
        return Comment(
            text[:LONGEST_COMMENT], self._words.author, height=LINE_HEIGHT * (lines + 1), width=COMMENT_WIDTH
        )

    def _plain(self, value: Any) -> Any:
        """A value as its cell, quickly where nothing can go wrong with it."""
        if isinstance(value, str):
            if not value:
                return None
            if (
                value[0] in FORMULA_SIGNS
                or value[0] == "#"
                or not value.isprintable()
                or LONG_NUMBER.match(value)
            ):
                return self._styled(value, "", text=bool(LONG_NUMBER.match(value)))
            return value[:LONGEST_CELL]
        if isinstance(value, float):
            return whole(value)
        return value

    def _styled(self, value: Any, colour: str, *, text: bool = False, bold: bool = False) -> Any:
        cell = WriteOnlyCell(self._sheet)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL] or None
            if cell.value is not None:
                cell.data_type = "s"
        else:
            cell.value = whole(value) if isinstance(value, float) else value
        formula = isinstance(value, str) and value[:1] in FORMULA_SIGNS
        if isinstance(value, datetime.date):  # it brings the format of its kind along
            text = False
        self._dress(cell, colour, text=text, bold=bold)
        if formula:
            cell.quotePrefix = True
        return cell

    def _dress(self, cell: Any, colour: str, *, text: bool, bold: bool) -> None:
        """Give a cell its look; styles are made once and shared, or a large copy would take minutes."""
        key = (f"{colour}{cell.number_format}", text, bold)
        style = self._styles.get(key)
        if style is None:
            if colour:
                cell.fill = PatternFill("solid", fgColor=colour)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if bold:
                cell.font = Font(bold=True)
            if text:
                cell.number_format = TEXT_FORMAT
            self._styles[key] = cell._style
            return
        cell._style = style.__copy__()


def take_top(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    """The rows a header may stand in, and the one after, which has been read to know they have ended."""
    for row in rows:
        yield row
        if row.row > HEADER_ROWS:
            return


def merged_above(merged: Sequence[tuple[int, int, int, int]], header: int, width: int) -> Iterator[str]:
    """Merged ranges of the header and the lines above it. Below, each row has its values, so that filters work."""
    for top, left, bottom, right in merged:
        if bottom < header and right < width:
            reference = f"{letter(left)}{top + 1}:{letter(right)}{bottom + 1}"
            with suppress(ValueError):
                range_boundaries(reference)
                yield reference


def colour_of(notes: Sequence[Note]) -> str:
    return RED if any(note.severity == ERROR for note in notes) else AMBER


def put(cells: list[Any], offset: int, cell: Any) -> None:
    """Set the cell at an offset, blank ones before it where the row is shorter."""
    cells.extend([None] * (offset + 1 - len(cells)))
    cells[offset] = cell


def whole(value: float) -> Any:
    """A number as it is written: without a fraction where it has none; what is no number as text."""
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() else value


def sheet_name(name: str, taken: set[str]) -> str:
    """The sheet's name, mended where no workbook may have it, and never twice."""
    base = (
        NOT_IN_SHEET_NAMES.sub("_", ILLEGAL_CHARACTERS_RE.sub("", name)).strip("'")[:LONGEST_SHEET_NAME]
        or "Sheet"
    )
    wanted, count = base, 1
    while wanted.lower() in taken:
        count += 1
        wanted = f"{base[: LONGEST_SHEET_NAME - 4]}-{count}"
    taken.add(wanted.lower())
    return wanted
