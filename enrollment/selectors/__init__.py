"""Reading the roster and the insured: always within the actor's scope, personal numbers masked here."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from enrollment.models import (
    MONITORED,
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    PolicyTerm,
    PolicyYear,
    RosterHousehold,
    RosterImport,
    RosterPerson,
)
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.sealing import Place, index_of, masked, unseal
from jincheng_insurance.scheme.premium import budget
from jincheng_insurance.scheme.terms import Terms, default_terms


def terms_of(policy_year_id: int) -> Terms:
    """The terms in force in a policy year: defaults of the scheme, with what the city has ruled."""
    rulings = dict(PolicyTerm.objects.filter(policy_year=policy_year_id).values_list("name", "value"))
    return default_terms(policy_year_id).with_changes(rulings)


def current_policy_year() -> PolicyYear:
    """The policy year of today, or the nearest one of the scheme."""
    year = min(max(timezone.localdate().year, 2026), 2028)
    return PolicyYear.objects.get(pk=year)


def identity_place(person_id: int) -> Place:
    return Place("enrollment_rosterperson", "id_number", person_id)


def masked_identity(person: RosterPerson) -> str:
    """The identity number as pages show it."""
    return masked(unseal(bytes(person.id_number_sealed), identity_place(person.pk)))


def counties_for_import(actor: User) -> dict[str, Region]:
    """The counties, by code, whose roster the actor may import."""
    grants = actor.grants_for(Act.IMPORT_ROSTER)
    counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
    if not any(grant.region_id is None for grant in grants):
        counties = counties.filter(pk__in=[grant.region_id for grant in grants])
    return {str(county.code): county for county in counties}


def other_counties(counties: Iterable[Region]) -> QuerySet[Region]:
    """The city's counties that aren't among these."""
    return Region.objects.filter(level=Region.Level.COUNTY).exclude(pk__in=[county.pk for county in counties])


def names(counties: Iterable[Region]) -> dict[str, str]:
    """County name to 6-digit code, as the roster's check takes them."""
    return {county.name: str(county.code) for county in counties}


def roster_imports(actor: User) -> QuerySet[RosterImport]:
    return RosterImport.objects.visible_to(actor).select_related("county", "uploaded_by")


def roster_households(actor: User) -> QuerySet[RosterHousehold]:
    return RosterHousehold.objects.visible_to(actor).select_related("county", "township", "village")


def agreements(actor: User, policy_year: PolicyYear) -> QuerySet[Agreement]:
    return (
        Agreement.objects.visible_to(actor)
        .filter(policy_year=policy_year)
        .select_related("county", "insurer", "policy_year")
    )


# Counted for the rows shown, instead of grouping all of them.
_members = Coalesce(
    Subquery(
        InsuredPerson.objects.filter(insured_household=OuterRef("pk"))
        .order_by()
        .values("insured_household")
        .annotate(number=Count("pk"))
        .values("number")
    ),
    0,
)


def insured_households(actor: User, policy_year: PolicyYear) -> QuerySet[InsuredHousehold]:
    return (
        InsuredHousehold.objects.visible_to(actor)
        .filter(policy_year=policy_year)
        .select_related(
            "county", "roster_household__township", "roster_household__village", "agreement__insurer"
        )
        .annotate(person_count=_members)
    )


@dataclass(frozen=True, slots=True)
class EnrolmentStatus:
    """Where a county's enrolment stands: on the roster, insured, and not yet, beside the budget of R4."""

    agreement: Agreement
    listed_households: int
    listed_persons: int
    insured_households: int
    insured_persons: int
    waiting_households: int
    out_of_poverty_households: int
    out_of_poverty_persons: int
    monitored_households: int
    monitored_persons: int
    budget_households: int
    budget_persons: int


def enrolment_status(agreement: Agreement) -> EnrolmentStatus:
    """Counts of a county's roster and insured for the agreement's year (R2, R4)."""
    year = agreement.policy_year_id
    listed = RosterHousehold.objects.filter(county=agreement.county_id)
    monitored = Q(category__in=MONITORED)
    households = listed.aggregate(
        all=Count("pk"), monitored=Count("pk", filter=monitored), waiting=Count("pk", filter=waiting(year))
    )
    monitored_person = Q(household__category__in=MONITORED)
    persons = RosterPerson.objects.filter(household__county=agreement.county_id).aggregate(
        all=Count("pk"), monitored=Count("pk", filter=monitored_person)
    )
    plan = budget(
        terms=terms_of(year),
        households=households["all"] - households["monitored"],
        persons=persons["all"] - persons["monitored"],
    )
    return EnrolmentStatus(
        agreement=agreement,
        listed_households=households["all"],
        listed_persons=persons["all"],
        insured_households=InsuredHousehold.objects.filter(agreement=agreement).count(),
        insured_persons=InsuredPerson.objects.filter(insured_household__agreement=agreement).count(),
        waiting_households=households["waiting"],
        out_of_poverty_households=households["all"] - households["monitored"],
        out_of_poverty_persons=persons["all"] - persons["monitored"],
        monitored_households=households["monitored"],
        monitored_persons=persons["monitored"],
        budget_households=plan.households,
        budget_persons=plan.persons,
    )


def waiting(year: int) -> Q:
    """Roster households that may be enrolled for a year and aren't yet: monitored ones once listed (R2)."""
    may = Q(category="OUT_OF_POVERTY") | Q(listed_on__lte=datetime.date(year, 12, 31))
    enrolled = InsuredHousehold.objects.filter(policy_year=year, roster_household=OuterRef("pk"))
    return may & Q(~Exists(enrolled))


def find_insured_person(actor: User, identity_number: str, policy_year: PolicyYear) -> InsuredPerson | None:
    """The insured person with that (checked, normalised) identity number, if the actor may see them."""
    return (
        InsuredPerson.objects.visible_to(actor)
        .filter(policy_year=policy_year, roster_person__id_number_index=index_of(identity_number))
        .select_related(
            "roster_person",
            "county",
            "insured_household__agreement__insurer",
            "insured_household__roster_household__township",
            "insured_household__roster_household__village",
        )
        .first()
    )
