"""What the insured is shown of a claim: the sum drawn and in figures, what the year still holds, what comes next."""

from decimal import Decimal

from django.urls import reverse

from claims.models import DocumentKind
from claims.paper import letters, plain
from claims.services import documents
from claims.services.bills import add_bill
from claims.services.outcome import withdraw_claim
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.paper import Steps
from tests.claims.test_papers import facts_of, second_claim, signed_in, words_of
from tests.papers import picture
from tests.world import (
    World,
    approved_claim,
    bill_facts,
    insure_person,
    rejected_claim,
    reported_claim,
    submitted_claim,
)


def test_the_drawn_sum_comes_to_what_is_granted_and_names_what_the_year_still_holds(world: World) -> None:
    paper = plain.plain_words(facts_of(world, second_claim(world)))
    (drawn,) = [block for block in paper.blocks if isinstance(block, Steps)]
    level = Decimal(0)
    for step in drawn.rows:
        if step.kind in {"less", "more"}:
            level += step.value if step.kind == "more" else -step.value
        elif step.value != Decimal("3359.05"):  # half of what lies above: no step leads there
            assert level in {step.value, Decimal(0)}
        level = step.value if step.kind in {"total", "result"} else level
    assert (drawn.rows[-1].kind, drawn.rows[-1].value) == ("result", Decimal("2859.05"))
    assert "16,640.95 元（年度限额 20,000.00 元）" in words_of(paper)


def test_the_insured_is_told_which_papers_are_missing_until_they_are_in(world: World) -> None:
    claim = reported_claim(world.own)
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    documents.ask_for_documents(
        claim=claim, missing=["invoice", "bank_card"], note="", actor=world.own[Role.ADJUSTER]
    )
    said = words_of(plain.plain_words(facts_of(world, claim)))
    assert "还缺的材料" in said
    asked = [str(DocumentKind(kind).label) for kind in ("invoice", "bank_card")]
    assert all(paper in said for paper in asked)
    documents.add_document(
        claim=claim, kind="bank_card", data=picture(), file_name="a.png", actor=world.own[Role.ADJUSTER]
    )
    assert asked[1] not in words_of(plain.plain_words(facts_of(world, claim)))


def test_the_claim_page_leads_to_the_sum_for_the_insured_in_either_language(world: World) -> None:
    claim = second_claim(world)
    client = signed_in(world, Role.ADJUSTER, language="en")
    path = reverse("claims:plain_words", args=[claim.pk])
    assert f'href="{path}"' in client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    chinese, english = (client.get(path, asked).content.decode() for asked in ({}, {"language": "en"}))
    assert 'class="menu"' not in chinese + english
    for page, words in (
        (chinese, "一年里先由自己负担"),
        (english, "In a year you bear the first 2,000.00 yuan"),
    ):
        article = page[page.index("<article") : page.index("</article>")]
        assert words in article
        assert "2,859.05" in article


def test_the_plain_words_add_up(world: World) -> None:
    (table,) = plain.plain_words(facts_of(world, second_claim(world))).tables
    amounts = [row[1] for row in table.rows]
    assert [str(amount) for amount in amounts] == [
        "6718.10",
        "1000.00",
        "5718.10",
        "8718.10",
        "2000.00",
        "6718.10",
        "3359.05",
        "20000.00",
        "500.00",
        "2859.05",
    ]


def test_a_sum_of_nothing_says_why(world: World) -> None:
    said = words_of(plain.plain_words(facts_of(world, approved_claim(world.own, self_pay="1500"))))
    assert "是这样算出来的" in said
    assert "1,500.00 元，未超过起付线 2,000.00 元" in said


def test_a_withdrawn_and_a_rejected_claim_are_not_told_how_they_were_reckoned(world: World) -> None:
    withdrawn = submitted_claim(world.own)
    withdraw_claim(claim=withdrawn, reason="家属误报", actor=world.own[Role.ADJUSTER])
    said = words_of(plain.plain_words(facts_of(world, withdrawn)))
    assert "已按您的意愿撤回" in said
    assert "如有异议" not in said
    rejected = facts_of(world, rejected_claim(world.own))
    assert rejected.rejected.endswith("：单据不全")
    refused = words_of(plain.plain_words(rejected))
    assert "这一次不能赔付" in refused
    assert f"原因：{rejected.rejected}" in refused
    for text in (said, refused):
        assert "算出来" not in text


def test_a_rule_that_refuses_is_said_in_words_for_the_insured(world: World) -> None:
    claim = reported_claim(world.own, insure_person(world.own, basic_insurance="unknown"))
    add_bill(claim=claim, facts=bill_facts("5000"), actor=world.own[Role.ADJUSTER])
    facts = facts_of(world, claim)
    assert facts.refusal
    said = words_of(plain.plain_words(facts))
    assert "还没有作出决定" in said
    assert "还没有查到您今年是否参加了基本医疗保险" in said
    for staff in (facts.refusal, "审批", "算出来"):
        assert staff not in said
    assert facts.refusal in words_of(letters.calculation_sheet(facts))
