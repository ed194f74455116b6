"""Finding people and households: by every filter, within reach, page by page, and by number on record."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from enrollment.filters import RosterPersonFilter
from enrollment.models import RosterHousehold, RosterPerson
from enrollment.selectors import identity_place
from enrollment.selectors.finding import (
    Wanted,
    find_insured_households,
    find_insured_persons,
    find_roster_households,
    find_roster_persons,
    places_for,
)
from enrollment.selectors.standing import enrolment_status
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.reveals import LOOK_UPS, check_look_ups
from jincheng_insurance.access.roles import Act, Role
from jincheng_insurance.access.sealing import unseal
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.web import pages
from jincheng_insurance.web.pages import paginate_wide
from tests.world import World, insure_household, list_household


def names(world: World, role: Role = Role.CITY_OFFICER, **wanted: Any) -> list[str]:
    found = find_roster_persons(world.own[role], world.year, Wanted(**wanted))
    return [person.name for person in found]


@pytest.fixture
def listed(world: World) -> World:
    """Somebody of every kind on the roster of the own county, and one in the other."""
    next_year = datetime.date(world.year.year + 1, 1, 1)
    insure_household(world.own, persons=1, names=("王春",))
    list_household(world.own, persons=1, names=("王春花",), basic_insurance="unknown")
    list_household(
        world.own, persons=1, names=("李王",), category="MARGINAL", listed_on=datetime.date(2025, 3, 1)
    )
    list_household(world.own, persons=1, names=("赵六",), category="SEVERE_DIFFICULTY", listed_on=next_year)
    list_household(world.foreign, persons=1, names=("王外",))
    return world


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["王春", "王春花", "李王", "赵六", "王外"]),
        ({"name": "王"}, ["王外", "王春", "王春花"]),
        ({"name": "王春"}, ["王春", "王春花"]),
        ({"name": "王春花"}, ["王春花"]),
        ({"name": "春"}, []),
        ({"name": "%"}, []),
        ({"name": "王", "order": "code"}, ["王春", "王春花", "王外"]),
        ({"code": "T140581"}, ["王外"]),
        ({"category": "MARGINAL"}, ["李王"]),
        ({"basic_insurance": "unknown"}, ["王春花"]),
        ({"standing": "insured"}, ["王春"]),
        ({"standing": "waiting"}, ["王春花", "李王", "王外"]),
        ({"standing": "not_eligible"}, ["赵六"]),
        ({"standing": "waiting", "category": "MARGINAL"}, ["李王"]),
    ],
)
def test_roster_persons_are_found_by_each_filter(
    listed: World, wanted: dict[str, Any], expected: list[str]
) -> None:
    assert names(listed, **wanted) == expected


def test_a_county_officer_finds_only_the_own_countys(listed: World) -> None:
    assert names(listed, Role.COUNTY_OFFICER, name="王") == ["王春", "王春花"]
    assert names(listed, Role.ADJUSTER) == []


def test_places_and_risk_narrow_a_list(listed: World) -> None:
    township = Region.objects.filter(level="township", parent=listed.own.county).first()
    village = Region.objects.create(name="东庄村", level="village", parent=township)
    household = RosterHousehold.objects.get(persons__name="李王")
    RosterHousehold.objects.filter(pk=household.pk).update(
        township=township, village=village, risk_removed=True
    )
    assert names(listed, place=listed.foreign.county) == ["王外"]
    assert names(listed, place=township) == ["李王"]
    assert names(listed, village="东") == ["李王"]
    assert names(listed, village="西") == []
    assert names(listed, risk="removed") == ["李王"]


def test_households_and_the_insured_are_found_alike(listed: World) -> None:
    city = listed.own[Role.CITY_OFFICER]
    waiting = find_roster_households(city, listed.year, Wanted(standing="waiting"))
    assert [household.persons.get().name for household in waiting] == ["王春花", "李王", "王外"]
    insured = find_roster_households(city, listed.year, Wanted(standing="insured"))
    assert [household.standing for household in insured] == ["insured"]  # type: ignore[attr-defined]
    persons = find_insured_persons(city, listed.year, Wanted(name="王"))
    assert [person.roster_person.name for person in persons] == ["王春"]
    households = find_insured_households(city, listed.year, Wanted(place=listed.own.county))
    assert [household.person_count for household in households] == [1]
    assert not find_insured_households(city, listed.year, Wanted(place=listed.foreign.county)).exists()
    assert enrolment_status(listed.own.agreement).waiting_households == 2


def test_only_places_within_reach_are_offered(world: World) -> None:
    def counties(role: Role, act: Act) -> list[str]:
        return [county.name for county, _townships in places_for(world.own[role], act)]

    assert len(counties(Role.CITY_OFFICER, Act.VIEW_ROSTER)) == 6
    assert counties(Role.COUNTY_OFFICER, Act.VIEW_ROSTER) == [world.own.county.name]
    assert counties(Role.ADJUSTER, Act.VIEW_INSURED) == [world.own.county.name]
    assert counties(Role.ADJUSTER, Act.VIEW_ROSTER) == []
    query = QueryDict(f"place={world.foreign.county.pk}")
    assert not RosterPersonFilter(query, actor=world.own[Role.COUNTY_OFFICER]).is_valid()


@pytest.mark.parametrize(
    "query", ["name=%00", "name=" + "王" * 99, "place=x", "page=9999999999", "order=1", "code=%27"]
)
def test_odd_addresses_are_answered(listed: World, client: Client, query: str) -> None:
    client.force_login(listed.own[Role.CITY_OFFICER])
    for address in (
        "roster:persons",
        "roster:households",
        "enrollment:insured",
        "enrollment:insured_persons",
    ):
        assert client.get(f"{reverse(address)}?{query}").status_code == 200


@pytest.mark.parametrize("address", ["roster:persons", "enrollment:insured_persons"])
def test_a_number_is_looked_up_by_post_on_record_and_never_echoed(
    listed: World, client: Client, address: str
) -> None:
    client.force_login(User.objects.get(pk=listed.own[Role.COUNTY_OFFICER].pk))
    for name, status in (("王春", 302), ("王外", 422)):
        person = RosterPerson.objects.get(name=name)
        number = unseal(bytes(person.id_number_sealed), identity_place(person.pk))
        answer = client.post(reverse(address), {"id_number": number})
        assert answer.status_code == status
        assert number not in answer.headers.get("Location", "")
        record = AuditRecord.objects.filter(act="find_person").order_by("-pk")[0]
        assert record.facts == {"found": status == 302}
        assert number not in str(record.__dict__)
    before = AuditRecord.objects.count()
    assert client.post(reverse(address), {"id_number": "140524"}).status_code == 422
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize(
    ("address", "field", "role"),
    [
        ("roster:persons", "id_number", Role.COUNTY_OFFICER),
        ("enrollment:insured_persons", "id_number", Role.COUNTY_OFFICER),
        ("enrollment:find_household", "code", Role.COUNTY_OFFICER),
        ("claims:find", "id_number", Role.ADJUSTER),
        ("claims:find_household", "member", Role.ADJUSTER),
    ],
)
def test_numbers_are_not_tried_out_one_after_the_other(
    listed: World, client: Client, monkeypatch: pytest.MonkeyPatch, address: str, field: str, role: Role
) -> None:
    monkeypatch.setattr("jincheng_insurance.access.reveals.LOOK_UPS_A_MINUTE", 1)
    client.force_login(listed.own[role])
    person = RosterPerson.objects.get(name="王外")  # out of reach: every look finds nobody
    asked = {field: unseal(bytes(person.id_number_sealed), identity_place(person.pk))}
    for said in (False, True):
        answer = client.post(reverse(address), asked)
        assert (answer.status_code, "一分钟内" in answer.content.decode()) == (422, said)
    assert AuditRecord.objects.filter(act__in=LOOK_UPS).count() == 1
    other = listed.foreign[role]
    check_look_ups(other)
    with pytest.raises(Refused) as refused:
        check_look_ups(listed.own[role])
    assert (refused.value.rule, refused.value.params) == ("R25", {"most": 1})
    later = timezone.now() + datetime.timedelta(seconds=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    check_look_ups(listed.own[role])


def test_a_wide_list_counts_no_further_than_it_leads(
    listed: World, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", 2)
    actor = listed.own[Role.CITY_OFFICER]
    shown = find_roster_persons(actor, listed.year, Wanted())
    page = paginate_wide(RequestFactory().get("/?page=9"), shown, per_page=1)
    assert (page.number, page.paginator.count, page.paginator.more) == (2, 2, True)
    assert [person.name for person in page] == ["王春花"]
    few = paginate_wide(RequestFactory().get("/"), find_roster_persons(actor, listed.year, Wanted(name="李")))
    assert (few.paginator.count, few.paginator.more) == (1, False)
    client.force_login(actor)
    assert "多于 2" in client.get(reverse("roster:persons")).content.decode()


def test_counting_stops_in_the_database(listed: World) -> None:
    shown = find_roster_persons(listed.own[Role.CITY_OFFICER], listed.year, Wanted())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert paginate_wide(RequestFactory().get("/"), shown).paginator.count == 5
    (counting,) = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    assert re.search(r"LIMIT 10001\) subquery$", counting)


@pytest.mark.parametrize("rows", [1, 40])
def test_a_page_asks_the_same_number_of_queries_however_long(world: World, client: Client, rows: int) -> None:
    for _ in range(rows):
        insure_household(world.own, persons=1)
    client.force_login(User.objects.get(pk=world.own[Role.COUNTY_OFFICER].pk))
    for address in (
        "roster:persons",
        "roster:households",
        "enrollment:insured",
        "enrollment:insured_persons",
    ):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(address))
        assert len(asked) <= 21, address
