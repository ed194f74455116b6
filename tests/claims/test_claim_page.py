"""What a claim's page tells adjuster and reviewer, and that its papers say the same: the account of the event, why it
came back, what a bill is made of, what was done to it, why a step is not offered."""

import datetime
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim
from claims.paper import letters, plain
from claims.services.bills import BillFacts, add_bill
from claims.services.decision import return_claim, submit_claim
from claims.services.documents import ask_for_documents
from claims.services.intake import report_claim
from claims.services.loss import ItemFacts, add_item, report_loss
from claims.services.outcome import reverse_decision
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.models import Region
from jincheng_insurance.access.roles import Role
from jincheng_insurance.web.formats import day, quantity
from tests.claims.test_papers import facts_of, signed_in, words_of
from tests.world import (
    World,
    approved_claim,
    bill_facts,
    drafted_batch,
    insure_household,
    insure_person,
    loss_facts,
    paid_line,
    released_batch,
    reported_claim,
    reported_loss,
    submitted_claim,
)

ACCOUNT = "2日夜里突发胸痛，\n送县医院。<b>"


def page(world: World, claim: Claim, role: Role = Role.REVIEWER) -> str:
    return signed_in(world, role).get(reverse("claims:claim", args=[claim.pk])).content.decode()


def facts_with_all_parts() -> BillFacts:
    """Self-pay 6,000 of 10,000, everybody else having paid something, and charity besides."""
    first = datetime.date(current_policy_year().year, 1, 1)
    return replace(
        bill_facts("6000", on=first + datetime.timedelta(days=3)),
        bill=Decimal(10000),
        basic=Decimal(2100),
        serious_illness=Decimal(900),
        assistance=Decimal(600),
        commercial=Decimal(300),
        other=Decimal(100),
        charity=Decimal(250),
        admitted_on=first,
        diagnosis="急性阑尾炎",
    )


def billed_claim(world: World) -> Claim:
    claim = reported_claim(world.own)
    add_bill(claim=claim, facts=facts_with_all_parts(), actor=world.own[Role.ADJUSTER])
    return claim


@pytest.mark.parametrize("coverage", ["medical", "property"])
def test_the_account_of_the_event_is_told_to_whoever_sees_the_claim(world: World, coverage: str) -> None:
    actor = world.own[Role.ADJUSTER]
    given = {"reserve": Decimal(1000), "account": ACCOUNT, "actor": actor}
    claim = (
        report_claim(insured_person=insure_person(world.own), **given)
        if coverage == "medical"
        else report_loss(insured_household=insure_household(world.own), facts=loss_facts(), **given)
    )
    for role in (Role.ADJUSTER, Role.REVIEWER, Role.COUNTY_OFFICER):
        text = page(world, claim, role)
        assert "<dt>出险经过</dt><dd>2日夜里突发胸痛，<br>送县医院。&lt;b&gt;</dd>" in text
    sheet = words_of(letters.calculation_sheet(facts_of(world, claim)))
    assert "出险经过" in sheet
    assert "2日夜里突发胸痛" in sheet


def test_why_a_claim_came_back_stands_at_the_top_though_papers_were_asked_for_before(world: World) -> None:
    claim, adjuster = reported_claim(world.own), world.own[Role.ADJUSTER]
    add_bill(claim=claim, facts=bill_facts("5000"), actor=adjuster)
    ask_for_documents(claim=claim, missing=["discharge"], note="", actor=adjuster)
    submit_claim(claim=claim, actor=adjuster)
    return_claim(claim=claim, reason="出院日期与小结不符", actor=world.own[Role.REVIEWER])
    text = page(world, claim, Role.ADJUSTER)
    came_back, asked = re.findall(r'<section class="banner warn">.*?</section>', text, re.DOTALL)
    assert "出院日期与小结不符" in came_back
    assert str(world.own[Role.REVIEWER]) in came_back
    assert "出院小结" in asked
    assert f'<div class="hint">{adjuster} · ' in asked
    submit_claim(claim=claim, actor=adjuster)
    assert '<section class="banner warn">' not in page(world, claim)


def test_a_return_with_a_list_says_its_reason_once(world: World) -> None:
    claim = submitted_claim(world.own)
    return_claim(claim=claim, reason="请补小结", missing=["discharge"], actor=world.own[Role.REVIEWER])
    text = page(world, claim, Role.ADJUSTER)
    banners = "".join(re.findall(r'<section class="banner warn">.*?</section>', text, re.DOTALL))
    assert banners.count("请补小结") == 1
    assert "出院小结" in banners


