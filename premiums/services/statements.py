"""Issuing premium statements: units stated once, counts frozen, shares split, and the due booked to the fund ledger; a
refund statement takes back what withdrawn units were charged, a cancellation all of one statement (R15, R18)."""

import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from enrollment.services.enrolment import locked_agreement
from enrollment.services.terms import use_terms
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.scheme.breakdown import Breakdown
from jincheng_insurance.scheme.premium import PremiumDue
from jincheng_insurance.scheme.statement import Units, opposite_due, refund_due, statement_due, unit_premium
from jincheng_insurance.scheme.terms import Terms
from jincheng_insurance.web.background import enqueue
from premiums.models import FundEntry, PremiumStatement, Side
from premiums.selectors.statements import all_of, charged_shares
from premiums.units import CANCEL, CHARGE, REFUND, units_to_charge, units_to_refund

Kind = PremiumStatement.Kind
SHORTEST_REASON, LONGEST_REASON = 2, 200


@transaction.atomic(durable=True)
def issue_statement(
    *, agreement: Agreement, actor: User, issued_on: datetime.date | None = None
) -> PremiumStatement:
    """Freeze what is due for all households and persons insured under an agreement that aren't charged yet; the first
    such statement of the year, or a supplementary one. Refused when there is nobody to state."""
    agreement = locked_agreement(agreement)
    require(actor, Act.ISSUE_STATEMENT, agreement)
    issued_on = _not_in_future(issued_on)
    units = units_to_charge(agreement)
    if not units:
        raise Refused(_("Everybody insured already stands on a statement."))
    terms = use_terms(agreement.policy_year_id)
    due = statement_due(terms=terms, units=units, county=str(agreement.county.code))
    total = all_of(units)
    standing = PremiumStatement.objects.filter(agreement=agreement, cancelled_by=None)
    first = not standing.filter(kind=Kind.FIRST).exists()
    statement = _freeze(
        agreement, Kind.FIRST if first else Kind.SUPPLEMENTARY, total, due, terms, issued_on, actor
    )
    premiums = {month: unit_premium(terms=terms, month=month) for month in units}
    _state(
        CHARGE,
        statement,
        total,
        months=list(premiums),
        household=[each.household for each in premiums.values()],
        person=[each.person for each in premiums.values()],
    )
    _book(statement, "issue_statement", actor)
    return statement


@transaction.atomic(durable=True)
def issue_refund(
    *, agreement: Agreement, actor: User, issued_on: datetime.date | None = None
) -> PremiumStatement:
    """Take back what was charged for households and persons withdrawn since: a statement of the exact opposite
    amounts, so that charge and refund cancel to the fen on either side. Refused when nobody withdrawn is charged."""
    agreement = locked_agreement(agreement)
    require(actor, Act.ISSUE_STATEMENT, agreement)
    issued_on = _not_in_future(issued_on)
    back = units_to_refund(agreement)
    if not back.units.households and not back.units.persons:
        raise Refused(_("Nobody who was withdrawn is charged: there is nothing to refund."))
    terms = use_terms(agreement.policy_year_id)
    due = refund_due(
        persons=(back.units.persons, back.for_persons),
        households=(back.units.households, back.for_households),
        charged=charged_shares(agreement),
        county=str(agreement.county.code),
    )
    statement = _freeze(agreement, Kind.REFUND, back.units, due, terms, issued_on, actor)
    _state(REFUND, statement, back.units)
    _book(statement, "issue_refund", actor)
    return statement


