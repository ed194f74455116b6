"""Reading the roster and the insured: always within the actor's scope, personal numbers masked here."""

from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext

from enrollment.models import (
    Agreement,
    ColumnMapping,
    HouseholdMove,
    InsuredHousehold,
    InsuredPerson,
    PayeeAccount,
    PolicyTerm,
    PolicyYear,
    RosterHousehold,
    RosterImport,
    RosterPerson,
)
from enrollment.roster.columns import ROSTER_COLUMNS
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.sealing import Place, SealError, index_of, masked, unseal
from jincheng_insurance.audit.context import once_a_request
from jincheng_insurance.scheme.terms import FIRST_YEAR, LAST_YEAR, Terms, default_terms
from jincheng_insurance.sheets.columns import TitleTable

YEAR_LENGTH = 4


def terms_of(policy_year_id: int) -> Terms:
    """The terms in force in a policy year: defaults of the scheme, with what the city has ruled."""
    rulings = dict(PolicyTerm.objects.filter(policy_year=policy_year_id).values_list("name", "value"))
    return default_terms(policy_year_id).with_changes(rulings)


@once_a_request
def current_policy_year() -> PolicyYear:
    """The policy year of today, or the nearest one of the scheme."""
    year = min(max(timezone.localdate().year, FIRST_YEAR), LAST_YEAR)
    return PolicyYear.objects.get(pk=year)


def policy_year_of(value: object) -> PolicyYear:
    """The policy year that a request names, as `?year=2027`; today's where it names none of the scheme's."""
    text = str(value or "").strip()
    named = (
        PolicyYear.objects.filter(pk=int(text)).first()
        if text.isdecimal() and len(text) == YEAR_LENGTH
        else None
    )
    return named or current_policy_year()


def identity_place(person_id: int) -> Place:
    return Place("enrollment_rosterperson", "id_number", person_id)


def masked_identity(person: RosterPerson) -> str:
    """The identity number as pages show it; words for a newborn's that is still to come."""
    if person.id_number_sealed is None:
        return gettext("to be supplied")
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
        InsuredPerson.objects.filter(insured_household=OuterRef("pk"), withdrawn_at=None)
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
        .filter(policy_year=policy_year, withdrawn_at=None)
        .select_related(
            "county", "roster_household__township", "roster_household__village", "agreement__insurer"
        )
        .annotate(person_count=_members)
    )


def household_moves(actor: User) -> QuerySet[HouseholdMove]:
    """Moves between counties that the actor's county asked for or is asked to confirm; all of them for the city."""
    return HouseholdMove.objects.visible_to(actor).select_related(
        "household__township", "household__village", "from_county", "to_county", "asked_by", "decided_by"
    )


def places_of(county_id: int) -> list[tuple[Region, list[Region]]]:
    """The townships of a county, each with its villages."""
    townships = list(
        Region.objects.filter(parent=county_id, level=Region.Level.TOWNSHIP).order_by("code", "name")
    )
    villages = Region.objects.filter(
        parent__parent=county_id, parent__in=townships, level=Region.Level.VILLAGE
    )
    by_township: dict[int | None, list[Region]] = {}
    for village in villages.order_by("name"):
        by_township.setdefault(village.parent_id, []).append(village)
    return [(township, by_township.get(township.pk, [])) for township in townships]


def find_insured_person(actor: User, identity_number: str, policy_year: PolicyYear) -> InsuredPerson | None:
    """The insured person with that (checked, normalised) identity number, if the actor may see them."""
    return (
        InsuredPerson.objects.visible_to(actor)
        .filter(
            policy_year=policy_year,
            roster_person__id_number_index=index_of(identity_number),
            withdrawn_at=None,
        )
        .select_related(
            "roster_person",
            "county",
            "insured_household__agreement__insurer",
            "insured_household__roster_household__township",
            "insured_household__roster_household__village",
        )
        .first()
    )


def telephone_place(person_id: int) -> Place:
    return Place("enrollment_rosterperson", "telephone", person_id)