def test_the_reviewer_sees_what_a_bill_is_made_of(world: World) -> None:
    text = page(world, billed_claim(world))
    row = text[text.index("急性阑尾炎") :]
    row = row[: row.index("</tr>")]
    first = day(datetime.date(current_policy_year().year, 1, 1))
    for said in (
        f"入院日期 {first}",
        "基本医保报销 2,100.00",
        "大病保险报销 900.00",
        "医疗救助报销 600.00",
        "商业保险报销 300.00",
        "100.00",
        "慈善救助和定额给付 250.00",
    ):
        assert said in row, said
    plain_bill = page(world, submitted_claim(world.own))
    assert "基本医保报销 1,000.00" in plain_bill
    assert "大病保险报销 0.00" not in plain_bill


def test_the_calculation_sheet_has_the_days_of_the_stay_and_what_charity_gave(world: World) -> None:
    (bills,) = [
        table
        for table in letters.calculation_sheet(facts_of(world, billed_claim(world))).tables
        if table.heading == "费用单据（元）"
    ]
    year = current_policy_year().year
    assert (bills.columns[0], bills.columns[-1]) == ("住院起止或就诊日期", "慈善救助")
    assert (bills.rows[0][0], bills.rows[0][-1]) == (f"{year}-01-01至{year}-01-04", Decimal(250))
    assert bills.total[-2:] == (Decimal(6000), Decimal(250))


def test_the_insured_is_told_that_a_decision_was_taken_back_and_what_is_to_be_given_back(
    world: World,
) -> None:
    claim = paid_line(world.own).claim
    reverse_decision(claim=claim, reason="发票重复", actor=world.own[Role.REVIEWER])
    claim.refresh_from_db()
    said = words_of(plain.plain_words(facts_of(world, claim)))
    today = day(timezone.localdate())
    for words in (
        f"{today}作出的决定（核定赔付 1,500.00 元）已于{today}撤销",
        "原因：发票重复",
        "支付给您的 1,500.00 元需要退回",
        "正在重新审核",
    ):
        assert words in said, words
    assert "还没有作出决定" not in said
    assert "还没有录入" not in said
    add_bill(claim=claim, facts=bill_facts("4000"), actor=world.own[Role.ADJUSTER])
    anew = words_of(plain.plain_words(facts_of(world, claim)))
    assert "按目前录入的单据，您可得到" in anew
    assert "支付给您的 1,500.00 元需要退回" in anew


def test_what_others_were_granted_too_much_is_said_to_be_taken_off(world: World) -> None:
    """Self-pay 3,000 and then 5,000: without the first, the second one's grant is 1,000 more than it carries."""
    person = insure_person(world.own)
    first = approved_claim(world.own, person, self_pay="3000")
    approved_claim(world.own, person, self_pay="5000")
    reverse_decision(claim=first, reason="发票重复", actor=world.own[Role.REVIEWER])
    first.refresh_from_db()
    said = words_of(plain.plain_words(facts_of(world, first)))
    assert "多付的还有 1,000.00 元未扣完" in said
    assert "需要退回" not in said


def test_the_insureds_page_has_one_word_for_the_deductible_and_one_for_per_cent(world: World) -> None:
    claim = approved_claim(world.own)
    client = signed_in(world, Role.ADJUSTER)
    text = client.get(reverse("claims:plain_words", args=[claim.pk])).content.decode()
    drawing = text[text.index("<figure") : text.index("</figure>")]
    assert "全年先由自己负担" in drawing
    assert re.findall(r">\s*由您自己负担", drawing) == []
    assert "赔 50%，" in text
    assert "百分之" not in text
    assert "％" not in text


def test_the_day_by_which_the_money_is_paid_is_named(world: World) -> None:
    claim = approved_claim(world.own)
    assert claim.pay_by is not None
    facts = facts_of(world, claim)
    for paper in (letters.decision_letter(facts), plain.plain_words(facts)):
        assert f"最迟{day(claim.pay_by)}" in words_of(paper)


def sent_bill(facts: BillFacts) -> dict[str, str]:
    names = ("care", "hospital", "invoice_number", "on", "bill", "basic")
    return {name: str(getattr(facts, name)) for name in names}


