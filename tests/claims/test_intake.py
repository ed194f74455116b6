"""What taking a claim in asks and says: the day of the report, claims still open, basic insurance (R5, R9), and bills
that can't be right (R6, R9, R10)."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim
from claims.services.bills import add_bill, check_bill, draft_bill
from claims.services.decision import reject_claim
from claims.services.intake import report_claim
from claims.services.loss import report_loss
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from tests.claims.workbooks import checked, claim_cells, codes, workbook
from tests.world import (
    World,
    bill_facts,
    insure_household,
    insure_person,
    loss_facts,
    reported_claim,
    reported_loss,
)


def adjuster_of(world: World) -> Client:
    client = Client()
    client.force_login(world.own[Role.ADJUSTER])
    return client


def test_R9_nothing_is_reported_before_the_cover_begins(world: World) -> None:
    person, adjuster = insure_person(world.own), world.own[Role.ADJUSTER]
    household = insure_household(world.own)
    before, first = person.cover_from - datetime.timedelta(days=1), person.cover_from

    def medical(on: datetime.date) -> Claim:
        return report_claim(
            insured_person=person, reserve=Decimal(1), account="", actor=adjuster, reported_on=on
        )

    def loss(on: datetime.date) -> Claim:
        return report_loss(
            insured_household=household,
            facts=loss_facts(lost_on=household.cover_from),
            reserve=Decimal(1),
            account="",
            actor=adjuster,
            reported_on=on,
        )

    reports: tuple[Callable[[datetime.date], Claim], ...] = (medical, loss)
    for report in reports:
        with pytest.raises(Refused) as refusal:
            report(before)
        assert (refusal.value.rule, refusal.value.field) == ("R9", "reported_on")
        assert report(first).reported_on == first
    upload = checked(
        workbook([claim_cells(person, "A-1", reported_on=before.isoformat())]), adjuster, world.year.pk
    )
    assert upload.rejected == 1
    assert codes(upload) == [("claim", 2, "D", "R9")]


@pytest.mark.parametrize("property_cover", [False, True])
def test_an_open_claim_is_named_and_another_one_takes_a_tick(world: World, property_cover: bool) -> None:
    if property_cover:
        claim = reported_loss(world.own)
        address = reverse("claims:report_loss", args=[claim.insured_household_id])
        about = {"cause": "natural_disaster", "peril": "flood", "lost_on": timezone.localdate().isoformat()}
    else:
        claim, about = reported_claim(world.own), {}
        address = reverse("claims:report", args=[claim.insured_person_id])
    client = adjuster_of(world)
    page = client.get(address).content.decode()
    link = reverse("claims:claim", args=[claim.pk])
    assert page.index(link) < page.index('name="reported_on"')
    sent = about | {"reported_on": timezone.localdate().isoformat(), "reserve": "100", "account": ""}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "another" in refused.context["form"].errors
    assert Claim.objects.count() == 1
    once = "0b3d6a0e-6a54-4a7e-9c55-0f6f3f6b8f11"
    for _ in range(2):  # a double click needs no further tick
        assert client.post(address, sent | {"another": "on", "once": once}).status_code == 302
    assert Claim.objects.count() == 2


def test_the_same_form_sent_again_asks_nothing_and_a_decided_claim_is_no_matter(world: World) -> None:
    person, client = insure_person(world.own), adjuster_of(world)
    address = reverse("claims:report", args=[person.pk])
    sent = {"reported_on": timezone.localdate().isoformat(), "reserve": "100", "account": ""}
    once = {"once": "0b3d6a0e-6a54-4a7e-9c55-0f6f3f6b8f12"}
    answers = [client.post(address, sent | once) for _ in range(2)]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, answers[0].url)}
    claim = Claim.objects.get()
    reject_claim(claim=claim, reason_code="other", reason="不符", actor=world.own[Role.REVIEWER])
    assert client.post(address, sent).status_code == 302


@pytest.mark.parametrize(
    ("participation", "said"),
    [("none", "不予赔付"), ("unknown", "核实前不能审批通过"), ("resident", None)],
)
def test_R5_the_report_says_what_basic_insurance_means_for_it(
    world: World, participation: str, said: str | None
) -> None:
    person = insure_person(world.own, basic_insurance=participation)
    page = adjuster_of(world).get(reverse("claims:report", args=[person.pk])).content.decode()
    banner = 'class="banner over"' in page or 'class="banner warn"' in page
    assert banner == (said is not None)
    assert said is None or said in page


def test_R6_a_bill_of_nothing_is_refused(world: World) -> None:
    claim = reported_claim(world.own)
    facts = replace(bill_facts("0"), bill=Decimal("0.00"), basic=Decimal("0.00"))
    with pytest.raises(Refused) as refusal:
        add_bill(claim=claim, facts=facts, actor=world.own[Role.ADJUSTER])
    assert (refusal.value.rule, refusal.value.field) == ("R6", "bill")


def typed(world: World, **changes: str) -> dict[str, str]:
    return {
        "care": "inpatient",
        "hospital": "晋城市人民医院",
        "invoice_number": "ZY1",
        "on": f"{world.year.pk}-01-02",
        "bill": "5000",
    } | changes


def test_R10_an_invoice_twice_in_one_claim_is_told_as_that(world: World) -> None:
    claim, client = reported_claim(world.own), adjuster_of(world)
    address = reverse("claims:add_bill", args=[claim.pk])
    assert client.post(address, typed(world)).status_code == 302
    again = client.post(address, typed(world))
    (text,) = again.context["bill_form"].errors["invoice_number"]
    assert "本赔案" in text
    assert claim.number not in text
    assert again.context["duplicate"] is None
    other = client.post(reverse("claims:add_bill", args=[reported_claim(world.own).pk]), typed(world))
    assert claim.number in other.context["bill_form"].errors["invoice_number"][0]
    assert other.context["duplicate"] == claim


@pytest.mark.parametrize(("years", "said"), [(-1, "当年没有保障"), (1, "如参保人")])
def test_R9_a_bill_of_another_year_is_told_what_can_be_done(world: World, years: int, said: str) -> None:
    claim = reported_claim(world.own)
    claim.policy_year_id = world.year.year + max(years, 0)
    bill = draft_bill(
        claim=claim, facts=bill_facts("5000", on=datetime.date(world.year.year + min(years, 0), 1, 2))
    )
    with pytest.raises(Refused) as refusal:
        check_bill(claim, bill, charity_deducted=False)
    assert (refusal.value.rule, refusal.value.field) == ("R9", "on")
    assert said in str(refusal.value)


def test_R6_reimbursements_above_the_total_are_announced_once(world: World) -> None:
    claim = reported_claim(world.own)
    answer = adjuster_of(world).post(
        reverse("claims:add_bill", args=[claim.pk]), typed(world, basic="4000", commercial="2000")
    )
    assert answer.status_code == 422
    form = answer.context["bill_form"]
    assert form.errors.keys() == {"bill"}
    assert len(form.errors["bill"]) == 1
    page = answer.content.decode()
    assert page.count('aria-invalid="true"') == 3
