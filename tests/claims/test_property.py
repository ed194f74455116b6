"""A household's loss from report to payment: causes, theft, signatures, the household's 20,000 (R12-R14, R26)."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import BenefitYear, Claim, Decision, LossItem, PropertyLoss, SignOff
from claims.selectors import household_left
from claims.services.decision import approve_claim, submit_claim
from claims.services.loss import ItemFacts, add_item, change_loss, remove_item, report_loss, sign_off
from claims.services.outcome import reverse_decision
from enrollment.models import InsuredHousehold
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.property import PropertyDecision
from jincheng_insurance.web.rule_texts import rule_text
from tests.races import THREADS, at_once, take_out_lock
from tests.world import (
    World,
    approved_loss,
    insure_household,
    loss_facts,
    reported_loss,
    sign_all,
    submitted_loss,
)

THEFT = {"cause": "theft", "peril": ""}
REPORT = {"police_report": "阿2026-01", "police_station": "礼义派出所"}


def test_a_flood_is_reported_signed_approved_and_stored_with_every_stage(world: World) -> None:
    claim = approved_loss(world.own, amount="3000", recovered=Decimal(400))
    decision = Decision.objects.get(claim=claim)
    assert claim.granted == decision.loss == decision.granted == 2600
    stages = PropertyDecision.from_data(decision.breakdown).breakdown
    assert stages.amount("assessed") == 3000
    assert stages.amount("property_remaining") == 20000
    assert BenefitYear.objects.get(insured_household=claim.insured_household).property_granted == 2600
    assert household_left(claim.insured_household) == 17400


def test_R14_a_household_gets_20000_a_year_in_all(world: World) -> None:
    household = insure_household(world.own)
    granted = [
        approved_loss(world.own, household, amount=amount).granted for amount in ("15000", "9000", "1")
    ]
    assert granted == [15000, 5000, 0]


def test_R14_the_database_refuses_a_household_above_its_cap(world: World) -> None:
    approved_loss(world.own)
    with pytest.raises(IntegrityError, match="benefit_property_within_cap"), transaction.atomic():
        BenefitYear.objects.update(property_granted=Decimal("20000.01"))
    with pytest.raises(IntegrityError, match="benefit_of_person_or_household"), transaction.atomic():
        BenefitYear.objects.update(insured_household=None)


@pytest.mark.parametrize("missing", ["village", "insured", "insurer"])
def test_R14_all_three_sign_before_approval(world: World, missing: str) -> None:
    claim, adjuster = reported_loss(world.own), world.own[Role.ADJUSTER]
    for party in {"village", "insured", "insurer"} - {missing}:
        sign_off(claim=claim, party=party, signed_by="甲", on=timezone.localdate(), actor=adjuster)
    with pytest.raises(Refused) as refusal:
        submit_claim(claim=claim, actor=adjuster)
    assert refusal.value.rule == "R14"
    assert str(SignOff.Party(missing).label) in str(refusal.value)
    sign_all(world.own, claim)
    submit_claim(claim=claim, actor=adjuster)
    SignOff.objects.filter(standing=True, party=missing).update(standing=False)
    with pytest.raises(Refused) as refusal:
        approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    assert refusal.value.rule == "R14"
    assert str(SignOff.Party(missing).label) in str(refusal.value)
    assert not Decision.objects.exists()


def test_R14_a_changed_sum_voids_the_signatures(world: World) -> None:
    claim, adjuster = reported_loss(world.own), world.own[Role.ADJUSTER]
    for change in (
        lambda: add_item(
            claim=claim, facts=ItemFacts("tool", "锄头", Decimal(2), "把", Decimal(60)), actor=adjuster
        ),
        lambda: remove_item(item=LossItem.objects.filter(standing=True).latest("pk"), actor=adjuster),
        lambda: change_loss(claim=claim, facts=loss_facts(recovered=Decimal(5)), actor=adjuster),
    ):
        sign_all(world.own, claim)
        assert SignOff.objects.filter(standing=True).count() == 3
        change()
        assert not SignOff.objects.filter(standing=True).exists()


def test_R14_an_agent_signs_for_the_insured_alone_and_states_the_authority(world: World) -> None:
    claim, adjuster = reported_loss(world.own), world.own[Role.ADJUSTER]
    today = timezone.localdate()
    sign_off(claim=claim, party="insured", signed_by="乙", authority="委托书", on=today, actor=adjuster)
    with pytest.raises(Refused):
        sign_off(claim=claim, party="village", signed_by="乙", authority="委托书", on=today, actor=adjuster)
    with pytest.raises(IntegrityError, match="sign_off_agent_for_the_insured"), transaction.atomic():
        SignOff.objects.update(party="insurer")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"cause": "fire", "peril": ""}, "cause_not_covered"),
        ({"cause": "other", "peril": ""}, "cause_not_covered"),
        (THEFT | REPORT | {"finding": "found"}, "responsible_found"),
    ],
)
def test_R12_R13_what_is_not_covered_is_taken_in_but_not_approved(
    world: World, facts: dict[str, str], code: str
) -> None:
    claim = submitted_loss(world.own, **facts)
    with pytest.raises(RuleError) as refusal:
        approve_claim(claim=claim, reason="", actor=world.own[Role.REVIEWER])
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (THEFT, {"police_report_missing", "responsible_not_said"}),
        (THEFT | REPORT, {"responsible_not_said"}),
        (THEFT | {"finding": "none_found"}, {"police_report_missing"}),
    ],
)
def test_R13_a_theft_without_report_or_finding_is_not_submitted_and_its_page_says_why(
    world: World, client: Client, facts: dict[str, str], wanted: set[str]
) -> None:
    claim, adjuster = reported_loss(world.own, **facts), world.own[Role.ADJUSTER]
    sign_all(world.own, claim)
    with pytest.raises(Refused) as refusal:
        submit_claim(claim=claim, actor=adjuster)
    assert refusal.value.rule == "R13"
    client.force_login(adjuster)
    page = client.get(reverse("claims:claim", args=[claim.pk])).content.decode()
    assert reverse("claims:submit", args=[claim.pk]) not in page
    for code in ("police_report_missing", "responsible_not_said"):
        text = str(rule_text(RuleError(code)))
        assert (text in str(refusal.value)) == (code in wanted) == (f"<li>{text}" in page)


@pytest.mark.parametrize("facts", [{"cause": "fire", "peril": ""}, THEFT | {"finding": "found"}])
def test_a_loss_that_is_not_covered_is_submitted_unsigned(world: World, facts: dict[str, str]) -> None:
    claim = reported_loss(world.own, **facts)
    submit_claim(claim=claim, actor=world.own[Role.ADJUSTER])
    assert Claim.objects.get(pk=claim.pk).state == "submitted"


def test_R14_the_page_of_an_unsigned_loss_names_who_has_not_signed(world: World, client: Client) -> None:
    claim, adjuster = reported_loss(world.own), world.own[Role.ADJUSTER]
    client.force_login(adjuster)
    address, submit = reverse("claims:claim", args=[claim.pk]), reverse("claims:submit", args=[claim.pk])
    page = client.get(address).content.decode()
    assert submit not in page
    assert page.index("提交前还缺") < page.index("村委会、", page.index("提交前还缺"))
    sign_all(world.own, claim)
    assert submit in client.get(address).content.decode()


@pytest.mark.parametrize("finding", ["none_found", "cannot_pay"])
def test_R13_a_theft_nobody_makes_good_pays(world: World, finding: str) -> None:
    assert approved_loss(world.own, **THEFT, **REPORT, finding=finding).granted == 3000


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"lost_on": datetime.date(2025, 12, 31)}, "lost_on"),
        ({"peril": ""}, "peril"),
        ({"peril": "meteor"}, "peril"),
        ({"cause": "theft"}, "peril"),
        ({"recovered": Decimal(-1)}, "recovered"),
        ({"recovered": Decimal("NaN")}, "recovered"),
        ({"police_report_on": datetime.date(2025, 1, 1)}, "police_report_on"),
    ],
)
def test_a_wrong_report_is_refused_at_its_field(world: World, facts: dict[str, object], field: str) -> None:
    household = insure_household(world.own)
    with pytest.raises(Refused) as refusal:
        reported_loss(world.own, household, **facts)
    assert refusal.value.field == field


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e12"])
def test_an_item_is_an_amount(world: World, amount: str) -> None:
    with pytest.raises(Refused):
        reported_loss(world.own, amount=amount)


def test_only_the_households_insurer_takes_the_loss_in(world: World) -> None:
    household = insure_household(world.own)
    for actor in (world.foreign[Role.ADJUSTER], world.own[Role.REVIEWER]):
        with pytest.raises(PermissionDenied):
            report_loss(
                insured_household=household, facts=loss_facts(), reserve=Decimal(1), account="", actor=actor
            )
    assert not PropertyLoss.objects.exists()


def test_R26_beyond_two_years_a_report_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    year = world.year.year + 2
    household = insure_household(world.own)
    lost_on = datetime.date(world.year.year, 1, 2)
    for day, taken in ((datetime.date(year, 1, 2), True), (datetime.date(year, 1, 3), False)):
        monkeypatch.setattr(timezone, "localdate", lambda *args, day=day: day)
        if taken:
            assert reported_loss(world.own, household, lost_on=lost_on).late
        else:
            with pytest.raises(Refused) as refusal:
                reported_loss(world.own, household, lost_on=lost_on)
            assert (refusal.value.rule, refusal.value.field) == ("R26", "lost_on")


def test_R11_a_reversed_loss_gives_its_part_of_the_year_back(world: World) -> None:
    household = insure_household(world.own)
    claim = approved_loss(world.own, household, amount="15000")
    reverse_decision(claim=claim, reason="误定", actor=world.own[Role.REVIEWER])
    assert household_left(household) == 20000
    assert not claim.loss.sign_offs.filter(standing=True).exists()
    assert approved_loss(world.own, household, amount="30000").granted == 20000


# Many at once


@pytest.fixture
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jincheng_insurance.web.background._send", lambda task, ids: None)


def a_round(world: World, household: InsuredHousehold) -> tuple[Decimal, list[object]]:
    """Sixteen losses of 3,000 of one household approved at once: granted in all, and what went wrong."""
    claims = [submitted_loss(world.own, household) for _ in range(THREADS)]
    reviewer = world.own[Role.REVIEWER]

    def approve(number: int) -> None:
        approve_claim(claim=claims[number], reason="", actor=reviewer)

    errors = [error for error in at_once(approve) if error is not None]
    granted = Decision.objects.filter(claim__in=claims).aggregate(sum=Sum("loss"))["sum"]
    return granted or Decimal(0), errors


@pytest.mark.usefixtures("_quiet")
def test_sixteen_losses_decided_at_once_never_pass_the_households_cap(live_world: World) -> None:
    for _ in range(3):
        household = insure_household(live_world.own)
        granted, errors = a_round(live_world, household)
        assert not errors
        assert granted == 20000
        assert household_left(household) == 0


@pytest.mark.usefixtures("_quiet")
def test_without_the_lock_the_same_race_goes_wrong(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_out_lock(monkeypatch, BenefitYear)
    for _ in range(5):
        granted, errors = a_round(live_world, insure_household(live_world.own))
        if granted > 20000 or any(isinstance(error, IntegrityError) for error in errors):
            return
    pytest.fail("without the lock nothing went wrong: the race test proves nothing")


@pytest.mark.usefixtures("_quiet")
def test_approval_against_rejection_lets_one_win(live_world: World) -> None:
    from claims.services.decision import reject_claim

    reviewer = live_world.own[Role.REVIEWER]
    for _ in range(5):
        claim = submitted_loss(live_world.own)

        def decide(number: int, claim: Claim = claim) -> None:
            if number % 2:
                approve_claim(claim=claim, reason="", actor=reviewer)
            else:
                reject_claim(claim=claim, reason_code="other", reason="x", actor=reviewer)

        results = at_once(decide, 4)
        assert [type(result) for result in results].count(Refused) == 3
        claim.refresh_from_db()
        approved = claim.state == Claim.State.APPROVED
        assert Decision.objects.filter(claim=claim).count() == approved
        assert household_left(claim.insured_household) == (17000 if approved else 20000)
