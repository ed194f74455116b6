"""The throw-away process that opens a workbook (.xlsx, .xls) or a table in plain text (CSV): it checks what the file
is, reads it and writes the rows to its standard output. It runs alone (`python -I reader.py FILE`), without settings,
secrets or Django, and may die at any point: a hostile workbook can make calamine abort.

Frames are a length (8 bytes, little-endian) and a marshalled tuple whose first item is its kind. Marshal,
not pickle: it is as fast, and can only ever make plain values, never call anything while being read.
"""

import datetime
import marshal
import os
import resource
import struct
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

if __name__ == "__main__":  # alone, it knows no path to its own parts
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from jincheng_insurance.sheets import text_table
from jincheng_insurance.sheets.containers import RefusalError, check_ole, check_zip, kind_of

MEGABYTE = 1024 * 1024
MAX_MEMORY = 1000 * MEGABYTE
MAX_CPU_SECONDS = 50
MAX_COLUMNS = 1_000
HEADER_ROWS = 20
LONGEST_NAME = 100
BATCH_ROWS = 500
MAX_FRAME = 16 * MEGABYTE
AS_IT_STANDS = "--as-it-stands"

Row = list[Any]
Range = tuple[int, int, int, int]  # top, left, bottom, right, from 0


def limit_this_process() -> None:
    """Bound memory and CPU, forbid core dumps and writing files."""
    for what, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS refuses an address-space limit
            continue


def read_text(path: str, out: BinaryIO) -> None:
    """Send a table in plain text as the one sheet of a workbook."""
    text = text_table.text_of(path)
    delimiter = text_table.delimiter_of(text)
    height = text_table.height_of(text, delimiter, MAX_COLUMNS)
    send(out, ("totals", height))
    send(out, ("sheet", text_table.SHEET, height, []))
    send_batches(out, text_table.numbered_rows(text, delimiter))
    send(out, ("end",))


def read_sheets(path: str, out: BinaryIO, *, as_it_stands: bool) -> None:
    """Send the totals of all sheets, then their rows. Leading blank columns are restored, so that item 0 is
    always column A; blank rows are left out."""
    with open(path, "rb") as file:
        workbook = CalamineWorkbook.from_filelike(file)
    sheets = []
    for name in workbook.sheet_names:
        send(out, ("opening", name))
        try:
            sheet = workbook.get_sheet_by_name(name)
        except CalamineError as error:
            if type(error).__name__ == "WorksheetNotFound":  # a chart or dialogue sheet
                continue
            raise
        if sheet.total_width > MAX_COLUMNS:
            raise RefusalError("stray_cells", sheet=plain_name(name))
        sheets.append(sheet)
    workbook.close()
    send(out, ("totals", sum(map(height_of, sheets))))
    sheets.reverse()
    while sheets:
        send_sheet(sheets.pop(), out, as_it_stands=as_it_stands)
    send(out, ("end",))


def send_sheet(sheet: CalamineSheet, out: BinaryIO, *, as_it_stands: bool) -> None:
    merged = merged_ranges(sheet)
    send(out, ("sheet", plain_name(sheet.name), height_of(sheet), merged))
    send_batches(out, numbered_rows(sheet, spreading_ranges(merged, as_it_stands=as_it_stands)))


def plain_name(name: str) -> str:
    """A sheet's name as it may be stored and shown, however it was made."""
    return "".join(filter(str.isprintable, name))[:LONGEST_NAME]


def send_batches(out: BinaryIO, rows: Iterator[tuple[int, Row]]) -> None:
    while batch := list(islice(rows, BATCH_ROWS)):
        send_rows(out, batch)


def height_of(sheet: CalamineSheet) -> int:
    """How many rows the sheet has down to its last cell."""
    return sheet.end[0] + 1 if sheet.end else 0


def merged_ranges(sheet: CalamineSheet) -> list[Range]:
    return [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]


def numbered_rows(sheet: CalamineSheet, merged: list[Range]) -> Iterator[tuple[int, Row]]:
    """Each row that holds anything, with its Excel number; merged cells repeat their value."""
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    active: list[tuple[int, int, int, Any]] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row: Row = indent + cells if indent else cells
        if merged or active:
            active = spread_merged(row, number - 1, merged, active)
        if row.count("") < len(row):
            yield number, row


def spreading_ranges(merged: list[Range], *, as_it_stands: bool) -> list[Range]:
    """Merged ranges whose value counts for more than their first cell, the last one first: those that reach
    down (a household's fields beside its members), and, unless the sheet is read as it stands, those of the rows
    where headers stand."""
    ranges = [
        (top, left, bottom, right if top < HEADER_ROWS and not as_it_stands else left)
        for top, left, bottom, right in merged
        if bottom > top or (top < HEADER_ROWS and not as_it_stands)
    ]
    return sorted(ranges, reverse=True)


def spread_merged(
    row: Row,
    index: int,
    merged: list[Range],
    active: list[tuple[int, int, int, Any]],
) -> list[tuple[int, int, int, Any]]:
    """Fill the merged cells of one row in place; return the ranges that still count below."""
    while merged and merged[-1][0] <= index:
        _, left, bottom, right = merged.pop()
        if left < len(row) and row[left] != "":
            active.append((left, min(right, len(row) - 1), bottom, row[left]))
    for left, right, _, value in active:
        for column in range(left, right + 1):
            if row[column] == "":
                row[column] = value
    return [one for one in active if one[2] > index]


def send_rows(out: BinaryIO, batch: list[tuple[int, Row]]) -> None:
    try:
        frame = marshal.dumps(("rows", batch))
    except ValueError:  # a date, time or duration among the values
        plain = [(number, [plain_value(value) for value in row]) for number, row in batch]
        frame = marshal.dumps(("dated", plain))
    if len(frame) <= MAX_FRAME:
        write_frame(out, frame)
    elif len(batch) == 1:
        raise RefusalError("row_too_long", row=batch[0][0])
    else:
        for one in batch:
            send_rows(out, [one])


def plain_value(value: Any) -> Any:
    """Dates as tuples, which marshal can carry: (year, month, day), or (year, …, second) for a moment."""
    if isinstance(value, datetime.datetime):
        return tuple(value.timetuple()[:6])
    if isinstance(value, datetime.date):
        return (value.year, value.month, value.day)
    if isinstance(value, datetime.time | datetime.timedelta):
        return str(value)
    return value


def send(out: BinaryIO, message: tuple[Any, ...]) -> None:
    write_frame(out, marshal.dumps(message))


def write_frame(out: BinaryIO, frame: bytes) -> None:
    out.write(struct.pack("<Q", len(frame)))
    out.write(frame)
    out.flush()


def main(path: str, out: BinaryIO, *, as_it_stands: bool = False) -> None:
    try:
        kind = kind_of(path)
        if kind == "text":
            read_text(path, out)
        else:
            (check_zip if kind == "zip" else check_ole)(path)
            read_sheets(path, out, as_it_stands=as_it_stands)
    except RefusalError as refusal:
        send(out, ("refused", refusal.code, refusal.params))
    except MemoryError:
        send(out, ("refused", "too_much_memory", {}))
    except PasswordError:
        send(out, ("refused", "encrypted", {}))
    except BrokenPipeError:
        raise
    except BaseException:  # calamine's panics are no Exception
        send(out, ("refused", "damaged", {}))


if __name__ == "__main__":
    limit_this_process()
    try:
        main(sys.argv[1], sys.stdout.buffer, as_it_stands=AS_IT_STANDS in sys.argv[2:])
    except BrokenPipeError:  # the reader of our rows has left
        os._exit(0)
