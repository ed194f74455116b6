"""Sample households as roster workbooks, in the two shapes in which the monitoring system exports them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from demo.people import SampleHousehold, SamplePerson

ONE_SHEET_TITLES = (
    "序号 数据日期 县(市、区、旗) 乡(镇) 行政村 自然村 户编号 人编号 姓名 证件号码 人数 与户主关系 健康状况 劳动技能"
    " 是否参加城乡居民基本医疗保险 是否参加城镇职工基本医疗保险 致贫原因1 人均纯收入 户联系电话 人联系电话 首次识别时间"
    " 人员识别时间 户类型 易返贫致贫户(监测对象)类型 风险是否消除 风险识别时间 风险消除时间"
).split()
TWO_SHEET_TITLES = (
    "省 市 县 乡 村 户编号 人口编号 姓名 性别 出生日期 证件类型 证件号码 民族 户联系电话 成员联系电话 年度"
    " 与户主关系 文化程度 在校生状况 劳动技能 健康状况 是否享受低保 是否参加大病保险"
    " 是否参加新型农村合作医疗（城乡居民基本医疗保险）"
    " 是否参加城镇职工基本医疗保险 户类型 监测对象类别 识别监测时间 风险是否已消除 风险消除时间"
).split()
RESIDENT = {"resident": "是", "employee": "否", "none": "否", "unknown": ""}
EMPLOYEE = {"resident": "否", "employee": "是", "none": "否", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Written:
    """What a workbook holds."""

    path: Path
    households: int
    persons: int
    monitored_households: int
    monitored_persons: int


def write_one_sheet(
    path: Path, households: Iterable[SampleHousehold], *, as_of: str = "2025-12-31"
) -> Written:
    """The export with everybody on one sheet 人员信息; `as_of` is the data's date, YYYY-MM-DD."""
    listed = list(households)
    book = Workbook(write_only=True)
    rows = (
        _one_sheet_row(number, as_of, household, person)
        for number, (household, person) in enumerate(_members(listed), 1)
    )
    _sheet(book, "人员信息", listed, as_of, ONE_SHEET_TITLES, rows)
    book.save(path)
    return _written(path, listed)


def write_two_sheets(
    path: Path, households: Iterable[SampleHousehold], *, as_of: str = "2025-12-31"
) -> Written:
    """The export with out-of-poverty households on one sheet and monitored ones on another."""
    listed = list(households)
    book = Workbook(write_only=True)
    for name, part in (
        ("脱贫户", [household for household in listed if not household.counts_as_monitored]),
        ("监测对象", [household for household in listed if household.counts_as_monitored]),
    ):
        rows = (_two_sheet_row(as_of, household, person) for household, person in _members(part))
        _sheet(book, name, listed, as_of, TWO_SHEET_TITLES, rows)
    book.save(path)
    return _written(path, listed)


def _members(households: Iterable[SampleHousehold]) -> Iterable[tuple[SampleHousehold, SamplePerson]]:
    return ((household, person) for household in households for person in household.persons)


def _sheet(
    book: Workbook,
    name: str,
    households: Sequence[SampleHousehold],
    as_of: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    county = households[0].county if households else "晋城市"
    year, month, day = as_of.split("-")
    sheet = book.create_sheet(name)
    sheet.append([f"{county}防止返贫监测信息系统人员信息表"])
    sheet.append([f"填报单位：{county}乡村振兴中心        数据日期：{year}年{month}月{day}日"])
    sheet.append(list(titles))
    for row in rows:
        sheet.append(list(row))
    sheet.append(["合计"])


def _one_sheet_row(number: int, as_of: str, household: SampleHousehold, person: SamplePerson) -> list[Any]:
    return [
        number,
        as_of,
        household.county,
        household.township,
        household.village,
        "",
        household.code,
        person.code,
        person.name,
        person.id_number,
        len(household.persons),
        person.relation,
        "健康",
        "普通劳动力",
        RESIDENT[person.basic],
        EMPLOYEE[person.basic],
        "因病",
        9800,
        household.telephone,
        person.telephone,
        "201401" if household.kind == "脱贫户" else "",
        "",
        household.kind,
        household.monitored,
        household.risk_removed,
        household.listed,
        "",
    ]


def _two_sheet_row(as_of: str, household: SampleHousehold, person: SamplePerson) -> list[Any]:
    return [
        "山西省",
        "晋城市",
        household.county,
        household.township,
        household.village,
        household.code,
        person.code,
        person.name,
        person.sex,
        person.birth_date.isoformat(),
        "居民身份证",
        person.id_number,
        "汉族",
        household.telephone,
        person.telephone,
        as_of[:4],
        "本人或户主" if person.relation == "户主" else person.relation,
        "",
        "",
        "普通劳动力",
        "健康",
        "否",
        "是",
        RESIDENT[person.basic],
        EMPLOYEE[person.basic],
        household.kind,
        household.monitored,
        household.listed,
        household.risk_removed,
        "",
    ]


def _written(path: Path, households: Sequence[SampleHousehold]) -> Written:
    monitored = [household for household in households if household.counts_as_monitored]
    return Written(
        path=path,
        households=len(households),
        persons=sum(len(household.persons) for household in households),
        monitored_households=len(monitored),
        monitored_persons=sum(len(household.persons) for household in monitored),
    )
