"""Every reason for which a roster row is refused or warned of, every way of writing that is mended in
silence, and what rows say about each other."""

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from stdnum.cn.ric import calc_check_digit

from enrollment.roster.checking import RosterCheck, check_rows
from enrollment.roster.columns import ROSTER_COLUMNS
from enrollment.roster.places import Cells
from enrollment.roster.record import CheckedRow, RosterRecord, RosterSummary
from enrollment.roster.texts import PROBLEM_TEXTS, problem_text
from jincheng_insurance.sheets.problems import Problem, SheetError
from jincheng_insurance.sheets.reading import SheetRow, read_rows

TODAY = datetime.date(2026, 6, 1)
REACH = {"沁水县": "140521"}
OTHERS = {"高平市": "140581", "城区": "140502"}
SEPTEMBER = datetime.date(2025, 9, 1)
DAY = datetime.date(2025, 9, 29)

TITLES = {
    "county": "县(市、区、旗)",
    "township": "乡(镇)",
    "village": "行政村",
    "household_code": "户编号",
    "person_code": "人编号",
    "name": "姓名",
    "id_number": "证件号码",
    "relation": "与户主关系",
    "resident_insurance": "是否参加城乡居民基本医疗保险",
    "employee_insurance": "是否参加城镇职工基本医疗保险",
    "household_telephone": "户联系电话",
    "telephone": "人联系电话",
    "first_listed_on": "首次识别时间",
    "household_kind": "户类型",
    "monitored_kind": "易返贫致贫户(监测对象)类型",
    "risk_removed": "风险是否消除",
    "monitored_on": "风险识别时间",
    "risk_removed_on": "风险消除时间",
}
PLAIN: dict[str, Any] = {
    "county": "沁水县",
    "township": "龙港镇",
    "village": "上庄村",
    "person_code": "0521000000101",
    "name": "张三",
    "relation": "户主",
    "resident_insurance": "是",
    "employee_insurance": "否",
    "household_telephone": "13800000000",
    "first_listed_on": "201401",
    "household_kind": "脱贫户",
}
MONITORED: dict[str, Any] = {
    "household_kind": "一般农户",
    "monitored_kind": "边缘易致贫户",
    "monitored_on": "202509",
    "risk_removed": "否",
}


def identity(order: int = 1, *, born: str = "19600203", county: str = "140521") -> str:
    """A synthetic identity number with its right check digit."""
    head = f"{county}{born}{order:03d}"
    return head + calc_check_digit(head + "0")


def person(order: int = 1, **changes: Any) -> dict[str, Any]:
    return {**PLAIN, "household_code": f"h{order}", "id_number": identity(order), **changes}


def listed(
    people: Iterable[dict[str, Any]], sheet: str = "名册", titles: dict[str, str] = TITLES
) -> list[SheetRow]:
    """A sheet with a title, the header in row 2, and one row for each person from row 3 on."""
    head = [SheetRow(sheet, 1, ("监测对象名册",)), SheetRow(sheet, 2, tuple(titles.values()))]
    return head + [
        SheetRow(sheet, number, tuple(one.get(field, "") for field in titles))
        for number, one in enumerate(people, 3)
    ]


def checked(rows: Iterable[SheetRow]) -> list[CheckedRow]:
    return list(check_rows(rows, counties=REACH, other_counties=OTHERS, today=TODAY))


def check_one(**changes: Any) -> CheckedRow:
    (row,) = checked(listed([person(**changes)]))
    return row


def record_of(**changes: Any) -> RosterRecord:
    row = check_one(**changes)
    assert (row.verdict, row.problems) == ("accept", ())
    assert row.record is not None
    return row.record


def codes(row: CheckedRow) -> list[str]:
    return [problem.code for problem in row.problems]


