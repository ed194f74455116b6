"""The scheme's own page: figures in the reader's language, and those of another year of the scheme."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.models import PolicyTerm
from jincheng_insurance.access.roles import Role
from tests.world import World


def rows_of(world: World, language: str, **query: str) -> dict[str, str]:
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(world.own[Role.REVIEWER])
    page = client.get(reverse("enrollment:scheme"), query)
    assert page.status_code == 200
    return {row.label: row.value for row in page.context["rows"]} | {"year": str(page.context["year"])}


def test_lists_and_days_are_written_as_the_language_writes_them(world: World) -> None:
    english, chinese = rows_of(world, "en"), rows_of(world, "zh-hans")
    assert english["Natural disasters covered"].startswith("storm, flood, hail")
    assert english["Alert levels"] == "80%, 100%, 120%"
    assert chinese["预警线"] == "80%、100%、120%"
    assert english["Closing day of the next year"] == "31 March"
    assert "3月31日" in chinese.values()
    assert not [value for value in english.values() if re.search("[\u3001\u4e00-\u9fff]", value)]


def test_each_reports_days_are_said_to_be_its_own(world: World) -> None:
    assert rows_of(world, "en")["Days to report"] == (
        "the insurer's special report above 80%: 5 working days, "
        "the county's report of its investigation above 100%: 10 working days"
    )


@pytest.mark.parametrize(
    ("asked", "year", "days"), [("2028", "2028", 3), ("2031", "2026", 10), ("x", "2026", 10)]
)
def test_another_year_is_shown_where_the_address_names_one(
    world: World, asked: str, year: str, days: int
) -> None:
    PolicyTerm.objects.create(policy_year_id=2028, name="payment_days", value=3, source="test")
    shown = rows_of(world, "en", year=asked)
    assert shown["year"] == year
    assert shown["Days to pay after approval"] == f"{days} working days"


def test_the_page_leads_to_the_other_years(world: World) -> None:
    client = Client()
    client.force_login(world.own[Role.REVIEWER])
    page = client.get(reverse("enrollment:scheme"), {"year": "2027"}).content.decode()
    for year, linked in ((2026, True), (2027, False), (2028, True)):
        assert (f'href="{reverse("enrollment:scheme")}?year={year}"' in page) == linked
