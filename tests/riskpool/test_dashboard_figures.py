"""The pages of figures: claims by progress and age, premium in arrears, households by place. Every figure is that of
the list it leads to, nobody sees beyond their reach, and many cost no more than few."""

import datetime
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from django.db.models import Sum
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.forms.lists import ClaimFilter
from claims.models import Claim
from claims.selectors import claims as claims_of
from claims.services.decision import approve_claim, return_claim
from claims.services.payment import record_payment
from enrollment.filters import InsuredHouseholdFilter
from enrollment.models import HouseholdCount, InsuredHousehold
from enrollment.selectors.finding import find_insured_households
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.web.charts import raster
from premiums.services.funds import pay_funds
from premiums.services.statements import issue_statement
from riskpool.pictures import Figure, Picture
from riskpool.selectors.households import households
from tests.riskpool.test_dashboard import book, told
from tests.world import (
    Party,
    World,
    approved_claim,
    insure_household,
    rejected_claim,
    reported_claim,
    submitted_claim,
)

PAGES = ("claim_figures", "premium_figures", "household_figures")


def get(user: User, address: str, /, language: str = "en", **query: object) -> HttpResponse:
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(user)
    return client.get(address if address.startswith("/") else reverse(f"riskpool:{address}"), query)


def figures_in(rows: Sequence[Sequence[object]]) -> list[Figure]:
    return [cell for cell in chain(*rows) if isinstance(cell, Figure)]


@pytest.fixture
def handled(world: World) -> World:
    """Claims of every stage and age at both parties."""
    for party in (world.own, world.foreign):
        old = [reported_claim(party) for _ in range(3)]
        for claim, days in zip(old, (9, 20, 90), strict=True):
            day = timezone.localdate() - datetime.timedelta(days=days)
            Claim.objects.filter(pk=claim.pk).update(reported_on=day)
        rejected_claim(party)
        return_claim(claim=submitted_claim(party), reason="补", actor=party[Role.REVIEWER])
        late = approved_claim(party)
        Claim.objects.filter(pk=late.pk).update(pay_by=timezone.localdate() - datetime.timedelta(days=1))
        unpaid = submitted_claim(party, self_pay="100")
        approve_claim(claim=unpaid, reason="", actor=party[Role.REVIEWER])
        record_payment(
            claim=approved_claim(party), paid_on=timezone.localdate(), reference="B", actor=party.payer
        )
    return world


def length_of_claims(actor: User, url: str) -> int:
    """How long the list at an address is, without drawing its page."""
    path, _mark, query = url.partition("?")
    assert path == reverse("claims:list")
    filters = ClaimFilter(QueryDict(query), actor=actor)
    assert filters.is_valid(), filters.errors
    year = filters.cleaned_data["year"]
    return claims_of(actor, year).filter(filters.condition()).count()


def length_of_households(actor: User, url: str) -> int:
    path, _mark, query = url.partition("?")
    assert path == reverse("enrollment:insured")
    filters = InsuredHouseholdFilter(QueryDict(query), actor=actor)
    assert filters.is_valid(), filters.errors
    return find_insured_households(actor, filters.policy_year, filters.wanted()).count()


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.COUNTY_OFFICER, Role.REVIEWER])
def test_every_figure_of_claims_is_the_length_of_the_list_it_leads_to(handled: World, role: Role) -> None:
    page = get(handled.own[role], "claim_figures")
    pictures = page.context["funnel"], page.context["ageing"]
    many = role == Role.CITY_OFFICER
    assert [len(picture.rows) for picture in pictures] == ([5, 5] if many else [1, 1])
    figures = [figure for picture in pictures for figure in figures_in(picture.rows)]
    assert len(figures) == (5 if many else 1) * (8 + 7)
    for figure in figures:
        assert str(length_of_claims(handled.own[role], figure.url)) == figure.text, figure.url
    late = get(handled.own[role], figures[-1].url)
    assert str(late.context["page"].paginator.count) == figures[-1].text != "0"
    whole = pictures[0].rows[2 if many else 0]
    parties = 2 if many else 1
    # reported, assessed, submitted, approved, paid; nothing to pay, rejected, withdrawn
    assert [int(str(cell)) for cell in whole[1:]] == [each * parties for each in (8, 4, 3, 3, 1, 1, 1, 0)]
    ages = [int(str(cell)) for cell in pictures[1].rows[2 if many else 0][1:]]
    assert ages[4:] == [each * parties for each in (5, 1, 1)]
    assert sum(ages[:4]) == ages[4]
    assert ages[3] == parties