def test_a_plain_row_is_accepted_with_all_it_says() -> None:
    assert record_of(telephone="13900000001") == RosterRecord(
        household_code="h1",
        person_code="0521000000101",
        name="张三",
        id_number=identity(),
        birth_date=datetime.date(1960, 2, 3),
        sex="male",
        relation="HEAD",
        category="OUT_OF_POVERTY",
        monitored_kind="",
        monitored_on=None,
        listed_on=datetime.date(2014, 1, 1),
        listed_month_only=True,
        risk_removed=None,
        risk_removed_on=None,
        county_code="140521",
        township="龙港镇",
        village="上庄村",
        natural_village="",
        basic_insurance="resident",
        household_telephone="13800000000",
        telephone="13900000001",
        as_of=None,
    )


PLAIN_X = next(number for number in (identity(order) for order in range(1, 99)) if number.endswith("X"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (PLAIN_X[:-1] + "x", PLAIN_X),
        (PLAIN_X[:-1] + "х", PLAIN_X),
        (PLAIN_X[:-1] + "×", PLAIN_X),
        (PLAIN_X[:-1] + "Ⅹ", PLAIN_X),
        (identity().translate({ord("0") + digit: ord("０") + digit for digit in range(10)}), identity()),
        (f"\u00a0{identity()[:6]} {identity()[6:14]} {identity()[14:]}\u200b", identity()),
        (f"'{identity()}", identity()),
        (f'="{identity()}"', identity()),
        (f"{identity()}43", identity()),
        (f"{identity()}43B1", identity()),
        (f"\ufeff{identity()}\n", identity()),
        (identity(county="140511"), identity(county="140511")),
        (identity(county="110105"), identity(county="110105")),
        (identity(county="142501"), identity(county="142501")),
        (identity(born="19350101"), identity(born="19350101")),
    ],
)
def test_identity_numbers_are_mended_where_nothing_is_lost(written: str, meant: str) -> None:
    assert record_of(id_number=written).id_number == meant


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "id_number_missing"),
        ("无", "id_number_missing"),
        (identity()[:-1] + str((int(identity()[-1]) + 1) % 10), "id_number_check_digit"),
        (float(identity()[:15] + "000"), "id_number_digits_lost"),
        (int(identity()), "id_number_digits_lost"),
        (identity()[:15] + "000", "id_number_digits_lost"),
        (identity() + ".0", "id_number_digits_lost"),
        ("1.40521E+17", "id_number_scientific"),
        ("1.4052119600203e17", "id_number_scientific"),
        (identity()[:17], "id_number_length"),
        ("140521600203001", "id_number_length"),
        ("140521196002O30011"[:18], "id_number_characters"),
        ("1405**********0011", "id_number_characters"),
        (identity(born="19990231"), "id_number_birth_date"),
        (identity(born="18991231"), "id_number_birth_date"),
        (identity(born="20990101"), "id_number_birth_in_future"),
        (identity(born="20260602"), "id_number_birth_in_future"),
    ],
)
def test_identity_numbers_that_are_wrong_are_refused(written: Any, code: str) -> None:
    row = check_one(id_number=written)
    assert (row.verdict, codes(row), row.record) == ("reject", [code], None)
    assert (row.problems[0].column, row.problems[0].title) == ("G", "证件号码")


def test_a_problem_never_carries_a_whole_number() -> None:
    wrong = identity()[:-1] + str((int(identity()[-1]) + 1) % 10)
    rows = checked(listed([person(1, id_number=wrong, telephone="1380000")]))
    told = repr([problem.params for row in rows for problem in row.problems])
    assert wrong not in told
    assert wrong[6:14] not in told
    assert "1380000" not in told


@pytest.mark.parametrize("county", ["990101", "140599"])
def test_a_number_of_no_county_is_warned_of(county: str) -> None:
    row = check_one(id_number=identity(county=county))
    assert (row.verdict, codes(row)) == ("warn", ["county_prefix"])


@pytest.mark.parametrize(
    ("field", "code"),
    [("name", "name_missing"), ("household_code", "household_code_missing"), ("county", "county_missing")],
)
def test_what_must_be_there_is_asked_for(field: str, code: str) -> None:
    row = check_one(**{field: ""})
    assert (row.verdict, codes(row)) == ("reject", [code])


