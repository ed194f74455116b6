"""Lists of the roster and the insured, narrowed and in order, fast at millions of rows; people by identity number."""

import datetime
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    MONITORED,
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    PolicyYear,
    RosterHousehold,
    RosterPerson,
)
from enrollment.selectors import insured_households, roster_households
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.sealing import index_of

LAST_CHARACTER = "\U0010ffff"

M = TypeVar("M", bound=models.Model)


class Standing(models.TextChoices):
    """Where somebody on the roster stands in the policy year (R2)."""

    INSURED = "insured", _("Insured")
    WAITING = "waiting", _("Not yet enrolled")
    NOT_ELIGIBLE = "not_eligible", _("Can't be enrolled this year")


class Risk(models.TextChoices):
    """Whether the risk of a monitored household was removed; cover that has begun goes on (R3)."""

    STANDING = "standing", _("Risk stands")
    REMOVED = "removed", _("Risk has been removed")


class Order(models.TextChoices):
    """How a list is sorted."""

    CODE = "code", _("Household code")
    NAME = "name", _("Name")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; whatever is empty narrows nothing. `code`, `name` and `village` are beginnings,
    `place` is a county or township."""

    code: str = ""
    name: str = ""
    place: Region | None = None
    village: str = ""
    category: str = ""
    basic_insurance: str = ""
    standing: str = ""
    risk: str = ""
    order: str = ""
    insurer: Insurer | None = None


def find_roster_households(actor: User, year: PolicyYear, wanted: Wanted) -> QuerySet[RosterHousehold]:
    """Roster households within reach, by code; each row says as `is_insured` whether it is insured for the year."""
    enrolled = InsuredHousehold.objects.filter(
        policy_year=year, roster_household=OuterRef("pk"), withdrawn_at=None
    )
    shown = roster_households(actor).filter(*_of_household(wanted, ""))
    shown = _standing(shown, wanted, Exists(enrolled), "", year.year)
    return shown.annotate(is_insured=Exists(enrolled)).order_by("code")


def find_roster_persons(actor: User, year: PolicyYear, wanted: Wanted) -> QuerySet[RosterPerson]:
    """Roster persons within reach, by household code, or by name where one is given or asked for; each row says as
    `is_insured` whether they are insured for the year."""
    enrolled = InsuredPerson.objects.filter(policy_year=year, roster_person=OuterRef("pk"), withdrawn_at=None)
    shown: QuerySet[RosterPerson] = (
        RosterPerson.objects.visible_to(actor)
        .select_related("household__county", "household__township", "household__village")
        .filter(*_of_household(wanted, "household__"))
    )
    if wanted.basic_insurance:
        shown = shown.filter(basic_insurance=wanted.basic_insurance)
    shown = _standing(shown, wanted, Exists(enrolled), "household__", year.year)
    return _named(shown, wanted, "name", "household__code").annotate(is_insured=Exists(enrolled))


def find_insured_households(actor: User, year: PolicyYear, wanted: Wanted) -> QuerySet[InsuredHousehold]:
    """Insured households of a year within reach, by household code; withdrawn ones aren't insured."""
    shown = insured_households(actor, year).filter(
        *_of_household(wanted, "roster_household__", insured=""), withdrawn_at=None
    )
    if wanted.insurer is not None:
        shown = shown.filter(agreement__insurer=wanted.insurer)
    return shown.order_by("roster_household__code")


def find_insured_persons(actor: User, year: PolicyYear, wanted: Wanted) -> QuerySet[InsuredPerson]:
    """Insured persons of a year within reach, by household code, or by name where one is given or asked for."""
    household = "insured_household__roster_household__"
    shown = (
        InsuredPerson.objects.visible_to(actor)
        .filter(
            *_of_household(wanted, household, insured="insured_household__"),
            policy_year=year,
            withdrawn_at=None,
        )
        .select_related(
            "roster_person",
            "county",
            "insured_household__roster_household__township",
            "insured_household__roster_household__village",
        )
    )
    if wanted.basic_insurance:
        shown = shown.filter(basic_insurance=wanted.basic_insurance)
    return _named(shown, wanted, "roster_person__name", f"{household}code")


