"""Members who come to a household that is insured already: new on the roster, or born (R2, R3). They stand on the next
supplementary statement."""

import datetime
from collections.abc import Collection

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.eligibility import bounds, missing_members, waiting_members
from enrollment.models import MONITORED, Agreement, InsuredHousehold, RosterPerson
from enrollment.services.enrolment import locked_agreement
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record

ENROL_MEMBERS = """
INSERT INTO enrollment_insuredperson
    (insured_household_id, policy_year_id, county_id, roster_person_id, basic_insurance, cover_from, cover_to)
SELECT i.id, i.policy_year_id, i.county_id, p.id, p.basic_insurance,
       greatest(%(cover_from)s::date, i.cover_from, p.birth_date,
                CASE WHEN h.category = 'OUT_OF_POVERTY' THEN NULL ELSE h.listed_on END),
       i.cover_to
FROM enrollment_rosterperson p
JOIN enrollment_rosterhousehold h ON h.id = p.household_id
JOIN enrollment_insuredhousehold i
    ON i.roster_household_id = h.id AND i.agreement_id = %(agreement)s AND i.withdrawn_at IS NULL
WHERE p.id = ANY(%(persons)s) AND (h.category = 'OUT_OF_POVERTY' OR h.listed_on <= i.cover_to)
ORDER BY p.id
"""


@transaction.atomic(durable=True)
def enrol_members(
    *,
    insured_household: InsuredHousehold,
    persons: Collection[RosterPerson],
    cover_from: datetime.date,
    actor: User,
) -> int:
    """Insure further members of an insured household from a day on; returns how many. Refused before the household's
    own cover or a person's birth, before the listing date of a monitored household (R2), after the year, for a person
    of another household, or one insured already."""
    agreement = locked_agreement(insured_household.agreement)
    household = InsuredHousehold.objects.select_related("roster_household").get(pk=insured_household.pk)
    require(actor, Act.ENROL, household)
    if household.withdrawn_at is not None:
        raise Refused(_("This household has been withdrawn. Enrol it again first."))
    if not persons:
        raise Refused(_("Choose at least one member."), field="persons")
    earliest = earliest_cover(household)
    if not earliest <= cover_from <= household.cover_to:
        raise Refused(
            _("Cover of a member begins between %(first)s and %(last)s."),
            field="cover_from",
            rule="R2",
            first=earliest,
            last=household.cover_to,
        )
    wanted = {person.pk for person in persons}
    found = list(missing_members(household).filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise Refused(
            _(
                "One of these persons is insured already, or isn't listed in this household. Look at the list again."
            ),
            field="persons",
        )
    if any(person.birth_date > cover_from for person in found):
        raise Refused(_("Nobody is covered before they were born."), field="cover_from", rule="R2")
    added = _insert(agreement, found, cover_from)
    record(
        "enrol_members",
        actor=actor,
        on=household,
        facts={"persons": added, "cover_from": cover_from},
    )
    return added


@transaction.atomic(durable=True)
def enrol_waiting_members(*, agreement: Agreement, cover_from: datetime.date, actor: User) -> int:
    """Insure all members who wait in a county's insured households, each from `cover_from` on, or from where their
    household's cover, its listing or their birth comes later (R2); returns how many."""
    agreement = locked_agreement(agreement)
    require(actor, Act.ENROL, agreement)
    first, last = bounds(agreement.policy_year_id)
    if not first <= cover_from <= last:
        raise Refused(_("Cover must begin within the policy year."), field="cover_from", rule="R3")
    added = _insert(agreement, list(waiting_members(agreement)), cover_from)
    if not added:
        raise Refused(_("Nobody is waiting: every member of the insured households is insured."))
    record(
        "enrol_members",
        actor=actor,
        on=agreement,
        facts={"persons": added, "cover_from": cover_from},
    )
    return added


def earliest_cover(household: InsuredHousehold) -> datetime.date:
    """The first day from which a further member may be covered: the household's own, or its listing if the roster
    lists it as monitored only later (R2)."""
    listed = household.roster_household
    if listed.category in MONITORED and listed.listed_on is not None:
        return max(household.cover_from, listed.listed_on)
    return household.cover_from


def _insert(agreement: Agreement, persons: Collection[RosterPerson], cover_from: datetime.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            ENROL_MEMBERS,
            {
                "agreement": agreement.pk,
                "persons": [person.pk for person in persons],
                "cover_from": cover_from,
            },
        )
        added: int = cursor.rowcount
    return added