def test_a_household_code_that_lost_digits_is_refused() -> None:
    assert codes(check_one(household_code=1.4052100000000123e18)) == ["household_code_digits_lost"]


def test_a_text_too_long_to_store_is_refused() -> None:
    assert codes(check_one(name="长" * 61, village="村" * 61)) == ["too_long", "too_long"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("李\u3000四", "李四"),
        (" 王 小 明\u200b", "王小明"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 ． 买买提", "阿卜杜拉·买买提"),
        ("Maria  Li", "Maria Li"),
        ("张\x00三", "张三"),
    ],
)
def test_names_are_written_one_way(written: str, meant: str) -> None:
    assert record_of(name=written).name == meant


@pytest.mark.parametrize(
    ("household", "monitored", "category", "kind"),
    [
        ("脱贫户", "", "OUT_OF_POVERTY", ""),
        ("脱贫户", "脱贫不稳定户", "OUT_OF_POVERTY", "脱贫不稳定户"),
        ("脱贫不稳定户", "", "OUT_OF_POVERTY", "脱贫不稳定户"),
        ("脱贫户", "突发严重困难户", "OUT_OF_POVERTY", "突发严重困难户"),
        ("一般农户", "边缘易致贫户", "MARGINAL", "边缘易致贫户"),
        ("普通农户", "边缘户", "MARGINAL", "边缘易致贫户"),
        ("边缘易致贫户", "", "MARGINAL", "边缘易致贫户"),
        ("普通农户", "突发严重困难户", "SEVERE_DIFFICULTY", "突发严重困难户"),
        ("普通农户", "严重困难户", "SEVERE_DIFFICULTY", "突发严重困难户"),
        ("普通农户", "突发严重困难人口", "SEVERE_DIFFICULTY", "突发严重困难户"),
        (" 一般农户 ", "边缘易致贫户\n", "MARGINAL", "边缘易致贫户"),
    ],
)
def test_categories_follow_both_columns(household: str, monitored: str, category: str, kind: str) -> None:
    record = record_of(household_kind=household, monitored_kind=monitored, monitored_on="202503")
    assert (record.category, record.monitored_kind) == (category, kind)


@pytest.mark.parametrize(
    ("household", "monitored", "code"),
    [
        ("一般农户", "", "not_monitored"),
        ("普通农户", "无", "not_monitored"),
        ("低保户", "", "category_unknown"),
        ("", "低保户", "category_unknown"),
        ("一般农户", "其他", "category_unknown"),
        ("", "", "category_missing"),
    ],
)
def test_households_that_are_none_of_the_schemes_are_refused(
    household: str, monitored: str, code: str
) -> None:
    row = check_one(household_kind=household, monitored_kind=monitored, monitored_on="202503")
    assert (row.verdict, codes(row)) == ("reject", [code])


def test_out_of_poverty_and_marginal_at_once_is_warned_of() -> None:
    row = check_one(monitored_kind="边缘易致贫户", monitored_on="202503")
    assert (row.verdict, codes(row)) == ("warn", ["category_contradiction"])
    assert row.record is not None
    assert row.record.category == "OUT_OF_POVERTY"


@pytest.mark.parametrize(
    ("written", "day", "month_only"),
    [
        (45929.0, DAY, False),
        ("45929", DAY, False),
        (DAY, DAY, False),
        (datetime.datetime.fromisoformat("2025-09-29T08:00"), DAY, False),
        ("2025.09.29", DAY, False),
        ("2025年9月29日", DAY, False),
        ("2025/9/29", DAY, False),
        ("2025-09-29 00:00:00", DAY, False),
        ("20250929", DAY, False),
        ("２０２５．０９．２９", DAY, False),
        ("202509", SEPTEMBER, True),
        (202509.0, SEPTEMBER, True),
        ("202509.0", SEPTEMBER, True),
        ("2025-09", SEPTEMBER, True),
        ("2025年9月", SEPTEMBER, True),
        (2025.09, SEPTEMBER, True),
    ],
)
def test_listing_dates_are_read_in_all_their_shapes(
    written: Any, day: datetime.date, month_only: bool
) -> None:
    record = record_of(**MONITORED | {"monitored_on": written})
    assert (record.listed_on, record.listed_month_only) == (day, month_only)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "listing_date_missing"),
        ("—", "listing_date_missing"),
        ("去年秋天", "listing_date_unreadable"),
        ("2025", "listing_date_unreadable"),
        (2025.1, "listing_date_unreadable"),
        ("202513", "listing_date_unreadable"),
        ("2025-02-30", "listing_date_unreadable"),
        ("209901", "listing_date_future"),
        ("2026-06-02", "listing_date_future"),
    ],
)
def test_monitored_households_need_a_listing_date(written: str, code: str) -> None:
    row = check_one(**MONITORED | {"monitored_on": written, "first_listed_on": "202509"})
    assert (row.verdict, codes(row)) == ("reject", [code])


