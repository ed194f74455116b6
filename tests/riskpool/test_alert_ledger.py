"""Alerts as facts on record: their figures, what the database refuses, and the sweep while the broker is down
(R19-R21)."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import Claim
from claims.services.intake import change_reserve
from claims.services.payment import record_payment
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from jincheng_insurance.celery import app
from premiums.services.statements import issue_statement
from riskpool.models import Alert
from riskpool.selectors.ratio import agreement_ratio
from riskpool.services.alerts import evaluate_agreement
from riskpool.tasks import sweep
from tests.broker import broker_down
from tests.world import Party, World, approved_claim, insure_household, insure_person, reported_claim

PREMIUM = Decimal(130)  # one person and one household


def claim_under_premium(party: Party, *, reserve: str) -> Claim:
    """One insured person, stated at 130 yuan, with a claim that holds `reserve`."""
    person = insure_person(party)
    issue_statement(agreement=party.agreement, actor=party[Role.COUNTY_OFFICER])
    return reported_claim(party, person, reserve=reserve)


def fired(party: Party) -> list[int]:
    return [alert.level for alert in evaluate_agreement(agreement_id=party.agreement.pk)]


def set_reserve(party: Party, claim: Claim, reserve: str) -> None:
    change_reserve(claim=claim, reserve=Decimal(reserve), reason="r", actor=party[Role.ADJUSTER])


@pytest.mark.parametrize("level", [80, 100, 120])
def test_exactly_at_a_level_it_does_not_fire_and_a_fen_above_it_fires_once(world: World, level: int) -> None:
    claim = claim_under_premium(world.own, reserve=str(PREMIUM * level / 100))
    assert level not in fired(world.own)
    set_reserve(world.own, claim, str(PREMIUM * level / 100 + Decimal("0.01")))
    assert fired(world.own) == [level]
    assert fired(world.own) == []


def test_the_alert_keeps_the_figures_of_its_moment_and_is_on_record(world: World) -> None:
    claim = claim_under_premium(world.own, reserve="104.01")
    (alert,) = evaluate_agreement(agreement_id=world.own.agreement.pk)
    set_reserve(world.own, claim, "110")
    fired(world.own)
    alert.refresh_from_db()
    assert (alert.incurred, alert.net_premium) == (Decimal("104.01"), PREMIUM)
    record = AuditRecord.objects.get(act="fire_alert")
    assert (record.object_id, record.county_id) == (str(alert.pk), world.own.county.pk)
    assert record.facts == {"level": 80, "incurred": "104.01", "net_premium": "130.00"}


def test_falling_back_is_shown_and_rising_again_fires_only_what_is_new(world: World) -> None:
    claim = claim_under_premium(world.own, reserve="104.01")
    assert fired(world.own) == [80]
    set_reserve(world.own, claim, "10")
    assert fired(world.own) == []
    assert agreement_ratio(world.own.agreement).percent == Decimal("7.69")
    set_reserve(world.own, claim, "140")
    assert fired(world.own) == [100]
    assert sorted(Alert.objects.values_list("level", flat=True)) == [80, 100]


def test_more_premium_brings_the_ratio_down_and_takes_no_alert_back(world: World) -> None:
    claim_under_premium(world.own, reserve="104.01")
    assert fired(world.own) == [80]
    insure_household(world.own, persons=5)
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    assert agreement_ratio(world.own.agreement).net_premium == PREMIUM + 530
    assert fired(world.own) == []
    assert Alert.objects.count() == 1


def test_once_premium_is_stated_what_was_incurred_before_counts(world: World) -> None:
    person = insure_person(world.own)
    reported_claim(world.own, person, reserve="500")
    assert agreement_ratio(world.own.agreement).percent is None
    assert fired(world.own) == []
    issue_statement(agreement=world.own.agreement, actor=world.own[Role.COUNTY_OFFICER])
    assert fired(world.own) == [80, 100, 120]


def test_the_database_knows_no_alert_without_premium_and_none_twice(world: World) -> None:
    claim_under_premium(world.own, reserve="104.01")
    assert fired(world.own) == [80]
    row = {
        "agreement": world.own.agreement,
        "policy_year": world.year,
        "county": world.own.county,
        "incurred": 1,
        "net_premium": 1,
    }
    with pytest.raises(IntegrityError, match="alert_fires_once_a_year"), transaction.atomic():
        Alert.objects.create(**row, level=80)
    with pytest.raises(IntegrityError, match="alert_needs_premium"), transaction.atomic():
        Alert.objects.create(**row | {"net_premium": 0}, level=100)


def test_a_payment_leaves_the_ratio_as_it_was(world: World) -> None:
    claim_under_premium(world.own, reserve="0")
    claim = approved_claim(world.own, self_pay="5000")
    before = agreement_ratio(world.own.agreement)
    record_payment(claim=claim, paid_on=timezone.localdate(), reference="B1", actor=world.own.payer)
    assert agreement_ratio(world.own.agreement) == before
    assert before.incurred == claim.granted == 1500


def test_while_the_broker_is_down_work_goes_on_and_the_sweep_finds_every_agreement(live_world: World) -> None:
    with broker_down():
        claim_under_premium(live_world.own, reserve="156.01")
        claim_under_premium(live_world.foreign, reserve="104.01")
    assert not Alert.objects.exists()
    sweep()
    sweep()
    levels = Alert.objects.order_by("agreement", "level").values_list("agreement", "level")
    own, foreign = live_world.own.agreement.pk, live_world.foreign.agreement.pk
    assert list(levels) == [(own, 80), (own, 100), (own, 120), (foreign, 80)]


def test_beat_runs_the_sweep_every_minute_or_oftener() -> None:
    scheduled = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled["riskpool.sweep"] <= 60
    app.loader.import_default_modules()
    assert scheduled.keys() <= app.tasks.keys()
