"""The list of claims and the queues: what each narrows to, and what each role is shown first (R26)."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim
from claims.selectors.work import PAPERS, RETURNED, queues, to_assess_by_turn, waiting_for, waits_since
from claims.services.decision import return_claim
from claims.services.documents import ask_for_documents
from jincheng_insurance.access.roles import Role
from tests.papers import added_document
from tests.world import World, approved_claim, insure_person, reported_claim, reported_loss, submitted_claim


@pytest.fixture
def rows(world: World) -> dict[str, Claim]:
    """One claim of every sort that a filter tells apart."""
    named = insure_person(world.own, names=("赵铁柱",))
    overdue = approved_claim(world.own)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Claim.objects.filter(pk=overdue.pk).update(pay_by=yesterday)
    return {
        "named": reported_claim(world.own, named),
        "loss": reported_loss(world.own, lost_on=timezone.localdate()),
        "overdue": overdue,
        "approved": approved_claim(world.own),
        "foreign": reported_claim(world.foreign),
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"named", "loss", "overdue", "approved"}),
        ({"name": "赵铁"}, {"named"}),
        ({"coverage": "property"}, {"loss"}),
        ({"state": "approved"}, {"overdue", "approved"}),
        ({"clock": "overdue"}, {"overdue"}),
        ({"clock": "late"}, {"overdue", "approved"}),
        ({"state": "approved", "sort": "due"}, {"overdue", "approved"}),
        ({"state": "nonsense"}, {"named", "loss", "overdue", "approved"}),
    ],
)
def test_the_list_shows_what_the_filter_asks_for_within_reach(
    world: World, client: Client, rows: dict[str, Claim], query: dict[str, str], shown: set[str]
) -> None:
    client.force_login(world.own[Role.REVIEWER])
    page = client.get(reverse("claims:list"), query).content.decode()
    assert {name for name, claim in rows.items() if claim.number in page} == shown


def test_the_queue_puts_the_overdue_payment_first(world: World, rows: dict[str, Claim]) -> None:
    pay = queues(world.own[Role.REVIEWER]).pay
    assert pay is not None
    assert [row.claim for row in pay.rows] == [rows["overdue"], rows["approved"]]
    assert pay.rows[0].days <= 0 < pay.rows[1].days == 10


def test_each_role_is_shown_its_own_work(world: World, rows: dict[str, Claim]) -> None:
    submitted = submitted_claim(world.own)
    adjuster, reviewer = world.own[Role.ADJUSTER], world.own[Role.REVIEWER]
    decide = queues(reviewer).decide
    assert decide is not None
    assert [row.claim for row in decide.rows] == [submitted]
    assert (queues(adjuster).decide, queues(reviewer).assess) == (None, None)
    assert (waiting_for(adjuster), waiting_for(reviewer)) == (2, 3)


def test_largest_grant_first_leaves_the_undecided_to_the_end(client: Client, world: World) -> None:
    undecided = reported_claim(world.own)
    small, large = approved_claim(world.own, self_pay="3000"), approved_claim(world.own, self_pay="9000")
    client.force_login(world.own[Role.REVIEWER])
    answer = client.get(reverse("claims:list"), {"sort": "granted"})
    assert [row.pk for row in answer.context["page"]] == [large.pk, small.pk, undecided.pk]


def test_a_claim_in_assessment_waits_since_it_came_back_or_its_papers_came(world: World) -> None:
    adjuster, reviewer = world.own[Role.ADJUSTER], world.own[Role.REVIEWER]
    returned, asked, fresh = submitted_claim(world.own), reported_claim(world.own), reported_claim(world.own)
    return_claim(claim=returned, reason="金额有误", actor=reviewer)
    ask_for_documents(claim=asked, missing=["invoice"], note="", actor=adjuster)
    added_document(asked, world.own, kind="invoice")
    today = timezone.localdate()
    reported = today - datetime.timedelta(days=30)
    Claim.objects.update(reported_on=reported)
    for turn, claim in ((RETURNED, returned), (PAPERS, asked)):
        assert [(row, waits_since(row)) for row in to_assess_by_turn(adjuster, turn)] == [(claim, today)]
    queue = queues(adjuster).assess
    assert queue is not None
    assert {row.claim: row.days for row in queue.rows} == {returned: 0, asked: 0, fresh: 30}


def test_a_filter_that_is_not_understood_is_named_and_the_others_still_narrow(
    world: World, client: Client, rows: dict[str, Claim]
) -> None:
    client.force_login(world.own[Role.REVIEWER])
    answer = client.get(reverse("claims:list"), {"year": "zz", "state": "x", "coverage": "property"})
    assert "以下筛选条件无法识别，未按其筛选：状态、保险年度" in answer.content.decode().replace("\n", "")
    assert list(answer.context["page"]) == [rows["loss"]]
    plain = client.get(reverse("claims:list"), {"coverage": "property"}).content.decode()
    assert "无法识别" not in plain
