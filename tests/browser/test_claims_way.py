"""Claims all the way in a real browser, in Chinese: a medical one with the keyboard alone, from finding the person to
the payment; a household's loss with the mouse, through three signatures, batch, bank's workbook and payment.
Leaves pictures in build/screenshots."""

import datetime
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from claims.models import Claim, PaymentBatch
from enrollment.models import InsuredPerson
from enrollment.selectors import identity_place
from jincheng_insurance.access.roles import Role
from jincheng_insurance.access.sealing import unseal
from tests.browser.test_click_through import picture
from tests.world import PASSWORD, World, insure_household, insure_person

PATIENCE = 10_000
MOST_TABS = 120


def reach(page: Page, css: str) -> None:
    """Tab until an element that matches has the focus; fails when the whole page was gone round without it."""
    for _ in range(MOST_TABS):
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{css} can't be reached with Tab on {page.url}")


def press(page: Page, css: str) -> None:
    """Reach a link or button and press Enter, and wait for the page that follows."""
    reach(page, css)
    with page.expect_navigation(timeout=PATIENCE):
        page.keyboard.press("Enter")


def enter(page: Page, **fields: str) -> None:
    """Type into fields in the order given; what stood there is replaced."""
    for name, text in fields.items():
        reach(page, f"main [name={name}]")
        if page.evaluate("document.activeElement.type") == "date":
            enter_day(page, *text.split("-"))
        else:
            page.keyboard.press("Control+A")
            page.keyboard.type(text)


def enter_day(page: Page, year: str, month: str, day: str) -> None:
    """The parts of a date stand in the order of the browser's language, not of the page's: whichever it is."""
    for first, rest in ((month + day + year, ""), (year, month + day)):
        page.keyboard.type(first)
        if rest:
            page.keyboard.press("ArrowRight")
            page.keyboard.type(rest)
        if page.evaluate("document.activeElement.value") == f"{year}-{month}-{day}":
            return
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
    raise AssertionError("the date can't be typed")


def send(page: Page) -> None:
    """Enter in a field sends its form."""
    with page.expect_navigation(timeout=PATIENCE):
        page.keyboard.press("Enter")


def sign_in(page: Page, username: str) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in/")
    reach(page, "[name=username]")
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    send(page)


def number_of(person: InsuredPerson) -> str:
    row = person.roster_person
    return unseal(bytes(row.id_number_sealed or b""), identity_place(row.pk))


def test_a_medical_claim_goes_all_the_way_by_keyboard(page: Page, live_world: World) -> None:
    party, year = live_world.own, live_world.year.year
    person = insure_person(party, names=("王建国",))

    sign_in(page, party[Role.ADJUSTER].username)
    press(page, "a[href='/claims/']")
    press(page, "a[href='/claims/find/']")
    picture(page, "medical-01-find")
    enter(page, id_number=number_of(person))
    send(page)
    assert number_of(person) not in page.content()
    picture(page, "medical-02-report")
    enter(page, reserve="8000")
    send(page)
    enter(
        page,
        hospital="晋城市人民医院",
        invoice_number="ZY0001",
        diagnosis="股骨颈骨折",
        admitted_on=f"{year}-01-02",
        on=f"{year}-01-20",
        bill="9000",
        basic="4000",
    )
    expect(page.locator("#calculation .sum")).to_contain_text("1,500.00", timeout=PATIENCE)
    picture(page, "medical-03-first-bill")
    send(page)
    reach(page, "main [name=care]")
    page.keyboard.press("ArrowDown")
    enter(
        page, hospital="陵川县中医院", invoice_number="MZ0001", on=f"{year}-02-03", bill="3500", basic="500"
    )
    expect(page.locator("#calculation .sum")).to_contain_text("2,500.00", timeout=PATIENCE)
    send(page)
    picture(page, "medical-04-two-bills")
    press(page, "form[action$='/submit/'] button")
    picture(page, "medical-05-submitted")

    claim = Claim.objects.get()
    sign_in(page, party[Role.REVIEWER].username)
    press(page, "a[href='/claims/']")
    press(page, "a[href='/claims/queue/']")
    picture(page, "medical-06-to-do")
    press(page, f"a[href='/claims/{claim.pk}/']")
    picture(page, "medical-07-to-approve")
    page.locator("[name=without_papers]").check()
    press(page, "form[action$='/approve/'] button")
    expect(page.get_by_text("请由另一名审核员登记支付")).to_be_visible()

    sign_in(page, party.payer.username)
    press(page, "a[href='/claims/']")
    press(page, "a[href='/claims/queue/']")
    press(page, f"a[href='/claims/{claim.pk}/']")
    picture(page, "medical-08-to-pay")
    enter(page, reference="YH20260001")
    send(page)
    picture(page, "medical-09-closed")

    claim.refresh_from_db()
    assert (claim.state, claim.granted) == (Claim.State.CLOSED, 2500)
    expect(page.locator("h1")).to_contain_text("已结案")


