"""Workbooks that mean harm, or are broken, made for the reader's tests."""

import io
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook

from tests.sheets import old_excel

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>
</Relationships>"""
WORKBOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"""
SHEET = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{dimension}
<sheetData>{rows}</sheetData></worksheet>"""
ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'


def workbook_file(
    path: Path,
    rows: str = ROWS,
    dimension: str = "",
    doctype: str = "",
    extra: dict[str, bytes] | None = None,
) -> Path:
    """A workbook from raw sheet XML."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS.format(kind="officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": SHEET.format(rows=rows, dimension=dimension, doctype=doctype),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def good_bytes() -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for number in range(200):
        sheet.append([number, "something to read", "x" * 20])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def cell(reference: str) -> str:
    row = "".join(filter(str.isdigit, reference))
    return f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>z</t></is></c></row>'


def encrypted_bytes() -> bytes:
    """The beginning of an encrypted .xlsx: an OLE container with an EncryptedPackage stream."""
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return magic + bytes(4000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)


def flag_encrypted(content: bytes) -> bytes:
    """The same archive with every entry flagged as encrypted."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


def many(seed: int) -> Iterator[tuple[str, bytes]]:
    """File names and contents of all the ways a file may be hostile or broken that we know of, a different set for
    each seed, and good ones among them."""
    chance = random.Random(seed)
    yield from broken_bytes(chance)
    yield from false_names(chance)
    yield from raw_workbooks(chance)
    yield from old_workbooks(chance)
    yield from text_tables(chance)


def broken_bytes(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Good files with damage: bytes changed, cut off, repeated, NULs strewn in."""
    good = {
        "xlsx": good_bytes(),
        "xls": old_excel.old_workbook(("甲", [["户编号", "姓名", number] for number in range(400)])),
        "csv": "户编号,姓名,证件号码\n".encode() * 300,
    }
    for ending, content in good.items():
        yield f"good.{ending}", content
        for number in range(9):
            damaged = bytearray(content)
            for _ in range(chance.choice((1, 8, 60, 400))):
                damaged[chance.randrange(len(damaged))] = chance.choice((0, 255, chance.randrange(256)))
            yield f"damaged{number}.{ending}", bytes(damaged)
        for number in range(4):
            yield f"cut{number}.{ending}", content[: chance.randrange(1, len(content))]
        at = chance.randrange(len(content))
        yield f"nul.{ending}", content[:at] + bytes(chance.randrange(1, 5000)) + content[at:]
        yield f"twice.{ending}", content + content
        yield f"late.{ending}", b"\n" * chance.randrange(1, 2000) + content


def false_names(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """One kind of file under another's name."""
    page = b"<html><table><tr><td>1</td></tr></table></html>"
    kinds = {
        "page": page,
        "wide page": page.decode().encode("utf-16"),
        "xml": b"<?xml version='1.0'?><Workbook/>",
        "csv": "户编号,姓名\n1,张三\n".encode(chance.choice(("utf-8", "gbk", "utf-8-sig"))),
        "png": b"\x89PNG\r\n\x1a\n" + chance.randbytes(400),
        "noise": chance.randbytes(5000),
        "nothing": b"",
        "locked": encrypted_bytes(),
        "flagged": flag_encrypted(good_bytes()),
    }
    for kind, content in kinds.items():
        for ending in ("xlsx", "xls", "csv"):
            yield f"{kind}.{ending}", content


def raw_workbooks(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Archives that lie about themselves, or carry what a data workbook needn't."""
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with TemporaryDirectory() as folder:
        path = Path(folder) / "raw.xlsx"
        shapes: list[dict[str, Any]] = [
            {"rows": cell("A1") + cell("XFD1048576")},
            {"rows": cell("A1") + cell("XFD9")},
            {"rows": cell(f"{chance.choice('BCDE')}1048576")},
            {"rows": cell("A1") + cell("ZZZZ99999999999")},
            {"rows": cell("A0") + cell("1") + cell("A")},
            {"dimension": '<dimension ref="A1:XFD1048576"/>'},
            {"dimension": '<dimension ref="XFD1048576:A1"/>'},
            {"dimension": '<dimension ref="nonsense"/>'},
            {"doctype": bomb},
            {"extra": {"xl/vbaProject.bin": chance.randbytes(50)}},
            {"extra": {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}},
            {"extra": {f"xl/media/{number}.png": b"" for number in range(2001)}},
            {"extra": {"xl/media/1.bin": bytes(60 << 20)}},
            {"extra": {"xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * 1000}},
            {"extra": {"xl/styles.xml": b"not xml at all" * 20}},
            {"extra": {"../../outside.xml": b"<a/>", "xl/worksheets/sheet9.xml": b"<workbook/>"}},
            {"rows": "<row><c><v>" + "9" * 5000 + "</v></c></row>"},
            {"rows": '<row r="1"><c r="A1" t="s"><v>' + str(chance.randrange(10, 10**9)) + "</v></c></row>"},
            {"rows": "<row>" * 3000},
            {"rows": '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "长" * 40_000 + "</t></is></c></row>"},
        ]
        for number, shape in enumerate(shapes):
            yield f"raw{number}.xlsx", workbook_file(path, **shape).read_bytes()


def old_workbooks(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Older workbooks that lie about themselves, or carry what a data workbook needn't."""
    sheet = ("甲\0乙", [["x", 1.5, float("nan")]])
    for number, options in enumerate(
        (
            {},
            {"first_records": old_excel.ENCRYPTED_RECORD},
            {"first_records": old_excel.LINK_RECORD},
            {"first_records": old_excel.MACRO_SHEET_RECORD},
            {"extra_entries": ["_VBA_PROJECT_CUR"]},
            {"dimensions": (65_536, 256)},
            {"dimensions": (2**32 - 1, 65_535)},
            {"merged": [(0, 65_535, 0, 255)] * 200},
            {"merged": [(9, 2, 9, 2)]},
        )
    ):
        yield f"old{number}.xls", old_excel.old_workbook(sheet, **options)  # type: ignore[arg-type]
    content = bytearray(old_excel.old_workbook(sheet))
    content[512:1024] = chance.randbytes(512)  # a table of sectors that leads anywhere
    yield "astray.xls", bytes(content)
    content[512:516] = struct.pack("<I", 0)  # a chain that bites its tail
    yield "circle.xls", bytes(content)


def text_tables(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Tables in plain text that are none, or too much of one."""
    yield "open.csv", b'a,b\n"never closed,' + b"x" * 200_000
    yield "wide.csv", b"," * 5000
    yield "long.csv", b"a,b\n" * 1_100_000
    yield "quotes.csv", b'"' * chance.randrange(1001, 9000)
    yield "mixed.csv", "户编号,姓名\n".encode() + "张三".encode("utf-16-le") + b"\xff\xfe\xfd"
    yield "half.csv", b"\xff\xfea\x00,"
    yield "control.csv", b"a,b\x01\x02\n"
    yield "formula.csv", b"=cmd|' /C calc'!A0,+1,-1,@x\n"
    yield "blank.csv", b"\n" * 5000
    yield "mark.csv", b"\xef\xbb\xbf"
