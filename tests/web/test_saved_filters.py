"""Saved filters: one's own, cleaned, looked at anew when opened, and never with a personal number."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.models import SavedFilter
from jincheng_insurance.web.saved import MOST
from tests.world import World, reported_claim

SAVE = "web:save_filter"


@pytest.fixture
def adjuster(client: Client, world: World) -> Client:
    client.force_login(world.own[Role.ADJUSTER])
    return client


def save(client: Client, query: str, *, name: str = "我的筛选", page: str = "claims:list"):  # type: ignore[no-untyped-def]
    return client.post(reverse(SAVE), {"page": page, "name": name, "query": query})


def test_a_filter_is_kept_offered_above_its_list_and_opened(adjuster: Client, world: World) -> None:
    reported_claim(world.own)
    listed = adjuster.get(reverse("claims:list"), {"state": "reported", "name": ""})
    assert "保存这个筛选" in listed.content.decode()
    answer = save(adjuster, "state=reported&name=&nonsense=1")
    kept = SavedFilter.objects.get()
    assert kept.fields["state"] == "reported"
    assert not {"nonsense", "name", "county"} & set(kept.fields)
    assert answer.status_code == 302
    for page in (reverse("claims:list"), reverse("access:home")):
        assert reverse("web:open_filter", args=[kept.pk]) in adjuster.get(page).content.decode()
    opened = adjuster.get(reverse("web:open_filter", args=[kept.pk]), follow=True)
    assert opened.context["filters"].cleaned_data["state"] == "reported"
    assert (
        reverse("web:open_filter", args=[kept.pk])
        not in adjuster.get(reverse("enrollment:insured")).content.decode()
    )


@pytest.mark.parametrize(
    "text",
    ["140524197001011234", "１４０５２４１９７００１０１１２３Ｘ", "13935612345", "1405 2419 7001 0112 34"],
)
def test_a_number_is_not_kept_in_a_filter_nor_in_its_name(adjuster: Client, text: str) -> None:
    assert save(adjuster, f"name={text}").status_code == 422
    assert save(adjuster, "state=reported", name=text).status_code == 422
    assert not SavedFilter.objects.exists()


def test_numbers_of_claims_and_households_may_stand_in_a_filter(adjuster: Client) -> None:
    assert save(adjuster, "number=PA2026-140524-000041").status_code == 302
    assert save(adjuster, "code=005240000001", page="enrollment:insured").status_code == 302


def test_a_filter_that_asks_for_nothing_has_no_name_or_a_name_twice_is_refused(adjuster: Client) -> None:
    for nothing in ("state=", "", "county=999999", "state=reported&year=1"):
        assert save(adjuster, nothing).status_code == 422
    assert save(adjuster, "state=reported", name=" ").status_code == 422
    assert save(adjuster, "state=reported").status_code == 302
    again = save(adjuster, "state=approved")
    assert again.status_code == 422
    assert "同名" in again.content.decode()
    assert SavedFilter.objects.count() == 1


def test_a_list_keeps_so_many_filters_and_no_more(adjuster: Client, world: World) -> None:
    SavedFilter.objects.bulk_create(
        SavedFilter(
            owner=world.own[Role.ADJUSTER], page="claims:list", name=str(n), fields={"state": "closed"}
        )
        for n in range(MOST)
    )
    assert save(adjuster, "state=reported").status_code == 422
    assert "保存这个筛选" not in adjuster.get(reverse("claims:list"), {"state": "reported"}).content.decode()
    assert save(adjuster, "state=open", page="riskpool:duties").status_code == 302


def test_a_field_that_no_longer_holds_is_left_out_and_said(adjuster: Client, world: World) -> None:
    township = Region.objects.create(name="甲镇", level="township", parent=world.own.county)
    save(adjuster, f"village=甲村&place={township.pk}", page="enrollment:insured")
    kept = SavedFilter.objects.get()
    assert {"village", "place"} <= set(kept.fields)
    township.delete()
    answer = adjuster.get(reverse("web:open_filter", args=[kept.pk]))
    asked = parse_qs(urlsplit(answer["Location"]).query, keep_blank_values=True)
    assert (asked["village"], asked["place"]) == (["甲村"], [""])
    assert "已失效" in adjuster.get(answer["Location"]).content.decode()


def test_a_filter_is_renamed_and_deleted_by_its_owner(adjuster: Client) -> None:
    save(adjuster, "state=reported", name="一")
    save(adjuster, "state=approved", name="二")
    first = SavedFilter.objects.get(name="一")
    rename = reverse("web:rename_filter", args=[first.pk])
    wrong = adjuster.post(rename, {"name": "二"})
    assert wrong.status_code == 422
    assert "同名" in wrong.content.decode()
    assert adjuster.post(rename, {"name": "三"}).status_code == 302
    assert set(SavedFilter.objects.values_list("name", flat=True)) == {"二", "三"}
    adjuster.post(reverse("web:delete_filter", args=[first.pk]))
    assert set(SavedFilter.objects.values_list("name", flat=True)) == {"二"}


def test_only_a_list_that_one_may_open_keeps_filters(adjuster: Client) -> None:
    for page in ("roster:households", "audit:records", "claims:claim", "", "http://x"):
        assert save(adjuster, "village=甲", page=page).status_code == 403, page
