"""Who of a county's roster may be enrolled for a policy year, and why the others may not (R1-R3). The preview, the
counts and the enrolment itself all ask here, so that they can't tell different stories."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    MONITORED,
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    RosterHousehold,
    RosterPerson,
)


class Verdict(TextChoices):
    """Whether a roster household may be enrolled together with its county for a year; if not, the first reason why."""

    ELIGIBLE = "eligible", _("May be enrolled")
    INSURED = "insured", _("Insured already")
    WITHDRAWN = "withdrawn", _("Withdrawn this year as enrolled by mistake")
    NOT_LISTED = "not_listed", _("Monitored, but without a listing date")
    LISTED_LATER = "listed_later", _("Listed only after the policy year")
    GONE = "gone", _("Gone from the roster")
    NO_PERSONS = "no_persons", _("No person listed in the household")


def bounds(year: int) -> tuple[datetime.date, datetime.date]:
    """First and last day of a policy year (R3)."""
    return datetime.date(year, 1, 1), datetime.date(year, 12, 31)


def with_verdict(households: QuerySet[RosterHousehold], year: int) -> QuerySet[RosterHousehold]:
    """Roster households, each with its `verdict` for a policy year. Withdrawn ones aren't taken up again with the
    whole county: only by themselves."""
    _first, last = bounds(year)
    enrolled = InsuredHousehold.objects.filter(roster_household=OuterRef("pk"), policy_year=year)
    persons = RosterPerson.objects.filter(household=OuterRef("pk"), birth_date__lte=last, gone_since=None)
    monitored = Q(category__in=MONITORED)
    return households.annotate(
        verdict=Case(
            When(Exists(enrolled.filter(withdrawn_at=None)), then=Value(Verdict.INSURED.value)),
            When(Exists(enrolled), then=Value(Verdict.WITHDRAWN.value)),
            When(monitored & Q(listed_on=None), then=Value(Verdict.NOT_LISTED.value)),
            When(monitored & Q(listed_on__gt=last), then=Value(Verdict.LISTED_LATER.value)),
            When(gone_since__isnull=False, then=Value(Verdict.GONE.value)),
            When(~Exists(persons), then=Value(Verdict.NO_PERSONS.value)),
            default=Value(Verdict.ELIGIBLE.value),
            output_field=CharField(),
        )
    )


def roster_of(agreement: Agreement, townships: Collection[int] = ()) -> QuerySet[RosterHousehold]:
    """The same, with verdicts."""
    return with_verdict(listed_under(agreement, townships), agreement.policy_year_id)


def withdrawn_households(year: int) -> QuerySet[InsuredHousehold]:
    """Roster households, as `roster_household`, that were withdrawn in a policy year and not enrolled again."""
    enrolled = InsuredHousehold.objects.filter(policy_year=year).order_by()
    again = enrolled.filter(roster_household=OuterRef("roster_household"), withdrawn_at=None)
    return enrolled.filter(~Exists(again), withdrawn_at__isnull=False)


def withdrawn_persons(year: int) -> QuerySet[RosterPerson, Any]:
    """Keys of the roster persons who were withdrawn in a policy year, by themselves or with their household, which may
    list others since. Who was enrolled again is still among the former."""
    alone = InsuredPerson.objects.filter(policy_year=year, withdrawn_at__isnull=False)
    together = RosterPerson.objects.filter(
        household__in=withdrawn_households(year).values("roster_household")
    )
    keys = RosterPerson.objects.filter(pk__in=alone.order_by().values("roster_person")).order_by()
    return keys.values("pk").union(together.order_by().values("pk"))


def listed_under(agreement: Agreement, townships: Collection[int] = ()) -> QuerySet[RosterHousehold]:
    """The roster of an agreement's county, or of some of its townships (by id)."""
    listed = RosterHousehold.objects.filter(county=agreement.county_id)
    return listed.filter(township__in=townships) if townships else listed


def uninsured_of(agreement: Agreement, townships: Collection[int] = ()) -> QuerySet[RosterHousehold]:
    """Those of them that aren't insured now. Their keys are read first, so that the database asks for the rest of a
    verdict of these alone, as a rule the fewest."""
    insured = InsuredHousehold.objects.filter(
        roster_household=OuterRef("pk"), policy_year=agreement.policy_year_id, withdrawn_at=None
    )
    keys = list(listed_under(agreement, townships).filter(~Exists(insured)).values_list("pk", flat=True))
    return with_verdict(RosterHousehold.objects.filter(pk__in=keys), agreement.policy_year_id)


def eligible_households(agreement: Agreement, townships: Collection[int] = ()) -> QuerySet[RosterHousehold]:
    """Who would be enrolled with the county, or with these townships."""
    return uninsured_of(agreement, townships).filter(Q(verdict=Verdict.ELIGIBLE))


def waiting_members(agreement: Agreement) -> QuerySet[RosterPerson]:
    """Persons whose household is insured under an agreement and who aren't themselves: new on the roster, or born.
    Whoever was withdrawn this year isn't among them."""
    return waiting_under(Agreement.objects.filter(pk=agreement.pk), agreement.policy_year_id)


def waiting_under(pool: QuerySet[Agreement], year: int) -> QuerySet[RosterPerson]:
    """The same of several agreements of one policy year."""
    household = InsuredHousehold.objects.filter(
        roster_household=OuterRef("household"), agreement__in=pool.values("pk"), withdrawn_at=None
    )
    enrolled = InsuredPerson.objects.filter(roster_person=OuterRef("pk"), policy_year=year)
    return RosterPerson.objects.filter(
        Exists(household), ~Exists(enrolled), birth_date__lte=bounds(year)[1], gone_since=None
    ).order_by("household__code", "pk")


def missing_members(insured: InsuredHousehold) -> QuerySet[RosterPerson]:
    """Persons on the roster of one insured household who aren't insured with it, withdrawn ones included."""
    standing = InsuredPerson.objects.filter(
        roster_person=OuterRef("pk"), policy_year=insured.policy_year_id, withdrawn_at=None
    )
    return RosterPerson.objects.filter(
        ~Exists(standing),
        household=insured.roster_household_id,
        birth_date__lte=insured.cover_to,
        gone_since=None,
    ).order_by("pk")
