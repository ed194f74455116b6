"""A workbook with titles nobody knows, clicked through in a browser: its columns are named, its problems shown, its
annotated copy downloaded."""

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from demo.parties import make_parties
from demo.people import make_households
from tests.browser.test_click_through import PATIENCE, picture, sign_in

TITLES = ["家里的号", "谁", "那张证", "哪个", "哪类", "备用"]
FIELDS = ["household_code", "name", "id_number", "relation", "household_kind"]


def strange_workbook(path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "摸底表"
    sheet.append(["陵川县防返贫摸底表"])
    sheet.append(TITLES)
    for household in make_households(persons=20, counties=["140524"]):
        for person in household.persons:
            kind = household.kind if household.kind == "脱贫户" else "低保户"
            sheet.append([household.code, person.name, person.id_number, person.relation, kind, "x"])
    sheet["C3"] = str(sheet["C3"].value)[:17]
    book.save(path)


@pytest.mark.usefixtures("worker")
def test_columns_are_named_and_the_copy_is_taken(page: Page, tmp_path: Path) -> None:
    make_parties()
    workbook = tmp_path / "摸底.xlsx"
    strange_workbook(workbook)
    sign_in(page, "lingchuan")
    page.get_by_role("link", name="名册导入").first.click()
    page.locator("input[type=file]").set_input_files(workbook)
    page.locator("main button.primary").click()
    name = page.locator("a[href$='/columns/']")
    expect(name).to_be_visible(timeout=PATIENCE)
    picture(page, "20-columns-unknown")
    name.click()
    for title, field in zip(TITLES, FIELDS, strict=False):
        page.get_by_label(title, exact=True).select_option(field)
    picture(page, "21-columns-named")
    page.locator("main button.primary").click()
    copy = page.locator("form[action$='/copy/'] button")
    expect(copy).to_be_visible(timeout=PATIENCE)
    picture(page, "22-problems")
    with page.expect_download() as download:
        copy.click()
    taken = tmp_path / "copy.xlsx"
    download.value.save_as(taken)
    sheet = load_workbook(taken).worksheets[0]
    assert (sheet["G2"].value, sheet.title) == ("问题说明", "摸底表")
    assert sheet["C3"].comment is not None
    page.goto("/roster/titles/")
    picture(page, "23-titles")
