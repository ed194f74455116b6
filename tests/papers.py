"""Files that people hand in, made on the spot: harmless pictures and PDFs, and hostile ones."""

import io
import struct
import zlib

from PIL import Image

from claims.models import Claim, ClaimDocument
from claims.services.documents import add_document
from jincheng_insurance.access.roles import Role
from tests.world import Party


def picture(
    kind: str = "PNG", *, size: tuple[int, int] = (64, 48), colour: str = "blue", **saved: object
) -> bytes:
    """A plain picture of a format that Pillow writes."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **saved)
    return out.getvalue()


def photograph(*, place: tuple[float, float] = (35.5, 112.9), turned: int = 6) -> bytes:
    """A JPG as a phone takes it: lying on its side, and saying where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker-CANARY"
    exif[0x0112] = turned
    exif.get_ifd(0x8825)[2] = place
    exif.get_ifd(0x8825)[4] = place
    return picture("JPEG", exif=exif, comment=b"COMMENT-CANARY")


def pdf(body: bytes = b"", *, trailer: bytes = b"", version: bytes = b"1.4") -> bytes:
    """A small whole PDF of one page; `body` are further objects, `trailer` further entries of the trailer."""
    return (
        b"%PDF-" + version + b"\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n"
        + body
        + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 4/Root 1 0 R"
        + trailer
        + b">>\nstartxref\n9\n%%EOF\n"
    )


def packed_objects(content: bytes) -> bytes:
    """Objects kept compressed, as modern PDFs do."""
    packed = zlib.compress(content)
    head = b"7 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\n" % len(packed)
    return head + b"stream\n" + packed + b"\nendstream\nendobj\n"


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def added_document(
    claim: Claim, party: Party, *, kind: str = "identity_card", data: bytes = b"", name: str = "scan.png"
) -> ClaimDocument:
    return add_document(
        claim=claim, kind=kind, data=data or picture(), file_name=name, actor=party[Role.ADJUSTER]
    )
