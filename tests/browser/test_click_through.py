"""The same way, clicked in a real browser in Chinese: roster, enrolment, premium, claim, approval, payment, alert.
Leaves a picture of every page in build/screenshots."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from demo.parties import make_parties
from demo.people import make_households
from demo.sign_ins import PASSWORD
from demo.workbooks import write_one_sheet
from enrollment.selectors import current_policy_year
from tests.test_whole_way import a_covered_household

PICTURES = Path(settings.BASE_DIR) / "build" / "screenshots"
PATIENCE = 30_000


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{name} scrolls sideways by {width} px"


def sign_in(page: Page, username: str) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.mark.usefixtures("worker")
def test_a_household_goes_all_the_way(page: Page, tmp_path: Path) -> None:
    make_parties()
    households = list(make_households(persons=60, counties=["140524"]))
    workbook = tmp_path / "陵川县监测名册.xlsx"
    write_one_sheet(workbook, households)
    person = a_covered_household(households).persons[0]
    year = current_policy_year().year
    page.goto("/sign-in/")
    picture(page, "01-sign-in")

    sign_in(page, "lingchuan")
    page.get_by_role("link", name="名册导入").first.click()
    picture(page, "02-imports")
    page.locator("input[type=file]").set_input_files(workbook)
    page.locator("main button.primary").click()
    apply = page.locator("button[form=apply]")
    expect(apply).to_be_visible(timeout=PATIENCE)
    picture(page, "03-import-checked")
    apply.click()
    expect(page.locator("a.primary")).to_be_visible(timeout=PATIENCE)
    picture(page, "04-import-applied")
    page.locator("a.primary").click()
    picture(page, "05-enrolment")
    page.locator("main a.primary").first.click()
    picture(page, "05-enrolment-preview")
    page.locator("main form button.primary").click()
    picture(page, "06-enrolled")
    page.goto("/insured/")
    picture(page, "07-insured")
    page.goto("/premiums/")
    page.locator("a.button.primary").click()
    picture(page, "08-premium-prepared")
    page.locator("main form button.primary").click()
    picture(page, "09-statement")

    sign_in(page, "adjuster")
    page.goto("/claims/find/")
    page.locator("[name=id_number]").fill(person.id_number)
    picture(page, "10-find-person")
    page.locator("main form button.primary").click()
    assert person.id_number not in page.content()
    page.locator("[name=reserve]").fill("8000")
    picture(page, "11-report")
    page.locator("main form button.primary").click()
    for field, value in {
        "hospital": "晋城市人民医院",
        "invoice_number": "A1",
        "diagnosis": "股骨颈骨折",
        "on": f"{year}-01-02",
        "bill": "30000",
        "basic": "12000",
    }.items():
        page.locator(f"[name={field}]").fill(value)
    page.locator("[name=serious_illness]").fill("0")
    expect(page.locator("#calculation .sum")).to_contain_text("8,000.00", timeout=PATIENCE)
    picture(page, "12-live-calculation")
    page.locator("form[action$='/bills/'] .actions button:not([name])").click()
    picture(page, "13-bill-entered")
    page.locator("form[action$='/submit/'] button").click()
    claim = page.url

    sign_in(page, "reviewer")
    page.goto("/claims/")
    picture(page, "14-claims")
    page.goto(claim)
    picture(page, "15-to-approve")
    page.locator("[name=without_papers]").check()
    page.locator("form[action$='/approve/'] button").click()
    expect(page.get_by_text("请由另一名审核员登记支付")).to_be_visible()

    sign_in(page, "payer")
    page.goto(claim)
    page.locator("[name=reference]").fill("YH20260001")
    picture(page, "16-to-pay")
    page.locator("form[action$='/pay/'] button").click()
    picture(page, "17-closed")

    sign_in(page, "city")
    page.goto("/pool/alerts/")
    for _ in range(60):
        if page.get_by_text("陵川县").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    picture(page, "18-alerts")
    page.locator("main table a").first.click()
    picture(page, "19-alert")
    page.goto("/pool/")
    picture(page, "20-dashboard")
    page.goto("/insured/scheme/")
    picture(page, "21-scheme")
    sign_in(page, "auditor")
    page.goto("/audit/")
    picture(page, "22-audit")
    sign_in(page, "admin")
    page.goto("/people/")
    picture(page, "23-people")
