"""The duties of service that no worked case can state, since they hang on the calendar and on what was asked for and
posted: R26 around the long holidays of 2026, papers asked for once a round, and R28's row."""

import datetime
from decimal import Decimal

import pytest

from claims.models import DocumentRequest
from claims.paper import lists
from claims.paper.lists import Period, Posted
from claims.services.decision import return_claim, submit_claim
from claims.services.documents import ask_for_documents
from claims.services.outcome import reopen_claim, withdraw_claim
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.paper import Table
from jincheng_insurance.web.working_days import add_working_days
from tests.world import World, submitted_claim

D = datetime.date


@pytest.mark.parametrize(
    ("approved", "due"),
    [
        # Spring Festival: off 15 to 23 February, Saturday the 14th and Saturday the 28th worked instead.
        (D(2026, 2, 9), D(2026, 2, 28)),
        (D(2026, 2, 13), D(2026, 3, 5)),
        (D(2026, 2, 16), D(2026, 3, 6)),
        # Mid-Autumn: off 25 to 27 September. National Day: off 1 to 7 October, 20 September and 10 October worked.
        (D(2026, 9, 18), D(2026, 10, 9)),
        (D(2026, 9, 30), D(2026, 10, 20)),
    ],
)
def test_R26_the_tenth_working_day_across_the_long_holidays_of_2026(approved: D, due: D) -> None:
    assert add_working_days(approved, 10) == due


def test_R26_papers_are_asked_for_once_a_round_whoever_asks_and_anew_when_the_claim_is_taken_up_again(
    world: World,
) -> None:
    adjuster, reviewer = world.own[Role.ADJUSTER], world.own[Role.REVIEWER]
    claim = submitted_claim(world.own)
    return_claim(claim=claim, reason="一次补齐", missing=["discharge"], actor=reviewer)
    with pytest.raises(Refused) as refusal:
        ask_for_documents(claim=claim, missing=["bank_card"], note="", actor=adjuster)
    assert (refusal.value.rule, refusal.value.field) == ("R26", "missing")
    submit_claim(claim=claim, actor=adjuster)
    with pytest.raises(Refused) as refusal:
        return_claim(claim=claim, reason="再补", missing=["bank_card"], actor=reviewer)
    assert refusal.value.rule == "R26"
    withdraw_claim(claim=claim, reason="家属误报", actor=adjuster)
    reopen_claim(claim=claim, reason="改变主意", reserve=Decimal(800), actor=adjuster)
    ask_for_documents(claim=claim, missing=["bank_card"], note="", actor=adjuster)
    rounds = DocumentRequest.objects.order_by("id").values_list("round", "missing")
    assert list(rounds) == [(1, ["discharge"]), (2, ["bank_card"])]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王*明"), ("李四", "李*"), ("欧阳娜娜", "欧**娜"), ("李", "*")],
)
def test_R28_a_posted_row_is_village_masked_name_coverage_and_amount_alone(name: str, shown: str) -> None:
    period = Period("陵川县", D(2026, 1, 1), D(2026, 1, 31))
    paper = lists.posting(period, [Posted("崇文镇北关村", name, "medical", Decimal("1859.05"))])
    (table,) = [block for block in paper.blocks if isinstance(block, Table)]
    assert len(table.columns) == 4
    assert table.rows == (("崇文镇北关村", shown, "补充医疗救助保险", Decimal("1859.05")),)
    assert name not in str(paper)
