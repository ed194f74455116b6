"""Enrolling roster households under their county's agreement (R1-R3). PostgreSQL refuses what R2 forbids; this room
only asks for what R2 allows."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.eligibility import bounds, eligible_households
from enrollment.models import Agreement, InsuredHousehold, InsuredPerson, RosterHousehold
from enrollment.services.household import insure_household
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record


@dataclass(frozen=True, slots=True)
class Enrolled:
    households: int
    persons: int


ENROL_HOUSEHOLDS = """
INSERT INTO enrollment_insuredhousehold
    (agreement_id, policy_year_id, county_id, roster_household_id, category, cover_from, cover_to, enrolled_by_id,
     enrolled_at)
SELECT %(agreement)s, %(year)s, h.county_id, h.id, h.category,
       CASE WHEN h.category = 'OUT_OF_POVERTY' THEN %(first)s ELSE greatest(%(first)s, h.listed_on) END,
       %(last)s, %(actor)s, now()
FROM enrollment_rosterhousehold h
WHERE h.id = ANY(%(households)s)
ORDER BY h.id
ON CONFLICT (policy_year_id, roster_household_id) WHERE withdrawn_at IS NULL DO NOTHING
RETURNING id
"""

ENROL_PERSONS = """
INSERT INTO enrollment_insuredperson
    (insured_household_id, policy_year_id, county_id, roster_person_id, basic_insurance, cover_from, cover_to)
SELECT i.id, i.policy_year_id, i.county_id, p.id, p.basic_insurance, greatest(i.cover_from, p.birth_date), i.cover_to
FROM enrollment_insuredhousehold i JOIN enrollment_rosterperson p ON p.household_id = i.roster_household_id
WHERE i.id = ANY(%(households)s) AND p.birth_date <= i.cover_to AND p.gone_since IS NULL
ORDER BY p.id
"""


@transaction.atomic(durable=True)
def enrol_county(*, agreement: Agreement, actor: User, townships: Collection[Region] = ()) -> Enrolled:
    """Enrol every household of the county's roster, or of some of its townships, that may be insured and isn't yet.
    Cover begins on 1 January, or on the listing date of a monitored household listed later (R2); nobody's before
    their birth. Doing it again enrols only who has come since."""
    agreement = locked_agreement(agreement)
    require(actor, Act.ENROL, agreement)
    if any(township.parent_id != agreement.county_id for township in townships):
        raise Refused(_("Choose townships of the agreement's own county."), field="township")
    chosen = [township.pk for township in townships]
    first, last = bounds(agreement.policy_year_id)
    with connection.cursor() as cursor:
        cursor.execute(
            ENROL_HOUSEHOLDS,
            {
                "agreement": agreement.pk,
                "year": agreement.policy_year_id,
                "households": list(eligible_households(agreement, chosen).values_list("pk", flat=True)),
                "first": first,
                "last": last,
                "actor": actor.pk,
            },
        )
        households = [key for (key,) in cursor.fetchall()]
        cursor.execute(ENROL_PERSONS, {"households": households})
        enrolled = Enrolled(len(households), cursor.rowcount)
    facts: dict[str, object] = {"households": enrolled.households, "persons": enrolled.persons}
    if townships:
        facts["townships"] = "、".join(township.name for township in townships)
    record("enrol_county", actor=actor, on=agreement, facts=facts)
    return enrolled


@transaction.atomic(durable=True)
def enrol_household(
    *, agreement: Agreement, household: RosterHousehold, cover_from: datetime.date, actor: User
) -> InsuredHousehold:
    """Enrol one roster household with all its members from a day of the policy year on. Refused before the listing
    date of a monitored household (R2), outside the year, twice, or under another county's agreement. One that was
    withdrawn may be enrolled again."""
    insured = insure_household(
        agreement=locked_agreement(agreement), household=household, cover_from=cover_from, actor=actor
    )
    with connection.cursor() as cursor:
        cursor.execute(ENROL_PERSONS, {"households": [insured.pk]})
    record(
        "enrol_household",
        actor=actor,
        on=insured,
        facts={
            "cover_from": cover_from,
            "persons": InsuredPerson.objects.filter(insured_household=insured).count(),
        },
    )
    return insured


def locked_agreement(agreement: Agreement) -> Agreement:
    """The agreement, locked: whoever is enrolled, withdrawn or stated under it is so one act after the other."""
    return (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("county")
        .get(pk=agreement.pk)
    )
