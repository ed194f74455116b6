"""A sheet whose columns can't all be told by their titles: its first rows, so that a person can say which column
holds what."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from enrollment.roster.showing import shown_text
from jincheng_insurance.sheets.columns import (
    FEWEST_TITLES,
    HEADER_ROWS,
    LONGEST_TITLE,
    tidy,
    title_in,
    titles_of,
)
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import SheetRow

SAMPLE_ROWS = 3
MOST_COLUMNS = 100


class FirstRows(NamedTuple):
    """The first rows of a sheet, those of the header and some below, and the row taken for the header's."""

    sheet: str
    header_row: int
    rows: tuple[SheetRow, ...]

    def masked(self) -> list[tuple[int, list[str]]]:
        """The rows with their numbers, as they may be kept and shown: cells cut short, personal numbers masked."""
        return [(row.row, [sample(value) for value in row.values[:MOST_COLUMNS]]) for row in self.rows]


class ColumnsUnknown(SheetError):
    """Columns that a roster needs aren't known by their titles, but titles nobody knows are there: somebody may say
    what they mean."""

    def __init__(self, code: str, params: dict[str, Any], first_rows: FirstRows) -> None:
        super().__init__(code, params)
        self.first_rows = first_rows


def sample(value: Any) -> str:
    """A cell as a sample shows it."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if isinstance(value, float) and value.is_integer():
        text = f"{value:.0f}"
    return shown_text(tidy(text)[:LONGEST_TITLE])


def likely_header(rows: Sequence[SheetRow]) -> int | None:
    """The Excel row that looks most like a header though none of its titles is known: texts without digits, all
    different, with rows below. None where no row does."""
    best, most = None, FEWEST_TITLES - 1
    for row in rows[:-1]:
        titles = [title_in(value) for value in row.values]
        words = {title for title in titles if title and not any(map(str.isdigit, title))}
        if row.row <= HEADER_ROWS and len(words) > most:
            best, most = row.row, len(words)
    return best


def titles_in(rows: Sequence[SheetRow], header_row: int) -> list[str]:
    """The titles of the columns if `header_row` is the header: its own, under the group above where there is one."""
    above = next((row for row in rows if row.row == header_row - 1), None)
    header = next((row for row in rows if row.row == header_row), None)
    if header is None:
        return []
    variants = list(titles_of(header, above if above and grouping(above) else None))
    return [tidy(titles[0]) for titles in variants[-1]]


def grouping(row: SheetRow) -> bool:
    """Whether a row may hold groups of titles: several different short texts, not one line for all."""
    return len({title for title in map(title_in, row.values) if title}) > 1