def test_a_households_loss_goes_all_the_way(page: Page, live_world: World, tmp_path: Path) -> None:
    party, year = live_world.own, live_world.year.year
    household = insure_household(party, names=("李秀英", "李小明"))
    lost_on = datetime.date(year, 1, 2)

    sign_in(page, party[Role.ADJUSTER].username)
    page.goto("/claims/find/")
    page.locator("form[action$='/household/'] [name=code]").fill(household.roster_household.code)
    page.locator("form[action$='/household/'] button").click()
    picture(page, "loss-01-report")
    page.locator("[name=cause]").select_option("natural_disaster")
    page.locator("[name=peril]").select_option("flood")
    page.locator("[name=lost_on]").fill(f"{lost_on}")
    page.locator("[name=place]").fill("崇文镇东街村")
    page.locator("[name=reserve]").fill("6000")
    page.locator("main form button.primary").click()
    picture(page, "loss-02-opened")
    for kind, name, quantity, unit, amount in (
        ("appliance", "电视机", "1", "台", "1800"),
        ("produce", "玉米", "500", "公斤", "1200"),
    ):
        form = page.locator("form[action$='/items/']")
        form.locator("[name=kind]").select_option(kind)
        for field, text in (("name", name), ("quantity", quantity), ("unit", unit), ("amount", amount)):
            form.locator(f"[name={field}]").fill(text)
        with page.expect_navigation():
            form.locator("button:not([name])").click()
    picture(page, "loss-03-items")
    for party_, signer in (("village", "张主任"), ("insured", "李秀英"), ("insurer", "赵定损")):
        form = page.locator("form[action$='/sign/']")
        if not form.is_visible():
            page.locator("details:has(form[action$='/sign/']) > summary").click()
        form.locator("[name=party]").select_option(party_)
        form.locator("[name=signed_by]").fill(signer)
        with page.expect_navigation():
            form.locator("button:not([name])").click()
    picture(page, "loss-04-signed")
    page.locator("form[action$='/submit/'] button").click()
    claim = Claim.objects.get()

    sign_in(page, party[Role.REVIEWER].username)
    page.goto(f"/claims/{claim.pk}/")
    picture(page, "loss-05-to-approve")
    page.locator("[name=without_papers]").check()
    page.locator("form[action$='/approve/'] button").click()
    expect(page.get_by_text("请由另一名审核员登记支付")).to_be_visible()

    sign_in(page, party[Role.ADJUSTER].username)
    page.goto("/claims/payments/")
    picture(page, "loss-06-batches")
    page.locator("form[action*='/gather/'] button").click()
    picture(page, "loss-07-draft")
    page.get_by_role("link", name="填写收款人").click()
    for field, text in (
        ("holder_name", "李秀英"),
        ("bank_name", "晋城农商银行"),
        ("account", "6228480402564890018"),
    ):
        page.locator(f"[name={field}]").fill(text)
    picture(page, "loss-08-payee")
    page.locator("main form button.primary").click()
    batch = PaymentBatch.objects.get()

    sign_in(page, party[Role.REVIEWER].username)
    page.goto(f"/claims/payments/{batch.pk}/")
    picture(page, "loss-09-to-release")
    page.locator("details:has(form[action$='/release/']) > summary").click()
    page.locator("form[action$='/release/'] button").click()
    with page.expect_download() as download:
        page.locator("form[action$='/export/'] button").click()
    picture(page, "loss-10-released")
    sheet = load_workbook(BytesIO(Path(download.value.path()).read_bytes())).active
    assert "6228480402564890018" in [cell.value for cell in sheet[2]]
    page.get_by_role("link", name="登记结果").click()
    page.locator("form[action$='/paid/'] [name=reference]").fill("YH20260002")
    picture(page, "loss-11-line")
    page.locator("form[action$='/paid/'] button").click()
    page.goto(f"/claims/{claim.pk}/")
    picture(page, "loss-12-closed")

    claim.refresh_from_db()
    batch.refresh_from_db()
    assert (claim.state, claim.granted, batch.state) == (Claim.State.CLOSED, 3000, PaymentBatch.State.SETTLED)
    expect(page.locator("h1")).to_contain_text("已结案")
