"""The throw-away process that opens a workbook: it checks the container, reads it with calamine and writes
the rows to its standard output. It runs alone (`python -I reader.py FILE`), imports nothing of the project,
and may die at any point: a hostile workbook can make calamine abort.

Frames are a length (8 bytes, little-endian) and a marshalled tuple whose first item is its kind. Marshal,
not pickle: it is as fast, and can only ever make plain values, never call anything while being read.
"""

import datetime
import marshal
import os
import re
import resource
import struct
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

MEGABYTE = 1024 * 1024
MAX_MEMORY = 1000 * MEGABYTE
MAX_CPU_SECONDS = 50
MAX_PARTS = 2_000
MAX_UNPACKED = 300 * MEGABYTE
MAX_RATIO = 100
SMALL_ENOUGH = 20 * MEGABYTE  # below this a high ratio is only a repetitive sheet
MAX_COLUMNS = 1_000
HEADER_ROWS = 20
BATCH_ROWS = 500
MAX_FRAME = 16 * MEGABYTE
PROLOG = 4096
SPACE = 32

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
MARKUP = re.compile(rb"^\s*<(!doctype|html|table|\?xml|meta|head|style|div)", re.IGNORECASE)
DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))

Row = list[Any]


class RefusalError(Exception):
    """The workbook is refused: `code` names the reason, `params` what its text needs."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


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


def check_beginning(path: str) -> None:
    """Refuse what is no .xlsx by its first bytes, naming what it is instead."""
    with open(path, "rb") as file:
        head = file.read(PROLOG)
        if head.startswith(OLE_MAGIC):
            raise RefusalError("encrypted" if ENCRYPTED_PACKAGE in head + file.read() else "old_format")
    if head.startswith(ZIP_MAGICS):
        return
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"")
    if MARKUP.match(text):
        raise RefusalError("web_page")
    if text and not any(byte < SPACE and byte not in b"\t\r\n" for byte in text):
        raise RefusalError("plain_text")
    raise RefusalError("not_a_workbook")


def check_container(path: str) -> None:
    """Refuse archives that are damaged, encrypted, bombs, or carry what a data workbook needn't: macros,
    links to other workbooks, document type definitions."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive.infolist())
            check_parts(archive)
    except (RefusalError, MemoryError):
        raise
    except Exception as error:
        raise RefusalError("damaged") from error


def check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        raise RefusalError("too_many_parts", parts=len(parts), limit=MAX_PARTS)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise RefusalError(
            "unpacked_too_large", megabytes=unpacked // MEGABYTE, limit=MAX_UNPACKED // MEGABYTE
        )
    packed = sum(part.compress_size for part in parts)
    if unpacked > SMALL_ENOUGH and unpacked > MAX_RATIO * packed:
        raise RefusalError("packed_too_tight", megabytes=unpacked // MEGABYTE)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusalError("encrypted")


def check_parts(archive: zipfile.ZipFile) -> None:
    names = [name.lower().replace("\\", "/") for name in archive.namelist()]
    if not any(name.startswith("xl/") for name in names) or "[content_types].xml" not in names:
        raise RefusalError("not_a_workbook")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise RefusalError("macros")
    if "xl/workbook.bin" in names:
        raise RefusalError("old_format")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise RefusalError("external_links")
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".rels")):
            with archive.open(part) as file:
                prolog = file.read(PROLOG)
            if any(doctype in prolog for doctype in DOCTYPES):
                raise RefusalError("document_type")


def read_sheets(path: str, out: BinaryIO) -> None:
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
            raise RefusalError("stray_cells", sheet=name)
        sheets.append(sheet)
    workbook.close()
    send(out, ("totals", sum(map(height_of, sheets))))
    sheets.reverse()
    while sheets:
        send_sheet(sheets.pop(), out)
    send(out, ("end",))


def send_sheet(sheet: CalamineSheet, out: BinaryIO) -> None:
    send(out, ("sheet", sheet.name, height_of(sheet)))
    rows = numbered_rows(sheet)
    while batch := list(islice(rows, BATCH_ROWS)):
        send_rows(out, batch)


def height_of(sheet: CalamineSheet) -> int:
    """How many rows the sheet has down to its last cell."""
    return sheet.end[0] + 1 if sheet.end else 0


def numbered_rows(sheet: CalamineSheet) -> Iterator[tuple[int, Row]]:
    """Each row that holds anything, with its Excel number; merged cells repeat their value."""
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    merged = spreading_ranges(sheet)
    active: list[tuple[int, int, int, Any]] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row: Row = indent + cells if indent else cells
        if merged or active:
            active = spread_merged(row, number - 1, merged, active)
        if row.count("") < len(row):
            yield number, row


def spreading_ranges(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    """Merged ranges whose value counts for more than their first cell, the last one first: those that reach
    down (a household's fields beside its members), and those of the rows where headers stand."""
    ranges = [
        (top, left, bottom, right if top < HEADER_ROWS else left)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        if bottom > top or top < HEADER_ROWS
    ]
    return sorted(ranges, reverse=True)


def spread_merged(
    row: Row,
    index: int,
    merged: list[tuple[int, int, int, int]],
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


def main(path: str, out: BinaryIO) -> None:
    try:
        check_beginning(path)
        check_container(path)
        read_sheets(path, out)
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
        main(sys.argv[1], sys.stdout.buffer)
    except BrokenPipeError:  # the reader of our rows has left
        os._exit(0)
