"""How a year's loss ratio came about: cumulative ratios at the end of each month, week or day (R19), and at what pace
it goes on."""

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from jincheng_insurance.scheme.loss_ratio import LossRatio
from jincheng_insurance.scheme.terms import Terms
from premiums.selectors.fund import net_premium_days
from riskpool.selectors.ratio import ZERO, PoolFigures, loss_days, pool_figures

PACE_DAYS = 28
DAYS_SHOWN, WEEKS_SHOWN, MONTHS_SHOWN = 31, 27, 16
SUNDAY = 6


class Step(models.TextChoices):
    """How far apart the points of a trend are."""

    MONTH = "month", _("By month")
    WEEK = "week", _("By week")
    DAY = "day", _("By day")


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One agreement's cumulative ratio at each point; not applicable where there was no premium yet."""

    agreement: Agreement
    ratios: tuple[LossRatio, ...]


def points(year: int, *, until: datetime.date, step: Step = Step.MONTH) -> list[datetime.date]:
    """The ends of the months, weeks or days from the year's first day to `until`, which is always the last; the latest
    ones where they are many."""
    first = datetime.date(year, 1, 1)
    ends = [day for day in _days(first, until) if day == until or _ends(day, step)]
    most = {Step.MONTH: MONTHS_SHOWN, Step.WEEK: WEEKS_SHOWN, Step.DAY: DAYS_SHOWN}[step]
    return ends[-most:] or [until]


def _days(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    for number in range((last - first).days + 1):
        yield first + datetime.timedelta(days=number)


def _ends(day: datetime.date, step: Step) -> bool:
    if step == Step.MONTH:
        return (day + datetime.timedelta(days=1)).day == 1
    return step == Step.DAY or day.weekday() == SUNDAY


def trend(pool: Iterable[Agreement], *, at: Sequence[datetime.date]) -> list[TrendLine]:
    """The cumulative ratio of each agreement at each of these days, in order, from all entries dated up to it."""
    pool = list(pool)
    premium = _cumulated(net_premium_days(pool, until=at[-1]), at)
    losses = loss_days(pool, until=at[-1]).values_list("agreement", "on").annotate(Sum("amount"))
    incurred = _cumulated(losses, at)
    nothing = (ZERO,) * len(at)
    return [
        TrendLine(
            agreement,
            tuple(
                LossRatio(incurred=loss, net_premium=net)
                for loss, net in zip(
                    incurred.get(agreement.pk, nothing), premium.get(agreement.pk, nothing), strict=True
                )
            ),
        )
        for agreement in pool
    ]


def _cumulated(
    changes: Iterable[tuple[int, datetime.date, Decimal]], at: Sequence[datetime.date]
) -> dict[int, tuple[Decimal, ...]]:
    by_agreement: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    for agreement, day, amount in changes:
        by_agreement[agreement].append((day, amount))
    return {agreement: _running(sorted(days), at) for agreement, days in by_agreement.items()}


def _running(
    days: Sequence[tuple[datetime.date, Decimal]], at: Sequence[datetime.date]
) -> tuple[Decimal, ...]:
    sums, total, place = [], ZERO, 0
    for point in at:
        while place < len(days) and days[place][0] <= point:
            total += days[place][1]
            place += 1
        sums.append(total)
    return tuple(sums)


@dataclass(frozen=True, slots=True)
class Approach:
    """How far an agreement is from a level in percent: in yuan, exactly (negative once above), and the day it would be
    reached at the present pace, None where it would not be within the year. All None without net premium."""

    level: int
    distance: Decimal | None
    passed: bool
    reached_on: datetime.date | None

    @property
    def exceeded_by(self) -> Decimal | None:
        """How many yuan the agreement is above the level; None where it isn't."""
        return None if self.distance is None or self.distance >= 0 else -self.distance


@dataclass(frozen=True, slots=True)
class Outlook:
    """An agreement's pace, in yuan incurred a day over the last `days` days, and each level it may come to."""

    days: int
    a_day: Decimal
    levels: tuple[Approach, ...]

    @property
    def ahead(self) -> Approach | None:
        """The next level above; None once all are passed, and without net premium."""
        return next((level for level in self.levels if not level.passed and level.distance is not None), None)


def outlook(figures: PoolFigures, *, terms: Terms, on: datetime.date) -> Outlook:
    """Where an agreement goes from its figures as of `on`, at the pace of the four weeks before, or of the year so far
    where it is younger."""
    (one,) = outlooks([figures], terms=terms, on=on)
    return one


def outlooks(pool: Sequence[PoolFigures], *, terms: Terms, on: datetime.date) -> list[Outlook]:
    """The same of several agreements of one year, in their order."""
    first = datetime.date(terms.year, 1, 1)
    days = max(1, min(PACE_DAYS, (on - first).days + 1))
    agreements = [figures.agreement for figures in pool]
    before = pool_figures(agreements, until=on - datetime.timedelta(days=days))
    return [
        _outlook(now, (now.incurred - then.incurred) / days, days, terms=terms, on=on)
        for now, then in zip(pool, before, strict=True)
    ]


def _outlook(figures: PoolFigures, a_day: Decimal, days: int, *, terms: Terms, on: datetime.date) -> Outlook:
    last = datetime.date(terms.year, 12, 31)
    levels = tuple(
        Approach(
            level,
            distance := figures.ratio.distance(level),
            figures.ratio.exceeds(level),
            None if distance is None else day_reached(distance, a_day, on=on, last=last),
        )
        for level in terms.alert_levels
    )
    return Outlook(days, a_day, levels)


def day_reached(
    distance: Decimal, a_day: Decimal, *, on: datetime.date, last: datetime.date
) -> datetime.date | None:
    """The first day on which more than `distance` yuan will have been added at `a_day` yuan a day from `on`; None where
    that is past, after `last`, or never.

    >>> day_reached(Decimal(1000), Decimal(100), on=datetime.date(2026, 3, 1), last=datetime.date(2026, 12, 31))
    datetime.date(2026, 3, 12)
    """
    if distance < 0 or a_day <= 0:
        return None
    wait = math.floor(distance / a_day) + 1
    return on + datetime.timedelta(days=wait) if wait <= (last - on).days else None