def find_roster_person(actor: User, identity_number: str) -> RosterPerson | None:
    """The roster person with that (checked, normalised) identity number, if the actor may see them."""
    return RosterPerson.objects.visible_to(actor).filter(id_number_index=index_of(identity_number)).first()


def places_for(actor: User, act: Act) -> list[tuple[Region, list[Region]]]:
    """The counties where the actor may do `act`, each with the townships that the list can be narrowed to."""
    counties = Region.objects.filter(level=Region.Level.COUNTY)
    reach = Q(pk__in=[])
    for grant in actor.grants_for(act):
        part = Q() if grant.region_id is None else Q(pk=grant.region_id)
        if grant.insurer_id is not None:
            part &= Q(pk__in=Agreement.objects.filter(insurer=grant.insurer_id).values("county"))
        reach = reach | part if part else Q(pk__isnull=False)
    found = list(counties.filter(reach).order_by("code"))
    townships: dict[int, list[Region]] = {county.pk: [] for county in found}
    for township in Region.objects.filter(level=Region.Level.TOWNSHIP, parent__in=found).order_by(
        "code", "name"
    ):
        if township.parent_id is not None:
            townships[township.parent_id].append(township)
    return [(county, townships[county.pk]) for county in found]


def _of_household(wanted: Wanted, household: str, *, insured: str | None = None) -> list[Q]:
    """The conditions on a household that is reached by the prefix `household`. The insured carry county and category
    of their own, reached by `insured`: where they stand the roster's later word doesn't count, so whoever is insured in
    one county and has moved to another stands under no township of either."""
    own = household if insured is None else insured
    lookups: dict[str, Any] = {}
    if wanted.code:
        lookups[f"{household}code__startswith"] = wanted.code
    if wanted.place is not None and wanted.place.level == Region.Level.COUNTY:
        lookups[f"{own}county"] = wanted.place
    elif wanted.place is not None:
        lookups[f"{household}township"] = wanted.place
        if insured is not None:
            lookups[f"{insured}county"] = wanted.place.parent_id
    if wanted.village:
        lookups[f"{household}village__in"] = Region.objects.filter(
            level=Region.Level.VILLAGE, name__startswith=wanted.village
        )
    if wanted.category:
        lookups[f"{own}category"] = wanted.category
    if wanted.risk:
        lookups[f"{household}listed_on__isnull"] = False
        lookups[f"{household}risk_removed"] = wanted.risk == Risk.REMOVED
    return [Q(**{lookup: value}) for lookup, value in lookups.items()]


def _standing(shown: QuerySet[M], wanted: Wanted, enrolled: Exists, household: str, year: int) -> QuerySet[M]:
    """Narrow to a standing: not insured and may be (R2), or may not because listed only after the year, or gone."""
    if not wanted.standing:
        return shown
    if wanted.standing == Standing.INSURED:
        return shown.filter(enrolled)
    last = datetime.date(year, 12, 31)
    later = Q(**{f"{household}category__in": MONITORED, f"{household}listed_on__gt": last})
    refused = later | Q(**{f"{household}gone_since__isnull": False})
    if household:
        refused |= Q(gone_since__isnull=False)
    return shown.filter(~enrolled).filter(refused if wanted.standing == Standing.NOT_ELIGIBLE else ~refused)


def _named(shown: QuerySet[M], wanted: Wanted, name: str, code: str) -> QuerySet[M]:
    """Narrow to names that begin so, and sort. Names are compared by their characters' codes (collation C), as their
    index is; no character comes after the last one, so a beginning is a range."""
    key = Collate(name, "C")
    if wanted.name:
        narrowed: QuerySet[Any] = shown.alias(name_key=key)
        shown = narrowed.filter(name_key__gte=wanted.name, name_key__lt=wanted.name + LAST_CHARACTER)
    if wanted.order == Order.NAME or (wanted.name and not wanted.order):
        return shown.order_by(key, "pk")
    return shown.order_by(code, "pk")
