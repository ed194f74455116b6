"""An insurer's workbook of claims in a browser, in Chinese: uploaded with faults, its problems read, mended, uploaded
again, looked over and imported. Leaves pictures in build/screenshots."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from claims.models import Claim, SignOff
from jincheng_insurance.access.roles import Role
from tests.browser.test_claims_way import PATIENCE, sign_in
from tests.browser.test_click_through import picture
from tests.claims.workbooks import bill_cells, claim_cells, item_cells, loss_cells, sign_cells, workbook
from tests.world import World, insure_household, insure_person


def book(world: World, path: Path, *, mended: bool) -> None:
    year = world.year.pk
    people = [insure_person(world.own) for _ in range(2)]
    household = insure_household(world.own, persons=2)
    item = item_cells("JX-0003", quantity=1 if mended else "两台")
    parties = ("村委会", "参保人", "承保机构")
    data = workbook(
        [
            claim_cells(people[0], "JX-0001"),
            claim_cells(people[1], "JX-0002", **({} if mended else {"name": "别的名字"})),
        ],
        [bill_cells("JX-0001", "F1", year), bill_cells("JX-0002", "F2", year)],
        losses=[loss_cells(household, "JX-0003", place="崇文镇岭东村村西第三排")],
        items=[item, item_cells("JX-0003", "玉米", kind="粮食", quantity="350.5", unit="公斤", amount=900)],
        signs=[sign_cells("JX-0003", party, year, assessed=2700) for party in parties],
    )
    path.write_bytes(data)


@pytest.mark.usefixtures("worker")
def test_a_workbook_is_mended_and_imported(page: Page, live_world: World, tmp_path: Path) -> None:
    world = live_world
    sign_in(page, world.own[Role.ADJUSTER].username)
    page.goto("/claims/imports/")
    picture(page, "80-bulk-upload")
    for mended in (False, True):
        path = tmp_path / ("改正后.xlsx" if mended else "七月赔案.xlsx")
        book(world, path, mended=mended)
        page.goto("/claims/imports/")
        page.locator("input[type=file]").set_input_files(path)
        page.locator("main button.primary").click()
        apply = page.locator("form[action$='/apply/'] button")
        expect(apply).to_be_visible(timeout=PATIENCE)
        picture(page, f"8{2 if mended else 1}-bulk-checked")
        if not mended:
            page.get_by_role("link", name="6", exact=True).click()
            expect(page.get_by_role("cell", name="两台")).to_be_visible()
            picture(page, "83-bulk-problems")
    page.locator("form[action$='/apply/'] button").click()
    expect(page.get_by_role("heading", name="本次导入新增的内容")).to_be_visible(timeout=PATIENCE)
    picture(page, "84-bulk-done")
    page.get_by_role("link", name=re.compile("^PA")).first.click()
    page.goto("/claims/imports/")
    picture(page, "85-bulk-list")
    assert Claim.objects.count() == 3
    assert SignOff.objects.filter(standing=True, assessed=2700).count() == 3
