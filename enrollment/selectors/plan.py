"""What enrolling a county, or some of its townships, would do now (R1-R3): counted when roster or insured have changed,
kept until they do again."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Count, Q, When

from enrollment.eligibility import Verdict, bounds, listed_under, uninsured_of
from enrollment.models import MONITORED, Agreement, RosterPerson
from enrollment.selectors.kept import all_changes, kept
from jincheng_insurance.access.models import Region


class Kind(NamedTuple):
    """What enrolling tells households of one county apart by; `late` are those listed after the year's first day."""

    township: int | None
    verdict: str
    category: str
    late: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What enrolling would do now: `households` with `persons`, of which categories, how many of them covered from
    the first day of the year and how many from a later listing (R2); and how many may not be enrolled, by reason."""

    households: int
    persons: int
    from_first_day: int
    from_listing: int
    by_category: dict[str, int]
    refused: dict[Verdict, int]


@dataclass(frozen=True, slots=True)
class TownshipCount:
    """How many households of a township may be enrolled now."""

    township: Region
    households: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A county's roster by kind of household, and how many persons of each township may be enrolled."""

    households: Counter[Kind]
    persons: Counter[int | None]

    def preview(self, townships: Collection[int] = ()) -> Preview:
        """Of the whole county, or of these townships."""
        by_verdict: Counter[str] = Counter()
        by_category: Counter[str] = Counter()
        late: Counter[bool] = Counter()
        for kind, number in self.households.items():
            if townships and kind.township not in townships:
                continue
            by_verdict[kind.verdict] += number
            if kind.verdict == Verdict.ELIGIBLE:
                by_category[kind.category] += number
                late[kind.late] += number
        return Preview(
            households=by_verdict[Verdict.ELIGIBLE],
            persons=sum(n for township, n in self.persons.items() if not townships or township in townships),
            from_first_day=late[False],
            from_listing=late[True],
            by_category=dict(by_category),
            refused={
                verdict: by_verdict[verdict]
                for verdict in Verdict
                if verdict is not Verdict.ELIGIBLE and by_verdict[verdict]
            },
        )

    def by_township(self) -> list[TownshipCount]:
        """The townships that have somebody to enrol; households without a township come with the county only."""
        eligible: Counter[int] = Counter()
        for kind, number in self.households.items():
            if kind.verdict == Verdict.ELIGIBLE and kind.township:
                eligible[kind.township] += number
        townships: Iterable[Region] = Region.objects.filter(pk__in=eligible)
        return [TownshipCount(township, eligible[township.pk]) for township in townships]


def plan_of(agreement: Agreement) -> Plan:
    """What enrolling would do in an agreement's county. It hangs on the insured of every county: a household may be
    insured where it lived before."""
    figures = kept("plan", {agreement.pk: all_changes()}, lambda _key: _plan(agreement))[agreement.pk]
    return Plan(
        Counter({Kind(*kind): number for *kind, number in figures["households"]}),
        Counter({township: number for township, number in figures["persons"]}),
    )


def _plan(agreement: Agreement) -> dict[str, list[list[Any]]]:
    first, last = bounds(agreement.policy_year_id)
    late = Case(When(listed_on__gt=first, category__in=MONITORED, then=True), default=False)
    uninsured = uninsured_of(agreement).annotate(late=late).order_by()
    households = list(uninsured.values_list("township", "verdict", "category", "late").annotate(Count("pk")))
    # Whoever is insured is what the others leave of the roster: most of it, and no verdict has to be found for them.
    listed = listed_under(agreement).annotate(late=late).order_by()
    kinds = listed.values_list("township", "category", "late").annotate(Count("pk"))
    insured = Counter[tuple[Any, ...]]({tuple(kind): number for *kind, number in kinds})
    for township, _verdict, category, is_late, number in households:
        insured[township, category, is_late] -= number
    persons = (
        RosterPerson.objects.filter(
            household__in=uninsured.filter(Q(verdict=Verdict.ELIGIBLE)).values("pk"),
            birth_date__lte=last,
            gone_since=None,
        )
        .order_by()
        .values_list("household__township")
        .annotate(Count("pk"))
    )
    return {
        "households": [list(row) for row in households]
        + [
            [township, Verdict.INSURED.value, category, is_late, number]
            for (township, category, is_late), number in insured.items()
            if number
        ],
        "persons": [list(row) for row in persons],
    }
