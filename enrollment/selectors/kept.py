"""Figures that take long to count, kept as long as nothing has changed that they hang on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Sum

from enrollment.models import ChangeCount, KeptFigures


def changes(counties: Iterable[int]) -> dict[int, int]:
    """How often the roster or the insured of each of these counties have changed, by county id."""
    by_county: defaultdict[int | None, int] = defaultdict(int)
    rows = ChangeCount.objects.order_by().values_list("county").annotate(Sum("number"))
    by_county |= dict(rows)
    return {county: by_county[county] + by_county[None] for county in counties}


def all_changes() -> int:
    """How often the roster or the insured of any county have changed."""
    return int(ChangeCount.objects.aggregate(number=Sum("number", default=0))["number"])


def kept(
    name: str, states: Mapping[int, object], count: Callable[[int], dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """The figures called `name` of each subject, by its key: as kept where they hold for its state, else as `count`
    finds them now, which are kept then. The states must have been read before: what changes meanwhile gives another
    state, so nothing that is kept outlives it."""
    rows = KeptFigures.objects.filter(name=name, subject__in=list(states))
    found = {row.subject: row.figures for row in rows if row.state == str(states[row.subject])}
    missing = [subject for subject in states if subject not in found]
    made = [
        KeptFigures(name=name, subject=subject, state=str(states[subject]), figures=count(subject))
        for subject in sorted(missing)
    ]
    if made:
        KeptFigures.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["name", "subject"],
            update_fields=["state", "figures"],
        )
    return found | {row.subject: row.figures for row in made}
