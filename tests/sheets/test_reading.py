"""Workbooks are read as they stand, and a hostile one costs a clear error, never the process that asked."""

import datetime
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import Workbook

from jincheng_insurance.sheets import reading
from jincheng_insurance.sheets.problems import SheetError, letter
from jincheng_insurance.sheets.reading import SheetRow, read_rows
from jincheng_insurance.sheets.texts import SHEET_ERRORS
from tests.sheets import hostile


def saved(path: Path, *sheets: tuple[str, list[list[object]]]) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def code_of(path: Path) -> str:
    with pytest.raises(SheetError) as caught:
        list(read_rows(path))
    assert caught.value.code in SHEET_ERRORS
    assert str(caught.value)
    assert "%(" not in str(caught.value)
    return caught.value.code


def test_values_keep_their_types(tmp_path: Path) -> None:
    moment = datetime.datetime.fromisoformat("2025-09-29T08:30")
    path = saved(
        tmp_path / "a.xlsx", ("S", [["文", 1.5, 7, True, datetime.date(2025, 9, 29), moment, None, "0521"]])
    )
    (row,) = read_rows(path)
    assert row == SheetRow("S", 1, ("文", 1.5, 7, True, datetime.date(2025, 9, 29), moment, "", "0521"))
    assert row.values[3] is True


