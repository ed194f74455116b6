"""Suspending payments: asked by the county, decided by the city, blocked in service and database, lifted (R22)."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from claims.models import Claim, Payment
from claims.services.intake import change_reserve
from claims.services.payment import record_payment
from enrollment.services.suspension import set_payments_suspended
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Role
from jincheng_insurance.audit.models import AuditRecord
from riskpool.models import Suspension
from riskpool.services.suspension import (
    approve_suspension,
    ask_suspension,
    begin_due_suspensions,
    lift_suspension,
    open_evidence,
    refuse_suspension,
)
from tests.clock import Clock
from tests.papers import pdf
from tests.world import Party, World, approved_claim, paid_line, released_batch, reported_claim


def asked(party: Party) -> Suspension:
    return ask_suspension(
        agreement=party.agreement,
        violation="拖延赔付二十件",
        evidence=[("笔录.pdf", pdf())],
        actor=party[Role.COUNTY_OFFICER],
    )


def pay(party: Party, claim: Claim) -> Payment:
    return record_payment(claim=claim, paid_on=timezone.localdate(), reference="B1", actor=party.payer)


def test_payments_stop_with_the_approval_and_go_on_once_lifted(world: World) -> None:
    own, city = world.own, world.own[Role.CITY_OFFICER]
    claim = approved_claim(own)
    suspension = asked(own)
    approve_suspension(suspension=suspension, reason="属实", starts_on=None, actor=city)
    with pytest.raises(Refused) as caught:
        pay(own, claim)
    assert caught.value.rule == "R22"
    open_claim = reported_claim(own)
    change_reserve(claim=open_claim, reserve=Decimal(2000), reason="复核", actor=own[Role.ADJUSTER])
    lift_suspension(suspension=suspension, reason="已整改", actor=city)
    assert pay(own, claim).amount == claim.granted
    acts = AuditRecord.objects.filter(act__contains="suspension").values_list("act", flat=True)
    assert sorted(acts) == ["approve_suspension", "ask_suspension", "lift_suspension"]
    facts = AuditRecord.objects.filter(act__endswith="_payments").order_by("id")
    assert [fact.act for fact in facts] == ["suspend_payments", "resume_payments"]


def test_the_database_itself_refuses_a_payment_while_suspended(world: World) -> None:
    own = world.own
    line = released_batch(own).lines.get()
    approve_suspension(
        suspension=asked(own), reason="属实", starts_on=None, actor=world.own[Role.CITY_OFFICER]
    )
    with pytest.raises(DatabaseError, match="suspended"), transaction.atomic():
        Payment.objects.create(
            claim=line.claim,
            line=line,
            amount=line.amount,
            paid_on=timezone.localdate(),
            reference="B9",
            recorded_by=own[Role.REVIEWER],
        )


def test_the_other_insurers_payments_go_on(world: World) -> None:
    approve_suspension(
        suspension=asked(world.own), reason="属实", starts_on=None, actor=world.own[Role.CITY_OFFICER]
    )
    assert paid_line(world.foreign).state == "paid"


def test_it_begins_at_the_moment_decided_and_not_before(clock: Clock, world: World) -> None:
    own, city = world.own, world.own[Role.CITY_OFFICER]
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    suspension = asked(own)
    yesterday = tomorrow - datetime.timedelta(days=2)
    with pytest.raises(Refused) as caught:
        approve_suspension(suspension=suspension, reason="属实", starts_on=yesterday, actor=city)
    assert caught.value.field == "starts_on"
    next_year = datetime.date(suspension.agreement.policy_year_id + 1, 1, 1)
    with pytest.raises(Refused, match="须在该年度之内") as caught:
        approve_suspension(suspension=suspension, reason="属实", starts_on=next_year, actor=city)
    assert caught.value.field == "starts_on"
    approve_suspension(suspension=suspension, reason="属实", starts_on=tomorrow, actor=city)
    begin_due_suspensions()
    pay(own, approved_claim(own))
    Suspension.objects.filter(pk=suspension.pk).update(starts_at=timezone.now())
    begin_due_suspensions()
    begin_due_suspensions()
    own.agreement.refresh_from_db()
    assert own.agreement.payments_suspended_at is not None
    assert AuditRecord.objects.filter(act="suspend_payments").count() == 1
    with pytest.raises(Refused):
        pay(own, approved_claim(own))


def test_the_county_asks_with_facts_and_evidence_and_the_city_decides_with_reasons(world: World) -> None:
    own, city = world.own, world.own[Role.CITY_OFFICER]
    officer = own[Role.COUNTY_OFFICER]
    for violation, evidence, field in (("", [("a.pdf", pdf())], "violation"), ("拖延", [], "file")):
        with pytest.raises(Refused) as caught:
            ask_suspension(agreement=own.agreement, violation=violation, evidence=evidence, actor=officer)
        assert caught.value.field == field
    for stranger in (city, own[Role.ADJUSTER], world.foreign[Role.COUNTY_OFFICER]):
        with pytest.raises(PermissionDenied):
            ask_suspension(
                agreement=own.agreement, violation="拖延", evidence=[("a.pdf", pdf())], actor=stranger
            )
    suspension = asked(own)
    with pytest.raises(Refused):
        asked(own)
    with pytest.raises(PermissionDenied):
        approve_suspension(suspension=suspension, reason="属实", starts_on=None, actor=officer)
    with pytest.raises(Refused):
        refuse_suspension(suspension=suspension, reason=" ", actor=city)
    refuse_suspension(suspension=suspension, reason="证据不足", actor=city)
    with pytest.raises(Refused):
        approve_suspension(suspension=suspension, reason="属实", starts_on=None, actor=city)
    own.agreement.refresh_from_db()
    assert own.agreement.payments_suspended_at is None
    assert asked(own).pk != suspension.pk


def test_evidence_is_opened_with_a_reason_and_not_by_the_insurer(world: World) -> None:
    paper = asked(world.own).papers.get()
    with pytest.raises(PermissionDenied):
        open_evidence(paper=paper, reason="看", actor=world.own[Role.ADJUSTER])
    with pytest.raises(Refused):
        open_evidence(paper=paper, reason="", actor=world.own[Role.CITY_OFFICER])
    assert open_evidence(paper=paper, reason="审核", actor=world.own[Role.CITY_OFFICER]) == pdf()
    assert AuditRecord.objects.get(act="open_evidence").reason == "审核"


def test_history_is_neither_rewritten_nor_deleted(world: World) -> None:
    suspension = asked(world.own)
    for change in (
        lambda: Suspension.objects.filter(pk=suspension.pk).update(violation="改"),
        lambda: Suspension.objects.filter(pk=suspension.pk).delete(),
    ):
        with pytest.raises((DatabaseError, TypeError)), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_the_fact_is_set_within_a_decision_only(live_world: World) -> None:
    with pytest.raises(RuntimeError):
        set_payments_suspended(
            agreement_id=live_world.own.agreement.pk, since=timezone.now(), actor=None, reason="x"
        )
