"""Uploaded papers: known by content, pictures drawn anew, hostile files refused with a word that helps."""

import io
import time
import zipfile

import pytest
from PIL import Image

from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.web import uploads
from jincheng_insurance.web.uploads import REFUSALS, check_upload, shown_name
from tests.papers import bomb, packed_objects, pdf, photograph, picture


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("hidden.html", "<script>alert(1)</script>")
    return out.getvalue()


def refused(data: bytes) -> str:
    """The code of the refusal."""
    with pytest.raises(Refused) as caught:
        check_upload(data)
    assert caught.value.field == "file"
    return next(code for code, text in REFUSALS.items() if text == caught.value.message)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg"), (pdf(), "application/pdf")],
    ids=["png", "jpg", "pdf"],
)
def test_pdf_jpg_and_png_are_known_by_what_they_hold(data: bytes, content_type: str) -> None:
    assert check_upload(data).content_type == content_type


def test_a_pdf_is_kept_as_it_came() -> None:
    data = pdf(packed_objects(b"7 0 <</Producer(scanner)>>"))
    assert check_upload(data).data == data


def test_a_photograph_is_turned_upright_and_loses_place_maker_and_comment() -> None:
    data = photograph()
    assert b"PhoneMaker-CANARY" in data
    assert b"COMMENT-CANARY" in data
    kept = check_upload(data).data
    assert b"CANARY" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (48, 64)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_hides_behind_a_picture_is_left_behind(kind: str) -> None:
    kept = check_upload(picture(kind) + archive() + b"<script>alert(1)</script>").data
    assert b"PK\x03\x04" not in kept
    assert b"<script>" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (64, 48)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_are_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, "PNG")
    assert check_upload(out.getvalue()).content_type == "image/png"


def test_a_press_picture_of_four_inks_is_taken() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (40, 30)).save(out, "JPEG")
    with Image.open(io.BytesIO(check_upload(out.getvalue()).data)) as image:
        assert image.mode == "RGB"


def test_a_huge_photograph_is_brought_to_a_legible_size() -> None:
    kept = check_upload(picture("JPEG", size=(8000, 6000))).data
    with Image.open(io.BytesIO(kept)) as image:
        assert max(image.size) == 4096


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "other_kind"),
        (b"<!doctype html><script>alert(1)</script>", "other_kind"),
        (b"GIF89a" + b"\0" * 100, "other_kind"),
        (archive(), "other_kind"),
        (b"MZ" + b"\0" * 200, "other_kind"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "phone_format"),
        (picture("PNG")[:-20], "damaged"),
        (picture("JPEG", size=(600, 400))[:-200], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged"),
        (b"\xff\xd8\xff" + b"\0" * 50, "damaged"),
        (picture("PNG", size=(4, 4)), "too_small"),
        (bomb(), "too_many_pixels"),
        (b"GIF89a junk %PDF-1.4 " + pdf(), "mixed"),
        (pdf() + archive(), "mixed"),
        (pdf() + b"<script>alert(1)</script>", "mixed"),
        (pdf()[:-8], "damaged"),
        (b"%PDF-1.4\n%%EOF", "damaged"),
        (b"%PDF-1.4\nstartxref\n0\n%%EOF", "damaged"),
        (pdf(trailer=b"/Encrypt 9 0 R"), "locked"),
        (pdf(b"5 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj\n"), "active"),
        (pdf(b"5 0 obj\n<</S/J#61vaScript/J#53(app.alert(1))>>\nendobj\n"), "active"),
        (pdf(b"5 0 obj\n<</S/Launch/F(cmd.exe)>>\nendobj\n"), "active"),
        (pdf(b"5 0 obj\n<</Type/Filespec/EF<</F 6 0 R>>/EmbeddedFile 1>>\nendobj\n"), "active"),
        (pdf(packed_objects(b"7 0 <</S/JavaScript/JS(app.alert(1))>>")), "active"),
        (pdf(packed_objects(b"\0" * 30_000_000)), "too_large"),
        (pdf() + b"\n" + archive() + b"\n%%EOF", "mixed"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_hostile_and_broken_files_are_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_more_than_ten_megabytes_are_refused_before_a_process_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads.subprocess, "run", lambda *args, **kwargs: pytest.fail("started"))
    assert refused(b"\xff\xd8\xff" + b"\0" * (10 * 2**20)) == "too_large"


def test_a_bomb_is_refused_quickly() -> None:
    began = time.monotonic()
    assert refused(bomb(7000, 9000)) == "too_many_pixels"
    assert time.monotonic() - began < 15


def test_a_checker_that_dies_is_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(uploads, "CHECKER", "/nowhere/checker.py")
    assert refused(picture()) == "failed"


def test_a_checker_that_hangs_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = tmp_path_factory.mktemp("slow") / "checker.py"
    script.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(uploads, "CHECKER", script)
    monkeypatch.setattr(uploads, "MAX_WAIT_SECONDS", 1)
    assert refused(picture()) == "failed"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("发票.pdf", "发票.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\扫描\\结算单.JPG", "结算单.jpg"),
        ("身份证140524199001011234.png", "身份证***.jpg"),
        ("14052419900101123X.png", "***.jpg"),
        ("１４０５２４１９９００１０１１２３４.png", "***.jpg"),
        ("a\u202egpj.exe", "agpj.jpg"),
        ("line\r\nSet-Cookie: x=1.png", "lineSet-Cookie: x=1.jpg"),
        ("", "file.jpg"),
        (".png", "png.jpg"),
        ("长" * 300 + ".png", "长" * 80 + ".jpg"),
    ],
)
def test_a_file_name_is_shown_without_tricks_or_numbers(name: str, shown: str) -> None:
    assert shown_name(name, "image/jpeg") == shown
