"""What the page of an import says of its file: rows of data, problems one by one, and why nothing was found."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import load_workbook

from demo.people import SampleHousehold
from demo.workbooks import write_one_sheet
from enrollment.models import RosterImport, RosterRow
from enrollment.selectors.work import roster_imports_to_finish
from enrollment.services import roster
from enrollment.texts import failure_text
from jincheng_insurance.access.models import User
from tests.enrollment.workbooks import Workbooks, run_check
from tests.sheets import old_excel

State = RosterImport.State


def as_xlsx(path: Path, rows: list[list[object]]) -> Path:
    return path


def as_csv(path: Path, rows: list[list[object]]) -> Path:
    with path.with_suffix(".csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return path.with_suffix(".csv")


def as_xls(path: Path, rows: list[list[object]]) -> Path:
    return old_excel.write(path.with_suffix(".xls"), ("名册", rows))


WAYS = pytest.mark.parametrize("write", [as_xlsx, as_csv, as_xls])


def upload(
    folder: Path,
    households: Sequence[SampleHousehold],
    actor: User,
    write: Callable[[Path, list[list[object]]], Path],
    **titles: str,
) -> RosterImport:
    """The households as a file of one kind, some titles changed, checked."""
    path = write_one_sheet(folder / "roster.xlsx", households).path
    book = load_workbook(path)
    for row in book.worksheets[0].iter_rows(max_row=3):
        for cell in row:
            cell.value = titles.get(str(cell.value), cell.value)
    book.save(path)
    rows = [["" if cell is None else cell for cell in row] for row in book.worksheets[0].values]
    written = write(path, rows)
    return run_check(roster.upload_roster(data=written.read_bytes(), file_name=written.name, actor=actor))


def page_of(upload: RosterImport, actor: User) -> str:
    client = Client()
    client.force_login(actor)
    return client.get(f"/roster/imports/{upload.pk}/").content.decode()


def rows_read(page: str) -> str | None:
    found = re.search(r"<dt>读取行数</dt><dd>([\d,]+)</dd>", page)
    return found[1] if found else None


@WAYS
def test_rows_read_are_rows_of_data(
    tmp_path: Path, officer: User, households: Sequence[SampleHousehold], write: Callable[..., Path]
) -> None:
    persons = sum(len(household.persons) for household in households)
    checked = upload(tmp_path, households, officer, write)
    assert checked.persons == persons
    assert rows_read(page_of(checked, officer)) == str(persons)


@WAYS
def test_of_a_file_that_waits_or_failed_no_rows_are_said_to_be_read(
    tmp_path: Path, officer: User, households: Sequence[SampleHousehold], write: Callable[..., Path]
) -> None:
    """Only its height is known, titles and totals included."""
    waiting = upload(tmp_path, households, officer, write, 证件号码="那张证")
    assert (waiting.state, rows_read(page_of(waiting, officer))) == (State.MAPPING, None)


@WAYS
def test_a_file_without_persons_fails_and_is_no_work(
    tmp_path: Path, officer: User, households: Sequence[SampleHousehold], write: Callable[..., Path]
) -> None:
    empty = upload(tmp_path, [], officer, write)
    assert (empty.state, empty.failure and empty.failure["code"]) == (State.FAILED, "no_rows")
    assert empty.failure is not None
    assert "第 3 行" in failure_text(empty.failure)
    page = page_of(empty, officer)
    assert failure_text(empty.failure) in page
    assert "/apply/" not in page
    assert not roster_imports_to_finish(officer).exists()


def test_the_pager_counts_the_problems_that_the_table_lists(
    workbooks: Workbooks, officer: User, households: Sequence[SampleHousehold]
) -> None:
    """Every row has two problems or more, and there are more than a page holds."""
    spoilt = [
        replace(
            household,
            persons=tuple(replace(person, name="", id_number="1405") for person in household.persons),
        )
        for household in households
    ]
    checked = workbooks.check(spoilt, officer)
    client = Client()
    client.force_login(officer)
    lines, page = [], 1
    while True:
        text = client.get(f"/roster/imports/{checked.pk}/?page={page}").content.decode()
        lines += re.findall(r"<tr><td>人员信息</td>.*", text)
        if 'rel="next"' not in text:
            break
        page += 1
    listed = RosterRow.objects.filter(roster_import=checked).values_list("problems", flat=True)
    assert len(lines) == sum(map(len, listed)) > checked.rejected
    assert page > 1
    assert re.search(rf"共 {len(lines)} 条", text)
    rows = [int(re.findall(r'class="num">(\d+)<', line)[0]) for line in lines]
    assert rows == sorted(rows)