def test_households_count_as_their_lists_do_and_lead_there(world: World) -> None:
    townships = Region.objects.filter(parent=world.own.county, level="township")
    for place, number in zip(townships, (3, 4), strict=False):
        for _ in range(number):
            household = insure_household(world.own, persons=1).roster_household
            household.township = place
            household.save()
    for _ in range(3):
        insure_household(world.own, persons=1, category="MARGINAL", listed_on=datetime.date(2026, 2, 1))
    for _ in range(5):
        insure_household(world.foreign, persons=1)
    city = world.own[Role.CITY_OFFICER]
    page = get(city, "household_figures")
    rows = [*page.context["counties"], *page.context["map"].rows]
    figures = figures_in(rows)
    for figure in figures:
        assert str(length_of_households(city, figure.url)) == figure.text, figure.url
    whole = get(city, figures[0].url)
    assert str(whole.context["page"].paginator.count) == figures[0].text
    assert [str(cell) for cell in page.context["counties"][-1][1:]] == ["15", "12", "3", "0"]
    own = get(world.own[Role.COUNTY_OFFICER], "household_figures")
    assert [str(cell) for cell in own.context["counties"][0][1:]] == ["10", "7", "3", "0"]


def test_whoever_moved_away_is_counted_where_they_are_insured(world: World) -> None:
    for _ in range(3):
        insure_household(world.own, persons=1)
        household = insure_household(world.foreign, persons=1).roster_household
        household.township = Region.objects.filter(parent=world.own.county, level="township").first()
        household.save()
    found = households(world.own[Role.CITY_OFFICER], [world.own.agreement, world.foreign.agreement])
    assert [county.total for county in found.counties] == [3, 3]
    assert [[place.total for place in county.places if place.total] for county in found.counties] == [
        [3],
        [3],
    ]


def test_arrears_are_those_of_the_account_they_lead_to(world: World) -> None:
    for party in (world.own, world.foreign):
        insure_household(party, persons=8)
        day = timezone.localdate() - datetime.timedelta(days=45)
        issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER], issued_on=day)
    pay_funds(
        agreement=world.own.agreement,
        side="county",
        amount=Decimal(100),
        on=timezone.localdate(),
        document="财农1号",
        actor=world.own[Role.COUNTY_FINANCE],
    )
    for role, rows in ((Role.CITY_FINANCE, 4), (Role.COUNTY_FINANCE, 2), (Role.REVIEWER, 2)):
        page = get(world.own[role], "premium_figures")
        picture = page.context["arrears"]
        assert len(picture.rows) == rows
        for row in picture.rows:
            ledger = get(world.own[role], row[4].url)
            side = row[4].url.rpartition("=")[2]
            (account,) = [one for one in ledger.context["accounts"] if one.side == side]
            shown = [str(cell).replace(",", "") for cell in row[1:8]]
            wanted = [account.due, account.carried, account.paid, account.arrears]
            assert shown == [str(amount) for amount in wanted] + ["0.00", str(account.arrears), "0.00"]
        assert sum(amount for _side, amount in page.context["owed"]) == 830 * rows // 2 - 100


@pytest.mark.parametrize("name", PAGES)
def test_a_narrowed_page_shows_the_narrowed_reach_alone(handled: World, name: str) -> None:
    city = handled.own[Role.CITY_OFFICER]
    for query in ({"county": handled.own.county.pk}, {"insurer": handled.own.insurer.pk}):
        page = get(city, name, **query)
        assert page.context["pool"] == [handled.own.agreement]
        assert handled.foreign.county.name not in str(page.context["addresses"])
    adjuster = handled.own[Role.ADJUSTER]
    assert get(adjuster, name, county=handled.foreign.county.pk).status_code == 422
    assert get(adjuster, name, insurer="x").status_code == 422
    assert get(adjuster, name, year="2031").status_code == 422
    assert get(adjuster, name, year="2028").status_code == 200


def test_finance_is_led_to_no_claims_and_no_households(handled: World) -> None:
    finance = handled.own[Role.COUNTY_FINANCE]
    sections = get(finance, "dashboard").context["sections"]
    assert [section.url.partition("?")[0] for section in sections] == ["/pool/", "/pool/premium/"]
    for chart, status in (("arrears", 200), ("bars", 200), ("funnel", 403), ("ageing", 403), ("map", 403)):
        assert get(finance, "picture", chart=chart).status_code == status


CHARTS = ("bars", "lines", "funnel", "ageing", "arrears", "map")


@pytest.mark.parametrize("chart", CHARTS)
def test_each_chart_is_a_file_of_its_own_as_svg_and_png(handled: World, chart: str) -> None:
    reviewer = handled.own[Role.REVIEWER]
    page = next(name for name in ("dashboard", *PAGES) if chart in get(reviewer, name).context)
    drawn = get(reviewer, page, language="zh-hans").context[chart]
    assert isinstance(drawn, Picture)
    svg = get(reviewer, "picture", language="zh-hans", chart=chart)
    assert svg["Content-Type"] == "image/svg+xml"
    assert drawn.chart in svg.content.decode()
    assert (handled.own.county.name in drawn.chart) == (chart not in {"lines", "funnel"})  # no premium yet
    assert handled.foreign.county.name not in drawn.chart
    assert "style=" not in drawn.chart
    assert "no-store" in svg["Cache-Control"]
    png = get(reviewer, "picture", chart=chart, format="png")
    if raster.has_chinese_font():
        assert png.content.startswith(b"\x89PNG")
    else:
        assert png.status_code == 503