def test_the_day_of_the_check_is_not_the_future() -> None:
    assert record_of(**MONITORED | {"monitored_on": "2026-06-01"}).listed_on == TODAY


def test_an_unstable_household_keeps_both_dates() -> None:
    record = record_of(
        monitored_kind="脱贫不稳定户", monitored_on="202201", risk_removed="是", risk_removed_on="2024.06"
    )
    assert (record.listed_on, record.monitored_on) == (datetime.date(2014, 1, 1), datetime.date(2022, 1, 1))
    assert (record.risk_removed, record.risk_removed_on) == (True, datetime.date(2024, 6, 1))


@pytest.mark.parametrize(
    ("field", "code"),
    [("first_listed_on", "listed_date_unreadable"), ("risk_removed_on", "removal_date_unreadable")],
)
def test_dates_that_decide_nothing_are_only_warned_of(field: str, code: str) -> None:
    row = check_one(**{field: "不详"})
    assert (row.verdict, codes(row)) == ("warn", [code])


@pytest.mark.parametrize(
    "name", ["沁水县", "沁水", "晋城市沁水县", "山西省晋城市沁水县", "140521", 140521.0, "140521101000"]
)
def test_counties_are_known_by_any_of_their_names(name: Any) -> None:
    assert record_of(county=name).county_code == "140521"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("长子县", "county_outside_city"),
        ("大同市城区", "county_outside_city"),
        ("高平市", "county_outside_reach"),
        ("晋城市城区", "county_outside_reach"),
    ],
)
def test_rows_of_other_counties_are_refused(name: str, code: str) -> None:
    row = check_one(county=name)
    assert (row.verdict, codes(row), row.problems[0].params["value"]) == ("reject", [code], name)


def test_a_sheet_without_a_county_is_the_importers_only_one() -> None:
    titles = {field: title for field, title in TITLES.items() if field != "county"}
    (row,) = checked(listed([person()], titles=titles))
    assert row.record is not None
    assert row.record.county_code == "140521"


@pytest.mark.parametrize(
    ("resident", "employee", "insurance"),
    [
        ("是", "否", "resident"),
        ("是", "", "resident"),
        ("否", "是", "employee"),
        ("", "是", "employee"),
        ("", "", "unknown"),
        ("否", "", "unknown"),
        (True, False, "resident"),
        ("已参加", "未参加", "resident"),
    ],
)
def test_basic_insurance_follows_both_columns(resident: Any, employee: Any, insurance: str) -> None:
    record = record_of(resident_insurance=resident, employee_insurance=employee)
    assert record.basic_insurance == insurance


@pytest.mark.parametrize(
    ("resident", "employee", "code", "insurance"),
    [("否", "否", "insurance_both_no", "none"), ("是", "是", "insurance_both_yes", "employee")],
)
def test_insurances_that_agree_are_warned_of(resident: str, employee: str, code: str, insurance: str) -> None:
    row = check_one(resident_insurance=resident, employee_insurance=employee)
    assert (row.verdict, codes(row)) == ("warn", [code])
    assert row.record is not None
    assert row.record.basic_insurance == insurance


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (13800000000.0, "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("+86-13800000000", "13800000000"),
        ("0356-7022222", "0356-7022222"),
        ("13800000000/13900000000", "13800000000"),
        ("", ""),
        ("无", ""),
    ],
)
def test_telephones_are_written_one_way(written: Any, meant: str) -> None:
    assert record_of(telephone=written).telephone == meant


