"""Reading the fund ledger: each side's account, and the denominator of the loss ratio (R16, R19)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from enrollment.models import Agreement
from enrollment.selectors import terms_of
from jincheng_insurance.scheme.terms import NetPremiumBasis
from premiums.models import FundEntry, Side


@dataclass(frozen=True, slots=True)
class SideAccount:
    """One side's premium for an agreement, from the fund ledger (R16)."""

    side: Side
    due: Decimal
    allocated: Decimal
    paid: Decimal

    @property
    def arrears(self) -> Decimal:
        return self.due - self.paid


def accounts(agreement: Agreement) -> list[SideAccount]:
    """Due, allocated and paid of an agreement, for the city and for the county."""
    kinds = FundEntry.Kind
    entries = FundEntry.objects.filter(agreement=agreement).values_list("side", "kind")
    sums = {(side, kind): amount for side, kind, amount in entries.annotate(Sum("amount"))}
    zero = Decimal("0.00")
    return [
        SideAccount(
            side,
            due=sums.get((side, kinds.DUE), zero),
            allocated=sums.get((side, kinds.ALLOCATED), zero),
            paid=sums.get((side, kinds.PAID), zero),
        )
        for side in Side
    ]


def net_premiums(pool: Iterable[Agreement], *, until: datetime.date | None = None) -> dict[int, Decimal]:
    """The denominator of each agreement's loss ratio (R19), in yuan by agreement id: what its year's terms take, the
    premium due less refunds or what was paid, from entries dated up to `until`. Agreements without entries are left
    out."""
    return dict(_counted(list(pool), until).values_list("agreement").annotate(Sum("amount")))


def net_premium_days(
    pool: Iterable[Agreement], *, until: datetime.date
) -> list[tuple[int, datetime.date, Decimal]]:
    """The same by the days on which it changed: agreement id, day, and the change in yuan, in no order."""
    return list(_counted(list(pool), until).values_list("agreement", "on").annotate(Sum("amount")))


def _counted(pool: list[Agreement], until: datetime.date | None) -> QuerySet[FundEntry]:
    """The entries that make the net premium, by the terms of each agreement's year."""
    basis = {
        NetPremiumBasis.DUE: FundEntry.Kind.DUE,
        NetPremiumBasis.RECEIVED: FundEntry.Kind.PAID,
    }
    counted = Q(pk__in=())
    for year in {each.policy_year_id for each in pool}:
        counted |= Q(policy_year=year, kind=basis[terms_of(year).net_premium_basis])
    dated = Q(on__lte=until) if until else Q()
    return FundEntry.objects.filter(counted, dated, agreement__in=pool).order_by()