def masked_telephone(person: RosterPerson) -> str:
    """A member's telephone as pages show it, or ""."""
    if person.telephone_sealed is None:
        return ""
    return masked(unseal(bytes(person.telephone_sealed), telephone_place(person.pk)))


def household_telephone_place(household_id: int) -> Place:
    return Place("enrollment_rosterhousehold", "telephone", household_id)


def masked_household_telephone(household: RosterHousehold) -> str:
    """A household's telephone as pages show it, or ""."""
    if household.telephone_sealed is None:
        return ""
    return masked(unseal(bytes(household.telephone_sealed), household_telephone_place(household.pk)))


LONG_ACCOUNT = 16  # from here on four digits at both ends still hide most of the number
SHOWN_END = 4


def account_place(account_id: int) -> Place:
    return Place("enrollment_payeeaccount", "account", account_id)


def payee_accounts(actor: User) -> QuerySet[PayeeAccount]:
    return PayeeAccount.objects.visible_to(actor).select_related(
        "person__household__township", "person__household__village", "county", "proposed_by", "decided_by"
    )


def confirmed_account(person: InsuredPerson) -> PayeeAccount | None:
    """The account to which an insured person's benefits go, whoever's it is; None until one is confirmed."""
    return PayeeAccount.objects.filter(
        person=person.roster_person_id, state=PayeeAccount.State.CONFIRMED
    ).first()


def masked_account(account: PayeeAccount) -> str:
    """The account number as pages show it."""
    return mask_account(open_account(account))


def mask_account(number: str) -> str:
    """An account number with its last four digits, a long one with its first four too.

    >>> mask_account("6228480402564890018"), mask_account("1234567890")
    ('6228***********0018', '******7890')
    """
    if len(number) >= LONG_ACCOUNT:
        return masked(number)
    return "*" * (len(number) - SHOWN_END) + number[-SHOWN_END:]


def open_account(account: PayeeAccount) -> str:
    """The account number in full, only for the bank's workbook: the caller records the look. SealError when it is no
    longer the number that was proposed and confirmed."""
    number = unseal(bytes(account.account_sealed), account_place(account.pk))
    if index_of(number) != bytes(account.account_index):
        raise SealError(f"the number of payee account {account.pk} isn't the one proposed")
    return number


def roster_titles(county_id: int | None) -> TitleTable:
    """The roster's columns by title, for an import of that county or of the whole city (None): by the titles
    everybody knows, and those that somebody with that reach has said."""
    said = ColumnMapping.objects.filter(Q(county=None) | Q(county=county_id)).order_by(
        F("county").asc(nulls_first=True)
    )
    return TitleTable(ROSTER_COLUMNS, dict(said.values_list("key", "field")))


def column_mappings(actor: User) -> QuerySet[ColumnMapping]:
    return ColumnMapping.objects.visible_to(actor).select_related("county", "said_by")


def visible_counties(actor: User) -> QuerySet[Region]:
    """The counties whose roster the actor may see."""
    grants = actor.grants_for(Act.VIEW_ROSTER)
    counties = Region.objects.filter(level=Region.Level.COUNTY).order_by("code")
    if any(grant.region_id is None and grant.insurer_id is None for grant in grants):
        return counties
    return counties.filter(pk__in=[grant.region_id for grant in grants if grant.region_id is not None])


def visible_insurers(actor: User) -> QuerySet[Insurer]:
    """The insurers with an agreement that the actor may see, of whatever year."""
    return Insurer.objects.filter(pk__in=Agreement.objects.visible_to(actor).values("insurer")).order_by(
        "code"
    )


def counties_of_work(actor: User) -> list[tuple[int, str]]:
    """Key and name of the counties of the actor's agreements, of whichever year; asked of the database only where a
    grant isn't for one county."""
    grants = actor.active_grants
    regions = {grant.region for grant in grants if grant.region is not None}
    if all(grant.region_id is not None for grant in grants):
        return [(region.pk, region.name) for region in sorted(regions, key=lambda region: str(region.code))]
    counties = Region.objects.filter(pk__in=Agreement.objects.visible_to(actor).order_by().values("county"))
    return list(counties.order_by("code").values_list("pk", "name"))