@pytest.mark.parametrize("written", ["1380000", "138000000000", "12345678901", "不详"])
def test_telephones_that_are_none_are_warned_of_and_left_out(written: str) -> None:
    row = check_one(household_telephone=written)
    assert (row.verdict, codes(row)) == ("warn", ["telephone"])
    assert row.record is not None
    assert row.record.household_telephone == ""


@pytest.mark.parametrize(
    ("written", "relation"),
    [
        ("本人或户主", "HEAD"),
        ("户主", "HEAD"),
        ("配偶", "SPOUSE"),
        ("之子", "SON"),
        ("之女", "DAUGHTER"),
        ("儿媳", "DAUGHTER_IN_LAW"),
        ("之儿媳", "DAUGHTER_IN_LAW"),
        ("之母", "MOTHER"),
        ("之孙子", "GRANDCHILD"),
        ("之兄弟姐妹", "SIBLING"),
        ("其他", "OTHER"),
        ("", "OTHER"),
    ],
)
def test_relations_are_known_by_their_aliases(written: str, relation: str) -> None:
    rows = checked(listed([person(1), person(2, household_code="h1", relation=written)]))
    assert rows[1].record is not None
    assert rows[1].record.relation == relation


def test_a_person_in_two_households_is_refused_in_both_across_sheets() -> None:
    twice = identity(9)
    rows = checked(
        listed([person(1), person(2, id_number=twice)], sheet="甲")
        + listed([person(3, id_number=twice), person(4)], sheet="乙")
    )
    assert [row.verdict for row in rows] == ["accept", "reject", "reject", "accept"]
    assert codes(rows[1]) == codes(rows[2]) == ["person_in_two_households"]
    assert rows[1].problems[0].params == {"household": "h3", "sheet": "乙", "row": 3}
    assert rows[2].problems[0].params == {"household": "h2", "sheet": "甲", "row": 4}


def test_a_refused_row_still_shows_that_its_person_is_elsewhere_too() -> None:
    rows = checked(listed([person(1), person(2, id_number=identity(1), county="长子县")]))
    assert [row.verdict for row in rows] == ["reject", "reject"]


def test_a_person_listed_twice_in_a_household_counts_once_with_all_that_is_said() -> None:
    unstable = {"monitored_kind": "脱贫不稳定户", "monitored_on": "202504"}
    rows = checked(listed([person(1)], sheet="脱贫户") + listed([person(1, **unstable)], sheet="监测对象"))
    assert [row.verdict for row in rows] == ["accept", "warn"]
    assert codes(rows[1]) == ["listed_twice"]
    assert rows[1].record is None
    assert rows[0].record is not None
    assert rows[0].record.monitored_kind == "脱贫不稳定户"
    summary = RosterSummary()
    for row in rows:
        summary.add(row)
    assert (summary.persons, summary.households) == (1, 1)


def test_two_heads_are_warned_of_on_their_rows() -> None:
    rows = checked(
        listed(
            [
                person(order, household_code="h", relation=said)
                for order, said in ((1, "户主"), (2, "户主"), (3, "之子"))
            ]
        )
    )
    assert [codes(row) for row in rows] == [["several_heads"], ["several_heads"], []]


def test_a_household_without_a_head_is_warned_of_on_all_rows() -> None:
    rows = checked(
        listed(
            [person(1, relation="之子", household_code="h"), person(2, relation="之女", household_code="h")]
        )
    )
    assert [codes(row) for row in rows] == [["no_head"], ["no_head"]]


def test_a_refused_head_is_still_the_head() -> None:
    rows = checked(listed([person(1, name=""), person(2, relation="配偶", household_code="h1")]))
    assert [row.verdict for row in rows] == ["reject", "accept"]


