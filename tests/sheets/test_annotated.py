"""The annotated copy keeps what stands in a workbook, marks what is wrong, and carries no formula."""

import datetime
import io
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from enrollment.roster.columns import ROSTER_TITLES
from jincheng_insurance.sheets.annotated import AMBER, RED, Copy, Note, Notes, Words, write_annotated
from jincheng_insurance.sheets.reading import read_rows
from tests.sheets import old_excel

WORDS = Words("问题说明", "名册检查")
COPY = Copy(ROSTER_TITLES.layout, ("id_number", "household_code"), ("问题说明",))
TITLES = ["户编号", "姓名", "证件号码", "与户主关系", "户类型", "识别监测时间", "人均纯收入"]
NUMBER = "140521196002030018"
DAY = datetime.date(2025, 9, 29)
PERSON: list[object] = ["052100001", "张三", NUMBER, "户主", "脱贫户", DAY, 9800.5]


def upload(path: Path, *rows: list[object], title: str = "名册") -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def copied(path: Path, notes: Notes) -> dict[str, Worksheet]:
    out = io.BytesIO()
    write_annotated(path, out, notes=notes, copy=COPY, words=WORDS)
    out.seek(0)
    return {sheet.title: sheet for sheet in load_workbook(out).worksheets}


def test_values_stay_and_problems_are_marked_where_they_are(tmp_path: Path) -> None:
    path = upload(tmp_path / "a.xlsx", ["名册"], TITLES, PERSON, [*PERSON[:2], "12", *PERSON[3:]])
    notes = {
        ("名册", 4): [
            Note("C", "error", "位数不对"),
            Note("G", "warning", "请核对"),
            Note("", "error", "无列"),
        ]
    }
    sheet = copied(path, notes)["名册"]
    assert [cell.value for cell in sheet[3]][:7] == [
        *PERSON[:5],
        datetime.datetime.fromisoformat("2025-09-29"),
        9800.5,
    ]
    assert sheet["H3"].value is None
    assert sheet["C4"].value == "12"
    assert (sheet["C4"].fill.fgColor.rgb, sheet["G4"].fill.fgColor.rgb) == (RED, AMBER)
    assert sheet["C4"].comment.text == "位数不对"
    assert sheet["H2"].value == "问题说明"
    assert sheet["H4"].value == "C 位数不对\nG 请核对\n无列"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A3", "A2:H4")
    assert sheet["A3"].comment is None
    assert sheet["A3"].fill.fgColor.rgb not in (RED, AMBER)


def test_numbers_of_people_stay_text_where_somebody_will_type_them_again(tmp_path: Path) -> None:
    path = upload(tmp_path / "a.xlsx", TITLES, PERSON, [*PERSON[:2], 1.40521e17, *PERSON[3:]])
    sheet = copied(path, {("名册", 3): [Note("C", "error", "丢失")]})["名册"]
    assert [sheet[f"C{row}"].number_format for row in (2, 3)] == ["@", "@"]
    assert [sheet[f"C{row}"].data_type for row in (2, 3)] == ["s", "n"]
    assert sheet["C2"].value == NUMBER


def test_nothing_becomes_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    evil = ["=cmd|'/C calc'!A0", "+1+1", "@SUM(1)", "-2+3", '="0521"', "#REF!", "\t=1"]
    lines = [",".join(TITLES), ",".join(f'"{one.replace(chr(34), chr(34) * 2)}"' for one in evil)]
    path.write_text("\n".join(lines), encoding="gb18030")
    sheet = copied(path, {("CSV", 2): [Note("B", "error", "=HYPERLINK(1)")]})["CSV"]
    assert {cell.data_type for cell in sheet[2]} == {"s"}
    assert [cell.value for cell in sheet[2]][:6] == evil[:6]
    assert all(sheet[f"{column}2"].quotePrefix for column in "ABCDE")
    assert sheet["H2"].value == "B =HYPERLINK(1)"


def test_rows_keep_their_numbers_and_every_sheet_comes_along(tmp_path: Path) -> None:
    book = Workbook()
    first = book.worksheets[0]
    first.title = "说明"
    first["B3"] = "只是说明"
    second = book.create_sheet("名册")
    second["A1"] = "名册标题"
    second.merge_cells("A1:G1")
    for column, title in enumerate(TITLES, 1):
        second.cell(3, column, title)
    for row in (5, 6):
        for column, value in enumerate(PERSON, 1):
            second.cell(row, column, value)
    second["A6"] = None
    second.merge_cells("A5:A6")
    book.save(tmp_path / "a.xlsx")
    sheets = copied(tmp_path / "a.xlsx", {("名册", 6): [Note("B", "warning", "核对")]})
    assert list(sheets) == ["说明", "名册"]
    assert sheets["说明"]["B3"].value == "只是说明"
    sheet = sheets["名册"]
    assert [str(one) for one in sheet.merged_cells.ranges] == ["A1:G1"]
    assert sheet["A4"].value is None
    assert (sheet["A5"].value, sheet["A6"].value) == (PERSON[0], PERSON[0])
    assert sheet["H6"].value == "B 核对"


def test_a_copy_of_a_copy_has_one_column_of_reasons(tmp_path: Path) -> None:
    path = upload(tmp_path / "a.xlsx", TITLES, PERSON, PERSON)
    with (tmp_path / "b.xlsx").open("wb") as out:
        write_annotated(
            path,
            out,
            notes={("名册", 2): [Note("B", "error", "旧的")], ("名册", 3): [Note("B", "error", "旧的")]},
            copy=COPY,
            words=WORDS,
        )
    again = copied(tmp_path / "b.xlsx", {("名册", 3): [Note("A", "error", "新的")]})["名册"]
    assert [cell.value for cell in again[1]] == [*TITLES, "问题说明"]
    assert (again["H2"].value, again["H3"].value) == (None, "A 新的")


def test_older_workbooks_and_hostile_sheet_names_come_out_as_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    values = ["052100001", "张三", NUMBER, "户主", "脱贫户", ("date", 45929.0), float("nan")]
    path.write_bytes(
        old_excel.old_workbook(("名册/[一]" * 9, [TITLES, values]), ("名册/[一]" * 9 + "二", [["x"]]))
    )
    (name, *_) = {row.sheet for row in read_rows(path) if row.row == 2}
    sheets = copied(path, {(name, 2): [Note("C", "error", "核对")]})
    sheet = next(iter(sheets.values()))
    assert len(sheets) == 2
    assert sheet["F2"].value == datetime.datetime.fromisoformat("2025-09-29")
    assert sheet["G2"].value == "nan"
    assert sheet["H2"].value == "C 核对"
