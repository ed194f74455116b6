"""Settling a policy year: drafts, and the confirmation that freezes one and books what it moves (R23, R24)."""

import logging
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import PolicyYear
from enrollment.services.terms import use_terms
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.errors import RuleError
from jincheng_insurance.scheme.money import Shares
from jincheng_insurance.web.rule_texts import TEXTS
from premiums.models import Side
from riskpool.checks import check_unchanged, checked_drafter
from riskpool.models import CarryEntry, ExcessEntry, Settlement, SettlementDraft, SettlementLine
from riskpool.selectors.reckoning import (
    ReckonedLine,
    Reckoning,
    agreements_to_settle,
    digest_of,
    reckon,
    same_figures,
)
from riskpool.services.carry import CARRY_LOCK, lock_carry, offset_locked

log = logging.getLogger(__name__)
Kind = CarryEntry.Kind


@transaction.atomic(durable=True)
def draft_settlement(*, policy_year_id: int, actor: User | None = None) -> SettlementDraft:
    """Draft the next version of a year's settlement as its ledgers stand now, put forward by `actor`, or without one by
    the nightly run. Drafted again without a change it is the same draft. Refused to anybody while the year runs, where
    the year has no agreement, where a rule says no, and where nothing has changed since the version confirmed last."""
    if actor is not None:
        require(actor, Act.SETTLE)
        if timezone.localdate().year <= policy_year_id:
            raise Refused(
                _("%(year)s still runs. Its settlement is put forward once it has ended."),
                rule="R24",
                year=policy_year_id,
            )
    _lock_year(policy_year_id)
    reckoning = _reckon_locked(policy_year_id)
    if reckoning.version > 1 and not reckoning.moves:
        raise Refused(
            _("Nothing has moved since version %(version)s of the settlement of %(year)s was confirmed."),
            rule="R24",
            version=reckoning.version - 1,
            year=policy_year_id,
        )
    drafts = SettlementDraft.objects.filter(policy_year=policy_year_id, version=reckoning.version)
    latest = drafts.first()
    content = reckoning.content
    if latest is not None and same_figures(latest.content, content) and actor in {None, latest.drafted_by}:
        return latest
    return _store(reckoning, content, serial=latest.serial + 1 if latest else 1, actor=actor)


@transaction.atomic(durable=True)
def confirm_settlement(*, draft: SettlementDraft, actor: User) -> Settlement:
    """Freeze a draft and book what it moves beyond what earlier versions have: carry-forward and excess of either side,
    refunds after the last year, and what of the carry-forward the next year's due takes at once. Confirmed again it is
    the same settlement. Refused for who put it forward, before the closing day, for a draft that nobody put forward or
    that isn't the latest, and when the ledgers have moved since."""
    require(actor, Act.CONFIRM_SETTLEMENT)
    _lock_year(draft.policy_year_id)
    lock_carry()
    draft = SettlementDraft.objects.select_related("drafted_by").get(pk=draft.pk)
    confirmed = Settlement.objects.filter(draft=draft).first()
    if confirmed is not None:
        return confirmed
    use_terms(draft.policy_year_id)
    drafted_by = checked_drafter(draft, actor)
    reckoning = _reckon_locked(draft.policy_year_id)
    check_unchanged(draft, reckoning)
    settlement = Settlement.objects.create(
        policy_year_id=draft.policy_year_id,
        version=draft.version,
        draft=draft,
        digest=draft.digest,
        drafted_by=drafted_by,
        confirmed_by=actor,
        confirmed_on=timezone.localdate(),
    )
    for line in reckoning.lines:
        _book(settlement, line)
    for line in reckoning.lines:
        offset_locked(county_id=line.agreement.county_id)
    record(
        "confirm_settlement",
        actor=actor,
        on=settlement,
        facts={"year": draft.policy_year_id, "version": draft.version, "draft": draft.serial}
        | _totals(reckoning),
    )
    return settlement


