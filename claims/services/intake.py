"""Taking a claim in: who it is for, what happened, a first reserve (R5, R19)."""

import datetime
import uuid
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from claims.models import MOST, Claim, ClaimEvent
from claims.services.ledger import outstanding_reserve, set_first_reserve, set_reserve
from claims.services.steps import check_step, locked_claim, take_step
from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, PolicyYear
from enrollment.selectors import find_insured_person
from enrollment.services.leaving import note_claim
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.reveals import check_look_ups
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record
from jincheng_insurance.web import formats


@transaction.atomic(durable=True)
def look_up_person(*, identity_number: str, policy_year: PolicyYear, actor: User) -> InsuredPerson | None:
    """The insured person with a checked identity number within the actor's reach, or None. Each look is on record;
    the number itself isn't (R25)."""
    require(actor, Act.HANDLE_CLAIM)
    check_look_ups(actor)
    person = find_insured_person(actor, identity_number, policy_year)
    record("find_person", actor=actor, on=person, facts={"found": person is not None})
    return person


@transaction.atomic(durable=True)
def report_claim(
    *,
    insured_person: InsuredPerson,
    reserve: Decimal,
    account: str,
    actor: User,
    reported_on: datetime.date | None = None,
    once: uuid.UUID | None = None,
) -> Claim:
    """Open a medical claim with its first reserve. Participation in basic insurance may still be unknown: that blocks
    approval, not intake (R5). Sent again with the same `once`, it gives back the claim it opened the first time."""
    claim = Claim(
        coverage=Claim.Coverage.MEDICAL,
        insured_household_id=insured_person.insured_household_id,
        insured_person=insured_person,
        account=account,
        once=once,
    )
    require(actor, Act.HANDLE_CLAIM, insured_person)
    return open_claim(claim, reserve=reserve, reported_on=reported_on, actor=actor)[0]


def open_claim(
    claim: Claim, *, reserve: Decimal, reported_on: datetime.date | None, actor: User
) -> tuple[Claim, bool]:
    """Save an unsaved claim under its household's agreement, with number, timeline and first reserve; and whether it
    is new. Runs inside the transaction of the service that reports."""
    household = InsuredHousehold.objects.select_related("agreement__county").get(
        pk=claim.insured_household_id
    )
    agreement = household.agreement
    claim.agreement, claim.policy_year_id = agreement, agreement.policy_year_id
    claim.county_id, claim.reported_by = agreement.county_id, actor
    person = claim.insured_person
    begins = household.cover_from if person is None else person.cover_from
    claim.reported_on = check_report(reserve=reserve, reported_on=reported_on, cover_from=begins)
    note_claim(insured_household_id=household.pk, insured_person_id=claim.insured_person_id)
    claim.number = _next_number(agreement)
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        if "once" not in str(error):
            raise
        return Claim.objects.get(once=claim.once, reported_by=actor), False
    ClaimEvent.objects.create(claim=claim, step="report", to_state=claim.state, by=actor, amount=reserve)
    set_first_reserve(claim, reserve, actor=actor, on=claim.reported_on)
    record("report_claim", actor=actor, on=claim, facts={"number": claim.number, "reserve": reserve})
    return claim, True


@transaction.atomic(durable=True)
def change_reserve(*, claim: Claim, reserve: Decimal, reason: str, actor: User) -> None:
    """Set an open claim's reserve anew; the ledger keeps every earlier figure."""
    claim = locked_claim(claim)
    check_step(claim, "assess", actor)
    check_reserve(reserve)
    before = outstanding_reserve(claim)
    if set_reserve(claim, reserve, actor=actor, reason=reason):
        take_step(claim, "assess", actor, note=reason, amount=reserve, told_as="change_reserve")
        record(
            "change_reserve", actor=actor, on=claim, facts={"before": before, "after": reserve}, reason=reason
        )


def check_report(
    *, reserve: Decimal, reported_on: datetime.date | None, cover_from: datetime.date
) -> datetime.date:
    """The day of a report, today where none is given. Refused in the future, before the cover begins (R9), or with a
    reserve that is none."""
    day = _not_in_future(reported_on)
    if day < cover_from:
        raise Refused(
            _("The cover begins on %(begins)s; what is reported before isn't insured. Check the date."),
            field="reported_on",
            rule="R9",
            begins=formats.day(cover_from),
        )
    check_reserve(reserve)
    return day


def check_reserve(reserve: Decimal) -> None:
    """Refused unless the reserve is an amount in yuan of zero or more."""
    if not (reserve.is_finite() and 0 <= reserve < MOST):
        raise Refused(_("The reserve must be an amount of zero or more."), field="reserve")


def _not_in_future(day: datetime.date | None) -> datetime.date:
    today = timezone.localdate()
    if day is not None and day > today:
        raise Refused(_("The report can't be dated in the future."), field="reported_on")
    return day or today


def _next_number(agreement: Agreement) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_claim_number_seq')")
        (serial,) = cursor.fetchone()
    return f"PA{agreement.policy_year_id}-{agreement.county.code}-{serial:06d}"
