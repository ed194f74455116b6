"""Alerts: strict bounds, once a year, found by the sweep when no message came through (R19-R21)."""

from decimal import Decimal

import pytest

from claims.models import Claim
from claims.services.intake import change_reserve
from jincheng_insurance.access.roles import Role
from premiums.services.statements import issue_statement
from riskpool.models import Alert
from riskpool.selectors.alerts import alerts, highest_alerts
from riskpool.selectors.ratio import agreement_ratio
from riskpool.services.alerts import evaluate_agreement
from riskpool.tasks import sweep
from tests.world import World, insure_person, reported_claim

PREMIUM = Decimal(130)


@pytest.fixture
def claim(world: World) -> Claim:
    """A claim beside a net premium of 130 yuan."""
    person = insure_person(world.own)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    return reported_claim(world.own, person, reserve="0")


def reserve(claim: Claim, amount: str, world: World) -> None:
    change_reserve(claim=claim, reserve=Decimal(amount), reason="复核", actor=world.own[Role.ADJUSTER])


def levels() -> list[int]:
    return sorted(Alert.objects.values_list("level", flat=True))


@pytest.mark.parametrize(
    ("incurred", "fired"),
    [("104.00", []), ("104.01", [80]), ("130.00", [80]), ("130.01", [80, 100]), ("156.01", [80, 100, 120])],
)
def test_a_level_fires_a_fen_above_it_and_not_at_it(
    world: World, claim: Claim, incurred: str, fired: list[int]
) -> None:
    reserve(claim, incurred, world)
    evaluate_agreement(agreement_id=claim.agreement_id)
    assert levels() == fired


def test_a_level_is_latched_and_does_not_fire_again(world: World, claim: Claim) -> None:
    reserve(claim, "110", world)
    evaluate_agreement(agreement_id=claim.agreement_id)
    reserve(claim, "10", world)
    evaluate_agreement(agreement_id=claim.agreement_id)
    reserve(claim, "120", world)
    evaluate_agreement(agreement_id=claim.agreement_id)
    assert levels() == [80]
    assert Alert.objects.get().incurred == Decimal("110.00")


def test_the_sweep_finds_what_no_message_said(world: World, claim: Claim) -> None:
    reserve(claim, "140", world)
    assert levels() == []
    sweep()
    assert levels() == [80, 100]
    assert [alert.level for alert in highest_alerts(world.own[Role.CITY_OFFICER], world.year)] == [100]


def test_without_net_premium_the_ratio_is_not_applicable(world: World) -> None:
    reported_claim(world.own, reserve="5000")
    assert agreement_ratio(world.own.agreement).percent is None
    assert evaluate_agreement(agreement_id=world.own.agreement.pk) == []


def test_those_concerned_see_the_alert_and_others_do_not(world: World, claim: Claim) -> None:
    reserve(claim, "110", world)
    evaluate_agreement(agreement_id=claim.agreement_id)
    seeing = {role for role, person in world.own.people.items() if alerts(person, world.year).exists()}
    assert seeing == set(Role) - {Role.ADMINISTRATOR, Role.SECURITY_OFFICER}
    county = (Role.COUNTY_OFFICER, Role.COUNTY_FINANCE, Role.ADJUSTER, Role.REVIEWER)
    assert not any(alerts(world.foreign[role], world.year).exists() for role in county)