def test_two_spouses_are_warned_of() -> None:
    rows = checked(
        listed([person(1), *(person(order, household_code="h1", relation="配偶") for order in (2, 3))])
    )
    assert [codes(row) for row in rows] == [[], ["several_spouses"], ["several_spouses"]]


def test_members_that_disagree_about_their_household_are_warned_of() -> None:
    rows = checked(listed([person(1), person(2, household_code="h1", relation="配偶", **MONITORED)]))
    assert [codes(row) for row in rows] == [["household_differs"], ["household_differs"]]


def test_footers_repeated_headers_and_serial_numbers_are_no_rows() -> None:
    rows = listed([person(1)])
    width = len(TITLES)
    rows += [
        SheetRow("名册", 4, ("合 计", *[""] * (width - 2), 999.0)),
        SheetRow("名册", 5, ("备注：数据来源于监测系统", *[""] * (width - 1))),
        SheetRow("名册", 6, tuple(TITLES.values())),
        SheetRow("名册", 7, (7.0, *[""] * (width - 1))),
        SheetRow("名册", 8, ("合计",) * width),
    ]
    assert [row.row for row in checked(rows)] == [3]


def test_short_rows_are_taken_as_blank_to_the_right() -> None:
    rows = listed([person(1)])
    rows[2] = rows[2]._replace(values=rows[2].values[:14])
    assert [row.verdict for row in checked(rows)] == ["accept"]


def test_a_sheet_that_is_no_roster_is_skipped() -> None:
    check = RosterCheck(REACH, OTHERS, TODAY)
    check.read([SheetRow("汇总", 1, ("县", "乡", "村", "户数")), *listed([person(1)])])
    assert check.skipped_sheets == ["汇总"]
    assert len(list(check.verdicts())) == 1


@pytest.mark.parametrize(
    ("lacking", "named"),
    [("household_code", "户编号"), ("relation", "与户主关系"), ("id_number", "证件号码")],
)
def test_missing_columns_are_named(lacking: str, named: str) -> None:
    titles = {field: title for field, title in TITLES.items() if field != lacking}
    with pytest.raises(SheetError) as caught:
        checked(listed([person(1)], titles=titles))
    assert (caught.value.code, caught.value.params) == (
        "missing_columns",
        {"sheet": "名册", "row": 2, "columns": named},
    )


def test_a_workbook_without_a_header_is_refused() -> None:
    with pytest.raises(SheetError) as caught:
        checked([SheetRow("S", 1, ("甲", "乙"))])
    assert caught.value.code == "no_header"


def test_a_list_of_heads_needs_no_relation() -> None:
    titles = {"county": "县", "household_code": "户编号", "name": "户主姓名", "id_number": "户主证件号码"}
    titles |= {"household_kind": "户类型"}
    (row,) = checked(listed([person(1)], titles=titles))
    assert row.record is not None
    assert (row.verdict, row.record.relation) == ("accept", "HEAD")


def test_the_other_national_export_is_read_by_its_own_titles() -> None:
    titles = {
        **TITLES,
        "county": "县",
        "person_code": "人口编号",
        "resident_insurance": "是否参加新型农村合作医疗（城乡居民基本医疗保险）",
        "monitored_kind": "监测对象类别",
        "monitored_on": "识别监测时间",
        "risk_removed": "风险是否已消除",
    }
    del titles["first_listed_on"]
    (row,) = checked(listed([person(1, **MONITORED)], titles=titles))
    assert row.record is not None
    assert (row.record.listed_on, row.record.basic_insurance) == (SEPTEMBER, "resident")
    assert row.record.person_code == "0521000000101"


def test_the_date_of_the_data_may_stand_above_the_header() -> None:
    rows = listed([person(1)])
    rows[0] = SheetRow("名册", 1, ("填报单位：中心  数据日期：2025年12月31日",))
    (row,) = checked(rows)
    assert row.record is not None
    assert row.record.as_of == datetime.date(2025, 12, 31)


