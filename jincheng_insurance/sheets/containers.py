"""What a file really is, whatever its name says, and whether its container may be opened. Part of the throw-away
reading process: nothing of Django here."""

import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Literal

MEGABYTE = 1024 * 1024
MAX_PARTS = 2_000
MAX_UNPACKED = 300 * MEGABYTE
MAX_RATIO = 100
SMALL_ENOUGH = 20 * MEGABYTE  # below this a high ratio is only a repetitive sheet
PROLOG = 4096
SPACE = 32

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
MACRO_FOLDERS = ("_VBA_PROJECT_CUR".encode("utf-16-le"), "_VBA_PROJECT".encode("utf-16-le"))
OLD_STREAMS = tuple(f"{name}\0".encode("utf-16-le") for name in ("Workbook", "WORKBOOK", "Book", "BOOK"))
ENTRY = 128
FIRST_SECTOR = 512
RECORD = struct.Struct("<HH")
BEGINNING = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # of the part of an .xls that is about all its sheets
FILE_PASS, BOUND_SHEET, SUP_BOOK, LAST_RECORD = 0x2F, 0x85, 0x1AE, 0x0A
MACRO_SHEET = b"\x01"
OWN_BOOKS = (b"\x01\x04", b"\x01\x3a")  # the workbook itself, and functions of add-ins
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
MARKUP = re.compile(rb"^\s*<(!doctype|!--|html|table|\?xml|meta|head|style|div|body|script)", re.IGNORECASE)
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
DOCTYPES = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
TEXT_NAMES = (".csv", ".txt", ".tsv")

Kind = Literal["zip", "ole", "text"]


class RefusalError(Exception):
    """The file is refused: `code` names the reason, `params` what its text needs."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def kind_of(path: str) -> Kind:
    """What the file is by its first bytes; refused, and named, where it is nothing that is read. Plain text counts
    only under a name of plain text: under Excel's it is a file gone wrong."""
    with open(path, "rb") as file:
        head = file.read(PROLOG)
    if head.startswith(OLE_MAGIC):
        return "ole"
    if head.startswith(ZIP_MAGICS):
        return "zip"
    wide = head.startswith(WIDE_MARKS)
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe")
    if MARKUP.match(text.replace(b"\x00", b"")):
        raise RefusalError("web_page")
    if wide:
        text = text.replace(b"\x00", b"")
    if not text or (not wide and any(byte < SPACE and byte not in b"\t\r\n" for byte in text)):
        raise RefusalError("not_a_workbook")
    if not path.lower().endswith(TEXT_NAMES):
        raise RefusalError("plain_text")
    return "text"


def check_zip(path: str) -> None:
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


def check_ole(path: str) -> None:
    """Refuse containers of the older kind that are encrypted, carry macros, or hold no workbook (a Word document, an
    installer). The names of a container's streams stand in entries of 128 bytes, wherever those are."""
    with open(path, "rb") as file:
        content = file.read()
    entries = list(directory(content))
    if any(entry.startswith(ENCRYPTED_PACKAGE) for entry in entries) or ENCRYPTED_PACKAGE in content[:PROLOG]:
        raise RefusalError("encrypted")
    if any(entry.startswith(MACRO_FOLDERS) for entry in entries):
        raise RefusalError("macros")
    if not any(entry.startswith(OLD_STREAMS) for entry in entries):
        raise RefusalError("not_a_workbook")
    for at, entry in enumerate(entries):
        if entry.startswith(BEGINNING):
            check_globals(content, FIRST_SECTOR + at * ENTRY)


def check_globals(content: bytes, at: int) -> None:
    """Look through the records at the beginning of an older workbook for a password, macro sheets and links to other
    workbooks. Each record is a kind, a length and so many bytes."""
    while at + RECORD.size <= len(content):
        kind, length = RECORD.unpack_from(content, at)
        body = content[at + RECORD.size : at + RECORD.size + length]
        if kind == FILE_PASS:
            raise RefusalError("encrypted")
        if kind == BOUND_SHEET and body[5:6] == MACRO_SHEET:
            raise RefusalError("macros")
        if kind == SUP_BOOK and body[2:4] not in OWN_BOOKS:
            raise RefusalError("external_links")
        if kind == LAST_RECORD:
            return
        at += RECORD.size + length


def directory(content: bytes) -> Iterator[bytes]:
    """What may be an entry of the container's directory: all 128-byte blocks. The chain that leads to them may lie."""
    return (content[at : at + ENTRY] for at in range(FIRST_SECTOR, len(content), ENTRY))
