"""How many claims have come how far, and how old the open ones are, by agreement: from kept counts and from the open
claims alone, so nothing takes longer for more claims."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Sum

from claims.models import OPEN, Claim, ClaimCount
from claims.stages import BACK, BANDS, in_band, overdue
from enrollment.models import Agreement
from jincheng_insurance.access.models import User


@dataclass(frozen=True, slots=True)
class OpenClaims:
    """Open claims by age as `stages.BANDS` has them; of all of them, those back at the adjuster and those overdue."""

    bands: tuple[int, ...]
    back: int
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.bands)


def stage_counts(actor: User, pool: Iterable[Agreement]) -> dict[int, dict[str, int]]:
    """Claims by stage, by agreement id; agreements without any are there too."""
    pool = list(pool)
    counts: dict[int, dict[str, int]] = {agreement.pk: defaultdict(int) for agreement in pool}
    rows = ClaimCount.objects.visible_to(actor).filter(agreement__in=pool).order_by()
    for agreement, stage, number in rows.values_list("agreement", "stage").annotate(Sum("number")):
        counts[agreement][stage] = number
    return counts


def counted(counts: Iterable[dict[str, int]], stages: Collection[str]) -> int:
    """How many claims of some agreements stand at any of these stages."""
    return sum(of_one.get(stage, 0) for of_one in counts for stage in stages)


def open_claims(actor: User, pool: Iterable[Agreement], *, today: datetime.date) -> dict[int, OpenClaims]:
    """The open claims of each agreement as they stand today, by agreement id."""
    pool = list(pool)
    bands = {f"band_{band.name}": Count("pk", filter=in_band(band, today)) for band in BANDS}
    rows = (
        Claim.objects.visible_to(actor)
        .filter(agreement__in=pool, state__in=OPEN)
        .order_by()
        .values_list("agreement")
        .annotate(back=Count("pk", filter=BACK), late=Count("pk", filter=overdue(today)), **bands)
    )
    nothing = OpenClaims((0,) * len(BANDS), 0, 0)
    found = {agreement: OpenClaims(tuple(ages), back, late) for agreement, back, late, *ages in rows}
    return {agreement.pk: found.get(agreement.pk, nothing) for agreement in pool}


def together(claims: Iterable[OpenClaims]) -> OpenClaims:
    """Several agreements' open claims as one."""
    claims = list(claims)
    bands = tuple(sum(one.bands[place] for one in claims) for place in range(len(BANDS)))
    return OpenClaims(bands, sum(one.back for one in claims), sum(one.overdue for one in claims))
