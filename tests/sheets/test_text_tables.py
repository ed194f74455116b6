"""Tables in plain text and workbooks of the older kind are read as they stand, by what they are, not by their name."""

import datetime
from pathlib import Path

import pytest

from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import SheetRow, read_rows, suffix_of
from tests.sheets import hostile, old_excel

ROWS = [("户编号", "姓名", "备注"), ("0521", "张三", "a;b,c\t"), ("0522", "李\n四", "")]


def written(path: Path, delimiter: str, encoding: str) -> Path:
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in ROWS]
    path.write_bytes("\r\n".join([*lines[:2], "", *lines[2:]]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_in_every_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = written(tmp_path / "a.csv", delimiter, encoding)
    stream = read_rows(path)
    assert stream.total == 4
    assert list(stream) == [
        SheetRow("CSV", 1, ROWS[0]),
        SheetRow("CSV", 2, ROWS[1]),
        SheetRow("CSV", 4, ROWS[2]),
    ]


def test_a_rare_character_outside_gbk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,村\n㛃,䶮村\n𠮷,x\n".encode("gb18030"))
    assert [row.values[0] for row in read_rows(path)] == ["姓名", "㛃", "𠮷"]


def test_cells_of_a_table_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("0521,1.40521E+17,true,2025-09-29")
    assert next(read_rows(path)).values == ("0521", "1.40521E+17", "true", "2025-09-29")


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    for name, content in (
        ("book.csv", hostile.good_bytes()),
        ("book.xls", hostile.good_bytes()),
        ("old.xlsx", old_excel.old_workbook(("S", [["x"]]))),
        ("old.csv", old_excel.old_workbook(("S", [["x"]]))),
    ):
        (tmp_path / name).write_bytes(content)
        assert len(list(read_rows(tmp_path / name))) >= 1


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a"])
def test_a_table_under_another_name_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("户编号,姓名\n1,张三\n")
    with pytest.raises(SheetError) as caught:
        read_rows(tmp_path / name)
    assert caught.value.code == "plain_text"


def test_an_older_workbook_is_read_with_its_dates_and_merged_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [["户", "日期"], ["h1", ("date", 45929.0)], ["", 1.5], ["h2", "x"]]
    path = old_excel.write(tmp_path / "a.xls", ("名册", rows), ("二", [["y"]]), merged=[(1, 2, 0, 0)])
    assert [(row.sheet, row.values) for row in read_rows(path)] == [
        ("名册", ("户", "日期")),
        ("名册", ("h1", datetime.date(2025, 9, 29))),
        ("名册", ("h1", 1.5)),
        ("名册", ("h2", "x")),
        ("二", ("y",)),
    ]


def test_endings_that_arent_read_are_none() -> None:
    names = ("a.XLSX", "名册.csv", "a.b.xls", "a.exe", "a", "a.x/../../b", "a." + "x" * 300)
    assert [suffix_of(name) for name in names] == [".xlsx", ".csv", ".xls", "", "", "", ""]
