"""One messy roster as people hand it in, as .xlsx, .xls and .csv: the verdict on every row, and what each problem says
of its place."""

import csv
import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from enrollment.roster.record import CheckedRow
from enrollment.roster.texts import PROBLEM_TEXTS
from jincheng_insurance.sheets.reading import read_rows
from tests.enrollment.test_roster_checking import (
    DAY,
    MONITORED,
    PLAIN_X,
    TITLES,
    checked,
    codes,
    identity,
    listed,
    person,
)
from tests.sheets import old_excel

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
FIRST_ROW = 4
SERIAL = 45929.0

ROWS: list[tuple[str, dict[str, Any]]] = [
    ("accept", {}),
    ("accept", {"id_number": PLAIN_X[:-1] + "х"}),
    ("accept", {"id_number": identity(102).translate(FULL_WIDTH)}),
    ("accept", {"id_number": f"\u00a0{identity(103)[:6]} {identity(103)[6:]}\u200b"}),
    ("accept", {"id_number": f"'{identity(104)}"}),
    ("accept", {"id_number": f'="{identity(105)}"'}),
    ("accept", {"id_number": f"{identity(106)}43"}),
    ("accept", {"name": "李\u3000四", "relation": "本人或户主"}),
    ("accept", {"household_kind": "普通农户", "monitored_kind": "严重困难户", "monitored_on": "202509"}),
    *(
        ("accept", MONITORED | {"monitored_on": written})
        for written in (SERIAL, DAY, "2025.09.29", "2025年9月29日", "202509", 202509.0, "202509.0")
    ),
    ("reject:id_number_check_digit", {"id_number": identity(120)[:-1] + "?"}),
    ("reject:id_number_digits_lost", {"id_number": float(identity(121))}),
    ("reject:id_number_scientific", {"id_number": "1.40521E+17"}),
    ("reject:id_number_length", {"id_number": identity(122)[:17]}),
    ("reject:id_number_birth_date", {"id_number": identity(123, born="19990231")}),
    ("reject:id_number_birth_in_future", {"id_number": identity(124, born="20990101")}),
    ("reject:id_number_missing", {"id_number": ""}),
    ("reject:name_missing", {"name": ""}),
    ("reject:household_code_missing", {"household_code": ""}),
    ("reject:category_unknown", {"household_kind": "低保户"}),
    ("reject:not_monitored", {"household_kind": "一般农户"}),
    ("reject:listing_date_missing", MONITORED | {"monitored_on": ""}),
    ("reject:listing_date_unreadable", MONITORED | {"monitored_on": "去年秋天"}),
    ("reject:listing_date_future", MONITORED | {"monitored_on": "209901"}),
    ("reject:county_outside_reach", {"county": "高平市"}),
    ("reject:county_outside_city", {"county": "长子县"}),
    ("reject:person_in_two_households", {"id_number": identity(130)}),
    ("reject:person_in_two_households", {"id_number": identity(130)}),
    ("warn:no_head", {"relation": "之子"}),
    ("warn:several_heads", {"household_code": "two"}),
    ("warn:several_heads", {"household_code": "two"}),
    ("accept", {"household_code": "wed"}),
    ("warn:several_spouses", {"household_code": "wed", "relation": "配偶"}),
    ("warn:several_spouses", {"household_code": "wed", "relation": "之妻"}),
    ("warn:insurance_both_no", {"resident_insurance": "否", "employee_insurance": "否"}),
    ("warn:insurance_both_yes", {"resident_insurance": "是", "employee_insurance": "是"}),
    ("warn:telephone", {"telephone": "1380000"}),
    ("warn:county_prefix", {"id_number": identity(140, county="140599")}),
]


def people() -> list[list[Any]]:
    made = []
    for order, (_verdict, changes) in enumerate(ROWS, 1):
        one = person(order, **changes)
        if str(one["id_number"]).endswith("?"):
            right = identity(120)[-1]
            one["id_number"] = one["id_number"][:-1] + ("1" if right != "1" else "2")
        made.append([one.get(field, "") for field in TITLES])
    return made


