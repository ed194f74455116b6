"""Reading the risk pool: loss ratios from the fund ledger and the daily sums of the loss ledger (R19, R20). Nothing
here sums the loss ledger itself, so no figure takes longer for more claims."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from claims.models import Claim, LossDay, LossEntry
from enrollment.models import Agreement, PolicyYear
from enrollment.selectors import agreements
from jincheng_insurance.access.models import Insurer, Region, User
from jincheng_insurance.scheme.loss_ratio import LossRatio
from premiums.selectors.fund import net_premiums

ZERO = Decimal("0.00")
Kind = LossEntry.Kind


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """An agreement's year as its ledgers say: net premium, paid to the insured, held in reserve, and the ratio."""

    agreement: Agreement
    net_premium: Decimal
    paid: Decimal
    reserves: Decimal

    @property
    def incurred(self) -> Decimal:
        return self.paid + self.reserves

    @property
    def ratio(self) -> LossRatio:
        return LossRatio(incurred=self.incurred, net_premium=self.net_premium)


def pool_figures(pool: Iterable[Agreement], *, until: datetime.date | None = None) -> list[PoolFigures]:
    """Figures of each agreement from entries dated up to `until` (all of them without it), in two queries beside the
    terms of its year."""
    pool = list(pool)
    premium = net_premiums(pool, until=until)
    sums = loss_days(pool, until=until).values_list("agreement", "kind").annotate(Sum("amount"))
    loss: dict[tuple[int, str], Decimal] = {(agreement, kind): amount for agreement, kind, amount in sums}
    return [
        PoolFigures(
            agreement=agreement,
            net_premium=premium.get(agreement.pk, ZERO),
            paid=loss.get((agreement.pk, Kind.PAYMENT.value), ZERO),
            reserves=loss.get((agreement.pk, Kind.RESERVE.value), ZERO),
        )
        for agreement in pool
    ]


def loss_days(pool: Iterable[Agreement], *, until: datetime.date | None = None) -> QuerySet[LossDay]:
    """The daily sums of these agreements up to `until`."""
    dated = Q(on__lte=until) if until else Q()
    return LossDay.objects.filter(dated, agreement__in=list(pool)).order_by()


def agreement_ratio(agreement: Agreement) -> LossRatio:
    """The simple loss ratio of one agreement now."""
    (figures,) = pool_figures([agreement])
    return figures.ratio


@dataclass(frozen=True, slots=True)
class Together:
    """Several agreements as one: the sums, and the ratio of the sums."""

    net_premium: Decimal
    paid: Decimal
    reserves: Decimal
    agreements: int

    @property
    def incurred(self) -> Decimal:
        return self.paid + self.reserves

    @property
    def ratio(self) -> LossRatio:
        return LossRatio(incurred=self.incurred, net_premium=self.net_premium)


def together(pool: Sequence[PoolFigures]) -> Together:
    return Together(
        net_premium=sum((figures.net_premium for figures in pool), ZERO),
        paid=sum((figures.paid for figures in pool), ZERO),
        reserves=sum((figures.reserves for figures in pool), ZERO),
        agreements=len(pool),
    )


def by_insurer(pool: Sequence[PoolFigures]) -> list[tuple[Insurer, Together]]:
    """The same figures by insurer, in the order of their codes."""
    insurers = {figures.agreement.insurer_id: figures.agreement.insurer for figures in pool}
    return [
        (insurer, together([figures for figures in pool if figures.agreement.insurer_id == insurer.pk]))
        for insurer in sorted(insurers.values(), key=lambda insurer: insurer.code)
    ]


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """What one coverage has come to under an agreement, in yuan."""

    coverage: str
    label: str
    paid: Decimal
    reserves: Decimal

    @property
    def incurred(self) -> Decimal:
        return self.paid + self.reserves


def coverage_figures(agreement: Agreement, *, until: datetime.date) -> list[CoverageFigures]:
    """Paid and reserved by coverage; the two are one in the ratio (R19)."""
    rows = loss_days([agreement], until=until).values_list("coverage", "kind").annotate(Sum("amount"))
    sums: dict[tuple[str, str], Decimal] = {(coverage, kind): amount for coverage, kind, amount in rows}
    return [
        CoverageFigures(
            coverage.value,
            str(coverage.label),
            paid=sums.get((coverage.value, Kind.PAYMENT.value), ZERO),
            reserves=sums.get((coverage.value, Kind.RESERVE.value), ZERO),
        )
        for coverage in Claim.Coverage
    ]


def pool_of(
    actor: User, policy_year: PolicyYear, *, county: Region | None = None, insurer: Insurer | None = None
) -> QuerySet[Agreement]:
    """The agreements of a year within the actor's reach, by county; of one county or insurer where it is given."""
    wanted = {"county": county, "insurer": insurer}
    narrowed = {name: value for name, value in wanted.items() if value is not None}
    return agreements(actor, policy_year).filter(**narrowed).order_by("county__code")


def insurers_of(actor: User, policy_year: PolicyYear) -> QuerySet[Insurer]:
    """The insurers whose agreements of a year the actor may see."""
    visible = Agreement.objects.visible_to(actor).filter(policy_year=policy_year)
    return Insurer.objects.filter(pk__in=visible.values("insurer")).order_by("code")
