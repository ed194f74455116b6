"""Reads a table in plain text (CSV) as one sheet: its encoding and its delimiter are found out, nothing is
interpreted: every cell stays text. Part of the throw-away reading process: nothing of Django here."""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from jincheng_insurance.sheets.containers import RefusalError

SHEET = "CSV"
WIDE = "utf-16"
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", WIDE),
    (b"\xfe\xff", WIDE),
)
ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", "\t", ";")
SAMPLE_ROWS = 20
MAX_ROWS = 1_048_576
LONGEST_CELL = 32_767

csv.field_size_limit(LONGEST_CELL)


def text_of(path: str) -> str:
    """The file's text. A byte-order mark decides; without one UTF-8 where it fits, else GB 18030, which GBK and
    GB 2312 are part of."""
    with open(path, "rb") as file:
        content = file.read()
    marked = next((name for mark, name in MARKS if content.startswith(mark)), None)
    if b"\0" in content and marked != WIDE:
        raise RefusalError("not_a_workbook")
    for encoding in (marked,) if marked else ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise RefusalError("not_a_workbook")
        return text
    raise RefusalError("text_encoding")


def delimiter_of(text: str) -> str:
    """The delimiter that parts the first rows into most cells."""
    counts = {}
    for delimiter in DELIMITERS:
        try:
            counts[delimiter] = sum(len(row) for row in islice(records(text, delimiter), SAMPLE_ROWS))
        except csv.Error:
            counts[delimiter] = 0
    return max(DELIMITERS, key=counts.__getitem__)


def records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def height_of(text: str, delimiter: str, most_columns: int) -> int:
    """How many rows the table has, blank ones included. Refused where it is no table Excel could hold."""
    row = 0
    try:
        for row, cells in enumerate(records(text, delimiter), 1):
            if len(cells) > most_columns:
                raise RefusalError("stray_cells", sheet=SHEET)
            if row > MAX_ROWS:
                raise RefusalError("too_many_rows", limit=MAX_ROWS)
    except csv.Error as error:
        raise RefusalError("text_row", row=row + 1) from error
    return row


def numbered_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, with the number Excel gives it when it opens the file."""
    for number, cells in enumerate(records(text, delimiter), 1):
        if any(cells):
            yield number, cells
