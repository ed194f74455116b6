"""Words of the workbench: days over, left and waited, and what stands first."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from demo.posts import give_post
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.workbench import Item, waiting_for
from riskpool.services.alerts import evaluate_agreement
from tests.clock import Clock
from tests.world import World, approved_claim, insure_household, make_user, reported_claim, submitted_claim


@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        ((2026, 11, 20), "逾期 3 个工作日", "bad"),  # a Friday
        ((2026, 11, 22), "逾期 3 个工作日", "bad"),  # a Sunday
        ((2026, 11, 25), "今天到期", "warn"),
        ((2026, 11, 26), "还剩 1 个工作日", "warn"),
        ((2026, 11, 30), "还剩 3 个工作日", "neutral"),
    ],
)
def test_a_last_day_is_said_in_words(clock: Clock, due: tuple[int, int, int], words: str, tone: str) -> None:
    item = Item("x", "/", due_on=datetime.date(*due))
    with translation.override("zh-hans"):
        assert (item.clock, item.tone) == (words, tone)


def test_without_a_last_day_the_days_waited_count(clock: Clock) -> None:
    with translation.override("zh-hans"):
        assert Item("x", "/", since=datetime.date(2026, 11, 13)).clock == "已等 12 天"
        assert Item("x", "/", since=datetime.date(2026, 11, 25)).clock == "今天起"
        assert Item("x", "/").clock == ""


def test_what_is_overdue_stands_first_and_is_counted_beyond_the_first_few(world: World, clock: Clock) -> None:
    clock.set(2026, 11, 2)
    for _ in range(7):
        approved_claim(world.own)
    clock.set(2026, 11, 25)
    submitted_claim(world.own)
    first, *rest = waiting_for(world.own[Role.REVIEWER])
    assert (first.work.name, first.count, first.overdue, len(first.items)) == ("claims-to-pay", 7, 7, 5)
    assert all(not each.overdue for each in rest)
    assert first.work.order > 1, "a kind that would otherwise stand further down"


def test_somebody_with_nothing_to_do_is_told_so_and_somebody_without_a_post_whom_to_ask(
    client: Client, world: World
) -> None:
    client.force_login(world.own[Role.ADMINISTRATOR])
    assert "目前没有待办" in client.get(reverse("access:home")).content.decode()
    client.force_login(make_user("newcomer"))
    assert client.get(reverse("access:home")).status_code == 403


def test_work_follows_the_place_of_the_grant_that_allows_it(world: World) -> None:
    """An officer of one county who may look at another one as well has no work there."""
    insure_household(world.foreign)
    reported_claim(world.foreign)
    evaluate_agreement(agreement_id=world.foreign.agreement.pk)
    somebody = make_user("two posts", Role.COUNTY_FINANCE, region=world.foreign.county)
    for county, found in ((world.own.county, False), (world.foreign.county, True)):
        give_post(somebody, Role.COUNTY_OFFICER, region=county)
        somebody.__dict__.pop("_active_grants", None)
        assert ("statements-to-issue" in {each.work.name for each in waiting_for(somebody)}) is found


def test_on_the_free_day_after_the_last_one_it_is_overdue_by_no_number(clock: Clock) -> None:
    clock.set(2026, 11, 28)  # a Saturday
    item = Item("x", "/", due_on=datetime.date(2026, 11, 27))
    with translation.override("zh-hans"):
        assert (item.clock, item.tone) == ("已逾期", "bad")
