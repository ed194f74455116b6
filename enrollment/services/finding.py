"""Looking people up by identity number. Each look is on record, the number itself isn't (R25)."""

from django.db import transaction

from enrollment.models import InsuredPerson, PolicyYear, RosterPerson
from enrollment.selectors import find_insured_person
from enrollment.selectors.finding import find_roster_person
from jincheng_insurance.access.models import User
from jincheng_insurance.access.reveals import check_look_ups
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record


@transaction.atomic(durable=True)
def look_up_roster_person(*, identity_number: str, actor: User) -> RosterPerson | None:
    """The roster person with a checked identity number within the actor's reach, or None."""
    require(actor, Act.VIEW_ROSTER)
    check_look_ups(actor)
    person = find_roster_person(actor, identity_number)
    record(
        "find_person",
        actor=actor,
        on=person,
        county_id=person.household.county_id if person is not None else None,
        facts={"found": person is not None},
    )
    return person


@transaction.atomic(durable=True)
def look_up_insured_person(
    *, identity_number: str, policy_year: PolicyYear, actor: User
) -> InsuredPerson | None:
    """The insured person of a year with a checked identity number within the actor's reach, or None."""
    require(actor, Act.VIEW_INSURED)
    check_look_ups(actor)
    person = find_insured_person(actor, identity_number, policy_year)
    record("find_person", actor=actor, on=person, facts={"found": person is not None})
    return person
