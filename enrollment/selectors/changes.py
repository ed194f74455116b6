"""Who of the roster can't be enrolled, and how the insured of a year have changed since a day."""

import datetime

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.eligibility import withdrawn_persons
from enrollment.models import MONITORED, Agreement, InsuredPerson, PolicyYear, RosterPerson
from jincheng_insurance.access.models import Region, User


class Why(models.TextChoices):
    """Why somebody on the roster can't be insured for a year."""

    WITHDRAWN = "withdrawn", _("Withdrawn this year as enrolled by mistake")
    LISTED_LATER = "listed_later", _("Listed only after the policy year (R2)")
    GONE = "gone", _("Gone from the roster")
    NO_AGREEMENT = "no_agreement", _("The county has no agreement for the policy year (R17)")


def ineligible(actor: User, policy_year: PolicyYear) -> QuerySet[RosterPerson]:
    """Persons on the roster who aren't insured for the year and can't be enrolled with their county, with the first
    reason as `why`."""
    last = datetime.date(policy_year.year, 12, 31)
    later = Q(household__category__in=MONITORED, household__listed_on__gt=last)
    gone = Q(gone_since__isnull=False) | Q(household__gone_since__isnull=False)
    agreed = Agreement.objects.filter(policy_year=policy_year).values("county")
    without = Region.objects.filter(level=Region.Level.COUNTY).exclude(pk__in=agreed)
    enrolled = InsuredPerson.objects.filter(
        policy_year=policy_year, roster_person=OuterRef("pk"), withdrawn_at=None
    )
    withdrawn = withdrawn_persons(policy_year.pk)
    listed = RosterPerson.objects.order_by()
    # Each way by itself, so that each is looked up among the few it concerns, and not among all of the roster.
    ways = [
        listed.filter(later).values("pk"),
        listed.filter(gone_since__isnull=False).values("pk"),
        listed.filter(household__gone_since__isnull=False).values("pk"),
        withdrawn,
        listed.filter(household__county__in=without).values("pk"),
    ]
    shown: QuerySet[RosterPerson] = (
        RosterPerson.objects.visible_to(actor)
        .filter(~Exists(enrolled))
        .filter(pk__in=ways[0].union(*ways[1:]))
        .select_related("household__county", "household__township", "household__village")
        .order_by("household__code", "pk")
    )
    return shown.annotate(
        why=Case(
            When(pk__in=withdrawn, then=Value(Why.WITHDRAWN)),
            When(later, then=Value(Why.LISTED_LATER)),
            When(gone, then=Value(Why.GONE)),
            default=Value(Why.NO_AGREEMENT),
        )
    )


def insured_changes(actor: User, policy_year: PolicyYear, since: datetime.date) -> QuerySet[InsuredPerson]:
    """Insured persons of a year who were enrolled on or after a day, or withdrawn on or after it: joined and left."""
    start = timezone.make_aware(datetime.datetime.combine(since, datetime.time.min))
    joined, left = Q(enrolled_at__gte=start, withdrawn_at=None), Q(withdrawn_at__gte=start)
    return _all_insured(actor, policy_year).filter(joined | left)


def insured_list(actor: User, policy_year: PolicyYear) -> QuerySet[InsuredPerson]:
    """The insured persons of a year with all that a list of them tells, household by household."""
    return _all_insured(actor, policy_year).filter(withdrawn_at=None)


def _all_insured(actor: User, policy_year: PolicyYear) -> QuerySet[InsuredPerson]:
    return (
        InsuredPerson.objects.visible_to(actor)
        .filter(policy_year=policy_year)
        .select_related(
            "roster_person",
            "county",
            "insured_household__agreement__insurer",
            "insured_household__roster_household__township",
            "insured_household__roster_household__village",
        )
        .order_by("insured_household__roster_household__code", "pk")
    )
