"""The switch of year and county: lists begin there, the address still has the last word, and nobody sees more by it."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo.posts import give_post
from jincheng_insurance.access.models import Grant, Insurer
from jincheng_insurance.access.roles import Role
from tests.clock import Clock
from tests.world import World, insure_household, reported_claim

LIST = "claims:list"


def switch(client: Client, county: object = "", year: object = 2026, to: str = "/claims/"):  # type: ignore[no-untyped-def]
    return client.post(reverse("access:workplace"), {"year": year, "county": county, "next": to})


def shown(client: Client, **query: object) -> list[str]:
    return [claim.county.name for claim in client.get(reverse(LIST), query).context["page"]]


@pytest.fixture
def city(client: Client, world: World) -> Client:
    for party in (world.own, world.foreign):
        reported_claim(party)
    client.force_login(world.own[Role.CITY_OFFICER])
    return client


def test_lists_begin_with_the_chosen_county_and_say_so(city: Client, world: World) -> None:
    assert len(shown(city)) == 2
    assert switch(city, world.own.county.pk)["Location"] == "/claims/"
    page = city.get(reverse(LIST))
    assert [claim.county for claim in page.context["page"]] == [world.own.county]
    assert str(page.context["filters"]["county"].value()) == str(world.own.county.pk)
    households = city.get(reverse("enrollment:insured"))
    assert [row.county for row in households.context["page"]] == [world.own.county]


def test_the_address_has_the_last_word(city: Client, world: World) -> None:
    switch(city, world.own.county.pk)
    assert shown(city, county=world.foreign.county.pk) == [world.foreign.county.name]
    assert len(shown(city, county="")) == 2


def test_the_switch_takes_effect_on_the_page_it_was_used_on(city: Client, world: World) -> None:
    answer = switch(
        city, world.own.county.pk, to=f"/claims/?county={world.foreign.county.pk}&state=reported&page=2"
    )
    assert answer["Location"] == "/claims/?state=reported"
    for elsewhere in ("https://example.org/", "//example.org/", "javascript:alert(1)", ""):
        assert switch(city, to=elsewhere)["Location"] == "/"


def test_a_county_out_of_reach_is_neither_offered_nor_taken(client: Client, world: World) -> None:
    reported_claim(world.foreign)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    assert world.foreign.county.name not in client.get(reverse(LIST)).content.decode().split("<main")[0]
    switch(client, world.foreign.county.pk)
    assert "workplace_county" not in client.session
    session = client.session
    session["workplace_county"] = world.foreign.county.pk
    session.save()
    assert shown(client) == []
    assert list(client.get(reverse("enrollment:insured")).context["page"]) == []


def test_what_was_chosen_shows_nothing_once_the_post_is_gone(client: Client, world: World) -> None:
    reported_claim(world.own)
    adjuster = world.own[Role.ADJUSTER]
    client.force_login(adjuster)
    switch(client, world.own.county.pk)
    assert len(shown(client)) == 1
    Grant.objects.filter(user=adjuster).update(ended_at=timezone.now())
    give_post(adjuster, Role.ADJUSTER, insurer=Insurer.objects.get(code="B"))
    assert shown(client) == []


def test_a_year_that_has_begun_can_be_chosen_and_the_latest_follows_by_itself(
    client: Client, world: World, clock: Clock
) -> None:
    insure_household(world.own)
    clock.set(2027, 1, 5)
    client.force_login(world.own[Role.COUNTY_OFFICER])
    url = reverse("enrollment:insured")
    assert (client.get(url).context["year"].pk, len(client.get(url).context["page"])) == (2027, 0)
    switch(client, world.own.county.pk, 2026)
    assert (client.get(url).context["year"].pk, len(client.get(url).context["page"])) == (2026, 1)
    switch(client, world.own.county.pk, 2027)
    assert client.session["workplace_year"] is None
    switch(client, world.own.county.pk, 2028)
    assert client.get(url).context["year"].pk == 2027


FIGURES = (
    "riskpool:dashboard",
    "riskpool:claim_figures",
    "riskpool:premium_figures",
    "riskpool:household_figures",
)


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_of_the_chosen_county_and_the_address_has_the_last_word(
    city: Client, world: World, name: str
) -> None:
    def counties(**query: object) -> set[str]:
        pool = city.get(reverse(name), query).context["pool"]
        agreements = [getattr(row[0], "agreement", row[0]) if isinstance(row, tuple) else row for row in pool]
        return {agreement.county.name for agreement in agreements}

    both = {world.own.county.name, world.foreign.county.name}
    assert counties() == both
    switch(city, world.own.county.pk)
    assert counties() == {world.own.county.name}
    assert counties(county="") == both


@pytest.mark.parametrize("name", [*FIGURES, "access:home"])
def test_no_figure_leads_to_a_list_that_the_switch_would_narrow(
    city: Client, world: World, name: str
) -> None:
    """Every list behind a figure is named with its county, be it none."""
    page = city.get(reverse(name), {"county": ""}).content.decode()
    lists = {reverse(LIST): "county=", reverse("enrollment:insured"): "place="}
    main = page[page.index("<main") : page.index("</main>")].replace("&amp;", "&")
    for address in re.findall(r'href="(/[^"]*\?[^"]*)"', main):
        path, _, query = address.partition("?")
        assert path not in lists or lists[path] in query, address


def test_an_empty_list_offers_to_look_beyond_the_chosen_county(city: Client, world: World) -> None:
    switch(city, world.own.county.pk)
    page = city.get(reverse("riskpool:duties")).content.decode()
    assert "没有符合筛选条件" in page
    assert 'href="/pool/duties/?county=&amp;place="' in page
