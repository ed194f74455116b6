"""Workbooks that mean harm, or are broken, made for the reader's tests."""

import io
import zipfile
from pathlib import Path

from openpyxl import Workbook

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
