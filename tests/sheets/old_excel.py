"""Writes workbooks of the older kind (.xls: BIFF8 in an OLE container), as small as they can be, for the reader's
tests."""

import struct
from collections.abc import Sequence
from pathlib import Path

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SMALLEST_STREAM = 4096
ENCRYPTED_RECORD = struct.pack("<HHHHH", 0x2F, 6, 0, 1, 1)
LINK_RECORD = struct.pack("<HHHH", 0x1AE, 6, 1, 1) + b"\x00b"
MACRO_SHEET_RECORD = struct.pack("<HHIHBBB", 0x85, 9, 0, 0x0100, 1, 0, 0x4D)
Merged = tuple[int, int, int, int]


def old_workbook(
    *sheets: tuple[str, Sequence[Sequence[object]]],
    merged: Sequence[Merged] = (),
    extra_entries: Sequence[str] = (),
    dimensions: tuple[int, int] | None = None,
    first_records: bytes = b"",
) -> bytes:
    """An .xls with text, numbers and (as `("date", serial)`) dates. `merged` holds for every sheet: first row,
    last row, first column, last column, from 0."""
    stream = workbook_stream(sheets, merged, first_records, dimensions)
    return container(stream, extra_entries)


def write(path: Path, *sheets: tuple[str, Sequence[Sequence[object]]], merged: Sequence[Merged] = ()) -> Path:
    path.write_bytes(old_workbook(*sheets, merged=merged))
    return path


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(value: str, length: str) -> bytes:
    return struct.pack(length, len(value)) + b"\x01" + value.encode("utf-16-le")


def workbook_stream(
    sheets: Sequence[tuple[str, Sequence[Sequence[object]]]],
    merged: Sequence[Merged],
    first_records: bytes,
    dimensions: tuple[int, int] | None,
) -> bytes:
    bodies = [sheet_stream(rows, merged, dimensions) for _, rows in sheets]
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0600))
    start += first_records
    start += record(0x0042, struct.pack("<H", 1200))
    start += record(0x00E0, struct.pack("<HHHH", 0, 0, 0, 0) + bytes(12))
    start += record(0x00E0, struct.pack("<HHHH", 0, 14, 0, 0) + bytes(12))
    lengths = [4 + 6 + len(text(name, "<B")) for name, _ in sheets]
    at = len(start) + sum(lengths) + 4
    for (name, _), body in zip(sheets, bodies, strict=True):
        start += record(0x0085, struct.pack("<IH", at, 0) + text(name, "<B"))
        at += len(body)
    return start + record(0x000A, b"") + b"".join(bodies)


def sheet_stream(
    rows: Sequence[Sequence[object]], merged: Sequence[Merged], dimensions: tuple[int, int] | None
) -> bytes:
    out = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0x0600))
    height, width = dimensions or (len(rows), max(map(len, rows), default=0))
    out += record(0x0200, struct.pack("<IIHHH", 0, height, 0, width, 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            out += cell(row, column, value)
    if merged:
        ranges = b"".join(struct.pack("<HHHH", *one) for one in merged)
        out += record(0x00E5, struct.pack("<H", len(merged)) + ranges)
    return out + record(0x000A, b"")


def cell(row: int, column: int, value: object) -> bytes:
    if value in (None, ""):
        return b""
    if isinstance(value, tuple):
        return record(0x0203, struct.pack("<HHHd", row, column, 1, value[1]))
    if isinstance(value, int | float):
        return record(0x0203, struct.pack("<HHHd", row, column, 0, float(value)))
    return record(0x0204, struct.pack("<HHH", row, column, 0) + text(str(value), "<H"))


def container(stream: bytes, extra_entries: Sequence[str] = ()) -> bytes:
    """The stream as `Workbook` in an OLE container."""
    stream = stream.ljust(SMALLEST_STREAM, b"\0")
    sectors = -(-len(stream) // SECTOR)
    names = ["Root Entry", "Workbook", *extra_entries]
    folder_sectors = -(-len(names) // 4)
    fat_sectors = 1
    while fat_sectors * (SECTOR // 4) < sectors + folder_sectors + fat_sectors:
        fat_sectors += 1
    chain = [FAT] * fat_sectors
    chain += [fat_sectors + at + 1 for at in range(folder_sectors - 1)] + [END]
    first = fat_sectors + folder_sectors
    chain += [first + at + 1 for at in range(sectors - 1)] + [END]
    chain += [FREE] * (fat_sectors * (SECTOR // 4) - len(chain))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, fat_sectors, 0, SMALLEST_STREAM, END, 0, END, 0)
    header += struct.pack("<109I", *range(fat_sectors), *[FREE] * (109 - fat_sectors))
    folder = b""
    for at, name in enumerate(names):
        kind, child, start, size = (5, 1, END, 0) if at == 0 else (2, FREE, END, 0)
        if at == 1:
            start, size = first, len(stream)
        right = at + 1 if 1 <= at < len(names) - 1 else FREE
        coded = (name + "\0").encode("utf-16-le")
        folder += coded.ljust(64, b"\0") + struct.pack("<HBBIII", len(coded), kind, 1, FREE, right, child)
        folder += bytes(36) + struct.pack("<IQ", start, size)
    folder = folder.ljust(folder_sectors * SECTOR, b"\0")
    fat = struct.pack(f"<{len(chain)}I", *chain)
    return header + fat + folder + stream.ljust(sectors * SECTOR, b"\0")
