"""A county clerk in a real browser in Chinese: a township enrolled, a member withdrawn and refunded, a move asked for
and confirmed. Leaves a picture of every page in build/screenshots."""

import datetime

import pytest
from playwright.sync_api import Page, expect

from enrollment.models import HouseholdMove, InsuredHousehold, RosterHousehold
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from premiums.models import PremiumStatement
from tests.browser.test_click_through import picture
from tests.world import PASSWORD, World, add_member, list_household


def sign_in(page: Page, username: str) -> None:
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.fixture
def households(live_world: World) -> list[RosterHousehold]:
    township = Region.objects.filter(parent=live_world.own.county, level="township").order_by("code")[0]
    made = [list_household(live_world.own, persons=persons) for persons in (3, 2, 1)]
    RosterHousehold.objects.filter(pk__in=[each.pk for each in made[:2]]).update(township=township)
    list_household(
        live_world.own, category="MARGINAL", listed_on=datetime.date(live_world.year.year + 1, 2, 1)
    )
    return made


def test_enrol_withdraw_refund_and_move(
    page: Page, live_world: World, households: list[RosterHousehold]
) -> None:
    here, there = live_world.own, live_world.foreign
    sign_in(page, here[Role.COUNTY_OFFICER].username)
    page.set_default_timeout(15_000)
    page.goto("/insured/enrol/")
    picture(page, "enrol-01-status")
    page.get_by_role("link", name="办理 3 户参保").click()
    page.locator("input[type=checkbox]").first.check()
    page.get_by_role("button", name="预览所选乡镇").click()
    picture(page, "enrol-02-preview")
    page.get_by_role("button", name="为 2 户 5 人参保").click()
    expect(page.locator(".toast")).to_contain_text("2 户 5 人")
    assert InsuredHousehold.objects.count() == 2

    page.goto("/premiums/")
    page.get_by_role("link", name="编制").click()
    page.locator("main form button.primary").click()
    picture(page, "enrol-03-statement")
    add_member(households[0])
    insured = InsuredHousehold.objects.get(roster_household=households[0])
    page.goto(f"/insured/{insured.pk}/")
    picture(page, "enrol-04-household")
    page.get_by_role("link", name="补充参保 1 名成员").click()
    page.locator("input[type=checkbox]").check()
    picture(page, "enrol-05-members")
    page.get_by_role("button", name="为所选成员参保").click()
    page.get_by_role("link", name="撤销参保", exact=True).first.click()
    picture(page, "enrol-06-withdraw")
    page.get_by_label("为什么属于误参保").fill("重复录入")
    page.locator("main form button.danger").click()
    expect(page.locator(".toast")).to_contain_text("已撤销")
    picture(page, "enrol-07-withdrawn")

    page.goto("/premiums/")
    picture(page, "enrol-08-premiums")
    page.get_by_role("link", name="准备退费").click()
    picture(page, "enrol-09-refund")
    page.get_by_role("button", name="出具退费清单").click()
    picture(page, "enrol-10-refunded")
    assert PremiumStatement.objects.get(kind="refund").due == -100

    page.goto(f"/roster/households/{households[0].pk}/")
    page.get_by_role("link", name="迁移本户").click()
    picture(page, "enrol-11-move")
    page.locator("#id_ask_to_county").select_option(label=there.county.name)
    page.locator("#id_ask_reason").fill("投亲靠友")
    page.get_by_role("button", name="请迁入县确认").click()
    picture(page, "enrol-12-asked")
    sign_in(page, there[Role.COUNTY_OFFICER].username)
    page.goto("/insured/moves/")
    picture(page, "enrol-13-moves")
    page.get_by_role("link", name="去处理").click()
    page.get_by_label("乡镇或村").select_option(index=1)
    picture(page, "enrol-14-decide")
    page.get_by_role("button", name="确认迁入").click()
    expect(page.locator(".toast")).to_contain_text("转入贵县名册")
    picture(page, "enrol-15-moved")
    assert HouseholdMove.objects.get().state == "confirmed"