def test_row_numbers_and_columns_are_excels_own(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet["C4"], sheet["D9"] = "first", "second"
    workbook.save(tmp_path / "a.xlsx")
    rows = list(read_rows(tmp_path / "a.xlsx"))
    assert [(row.row, row.values) for row in rows] == [
        (4, ("", "", "first", "")),
        (9, ("", "", "", "second")),
    ]


def test_sheets_follow_each_other_and_the_total_is_true(tmp_path: Path) -> None:
    many: list[list[object]] = [[number] for number in range(1, 1201)]
    path = saved(tmp_path / "a.xlsx", ("一", many), ("空", []), ("二", [["x"], [None], ["y"]]))
    stream = read_rows(path)
    assert stream.total == 1203
    rows = list(stream)
    assert [row.sheet for row in rows] == ["一"] * 1200 + ["二"] * 2
    assert rows[-1].row == 3
    assert stream.done == stream.total


def test_merged_cells_repeat_down_to_the_members(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (["户", "人"], ["h1", "a"], [None, "b"], ["h2", "c"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    workbook.save(tmp_path / "a.xlsx")
    assert [row.values for row in read_rows(tmp_path / "a.xlsx")] == [
        ("户", "人"),
        ("h1", "a"),
        ("h1", "b"),
        ("h2", "c"),
    ]


def test_reading_that_is_broken_off_leaves_no_process(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", ("S", [["x" * 1000, number] for number in range(20_000)]))
    with read_rows(path) as stream:
        next(stream)
        process = stream._process
    assert process.poll() is not None


def test_reader_sees_none_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    seen: list[dict[str, str]] = []
    original = subprocess.Popen

    def watched(*args: object, **options: object) -> object:
        seen.append(options["env"])  # type: ignore[arg-type]
        return original(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", watched)
    list(read_rows(saved(tmp_path / "a.xlsx", ("S", [["x"]]))))
    assert seen
    assert "DATABASE_URL" not in seen[0]


def test_two_cells_at_the_ends_of_the_sheet_are_an_error_not_an_abort(tmp_path: Path) -> None:
    path = hostile.workbook_file(tmp_path / "a.xlsx", hostile.cell("A1") + hostile.cell("XFD1048576"))
    began = time.monotonic()
    assert code_of(path) == "too_much_memory"
    assert time.monotonic() - began < 20


def test_a_cell_far_to_the_right_is_named_with_its_sheet(tmp_path: Path) -> None:
    path = hostile.workbook_file(tmp_path / "a.xlsx", hostile.cell("A1") + hostile.cell("XFD9"))
    with pytest.raises(SheetError) as caught:
        read_rows(path)
    assert (caught.value.code, caught.value.params) == ("stray_cells", {"sheet": "Sheet1"})


def test_a_lying_dimension_changes_nothing(tmp_path: Path) -> None:
    path = hostile.workbook_file(tmp_path / "a.xlsx", dimension='<dimension ref="A1:XFD1048576"/>')
    assert [row.values for row in read_rows(path)] == [("a",)]


def test_a_cell_in_the_last_row_alone_is_read(tmp_path: Path) -> None:
    path = hostile.workbook_file(tmp_path / "a.xlsx", hostile.cell("A1") + hostile.cell("B1048576"))
    assert [row.row for row in read_rows(path)] == [1, 1048576]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "web_page"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><Workbook/>", "web_page"),
        ("户编号,姓名\n1,张三\n".encode(), "plain_text"),
        ("户编号,姓名\n1,张三\n".encode("gbk"), "plain_text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "not_a_workbook"),
        (hostile.encrypted_bytes(), "encrypted"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (bytes(1000), "not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_workbook"),
    ],
)
def test_what_is_no_workbook_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert code_of(path) == code


def test_a_truncated_workbook_is_damaged(tmp_path: Path) -> None:
    content = hostile.good_bytes()
    (tmp_path / "a.xlsx").write_bytes(content[: len(content) // 2])
    assert code_of(tmp_path / "a.xlsx") == "damaged"


def test_an_encrypted_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(hostile.flag_encrypted(hostile.good_bytes()))
    assert code_of(tmp_path / "a.xlsx") == "encrypted"


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}, "external_links"),
        ({f"xl/media/{number}.png": b"" for number in range(2001)}, "too_many_parts"),
        ({"xl/worksheets/sheet2.xml": b" " * (301 << 20)}, "unpacked_too_large"),
        ({"xl/worksheets/sheet2.xml": b" " * (50 << 20)}, "packed_too_tight"),
        ({"xl/workbook.bin": b"x"}, "old_format"),
    ],
)
def test_what_a_data_workbook_needs_not_is_refused(
    tmp_path: Path, extra: dict[str, bytes], code: str
) -> None:
    assert code_of(hostile.workbook_file(tmp_path / "a.xlsx", extra=extra)) == code


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert code_of(hostile.workbook_file(tmp_path / "a.xlsx", doctype=bomb)) == "document_type"


def test_another_kind_of_archive_is_no_workbook(tmp_path: Path) -> None:
    path = hostile.workbook_file(tmp_path / "a.xlsx")
    content = path.read_bytes().replace(b"xl/", b"zz/")
    path.write_bytes(content)
    assert code_of(path) == "not_a_workbook"


def test_a_file_over_the_limit_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.xlsx", ("S", [["x"]]))
    os.truncate(path, reading.MAX_FILE + 1)
    monkeypatch.setattr(reading, "start_reader", lambda _path: pytest.fail("opened"))
    with pytest.raises(SheetError) as caught:
        read_rows(path)
    assert (caught.value.code, caught.value.params) == ("file_too_large", {"megabytes": 21, "limit": 20})


def test_a_missing_file_is_said() -> None:
    with pytest.raises(SheetError) as caught:
        read_rows("/nowhere/a.xlsx")
    assert caught.value.code == "no_file"


@pytest.mark.parametrize("seed", range(30))
def test_a_workbook_with_damage_anywhere_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(hostile.good_bytes())
    for _ in range(chance.choice((1, 5, 50))):
        content[chance.randrange(len(content))] = chance.choice((0, 255, chance.randrange(256)))
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    outcome = "read"
    try:
        list(read_rows(path))
    except SheetError as error:
        outcome = error.code
    assert outcome in {"read", *SHEET_ERRORS}


def test_a_reader_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(reading, "READER", sleeper)
    monkeypatch.setattr(reading, "MAX_WAIT_SECONDS", 0.5)
    assert code_of(saved(tmp_path / "a.xlsx", ("S", [["x"]]))) == "too_slow"


def test_the_reader_limits_its_own_memory() -> None:
    source = (
        "import runpy, resource; reader = runpy.run_path(%r); reader['limit_this_process']();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0]); bytearray(1 << 30)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source % str(reading.READER)], capture_output=True, text=True, check=False
    )
    assert int(done.stdout) <= 1000 << 20
    assert "MemoryError" in done.stderr


def test_letters_are_excels() -> None:
    assert [letter(index) for index in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
