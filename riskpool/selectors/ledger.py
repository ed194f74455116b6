"""Reading the loss ledger itself: the entries that a figure is the sum of, within the actor's scope."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from claims.models import LossDay, LossEntry
from enrollment.models import Agreement, PolicyYear
from jincheng_insurance.access.models import Insurer, User
from riskpool.selectors.ratio import ZERO, Kind


@dataclass(frozen=True, slots=True)
class LedgerSums:
    """What the shown entries come to, in yuan, and how many they are."""

    paid: Decimal
    reserves: Decimal
    entries: int

    @property
    def incurred(self) -> Decimal:
        return self.paid + self.reserves


def entries(
    actor: User,
    policy_year: PolicyYear,
    *,
    until: datetime.date,
    agreement: Agreement | None = None,
    insurer: Insurer | None = None,
    kind: str | None = None,
    coverage: str | None = None,
) -> QuerySet[LossEntry]:
    """Entries dated up to `until`, newest first, of one agreement, insurer, kind or coverage where these are given."""
    narrowed = _narrowed(agreement, insurer, kind, coverage)
    return (
        LossEntry.objects.visible_to(actor)
        .filter(policy_year=policy_year, on__lte=until, **narrowed)
        .select_related("claim", "agreement__county", "agreement__insurer", "booked_by")
        .order_by("-on", "-id")
    )


def ledger_sums(
    actor: User,
    policy_year: PolicyYear,
    *,
    until: datetime.date,
    agreement: Agreement | None = None,
    insurer: Insurer | None = None,
    kind: str | None = None,
    coverage: str | None = None,
) -> LedgerSums:
    """The sums of the same entries, from the daily sums."""
    narrowed = _narrowed(agreement, insurer, kind, coverage)
    rows = (
        LossDay.objects.visible_to(actor)
        .filter(agreement__policy_year=policy_year, on__lte=until, **narrowed)
        .order_by()
        .values_list("kind")
        .annotate(Sum("amount"), Sum("entries"))
    )
    sums = {name: (amount, number) for name, amount, number in rows}
    return LedgerSums(
        paid=sums.get(Kind.PAYMENT.value, (ZERO, 0))[0],
        reserves=sums.get(Kind.RESERVE.value, (ZERO, 0))[0],
        entries=sum(number for _amount, number in sums.values()),
    )


def _narrowed(
    agreement: Agreement | None, insurer: Insurer | None, kind: str | None, coverage: str | None
) -> dict[str, object]:
    wanted = {"agreement": agreement, "agreement__insurer": insurer, "kind": kind, "coverage": coverage}
    return {name: value for name, value in wanted.items() if value is not None}
