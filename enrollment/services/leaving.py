"""Leaving: who was enrolled by mistake is withdrawn, cover void from the beginning, and the next refund statement gives
back what was charged (R18). Nothing is removed. Once a claim was reported for somebody, they stay."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import InsuredHousehold, InsuredPerson
from enrollment.services.enrolment import locked_agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record

CLAIMED = _("A claim has been reported here, so the cover stands. Nobody with a claim is withdrawn.")
WITHDRAWN = _("This was withdrawn before.")


@transaction.atomic(durable=True)
def withdraw_household(*, insured_household: InsuredHousehold, reason: str, actor: User) -> None:
    """Withdraw an insured household with all its members. Refused without a reason, twice, and once a claim was
    reported for the household or one of them."""
    locked_agreement(insured_household.agreement)
    household = _locked(insured_household.pk)
    require(actor, Act.ENROL, household)
    persons = InsuredPerson.objects.filter(insured_household=household, withdrawn_at=None)
    claimed = persons.select_for_update(no_key=True).filter(claimed_at__isnull=False).exists()
    _check(household, reason, claimed=claimed)
    marks = _marks(reason, actor)
    left = persons.update(**marks)
    InsuredHousehold.objects.filter(pk=household.pk).update(**marks)
    record("withdraw_household", actor=actor, on=household, facts={"persons": left}, reason=reason)


@transaction.atomic(durable=True)
def withdraw_person(*, insured_person: InsuredPerson, reason: str, actor: User) -> None:
    """Withdraw one member. Refused without a reason, twice, once a claim was reported for them, and for the last one:
    then the household itself is withdrawn."""
    locked_agreement(insured_person.insured_household.agreement)
    household = _locked(insured_person.insured_household_id)
    person = InsuredPerson.objects.select_for_update(no_key=True).get(pk=insured_person.pk)
    require(actor, Act.ENROL, household)
    _check(person, reason)
    others = household.persons.filter(withdrawn_at=None).exclude(pk=person.pk)
    if not others.exists():
        raise Refused(_("This is the last insured member. Withdraw the household instead."))
    InsuredPerson.objects.filter(pk=person.pk).update(**_marks(reason, actor))
    record("withdraw_person", actor=actor, on=person, facts={}, reason=reason)


def note_claim(*, insured_household_id: int, insured_person_id: int | None = None) -> None:
    """Note that a claim is reported for a household, or for one of its members: from now on they can't be withdrawn.
    Called by the service that reports the claim, inside its transaction. Refused when they are withdrawn already."""
    household = _locked(insured_household_id)
    person = None
    if insured_person_id is not None:
        person = InsuredPerson.objects.select_for_update(no_key=True).get(
            pk=insured_person_id, insured_household=household
        )
    if household.withdrawn_at is not None or (person is not None and person.withdrawn_at is not None):
        raise Refused(_("This person or household was withdrawn as enrolled by mistake: there is no cover."))
    now = timezone.now()
    InsuredHousehold.objects.filter(pk=household.pk, claimed_at=None).update(claimed_at=now)
    if person is not None:
        InsuredPerson.objects.filter(pk=person.pk, claimed_at=None).update(claimed_at=now)


def _locked(household_id: int) -> InsuredHousehold:
    return (
        InsuredHousehold.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agreement")
        .get(pk=household_id)
    )


def _check(row: InsuredHousehold | InsuredPerson, reason: str, *, claimed: bool = False) -> None:
    if row.withdrawn_at is not None:
        raise Refused(WITHDRAWN)
    if not reason.strip():
        raise Refused(_("Say why it was a mistake."), field="reason")
    if claimed or row.claimed_at is not None:
        raise Refused(CLAIMED, rule="R18")


def _marks(reason: str, actor: User) -> dict[str, object]:
    return {"withdrawn_at": timezone.now(), "withdrawn_by": actor, "withdrawn_reason": reason.strip()}
