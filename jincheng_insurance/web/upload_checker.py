"""The throw-away process that opens an uploaded paper: it takes a file on standard input, finds out by its content
what it is, and answers with a verdict and the bytes worth keeping. It runs alone (`python -I upload_checker.py`),
imports nothing of the project, and may die at any point: a hostile picture can make its decoder run out of memory.

Pictures are decoded and drawn anew, so that nothing but the picture itself is kept: no place where it was taken,
no comment, no second file hidden behind it. A PDF can't be drawn anew; it is refused where it is more than a document.
Called with `reports`, it takes Word documents besides PDF, and no pictures; a document with macros, embedded files or
anything it would load from elsewhere is refused.

The answer is one line of JSON, {"type": …} or {"refused": code}, then the bytes.
"""

import io
import json
import re
import resource
import sys
import warnings
import zipfile
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

MEGABYTE = 1024 * 1024
MAX_FILE = 10 * MEGABYTE
MAX_MEMORY = 900 * MEGABYTE
MAX_CPU_SECONDS = 20
MAX_PIXELS = 60_000_000
LONGEST_SIDE = 4096  # an A4 sheet at 350 dots an inch
SMALLEST_SIDE = 8
JPEG_QUALITY = 85
MAX_UNPACKED = 20 * MEGABYTE
PROLOG = 1024

PDF_MAGIC = b"%PDF-"
JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_PARTS = 500
MAX_WORD = 100 * MEGABYTE
BLANK = b"\x00\t\n\x0c\r "

STREAM = re.compile(rb"(?<!end)stream\r?\n(.*?)endstream", re.DOTALL)
OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm(?:(?!endobj).)*?stream\r?\n(.*?)endstream", re.DOTALL)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
# What a scanned paper never holds: scripts, programs to start, files and films inside, forms that send.
ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|Rendition)"
    rb"(?=[\s/<>\[\]()%]|$)"
)
# Parts of a Word document that run, or hold another file.
WORD_ACTIVE = re.compile(r"vbaproject|vbadata|/activex/|/embeddings/|\.(?:exe|ole|docm|html?|mht)$")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
LOCKED = re.compile(rb"/Encrypt(?=[\s/<>\[\]()%]|$)")


class RefusalError(Exception):
    """The file is refused: `code` names the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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


def check(data: bytes) -> tuple[str, bytes]:
    """The file's content type and the bytes to keep. Raises RefusalError."""
    if not data:
        raise RefusalError("empty")
    if len(data) > MAX_FILE:
        raise RefusalError("too_large")
    if data.startswith((JPEG_MAGIC, PNG_MAGIC)):
        return redraw(data)
    if data.startswith(PDF_MAGIC):
        check_pdf(data)
        return "application/pdf", data
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        raise RefusalError("phone_format")
    if PDF_MAGIC in data[:PROLOG]:
        raise RefusalError("mixed")
    raise RefusalError("other_kind")