def test_an_agreements_trend_is_a_file_too(handled: World) -> None:
    address = reverse("riskpool:agreement_picture", args=[handled.own.agreement.pk])
    answer = get(handled.own[Role.ADJUSTER], address, step="week")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert get(handled.own[Role.ADJUSTER], address, step="no").status_code == 422


def test_a_picture_that_doesnt_exist_is_not_found_and_a_bad_filter_is_named(handled: World) -> None:
    city = handled.own[Role.CITY_OFFICER]
    assert get(city, "picture", chart="x").status_code == 404
    assert get(city, "picture", chart="map", format="exe").status_code == 404
    for chart in CHARTS:
        assert get(city, "picture", chart=chart, year="2031").status_code == 422


def test_without_a_chinese_font_the_page_says_so_and_offers_the_drawing(
    handled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "has_chinese_font", lambda: False)
    answer = get(handled.own[Role.CITY_OFFICER], "picture", chart="funnel", format="png", year="2026")
    assert answer.status_code == 503
    assert "fonts-noto-cjk" in answer.content.decode()
    assert "chart=funnel&amp;format=svg&amp;year=2026" in answer.content.decode()


def test_the_dashboard_says_how_far_each_county_is_from_the_next_level(world: World) -> None:
    for party in (world.own, world.foreign):
        told(party)
        book(party, timezone.localdate(), "-650")
    page = get(world.own[Role.CITY_OFFICER], "dashboard")
    ahead = page.context["ahead"]
    assert [figures.agreement for figures, _outlook in ahead] == [
        world.own.agreement,
        world.foreign.agreement,
    ]
    for figures, outlook in ahead:
        assert outlook.ahead.level == 80
        assert outlook.ahead.distance == figures.net_premium * 80 / 100 - figures.incurred == 478
        assert f">{outlook.ahead.distance:,.2f}</a>" in page.content.decode()


BUDGET = {"claim_figures": 19, "premium_figures": 23, "household_figures": 19}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_few_queries_for_more_to_count(
    handled: World, name: str, django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    client = Client()
    client.force_login(handled.own[Role.CITY_OFFICER])
    address = reverse(f"riskpool:{name}")
    with django_assert_max_num_queries(BUDGET[name]) as few:
        client.get(address)
    for party in (handled.own, handled.foreign):
        reported_claim(party)
    with django_assert_max_num_queries(len(few)) as more:
        client.get(address)
    counting = [
        query["sql"]
        for query in more.captured_queries
        if "COUNT(" in query["sql"] and ("claims_claim" in query["sql"] or "insuredhousehold" in query["sql"])
    ]
    # the open claims alone are counted, which an index of their own holds
    assert all("reported_on" in sql and '"state" IN' in sql for sql in counting)


def settle(party: Party, place: Region, number: int) -> None:
    for _ in range(number):
        household = insure_household(party, persons=1).roster_household
        household.township = place
        household.save()


def test_one_household_is_shown_as_one_where_its_list_can_be_opened(world: World) -> None:
    """ADR 18: nothing is withheld that the same reader finds one link further on."""
    one, two, many, *_rest = Region.objects.filter(parent=world.own.county, level="township")
    for place, number in ((one, 1), (two, 2), (many, 4)):
        settle(world.own, place, number)
    settle(world.foreign, Region.objects.filter(parent=world.foreign.county, level="township")[0], 2)
    insure_household(world.own, persons=1, category="MARGINAL", listed_on=datetime.date(2026, 2, 1))
    readers = [role for role in Role if world.own[role].can(Act.VIEW_INSURED)]
    assert len(readers) == 5
    for role in readers:
        reader = world.own[role]
        page = get(reader, "household_figures")
        own = page.context["counties"][0 if world.own.county.code < world.foreign.county.code else -2]
        rows = page.context["map"].rows
        if len(page.context["pool"]) == 1:
            (own,) = page.context["counties"]
        assert [str(cell) for cell in own] == [world.own.county.name, "8", "7", "1", "0"]
        totals = {row[0]: str(row[1]) for row in rows}
        shown = {place.name: totals[f"{world.own.county.name} · {place.name}"] for place in (one, two, many)}
        assert shown == {one.name: "1", two.name: "2", many.name: "4"}
        for figure in figures_in([*page.context["counties"], *rows]):
            assert str(length_of_households(reader, figure.url)) == figure.text, (role, figure.url)
        assert "may open the list of the households behind each" in page.content.decode()


def test_counts_of_households_reach_nobody_whom_the_households_dont(world: World) -> None:
    """What ADR 18 rests on: another act or place to read the counts by would need them withheld again."""
    count, household = HouseholdCount.scope, InsuredHousehold.scope
    assert count.view == household.view == Act.VIEW_INSURED
    settle(world.own, Region.objects.filter(parent=world.own.county, level="township")[0], 2)
    settle(world.foreign, Region.objects.filter(parent=world.foreign.county, level="township")[0], 1)
    for role in Role:
        reader = world.own[role]
        counted = HouseholdCount.objects.visible_to(reader).aggregate(sum=Sum("number"))["sum"] or 0
        assert counted == InsuredHousehold.objects.visible_to(reader).filter(withdrawn_at=None).count(), role