@transaction.atomic(durable=True)
def cancel_statement(*, statement: PremiumStatement, reason: str, actor: User) -> PremiumStatement:
    """Take a statement back whole: a cancellation statement of exactly its opposite, line by line and side by side.
    Whoever stood on it is to be stated anew. Refused without a reason, twice, and while a later statement stands."""
    agreement = locked_agreement(statement.agreement)
    require(actor, Act.ISSUE_STATEMENT, agreement)
    reason = checked_reason(reason)
    if statement.kind == Kind.CANCELLATION:
        raise Refused(_("A cancellation can't be cancelled itself: issue the statement anew."))
    standing = PremiumStatement.objects.filter(agreement=agreement, cancelled_by=None)
    latest = standing.exclude(kind=Kind.CANCELLATION).order_by("-pk").first()
    if latest is None or latest.pk < statement.pk:
        raise Refused(_("This statement is cancelled already."))
    if latest.pk != statement.pk:
        raise Refused(
            _("Statements are cancelled from the latest on. Cancel %(number)s first."), number=latest.number
        )
    cancellation = _freeze(
        agreement,
        Kind.CANCELLATION,
        Units(statement.households, statement.persons),
        opposite_due(_due_of(statement)),
        Terms.from_data(statement.terms),
        timezone.localdate(),
        actor,
        cancels=statement,
        reason=reason,
    )
    _state(CANCEL, cancellation, Units(statement.households, statement.persons), cancelled=statement.pk)
    _book(cancellation, "cancel_statement", actor)
    return cancellation


def checked_reason(reason: str) -> str:
    """The reason of a correction, in one line. Refused when there is none, or more than fits."""
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Refused(_("Say the reason in a few words."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(
            _("Say the reason in at most %(most)d characters."), field="reason", most=LONGEST_REASON
        )
    return reason


def _due_of(statement: PremiumStatement) -> PremiumDue:
    return PremiumDue(
        statement.due,
        statement.city_share,
        statement.county_share,
        Breakdown.from_data(statement.breakdown),
    )


def _not_in_future(issued_on: datetime.date | None) -> datetime.date:
    today = timezone.localdate()
    if issued_on is not None and issued_on > today:
        raise Refused(_("A statement can't be dated in the future."), field="issued_on")
    return issued_on or today


def _freeze(  # noqa: PLR0917 -- a statement is all of this
    agreement: Agreement,
    kind: str,
    units: Units,
    due: PremiumDue,
    terms: Terms,
    issued_on: datetime.date,
    actor: User,
    **cancellation: Any,
) -> PremiumStatement:
    earlier = PremiumStatement.objects.filter(agreement=agreement).count()
    return PremiumStatement.objects.create(
        number=f"BF{agreement.policy_year_id}-{agreement.county.code}-{earlier + 1:03d}",
        agreement=agreement,
        policy_year_id=agreement.policy_year_id,
        county_id=agreement.county_id,
        kind=kind,
        households=units.households,
        persons=units.persons,
        due=due.due,
        city_share=due.city,
        county_share=due.county,
        breakdown=due.breakdown.to_data(),
        terms=terms.to_data(),
        issued_on=issued_on,
        issued_by=actor,
        **cancellation,
    )


def _state(lines: str, statement: PremiumStatement, units: Units, **rates: Any) -> None:
    """Add the statement's lines; the agreement is locked, so they are the units that were counted."""
    with connection.cursor() as cursor:
        cursor.execute(lines, {"statement": statement.pk, "agreement": statement.agreement_id, **rates})
        if cursor.rowcount != units.households + units.persons:
            raise RuntimeError(f"{cursor.rowcount} lines were stated, {units} were counted")


def _book(statement: PremiumStatement, act: str, actor: User) -> None:
    """Book both sides' due to the fund ledger and record the act; the loss ratio is looked at anew after commit."""
    cancelled = {entry.side: entry for entry in FundEntry.objects.filter(statement=statement.cancels_id or 0)}
    for side, share in ((Side.CITY, statement.city_share), (Side.COUNTY, statement.county_share)):
        FundEntry.objects.create(
            agreement_id=statement.agreement_id,
            policy_year_id=statement.policy_year_id,
            county_id=statement.county_id,
            side=side,
            kind=FundEntry.Kind.DUE,
            amount=share,
            on=statement.issued_on,
            statement=statement,
            reverses=cancelled.get(side),
            reason=statement.reason,
            booked_by=actor,
        )
    record(
        act,
        actor=actor,
        on=statement,
        facts={"households": statement.households, "persons": statement.persons, "due": statement.due},
    )
    enqueue("riskpool.evaluate_agreement", statement.agreement_id)
    enqueue("riskpool.offset_carry", statement.county_id)
