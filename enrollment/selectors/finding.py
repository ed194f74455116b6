"""Lists of the roster and the insured, narrowed and in order, fast at millions of rows; people by identity number."""

import datetime
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from enrollment.eligibility import bounds, withdrawn_households, withdrawn_persons
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
    """Where somebody on the roster stands in the policy year (R2): insured, enrolled next with the county, or left out
    then. Who was withdrawn this year is left out too, and may be enrolled again by themselves."""

    INSURED = "insured", _("Insured")
    WAITING = "waiting", _("Not yet enrolled")
    NOT_ELIGIBLE = "not_eligible", _("Not enrolled with the county")
    WITHDRAWN = "withdrawn", _("Withdrawn this year")


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
    """Roster households within reach, by code; each row says its `standing` in the year."""
    last = bounds(year.pk)[1]
    enrolled = InsuredHousehold.objects.filter(
        policy_year=year, roster_household=OuterRef("pk"), withdrawn_at=None
    )
    persons = RosterPerson.objects.filter(household=OuterRef("pk"), birth_date__lte=last, gone_since=None)
    places = _Places(
        insured=Q(Exists(enrolled)),
        withdrawn=Q(pk__in=withdrawn_households(year.pk).values("roster_household")),
        refused=_refused("", last) | ~Q(Exists(persons)),
    )
    shown = roster_households(actor).filter(*_of_household(wanted, ""), places.condition(wanted.standing))
    return shown.annotate(standing=places.standing()).order_by("code")


def find_roster_persons(actor: User, year: PolicyYear, wanted: Wanted) -> QuerySet[RosterPerson]:
    """Roster persons within reach, by household code, or by name where one is given or asked for; each row says their
    `standing` in the year."""
    enrolled = InsuredPerson.objects.filter(policy_year=year, roster_person=OuterRef("pk"), withdrawn_at=None)
    shown: QuerySet[RosterPerson] = (
        RosterPerson.objects.visible_to(actor)
        .select_related("household__county", "household__township", "household__village")
        .filter(*_of_household(wanted, "household__"))
    )
    if wanted.basic_insurance:
        shown = shown.filter(basic_insurance=wanted.basic_insurance)
    places = _Places(
        insured=Q(Exists(enrolled)),
        withdrawn=Q(pk__in=withdrawn_persons(year.pk)),
        refused=_refused("household__", bounds(year.pk)[1]) | Q(gone_since__isnull=False),
    )
    shown = shown.filter(places.condition(wanted.standing))
    return _named(shown, wanted, "name", "household__code").annotate(standing=places.standing())


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


def code_places(actor: User) -> int | None:
    """How many places the household codes on the actor's roster have, going by the first and the last; None where those
    differ, or nobody is listed."""
    codes = RosterHousehold.objects.visible_to(actor).order_by("code").values_list("code", flat=True)
    places = {len(code) for code in (codes.first(), codes.last()) if code is not None}
    return places.pop() if len(places) == 1 else None


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


@dataclass(frozen=True, slots=True)
class _Places:
    """The conditions that tell apart where somebody stands; the first that holds counts."""

    insured: Q
    withdrawn: Q
    refused: Q

    def condition(self, standing: str) -> Q:
        """Whoever has that standing; everybody for none."""
        by_standing = {
            Standing.INSURED: self.insured,
            Standing.WAITING: ~self.insured & ~self.withdrawn & ~self.refused,
            Standing.NOT_ELIGIBLE: ~self.insured & (self.withdrawn | self.refused),
            Standing.WITHDRAWN: ~self.insured & self.withdrawn,
        }
        return by_standing[Standing(standing)] if standing else Q()

    def standing(self) -> Case:
        return Case(
            When(self.insured, then=Value(Standing.INSURED.value)),
            When(self.withdrawn, then=Value(Standing.WITHDRAWN.value)),
            When(self.refused, then=Value(Standing.NOT_ELIGIBLE.value)),
            default=Value(Standing.WAITING.value),
        )


def _refused(household: str, last: datetime.date) -> Q:
    """Households, reached by the prefix `household`, that the roster itself keeps out of a year: monitored and listed
    only after it (R2), or gone."""
    later = Q(**{f"{household}category__in": MONITORED, f"{household}listed_on__gt": last})
    return later | Q(**{f"{household}gone_since__isnull": False})


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
