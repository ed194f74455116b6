"""Reads a participation workbook: who is in basic medical insurance in a policy year, by identity number and name (R5).
It says so in one column (居民, 职工, 未参保) or, like the roster, in two of yes and no."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from enrollment.roster.cleaning import (
    clean_identity,
    clean_name,
    clean_text,
    clean_yes,
    is_scientific,
    loses_digits,
)
from enrollment.roster.columns import ROSTER_COLUMNS, titled
from jincheng_insurance.access.sealing import masked
from jincheng_insurance.scheme import identity
from jincheng_insurance.sheets.columns import HEADER_ROWS, Layout, TitleTable
from jincheng_insurance.sheets.problems import ERROR, Problem, SheetError
from jincheng_insurance.sheets.reading import SheetRow

KIND = titled(
    "kind",
    """基本医保参保情况 基本医疗保险参保情况 医保参保情况 参保情况 参保类型 参保险种 医保类型 医保参保类型 险种类型 险种
    基本医疗保险类型 基本医保类型 基本医疗保险""",
)
TAKEN = ("id_number", "name", "resident_insurance", "employee_insurance")
COLUMNS = (KIND, *(column for column in ROSTER_COLUMNS if column.field in TAKEN))
TITLES = TitleTable(COLUMNS)
WORDS = {
    "resident": """居民 居民医保 城乡居民 城乡居民医保 城乡居民基本医疗保险 城乡居民基本医保 居民基本医疗保险 新农合
    新型农村合作医疗""",
    "employee": "职工 职工医保 城镇职工 城镇职工医保 城镇职工基本医疗保险 职工基本医疗保险 城镇职工基本医保",
    "none": "未参保 未参加 无 否 没有 未参 停保 断保",
}
KINDS = {word: kind for kind, words in WORDS.items() for word in words.split()}
PROGRESS_EVERY = 1_000


class Stated(NamedTuple):
    """One line: whose participation it states, and what is wrong with it. `kind` is resident, employee or none."""

    sheet: str
    row: int
    id_number: str
    name: str
    kind: str
    problems: tuple[Problem, ...]
    at_name: tuple[str, str]
    at_number: tuple[str, str]


def read_participation(
    rows: Iterable[SheetRow], *, today: datetime.date, on_progress: Callable[[int], None]
) -> Iterator[Stated]:
    """The lines of every sheet that has the columns. A number that stands twice is refused the second time. SheetError
    when no sheet has them."""
    seen: dict[str, tuple[str, int]] = {}
    found = False
    for sheet, group in groupby(_counted(rows, on_progress), itemgetter(0)):
        top: list[SheetRow] = []
        below: list[SheetRow] = []
        for row in group:
            (top if row.row <= HEADER_ROWS else below).append(row)
            if below:
                break
        layout = TITLES.layout(top)
        if layout is None or not _complete(layout):
            continue
        found = True
        for row in chain((row for row in top if row.row > layout.row), below, group):
            stated = _read(row, sheet, layout, today)
            if stated is not None:
                yield _once(stated, seen)
    if not found:
        raise SheetError("no_header", {"rows": HEADER_ROWS, "columns": "证件号码、姓名、基本医保参保情况"})


def _complete(layout: Layout) -> bool:
    says = {"kind", "resident_insurance", "employee_insurance"} & layout.fields.keys()
    return {"id_number", "name"} <= layout.fields.keys() and bool(says)


def _read(row: SheetRow, sheet: str, layout: Layout, today: datetime.date) -> Stated | None:
    """One line checked for itself; None for one that names nobody, such as a total."""

    def cell(field: str) -> Any:
        place = layout.fields.get(field)
        return row.values[place.offset] if place is not None and place.offset < len(row.values) else ""

    def at(field: str) -> tuple[str, str]:
        place = layout.fields.get(field)
        return (place.letter, place.title) if place is not None else ("", "")

    raw = cell("id_number")
    number, name = clean_identity(raw), clean_name(cell("name"))
    if not number:
        return None
    problems: list[Problem] = []
    wrong = _number_problem(raw, number, today)
    if wrong:
        problems.append(Problem(*at("id_number"), wrong, _number_facts(wrong, number), ERROR))
    if not name:
        problems.append(Problem(*at("name"), "name_missing", {}, ERROR))
    kind = _kind(cell)
    if not kind:
        field = "kind" if "kind" in layout.fields else "resident_insurance"
        shown = str(cell(field)).strip()[:40]
        problems.append(Problem(*at(field), "participation_unknown", {"value": shown}, ERROR))
    return Stated(sheet, row.row, number, name, kind, tuple(problems), at("name"), at("id_number"))


def _kind(cell: Callable[[str], Any]) -> str:
    word = clean_text(cell("kind"))
    if word:
        return KINDS.get(word, "")
    employee, resident = clean_yes(cell("employee_insurance")), clean_yes(cell("resident_insurance"))
    if employee:
        return "employee"
    if resident:
        return "resident"
    return "" if employee is None and resident is None else "none"


def _number_problem(raw: Any, number: str, today: datetime.date) -> str:
    if loses_digits(raw):
        return "id_number_digits_lost"
    if is_scientific(number):
        return "id_number_scientific"
    wrong = identity.problem(number, today=today)
    return f"id_number_{wrong}" if wrong else ""


def _number_facts(code: str, number: str) -> dict[str, Any]:
    return {"length": len(number), "birth_date": number[6:14], "number": masked(number)}


def _once(stated: Stated, seen: dict[str, tuple[str, int]]) -> Stated:
    if stated.problems:
        return stated
    before = seen.setdefault(stated.id_number, (stated.sheet, stated.row))
    if before == (stated.sheet, stated.row):
        return stated
    problem = Problem(*stated.at_number, "participation_twice", {"sheet": before[0], "row": before[1]}, ERROR)
    return stated._replace(problems=(problem,))


def _counted(rows: Iterable[SheetRow], on_progress: Callable[[int], None]) -> Iterator[SheetRow]:
    for count, row in enumerate(rows, 1):
        yield row
        if not count % PROGRESS_EVERY:
            on_progress(count)
