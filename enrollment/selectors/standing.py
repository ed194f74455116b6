"""Where a county's enrolment stands: counted when roster or insured have changed, kept until they do again."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from enrollment.eligibility import Verdict, uninsured_of, waiting_members
from enrollment.models import (
    MONITORED,
    Agreement,
    InsuredHousehold,
    InsuredPerson,
    RosterHousehold,
    RosterPerson,
)
from enrollment.selectors import terms_of
from enrollment.selectors.kept import changes, kept
from jincheng_insurance.audit.context import once_a_request
from jincheng_insurance.scheme.premium import BudgetUse, budget, budget_use
from jincheng_insurance.web.workbench import SHOWN, Known


@dataclass(frozen=True, slots=True)
class Listed:
    """How many households and persons a county's roster lists, and how many of them are monitored ones (R1)."""

    households: int
    persons: int
    monitored_households: int
    monitored_persons: int


def listed_in(counties: Iterable[int]) -> dict[int, Listed]:
    """The roster's counts of each of these counties, by county id."""
    figures = kept("listed", changes(counties), _listed)
    return {county: Listed(**of_one) for county, of_one in figures.items()}


def _listed(county: int) -> dict[str, int]:
    everyone, monitored = Count("pk"), Q(category__in=MONITORED)
    households = RosterHousehold.objects.filter(county=county).aggregate(
        households=everyone, monitored_households=Count("pk", filter=monitored)
    )
    monitored = Q(household__category__in=MONITORED)
    persons = RosterPerson.objects.filter(household__county=county).aggregate(
        persons=everyone, monitored_persons=Count("pk", filter=monitored)
    )
    return households | persons


@dataclass(frozen=True, slots=True)
class EnrolmentStatus:
    """Where a county's enrolment stands: on the roster, insured, not yet, and left out when the county enrols, some of
    them as withdrawn this year; beside the budget of R4. Whoever moves to another county within the year is listed
    there and insured here: `moved_households` is by how many the roster differs from the other three for that."""

    agreement: Agreement
    listed_households: int
    listed_persons: int
    insured_households: int
    insured_persons: int
    waiting_households: int
    waiting_members: int
    left_out_households: int
    withdrawn_households: int
    moved_households: int
    out_of_poverty_households: int
    out_of_poverty_persons: int
    monitored_households: int
    monitored_persons: int
    budget_households: int
    budget_persons: int
    budget_use: BudgetUse

    @property
    def budget_warning(self) -> int:
        return self.budget_use.warning


def enrolment_status(agreement: Agreement) -> EnrolmentStatus:
    """Counts of a county's roster and insured for the agreement's year (R2, R4)."""
    (status,) = enrolment_statuses([agreement])
    return status


def enrolment_statuses(pool: Iterable[Agreement]) -> list[EnrolmentStatus]:
    """The same of several agreements, in their order."""
    pool = list(pool)
    listed, standings = listed_in({agreement.county_id for agreement in pool}), _standings(pool)
    return [_status(agreement, listed[agreement.county_id], standings[agreement.pk]) for agreement in pool]


def _status(agreement: Agreement, listed: Listed, standing: Mapping[str, Any]) -> EnrolmentStatus:
    insured, waiting, left_out = (standing[name] for name in ("insured_households", "households", "left_out"))
    households, persons = listed.monitored_households, listed.monitored_persons
    plan = budget(
        terms=terms_of(agreement.policy_year_id),
        households=listed.households - households,
        persons=listed.persons - persons,
    )
    return EnrolmentStatus(
        agreement=agreement,
        listed_households=listed.households,
        listed_persons=listed.persons,
        insured_households=insured,
        insured_persons=standing["insured_persons"],
        waiting_households=waiting,
        waiting_members=standing["members"],
        left_out_households=left_out,
        withdrawn_households=standing["withdrawn"],
        moved_households=listed.households - insured - waiting - left_out,
        out_of_poverty_households=listed.households - households,
        out_of_poverty_persons=listed.persons - persons,
        monitored_households=households,
        monitored_persons=persons,
        budget_households=plan.households,
        budget_persons=plan.persons,
        budget_use=budget_use(budget=plan, households=households, persons=persons),
    )


def waiting_to_be_enrolled(pool: Iterable[Agreement], what: str) -> Known:
    """How many `households` or `members` of insured ones wait to be enrolled under these agreements, and the first few
    of each."""
    standings = _standings(pool).values()
    first = [key for standing in standings for key in standing[f"first_{what}"]]
    return Known(sum(standing[what] for standing in standings), first)


@once_a_request
def _withdrawals() -> dict[int, int]:
    """How many withdrawals each policy year has. Who has moved is withdrawn where they were insured, which is no change
    of the county that lists them."""
    rows = InsuredHousehold.objects.filter(withdrawn_at__isnull=False).order_by()
    return dict(rows.values_list("policy_year").annotate(Count("pk")))


def _standings(pool: Iterable[Agreement]) -> dict[int, dict[str, Any]]:
    by_key = {agreement.pk: agreement for agreement in pool}
    changed = changes({agreement.county_id for agreement in by_key.values()})
    withdrawals = _withdrawals()
    states = {
        key: (changed[agreement.county_id], withdrawals.get(agreement.policy_year_id, 0))
        for key, agreement in by_key.items()
    }
    return kept("enrolment", states, lambda key: _standing(by_key[key]))


def _standing(agreement: Agreement) -> dict[str, Any]:
    # In order and cut short, the database would look through the whole roster for the first of a few.
    uninsured = uninsured_of(agreement).annotate(found=F("verdict")).order_by()
    verdicts = list(uninsured.values_list("found", "code", "pk"))
    households = [(code, key) for verdict, code, key in verdicts if verdict == Verdict.ELIGIBLE]
    members = list(waiting_members(agreement).order_by().values_list("household__code", "pk"))
    return {
        "insured_households": InsuredHousehold.objects.filter(agreement=agreement, withdrawn_at=None).count(),
        "insured_persons": InsuredPerson.objects.filter(
            insured_household__agreement=agreement, withdrawn_at=None
        ).count(),
        "households": len(households),
        "members": len(members),
        "left_out": len(verdicts) - len(households),
        "withdrawn": sum(verdict == Verdict.WITHDRAWN for verdict, _code, _key in verdicts),
        "first_households": [key for _code, key in heapq.nsmallest(SHOWN, households)],
        "first_members": [key for _code, key in heapq.nsmallest(SHOWN, members)],
    }