def draft_ended_years() -> list[SettlementDraft]:
    """The nightly run: draft every year that has ended and has agreements, as often as its ledgers move. Safe to run
    twice; one year's refusal doesn't keep the others."""
    drafts = []
    ended = PolicyYear.objects.filter(year__lt=timezone.localdate().year, agreement__isnull=False)
    for year in ended.distinct():
        try:
            drafts.append(draft_settlement(policy_year_id=year.pk))
        except Refused as refusal:
            log.info("%s is not drafted: %s", year.pk, refusal)
    return drafts


def _lock_year(policy_year_id: int) -> None:
    """One draft or confirmation of a year at a time, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CARRY_LOCK, policy_year_id])


def _reckon_locked(policy_year_id: int) -> Reckoning:
    """The year reckoned while its agreements are locked against their ledgers too: every new ledger row refers to its
    agreement, so rows on their way are waited for, and none comes in between."""
    locked = agreements_to_settle(policy_year_id).order_by("pk").select_for_update(of=("self",))
    if not list(locked):
        raise Refused(
            _("There is no agreement of %(year)s, so there is nothing to settle."), year=policy_year_id
        )
    try:
        return reckon(policy_year_id=policy_year_id, today=timezone.localdate())
    except RuleError as error:
        raise Refused(TEXTS[error.code], rule=error.rule, **error.params) from error


def _store(
    reckoning: Reckoning, content: dict[str, Any], *, serial: int, actor: User | None
) -> SettlementDraft:
    draft = SettlementDraft.objects.create(
        policy_year_id=reckoning.terms.year,
        version=reckoning.version,
        serial=serial,
        as_of=reckoning.as_of,
        content=content,
        digest=digest_of(content),
        drafted_by=actor,
    )
    SettlementLine.objects.bulk_create([_line(draft, line) for line in reckoning.lines])
    record(
        "draft_settlement",
        actor=actor,
        on=draft,
        facts={"year": draft.policy_year_id, "version": draft.version, "draft": serial} | _totals(reckoning),
    )
    return draft


def _line(draft: SettlementDraft, line: ReckonedLine) -> SettlementLine:
    carry, excess, refund = line.line.movement.carry, line.line.movement.excess, line.refunded
    return SettlementLine(
        draft=draft,
        agreement=line.agreement,
        county_id=line.agreement.county_id,
        net_premium=line.figures.net_premium,
        paid=line.figures.paid,
        reserves=line.figures.reserves,
        carry_city=carry.city,
        carry_county=carry.county,
        excess_city=excess.city,
        excess_county=excess.county,
        refund_city=refund.city,
        refund_county=refund.county,
        booked=line.booked_data(),
        breakdown=line.line.breakdown.to_data(),
        sources=line.sources,
        problem=line.problem,
    )


def _book(settlement: Settlement, line: ReckonedLine) -> None:
    """Book one agreement's differences, either side for itself; nothing where a side doesn't differ."""
    change = line.difference
    facts = {
        "settlement": settlement,
        "agreement": line.agreement,
        "policy_year_id": settlement.policy_year_id,
        "county_id": line.agreement.county_id,
        "on": settlement.confirmed_on,
        "booked_by": settlement.confirmed_by,
    }
    for side, amount in _sides(change.movement.carry):
        CarryEntry.objects.create(kind=Kind.BOOKED, side=side, amount=amount, **facts)
    for side, amount in _sides(change.refund):
        CarryEntry.objects.create(kind=Kind.REFUNDED, side=side, amount=-amount, **facts)
    for side, amount in _sides(change.movement.excess):
        ExcessEntry.objects.create(side=side, amount=amount, **facts)


def _sides(shares: Shares) -> list[tuple[Side, Any]]:
    return [
        (side, amount) for side, amount in ((Side.CITY, shares.city), (Side.COUNTY, shares.county)) if amount
    ]


def _totals(reckoning: Reckoning) -> dict[str, Any]:
    """The sums for the record of acts."""
    lines = reckoning.lines
    return {
        "carry_forward": sum(line.line.movement.carry_forward for line in lines),
        "excess": sum(line.line.movement.excess_total for line in lines),
    }
