"""The premium budget of a county: the 8 % of R4, rates and shares, counts supposed at will, and its workbook (R29)."""

import datetime
import io

import openpyxl
import pytest
from django.test import Client

from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from jincheng_insurance.scheme.statement import Units
from jincheng_insurance.scheme.terms import default_terms
from premiums.budget_book import write_budget
from premiums.selectors.budget import CountyBudget, budgets, county_budget, sum_of
from tests.world import World, list_household


def of_county(code: str, households: int, persons: int) -> CountyBudget:
    return county_budget(
        terms=default_terms(2026),
        county=Region.objects.get(code=code),
        out_of_poverty=Units(households, persons),
        listed=Units(0, 0),
    )


@pytest.mark.usefixtures("db")
def test_qinshui_budgets_eight_percent_more_and_shares_three_to_seven() -> None:
    row = of_county("140521", 4039, 9062)
    assert (row.monitored.households, row.monitored.persons) == (323, 725)
    assert (row.for_persons, row.for_households) == ((9062 + 725) * 100, (4039 + 323) * 30)
    assert row.total == 978_700 + 130_860 == 1_109_560
    assert (row.city, row.county_share, row.ratio) == (332_868, 776_692, "3 : 7")


@pytest.mark.usefixtures("db")
def test_the_sum_adds_every_column_up() -> None:
    rows = [of_county("140521", 4039, 9062), of_county("140524", 13, 25)]
    total = sum_of(rows)
    assert rows[1].monitored == Units(1, 2)
    assert rows[1].city == rows[1].county_share == (27 * 100 + 14 * 30) / 2
    assert total.total == total.city + total.county_share == 1_109_560 + 3120
    assert (total.households, total.persons) == (4039 + 323 + 14, 9062 + 725 + 27)


def test_counts_come_from_the_roster_within_reach(world: World) -> None:
    for _ in range(13):
        list_household(world.own, persons=2)
    list_household(world.own, persons=3, category="MARGINAL", listed_on=datetime.date(2026, 2, 1))
    list_household(world.foreign, persons=1)

    (row,) = budgets(world.own[Role.COUNTY_FINANCE], 2026)

    assert (row.use.warning, row.use.households_over, row.use.persons_over) == (100, 0, 1)
    assert (row.out_of_poverty, row.listed, row.monitored) == (Units(13, 26), Units(1, 3), Units(1, 2))
    assert len(budgets(world.own[Role.CITY_FINANCE], 2026)) == 6
    (supposed,) = budgets(world.own[Role.COUNTY_OFFICER], 2026, {"140524": Units(100, 200)})
    assert (supposed.out_of_poverty, supposed.monitored) == (Units(100, 200), Units(8, 16))


@pytest.mark.usefixtures("db")
def test_the_workbook_carries_formulas_and_their_values() -> None:
    rows = [of_county("140521", 4039, 9062), of_county("140524", 13, 25)]
    data = write_budget(rows, year=2026, place="晋城市", supposed=False)

    formulas = openpyxl.load_workbook(io.BytesIO(data)).active
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True).active

    assert formulas["A1"].value == "晋城市2026年度保费预算表"
    assert formulas["L2"].value == "单位：元"
    assert (formulas["J5"].value, formulas["J7"].value) == ("=H5+I5", "=SUM(J5:J6)")
    assert [values[f"{letter}7"].value for letter in "BCFGJKL"] == [
        4052,
        9087,
        4376,
        9814,
        1_112_680,
        334_428,
        778_252,
    ]
    assert (values["F5"].value, values["J5"].value) == (4362, 1_109_560)
    assert all(
        values[cell.coordinate].value is not None
        for row in formulas.iter_rows()
        for cell in row
        if cell.value is not None
    )
    assert any("负责人" in str(cell.value) for cell in formulas["A"])


def test_other_counts_are_calculated_and_not_stored(world: World, client: Client) -> None:
    list_household(world.own)
    client.force_login(world.own[Role.COUNTY_FINANCE])
    page = client.get("/premiums/budget/", {"h140524": "4039", "p140524": "9062"}).content.decode()
    assert "1,109,560.00" in page
    assert "1,109,560.00" not in client.get("/premiums/budget/").content.decode()
    for wrong in ("-1", "many", "99999999999", "1.5"):
        assert client.get("/premiums/budget/", {"h140524": wrong}).status_code == 422
    assert client.get("/premiums/budget/", {"year": "1999"}).status_code == 422
    book = client.get("/premiums/budget/", {"h140524": "100", "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(book.content), data_only=True).active
    assert (sheet["A2"].value, sheet["B5"].value, sheet["B6"].value) == ("户数、人数为测算数", 100, 100)


def test_a_county_that_uses_its_budget_up_is_marked_in_words(world: World, client: Client) -> None:
    for _ in range(13):
        list_household(world.own, persons=2)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    pages = "/premiums/budget/", "/insured/enrol/"
    for page in pages:
        assert "超出" not in client.get(page).content.decode()
    list_household(world.own, persons=2, category="MARGINAL", listed_on=datetime.date(2026, 2, 1))
    for page in pages:
        assert "已用完" in client.get(page).content.decode()
    list_household(world.own, persons=2, category="MARGINAL", listed_on=datetime.date(2026, 2, 1))
    for page in pages:
        assert "超出1户2人" in client.get(page).content.decode()