def redraw(data: bytes) -> tuple[str, bytes]:
    """A picture decoded in full, turned upright, and encoded again without anything around it."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as probe:
            check_dimensions(probe)
            probe.verify()
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            png = image.format == "PNG"
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            upright = plain(ImageOps.exif_transpose(image), png)
    except (RefusalError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusalError("too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, zlib.error) as error:
        raise RefusalError("damaged") from error
    if max(upright.size) > LONGEST_SIDE and upright.mode == "1":
        upright = upright.convert("L")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    return encode(upright, png)


def check_dimensions(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise RefusalError("too_many_pixels")
    if min(width, height) < SMALLEST_SIDE:
        raise RefusalError("too_small")


def plain(image: Image.Image, png: bool) -> Image.Image:
    """The bare pixels, in a mode that both formats can keep; what shows through becomes white."""
    if image.mode in {"1", "L"} or (image.mode == "RGB" and "transparency" not in image.info):
        bare = image.copy()
    elif image.mode.startswith("I"):
        bare = image.convert("I").point(lambda value: value / 256).convert("L")
    elif png:
        above = image.convert("RGBA")
        bare = Image.new("RGB", above.size, "white")
        bare.paste(above, mask=above.getchannel("A"))
    else:
        bare = image.convert("RGB")
    bare.info = {}
    return bare


def encode(image: Image.Image, png: bool) -> tuple[str, bytes]:
    """A PNG stays one unless that takes more room than a file may have."""
    if png:
        out = io.BytesIO()
        image.save(out, "PNG")
        if out.tell() <= MAX_FILE:
            return "image/png", out.getvalue()
    out = io.BytesIO()
    (image.convert("L") if image.mode == "1" else image).save(out, "JPEG", quality=JPEG_QUALITY)
    if out.tell() > MAX_FILE:
        raise RefusalError("too_large")
    return "image/jpeg", out.getvalue()


def check_pdf(data: bytes) -> None:
    """A whole PDF from its first byte to its last, not locked, and nothing in it that acts."""
    end = data.rstrip(BLANK)
    if not end.endswith(b"%%EOF"):
        raise RefusalError("mixed" if b"%%EOF" in data else "damaged")
    if b"startxref" not in end[-PROLOG:]:
        raise RefusalError("damaged")
    outside = STREAM.sub(b"stream endstream", data)
    text = ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), outside + unpacked_objects(data))
    if LOCKED.search(text):
        raise RefusalError("locked")
    if ZIP_END in outside:
        raise RefusalError("mixed")
    if ACTIVE.search(text):
        raise RefusalError("active")
    if not re.search(rb"/Type\s*/Pages?\b", text):
        raise RefusalError("damaged")


def unpacked_objects(data: bytes) -> bytes:
    """What a PDF keeps compressed among its objects, where names of actions could hide."""
    parts, room = [b"\n"], MAX_UNPACKED
    for match in OBJECT_STREAM.finditer(data):
        unpacker = zlib.decompressobj()
        try:
            part = unpacker.decompress(match[1], room)
        except zlib.error:
            continue
        if unpacker.unconsumed_tail:
            raise RefusalError("too_large")
        room -= len(part)
        parts.append(part)
        if room <= 0:
            raise RefusalError("too_large")
    return b"\n".join(parts)


def check_report(data: bytes) -> tuple[str, bytes]:
    """As `check`, for reports: a PDF, or a Word document of the present kind."""
    if data.startswith(PDF_MAGIC) or not data or len(data) > MAX_FILE:
        return check(data)
    if data.startswith(OLE_MAGIC):
        raise RefusalError("word_locked")
    if not data.startswith(ZIP_MAGIC):
        raise RefusalError("no_report")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_word(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise RefusalError("damaged") from error
    return WORD, data


def check_word(archive: zipfile.ZipFile) -> None:
    """A whole Word document: sizes within bounds, every part readable, nothing in it that acts or loads."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_WORD:
        raise RefusalError("too_large")
    names = {part.filename.lower().replace("\\", "/") for part in parts}
    if not {"[content_types].xml", "word/document.xml"} <= names:
        raise RefusalError("no_report")
    if any(part.flag_bits & 1 for part in parts):
        raise RefusalError("word_locked")
    if any(WORD_ACTIVE.search(name) for name in names):
        raise RefusalError("word_active")
    for part in parts:
        content = archive.read(part)  # also proves the checksum
        name = part.filename.lower()
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content.replace(b"\0", b""):
            raise RefusalError("word_active")
        if name == "[content_types].xml" and b"macroEnabled" in content:
            raise RefusalError("word_active")
        if name.endswith(".rels") and loads_something(content):
            raise RefusalError("word_active")


def loads_something(relations: bytes) -> bool:
    """Whether a relation other than a link to click leads outside the document."""
    return any(
        b"External" in relation and b"/hyperlink" not in relation for relation in RELATION.findall(relations)
    )


def main() -> None:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    kept = b""
    try:
        look = check_report if sys.argv[1:] == ["reports"] else check
        content_type, kept = look(sys.stdin.buffer.read(MAX_FILE + 1))
        verdict = {"type": content_type}
    except RefusalError as refusal:
        verdict = {"refused": refusal.code}
    except MemoryError:
        verdict = {"refused": "too_many_pixels"}
    except Exception:  # a decoder that stumbles over a hostile file may raise anything
        verdict = {"refused": "damaged"}
    sys.stdout.buffer.write(json.dumps(verdict).encode() + b"\n" + kept)


if __name__ == "__main__":
    limit_this_process()
    main()
