"""Addresses that only take a form, opened as pages: by signing in anew, by switching language, by hand."""

import pytest
from django.test import Client
from django.urls import reverse

from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.wrong_method import page_above
from tests.world import World

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def officer(world: World, client: Client) -> Client:
    client.force_login(world.own[Role.CITY_OFFICER])
    return client


def test_a_browser_is_led_to_the_page_above_and_told_that_nothing_was_saved(officer: Client) -> None:
    address = reverse("riskpool:draft_settlement", args=[2026])
    answer = officer.get(address, headers=BROWSER, follow=True)
    assert answer.redirect_chain == [(reverse("riskpool:settlements"), 302)]
    assert "没有保存任何内容" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, BROWSER | {"HX-Request": "true"}], ids=["program", "fragment"])
def test_a_program_is_told_which_methods_there_are(officer: Client, headers: dict[str, str]) -> None:
    answer = officer.get(reverse("riskpool:draft_settlement", args=[2026]), headers=headers)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/pool/settlements/draft/2026/", "/pool/settlements/"),
        ("/roster/persons/7/particulars/", "/roster/persons/7/"),
        ("/people/list/", "/people/"),
        ("/workplace/", "/"),
        ("/", "/"),
    ],
)
def test_the_page_above_is_the_nearest_there_is(path: str, above: str) -> None:
    assert page_above(path) == above


def test_whose_session_ended_below_a_form_comes_back_to_its_page(client: Client) -> None:
    address, page = reverse("riskpool:draft_settlement", args=[2026]), reverse("riskpool:settlements")
    answer = client.post(address, headers={"Referer": f"http://testserver{page}?year=2026"})
    assert (
        answer.headers["Location"] == f"{reverse('access:login')}?next=%2Fpool%2Fsettlements%2F%3Fyear%3D2026"
    )
    from_elsewhere = client.post(address, headers={"Referer": "http://elsewhere.example/pool/"})
    assert from_elsewhere.headers["Location"] == reverse("access:login")
