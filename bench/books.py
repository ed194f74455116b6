"""Roster workbooks for the bench, kept in build/bench from run to run: synthetic people, the same for the same size."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bench.house import ROOT
from demo.people import SampleHousehold, make_households
from demo.workbooks import EMPLOYEE, RESIDENT

FOLDER = ROOT / "build" / "bench"
# What the roster needs of the monitoring system's export. All its columns together would pass 20 MB at 200,000 rows.
TITLES = (
    "县(市、区、旗)",
    "乡(镇)",
    "行政村",
    "户编号",
    "人编号",
    "姓名",
    "证件号码",
    "与户主关系",
    "是否参加城乡居民基本医疗保险",
    "是否参加城镇职工基本医疗保险",
    "户联系电话",
    "首次识别时间",
    "户类型",
    "易返贫致贫户(监测对象)类型",
    "风险是否消除",
    "风险识别时间",
)
NAME = TITLES.index("姓名")
EVERY_HUNDREDTH = 100


def book(rows: int, *, changed: bool = False) -> Path:
    """A workbook of `rows` persons of the whole city; `changed`: the same, with every hundredth person renamed."""
    path = FOLDER / f"roster-{rows}{'-changed' if changed else ''}.xlsx"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("人员信息")
        sheet.append(list(TITLES))
        for row in _rows(rows, changed=changed):
            sheet.append(row)
        workbook.save(partial)
        partial.rename(path)
    return path


def _rows(rows: int, *, changed: bool) -> Iterator[list[Any]]:
    made = 0
    for household in make_households(persons=rows):
        for row in _household_rows(household):
            if made == rows:
                return
            made += 1
            if changed and made % EVERY_HUNDREDTH == 0:
                row[NAME] = row[NAME][0] + "更名"
            yield row


def _household_rows(household: SampleHousehold) -> Iterator[list[Any]]:
    for person in household.persons:
        yield [
            household.county,
            household.township,
            household.village,
            household.code,
            person.code,
            person.name,
            person.id_number,
            person.relation,
            RESIDENT[person.basic],
            EMPLOYEE[person.basic],
            household.telephone,
            "201401" if household.kind == "脱贫户" else "",
            household.kind,
            household.monitored,
            household.risk_removed,
            household.listed,
        ]