def as_xlsx(path: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名册"
    for line in [["监测对象名册"], [], list(TITLES.values()), *people(), [], ["合计"], ["备注：以系统为准"]]:
        sheet.append(line)
    for row in sheet.iter_rows(min_row=FIRST_ROW):
        for cell in row:
            if cell.data_type == "f":  # text that only begins like a formula
                cell.data_type = "s"
    sheet.row_dimensions[5].hidden = True
    book.save(path)
    return path


def as_xls(path: Path) -> Path:
    rows = [[("date", SERIAL) if value == DAY else value for value in row] for row in people()]
    return old_excel.write(path, ("名册", [["监测对象名册"], [], list(TITLES.values()), *rows, [], ["合计"]]))


def as_csv(path: Path) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        out.writerows([["监测对象名册"], [], list(TITLES.values())])
        for row in people():
            out.writerow(
                [f"{value:%Y/%m/%d}" if isinstance(value, datetime.date) else value for value in row]
            )
        out.writerow(["合计"])
    return path


@pytest.mark.parametrize("write", [as_xlsx, as_xls, as_csv])
def test_every_row_of_a_messy_roster_gets_its_verdict(tmp_path: Path, write: Any) -> None:
    path = write(tmp_path / write.__name__.replace("as_", "roster."))
    got = checked(read_rows(path))
    assert [row.row for row in got] == list(range(FIRST_ROW, FIRST_ROW + len(ROWS)))
    assert [":".join([row.verdict, *codes(row)]) for row in got] == [
        expected(verdict, path) for verdict, _ in ROWS
    ]


def expected(verdict: str, path: Path) -> str:
    """In plain text a number that has lost its digits looks like what it is: scientific notation."""
    lost = verdict == "reject:id_number_digits_lost" and path.suffix == ".csv"
    return "reject:id_number_scientific" if lost else verdict


def test_the_list_of_what_is_checked_is_whole() -> None:
    met = {code for verdict, _ in ROWS for code in verdict.split(":")[1:]}
    elsewhere = {
        "household_code_digits_lost",
        "too_long",
        "id_number_characters",
        "category_missing",
        "county_missing",
        "listed_in_another_household",
        "listed_in_household",
        "person_not_found",
        "name_differs",
        "participation_unknown",
        "participation_twice",
        "township_new",
        "township_new_like",
        "household_of_another_county",
        "listed_twice",
        "household_differs",
        "category_contradiction",
        "listed_date_unreadable",
        "removal_date_unreadable",
    }
    assert met - set(PROBLEM_TEXTS) == set()
    assert set(PROBLEM_TEXTS) - met - elsewhere == set()


def only(**changes: Any) -> CheckedRow:
    (row,) = checked(listed([person(**changes)]))
    return row


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"id_number": identity()[:17]}, identity()[:4] + "*********" + identity()[13:17]),
        ({"id_number": "1.40521E+17"}, "1.40521E+17"),
        ({"id_number": "无"}, "无"),
        ({"name": ""}, ""),
        ({"household_kind": " 低保户"}, "低保户"),
        ({"household_kind": identity()}, identity()[:4] + "**********" + identity()[14:]),
        ({"county": "13800000000"}, "138****0000"),
        ({"telephone": "1380000"}, "*****00"),
        ({"telephone": "123"}, "123"),
        ({"id_number": "140521"}, "140521"),
        ({"telephone": "138000000000"}, "1380****0000"),
        (MONITORED | {"monitored_on": "去年秋天"}, "去年秋天"),
        ({"relation": "之子"}, "之子"),
    ],
)
def test_a_problem_repeats_what_stands_there_but_no_number_in_full(
    changes: dict[str, Any], value: str
) -> None:
    assert only(**changes).problems[0].value == value


def test_a_person_in_two_households_is_shown_masked_in_both() -> None:
    rows = checked(listed([person(1), person(2, id_number=identity(1))]))
    number = identity(1)
    assert {row.problems[0].value for row in rows} == {number[:4] + "**********" + number[14:]}
