"""Reading the risk pool: loss ratios reckoned from the two ledgers (R19, R20)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from claims.models import LossEntry
from enrollment.models import Agreement, PolicyYear
from enrollment.selectors import agreements
from jincheng_insurance.access.models import User
from jincheng_insurance.scheme.loss_ratio import LossRatio
from premiums.models import FundEntry
from premiums.selectors.fund import net_premiums

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """An agreement's year as its ledgers say: premium due, paid to the insured, held in reserve, and the ratio."""

    agreement: Agreement
    net_premium: Decimal
    paid: Decimal
    reserves: Decimal

    @property
    def ratio(self) -> LossRatio:
        return LossRatio(incurred=self.paid + self.reserves, net_premium=self.net_premium)


def pool_figures(pool: Iterable[Agreement], *, until: datetime.date | None = None) -> list[PoolFigures]:
    """Figures of each agreement from entries dated up to `until` (all of them without it), in two queries."""
    pool = list(pool)
    dated = Q(on__lte=until) if until else Q()
    premium = net_premiums(pool, until=until)
    loss: dict[tuple[int, str], Decimal] = {
        (agreement, kind): amount
        for agreement, kind, amount in LossEntry.objects.filter(dated, agreement__in=pool)
        .values_list("agreement", "kind")
        .annotate(Sum("amount"))
    }
    return [
        PoolFigures(
            agreement=agreement,
            net_premium=premium.get(agreement.pk, ZERO),
            paid=loss.get((agreement.pk, LossEntry.Kind.PAYMENT.value), ZERO),
            reserves=loss.get((agreement.pk, LossEntry.Kind.RESERVE.value), ZERO),
        )
        for agreement in pool
    ]


def agreement_ratio(agreement: Agreement) -> LossRatio:
    """The simple loss ratio of one agreement now."""
    (figures,) = pool_figures([agreement])
    return figures.ratio


@dataclass(frozen=True, slots=True)
class YearLine:
    """One county's loss ratio at the end of each month so far; None where there was no premium yet."""

    agreement: Agreement
    ratios: tuple[LossRatio, ...]


def year_lines(pool: Iterable[Agreement], *, until: datetime.date) -> list[YearLine]:
    """Cumulative ratio by month, January up to the month of `until`, from both ledgers."""
    pool = list(pool)
    months = range(1, until.month + 1)
    premium = _by_month(FundEntry.objects.filter(kind=FundEntry.Kind.DUE), pool, until)
    loss = _by_month(LossEntry.objects.all(), pool, until)
    lines = []
    for agreement in pool:
        incurred = net_premium = ZERO
        ratios = []
        for month in months:
            net_premium += premium[agreement.pk, month]
            incurred += loss[agreement.pk, month]
            ratios.append(LossRatio(incurred=incurred, net_premium=net_premium))
        lines.append(YearLine(agreement, tuple(ratios)))
    return lines


def _by_month(
    entries: QuerySet[FundEntry] | QuerySet[LossEntry], pool: list[Agreement], until: datetime.date
) -> Mapping[tuple[int, int], Decimal]:
    sums: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    rows = (
        entries.filter(agreement__in=pool, on__lte=until)
        .annotate(month=TruncMonth("on"))
        .values_list("agreement", "month")
        .annotate(Sum("amount"))
    )
    for agreement, month, amount in rows:
        sums[agreement, month.month if month.year == until.year else 1] += amount
    return sums


def pool_of(actor: User, policy_year: PolicyYear) -> QuerySet[Agreement]:
    return agreements(actor, policy_year).order_by("county__code")
