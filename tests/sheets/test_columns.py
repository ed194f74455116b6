"""Headers are found wherever they stand and however their titles are written."""

import pytest

from jincheng_insurance.sheets.columns import TitleTable, column, keys_of
from jincheng_insurance.sheets.reading import SheetRow

COLUMNS = (
    column("code", "户编号", required=True),
    column("name", "姓名", "户主姓名", required=True),
    column("place", "县(市、区、旗)"),
    column("resident", "城乡居民医保"),
)
TABLE = TitleTable(COLUMNS)


def rows(*lines: tuple[object, ...], start: int = 1) -> list[SheetRow]:
    return [SheetRow("S", number, line) for number, line in enumerate(lines, start)]


def test_titles_above_the_header_are_passed_over() -> None:
    layout = TABLE.layout(
        rows(
            ("名册", "", ""),
            ("填报单位：甲", "", ""),
            ("户编号", "姓名", "县(市、区、旗)"),
            ("1", "张三", "甲县"),
        )
    )
    assert layout is not None
    assert layout.row == 3
    assert {field: place.letter for field, place in layout.fields.items()} == {
        "code": "A",
        "name": "B",
        "place": "C",
    }


@pytest.mark.parametrize(
    "title", [" 户 编号", "户编号\n", "＊户编号", "户编号（必填）", "户\u3000编\u200b号"]
)
def test_titles_are_known_however_they_are_written(title: str) -> None:
    assert TABLE.find(title) == (0, "code")


def test_brackets_may_be_part_of_a_title_or_a_remark() -> None:
    assert keys_of("县（市、区、旗）") == ("县市区旗", "县")
    assert keys_of("(必填)") == ("必填",)


def test_the_preferred_title_wins_and_unknown_ones_are_listed() -> None:
    layout = TABLE.layout(rows(("户主姓名", "户编号", "姓名", "县", "县(市、区、旗)", "其他")))
    assert layout is not None
    assert layout.fields["name"].offset == 2
    assert layout.fields["place"].title == "县(市、区、旗)"
    assert layout.unknown == ("县", "其他")


def test_a_header_over_two_rows_is_one() -> None:
    layout = TABLE.layout(
        rows(
            ("户编号", "姓名", "医保", "医保", "县(市、区、旗)"),
            ("", "", "城乡居民医保", "职工", ""),
            ("1", "张三"),
        )
    )
    assert layout is not None
    assert layout.row == 2
    assert set(layout.fields) == {"code", "name", "resident", "place"}


def test_missing_columns_are_named() -> None:
    layout = TABLE.layout(rows(("姓名", "县(市、区、旗)", "城乡居民医保")))
    assert layout is not None
    assert layout.missing(COLUMNS) == ("户编号",)


def test_a_sheet_without_titles_has_no_layout() -> None:
    assert TABLE.layout(rows(("甲", "乙"), ("姓名", "丙"))) is None
    assert TABLE.layout(rows(("户编号", "姓名", "县(市、区、旗)"), start=21)) is None
