"""One household entered with the keyboard alone, in Chinese: search, tick, fill in, save, and on to the next."""

from playwright.sync_api import Page, expect

from enrollment.models import InsuredPerson, PayeeAccount
from jincheng_insurance.access.roles import Role
from tests.browser.test_click_through import picture
from tests.world import PASSWORD, World, add_newborn, list_household

PATIENCE = 10_000


def sign_in(page: Page, username: str) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出")).to_be_visible(timeout=PATIENCE)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.className"))


def test_a_household_is_entered_with_the_keyboard_alone(page: Page, live_world: World) -> None:
    party = live_world.own
    household = list_household(
        party, persons=3, basic_insurance="unknown", names=("王建国", "李秀英", "王小梅")
    )
    add_newborn(party, household, name="王小宝")
    following = list_household(party, persons=1)
    head, spouse, child, newborn = household.persons.order_by("id")
    sign_in(page, party[Role.COUNTY_OFFICER].username)
    page.goto("/insured/enrol/household/")
    assert focused(page) == "code"
    keys = page.keyboard
    keys.type("T000")
    keys.press("Enter")
    expect(page.locator(".summary")).to_be_focused(timeout=PATIENCE)
    picture(page, "entry-01-not-found")
    keys.press("Tab")
    keys.press("Enter")
    assert focused(page) == "code"
    keys.press("Control+A")
    keys.type(household.code)
    keys.press("Enter")
    expect(page.locator(f"[name=m{head.pk}-basic_insurance]")).to_be_focused(timeout=PATIENCE)
    picture(page, "entry-02-form")

    keys.press("Home")
    keys.press("Tab")
    keys.type("1381234567")
    keys.press("Tab")
    keys.type("晋城农商银行")
    keys.press("Tab")
    keys.insert_text("６２２８ 4804 0256 4890 018")
    keys.press("Enter")
    expect(page.locator(".summary")).to_be_focused(timeout=PATIENCE)
    picture(page, "entry-03-problem")
    keys.press("Tab")
    keys.press("Enter")
    assert focused(page) == f"m{head.pk}-telephone"
    keys.press("End")
    keys.type("8")
    for _ in range(6):
        keys.press("Tab")
    assert focused(page) == f"m{spouse.pk}-enrol"
    keys.press("Space")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")

    expect(page.locator("[name=code]")).to_be_focused(timeout=PATIENCE)
    expect(page.locator(".toast.success")).to_contain_text("4 名成员中 3 名已参保")
    picture(page, "entry-04-next")
    insured = InsuredPerson.objects.filter(insured_household__roster_household=household)
    assert set(insured.values_list("roster_person", "basic_insurance")) == {
        (head.pk, "resident"),
        (child.pk, "unknown"),
        (newborn.pk, "unknown"),
    }
    account = PayeeAccount.objects.get(person=head)
    assert account.state == PayeeAccount.State.PROPOSED
    page.clock.install()
    keys.type(following.code)
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text(following.code, timeout=PATIENCE)
    bank = page.locator("[name$=bank_name]").first
    bank.fill("晋城农商银行")
    page.clock.fast_forward(6_000)
    expect(page.locator("[data-draft]")).to_contain_text("存为您的草稿", timeout=PATIENCE)
    page.goto("/")  # nothing is asked: the draft has kept it
    page.goto(f"/insured/enrol/household/{following.pk}/")
    page.get_by_role("link", name="继续填写").click()
    expect(bank).to_have_value("晋城农商银行", timeout=PATIENCE)
    picture(page, "entry-10-draft")

    page.goto(f"/roster/households/{household.pk}/members/")
    picture(page, "entry-05-newborn")
    page.goto(f"/roster/persons/{newborn.pk}/")
    picture(page, "entry-06-member")
    sign_in(page, party[Role.REVIEWER].username)
    page.goto("/insured/accounts/")
    picture(page, "entry-07-accounts")
    page.locator("main table a").first.click()
    picture(page, "entry-08-account")
    page.locator("form[action$='/confirm/'] button").click()
    expect(page.locator(".toast.success")).to_contain_text("王建国的收款账户已复核通过")
    picture(page, "entry-09-confirmed")
