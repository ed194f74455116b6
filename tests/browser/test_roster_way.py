"""A county clerk's morning, clicked through in a browser: a workbook with mistakes, its annotated copy mended and
handed in again and applied with the keyboard alone, the county enrolled, and one household entered by itself."""

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from demo.parties import make_parties
from demo.people import make_households
from demo.workbooks import write_one_sheet
from enrollment.models import InsuredHousehold, RosterPerson
from tests.browser.test_claims_way import press, reach
from tests.browser.test_click_through import PATIENCE, picture, sign_in

IDENTITY = "J"  # the column of identity numbers in this export
FIRST = 4  # the row of the first person


def upload(page: Page, workbook: Path) -> None:
    page.goto("/roster/imports/")
    page.locator("input[type=file]").set_input_files(workbook)
    page.locator("main form button.primary").click()
    expect(page.locator("button[form=apply]")).to_be_visible(timeout=PATIENCE)


@pytest.mark.usefixtures("worker")
def test_a_workbook_is_mended_applied_and_its_households_enrolled(page: Page, tmp_path: Path) -> None:
    make_parties()
    households = [each for each in make_households(persons=60, counties=["140524"]) if each.kind == "脱贫户"]
    *most, last = households
    wrong = most[0].persons[0]
    spoilt = replace(most[0], persons=(replace(wrong, id_number=wrong.id_number[:-2]), *most[0].persons[1:]))
    path = write_one_sheet(tmp_path / "陵川县监测名册.xlsx", [spoilt, *most[1:]]).path

    sign_in(page, "lingchuan")
    upload(page, path)
    problem = page.get_by_role("region", name="逐行问题").get_by_role("row").nth(1)
    expect(problem).to_contain_text(f"{IDENTITY} 证件号码")
    picture(page, "30-roster-problems")
    with page.expect_download() as download:
        page.locator("form[action$='/copy/'] button").click()
    copy = tmp_path / "标注.xlsx"
    download.value.save_as(copy)
    book = load_workbook(copy)
    cell = book.worksheets[0][f"{IDENTITY}{FIRST}"]
    assert cell.comment is not None
    cell.value = wrong.id_number
    book.save(copy)

    page.get_by_role("button", name="取消此次导入").click()
    page.goto("/roster/imports/")
    reach(page, "input[type=file]")
    page.locator("input[type=file]:focus").set_input_files(
        copy
    )  # the dialog is the browser's, not the page's
    press(page, "main form button.primary")
    expect(page.locator("button[form=apply]")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("region", name="逐行问题")).not_to_contain_text("不通过")
    picture(page, "31-mended-copy")
    reach(page, "button[form=apply]")
    page.keyboard.press("Enter")
    expect(page.locator("a.primary")).to_be_visible(timeout=PATIENCE)
    persons = [person for household in most for person in household.persons]
    assert RosterPerson.objects.count() == len(persons)

    moved = [replace(most[0], persons=(replace(wrong, name="更名者"), *most[0].persons[1:])), *most[1:], last]
    again = write_one_sheet(tmp_path / "下月名册.xlsx", moved).path
    upload(page, again)
    page.get_by_role("link", name="1", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("更名者")
    picture(page, "32-what-changes")
    page.go_back()
    page.locator("button[form=apply]").click()
    expect(page.locator("a.primary")).to_be_visible(timeout=PATIENCE)

    page.goto("/insured/enrol/household/")
    page.locator("[name=code]").fill(last.persons[0].id_number)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(last.code)
    picture(page, "33-single-entry")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast.success")).to_be_visible(timeout=PATIENCE)
    assert InsuredHousehold.objects.get().roster_household.code == last.code

    page.goto("/insured/enrol/")
    page.locator("main a.button.primary").first.click()
    picture(page, "34-enrol-preview")
    page.locator("main form button.primary").click()
    expect(page.locator(".toast.success")).to_be_visible(timeout=PATIENCE)
    picture(page, "35-enrolled")
    assert InsuredHousehold.objects.count() == len(households)