def test_progress_counts_every_row_and_may_stop_the_check() -> None:
    people = [person(1, household_code=f"h{order}") for order in range(2500)]
    seen: list[int] = []
    check = RosterCheck(REACH, OTHERS, TODAY)
    check.read(listed(people), seen.append)
    assert seen == [1000, 2000, 2502]

    def stop(_count: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        RosterCheck(REACH, OTHERS, TODAY).read(listed(people), stop)


def test_a_workbook_from_disk_is_checked_by_its_excel_rows(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "人员信息"
    sheet["A1"] = "监测对象名册"
    sheet.merge_cells("A1:R1")
    for offset, title in enumerate(TITLES.values(), 1):
        sheet.cell(4, offset, title)
    for row, one in (
        (5, person(1, **MONITORED | {"monitored_on": DAY})),
        (9, person(2, id_number=float(identity(2)))),
    ):
        for offset, field in enumerate(TITLES, 1):
            sheet.cell(row, offset, one.get(field))
    sheet["A10"] = "合计"
    workbook.save(tmp_path / "roster.xlsx")
    rows = checked(read_rows(tmp_path / "roster.xlsx"))
    assert [(row.sheet, row.row, row.verdict) for row in rows] == [
        ("人员信息", 5, "accept"),
        ("人员信息", 9, "reject"),
    ]
    assert rows[0].record is not None
    assert rows[0].record.listed_on == DAY
    assert codes(rows[1]) == ["id_number_digits_lost"]


def test_household_fields_merged_over_the_members_count_for_each(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(TITLES.values()))
    members = [person(1), person(2, household_code="h1", relation="配偶")]
    for one in members:
        sheet.append([one.get(field) for field in TITLES])
    for field in ("county", "township", "village", "household_code", "household_kind", "first_listed_on"):
        offset = list(TITLES).index(field) + 1
        sheet.merge_cells(start_row=2, end_row=3, start_column=offset, end_column=offset)
    workbook.save(tmp_path / "roster.xlsx")
    rows = checked(read_rows(tmp_path / "roster.xlsx"))
    assert [row.verdict for row in rows] == ["accept", "accept"]


def test_household_fields_on_the_heads_row_alone_count_for_the_members_below() -> None:
    silent = dict.fromkeys(("household_code", "household_kind", "first_listed_on", "county", "township"), "")
    rows = checked(
        listed(
            [
                person(1),
                person(2, relation="配偶", **silent),
                person(3, relation="之子", **silent | {"household_kind": "脱贫户"}),
                person(4, relation="之女", **silent),
            ]
        )
    )
    assert [row.verdict for row in rows] == ["accept", "accept", "reject", "reject"]
    assert rows[1].record is not None
    assert (rows[1].record.household_code, rows[1].record.county_code) == ("h1", "140521")
    assert "household_code_missing" in codes(rows[2])
    assert "household_code_missing" in codes(rows[3])


def test_cells_and_columns_name_the_same_fields() -> None:
    assert {column.field for column in ROSTER_COLUMNS} == set(Cells._fields)


def test_every_text_can_be_filled_and_problems_survive_storage() -> None:
    class Anything(dict[str, Any]):
        def __missing__(self, key: str) -> str:
            return key

    for code in PROBLEM_TEXTS:
        problem = Problem("A", "姓名", code, Anything(), "error")
        assert problem_text(problem)
    (row,) = checked(listed([person(name="")]))
    assert tuple(Problem.from_json(one.as_json()) for one in row.problems) == row.problems


def test_summary_counts_rows_households_and_monitored_ones() -> None:
    people = [
        person(1),
        person(2, household_code="h1", relation="配偶", telephone="1"),
        person(3, **MONITORED),
        person(4, household_code="h3", relation="配偶", **MONITORED),
        person(5, name=""),
    ]
    summary = RosterSummary()
    for row in checked(listed(people)):
        summary.add(row)
    assert (summary.accepted, summary.warned, summary.rejected) == (3, 1, 1)
    assert (summary.households, summary.persons) == (2, 4)
    assert (summary.monitored_households, summary.monitored_persons) == (1, 2)
