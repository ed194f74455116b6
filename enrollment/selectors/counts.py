"""How many households are insured, by agreement, township and category, from kept counts."""

from collections.abc import Iterable

from django.db.models import Sum

from enrollment.models import Agreement, HouseholdCount
from jincheng_insurance.access.models import Region, User


def household_counts(actor: User, pool: Iterable[Agreement]) -> dict[tuple[int, int | None, str], int]:
    """Insured households by agreement id, the id of the township where the roster has them (None: nowhere), and
    category; without those where there are none."""
    rows = (
        HouseholdCount.objects.visible_to(actor)
        .filter(agreement__in=list(pool))
        .order_by()
        .values_list("agreement", "township", "category")
        .annotate(Sum("number"))
    )
    return {
        (agreement, township, category): number for agreement, township, category, number in rows if number
    }


def townships_of(counties: Iterable[int]) -> list[Region]:
    """The townships of these counties, by code; those merged away since, which have none, last."""
    return list(
        Region.objects.filter(level=Region.Level.TOWNSHIP, parent__in=list(counties)).order_by("code", "name")
    )