def test_each_change_of_a_bill_is_told_by_toast_and_timeline(world: World) -> None:
    claim, client = reported_claim(world.own), signed_in(world, Role.ADJUSTER)
    facts = bill_facts("5000")
    add = reverse("claims:add_bill", args=[claim.pk])
    added = client.post(add, sent_bill(facts), follow=True).content.decode()
    assert f"单据 {facts.invoice_number} 已添加。" in added
    edit = reverse("claims:edit_bill", args=[claim.bills.get().pk])
    corrected = client.post(edit, sent_bill(replace(facts, bill=Decimal(7000))), follow=True).content.decode()
    assert f"单据 {facts.invoice_number} 已更正。" in corrected
    remove = reverse("claims:remove_bill", args=[claim.bills.get(standing=True).pk])
    removed = client.post(remove, follow=True).content.decode()
    assert f"单据 {facts.invoice_number} 已移除。" in removed
    told = timeline(removed)
    assert told[1:] == ["添加单据", "更正单据", "移除单据"]


def timeline(text: str) -> list[str]:
    return re.findall(r"<b>([^<]*)</b>", text[text.index('<ol class="timeline">') :].partition("</ol>")[0])


def test_each_change_of_a_loss_is_told_by_toast_and_timeline(world: World) -> None:
    claim, client = reported_loss(world.own), signed_in(world, Role.ADJUSTER)
    before = len(timeline(page(world, claim)))
    item = {"kind": "appliance", "name": "冰箱", "quantity": "1", "unit": "台", "amount": "800"}
    added = client.post(reverse("claims:add_item", args=[claim.pk]), item, follow=True).content.decode()
    assert "损失项目“冰箱”已添加。" in added
    remove = reverse("claims:remove_item", args=[claim.loss.items.get(name="冰箱").pk])
    removed = client.post(remove, follow=True).content.decode()
    assert "损失项目“冰箱”已移除。" in removed
    reserve = reverse("claims:reserve", args=[claim.pk])
    changed = client.post(reserve, {"reserve": "900", "reason": "减少"}, follow=True).content.decode()
    assert "估损已调整。" in changed
    assert timeline(changed)[before:] == ["添加损失项目", "移除损失项目", "调整估损"]


def test_a_claim_in_a_batch_says_why_its_decision_cannot_be_taken_back(world: World) -> None:
    waiting = approved_claim(world.own)
    batch = drafted_batch(world.own, waiting)
    text = page(world, waiting)
    assert reverse("claims:reverse", args=[waiting.pk]) not in text
    assert "请先从批次中移出" in text
    link = f'<a href="{reverse("claims:batch", args=[batch.pk])}">{batch.number}</a>'
    assert link in text
    sent = approved_claim(world.own)
    released_batch(world.own, sent)
    sent.refresh_from_db()
    text = page(world, sent)
    assert "请先从批次中移出" not in text
    assert "登记银行支付结果后，才能撤销决定" in text
    assert "请先从批次中移出" not in page(world, approved_claim(world.own))


def test_papers_write_addresses_states_and_quantities_as_the_page_does(world: World) -> None:
    household = insure_household(world.own)
    roster = household.roster_household
    town = Region.objects.create(name="礼义镇甲", level="township", parent=world.own.county)
    roster.township = town
    roster.village = Region.objects.create(name="石庄村", level="village", parent=town)
    roster.save()
    claim = reported_loss(world.own, household)
    item = ItemFacts("produce", "玉米", Decimal("1200.50"), "公斤", Decimal(2400))
    add_item(claim=claim, facts=item, actor=world.own[Role.ADJUSTER])
    text, sheet = page(world, claim), words_of(letters.calculation_sheet(facts_of(world, claim)))
    for said in (text, sheet):
        assert f"{world.own.county.name} 礼义镇甲 石庄村" in said
    assert "1,200.5 公斤" in text
    assert "1,200.5公斤" in sheet
    approved = words_of(letters.calculation_sheet(facts_of(world, approved_claim(world.own))))
    assert "审批通过" in approved
    assert "已决定" not in approved


@pytest.mark.parametrize(
    ("value", "written"), [("1200", "1,200"), ("1", "1"), ("0.50", "0.5"), ("1234567.25", "1,234,567.25")]
)
def test_a_quantity_has_thousands_commas_and_no_idle_decimals(value: str, written: str) -> None:
    assert quantity(Decimal(value)) == written


def test_money_sent_to_a_person_is_paid_and_not_allotted(world: World) -> None:
    line = paid_line(world.own)
    client: Client = signed_in(world, Role.REVIEWER)
    for address, pk in (
        ("claims:line", line.pk),
        ("claims:batch", line.batch_id),
        ("claims:claim", line.claim_id),
    ):
        text = client.get(reverse(address, args=[pk])).content.decode()
        assert "已支付" in text, address
        assert "已拨付" not in text, address
