"""Reading premium statements and the fund ledger: within the actor's scope."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from enrollment.models import Agreement, InsuredHousehold, PolicyYear
from jincheng_insurance.access.models import User
from premiums.models import FundEntry, PremiumStatement, Side


def statements(actor: User, policy_year: PolicyYear) -> QuerySet[PremiumStatement]:
    return (
        PremiumStatement.objects.visible_to(actor)
        .filter(policy_year=policy_year)
        .select_related("county", "agreement__insurer", "issued_by")
    )


def unstated_households(agreement: Agreement) -> QuerySet[InsuredHousehold]:
    """Insured households of an agreement that stand on no statement yet."""
    return InsuredHousehold.objects.filter(agreement=agreement, statement_line=None)


@dataclass(frozen=True, slots=True)
class Unstated:
    """What the next statement would carry."""

    households: int
    persons: int


def unstated(agreement: Agreement) -> Unstated:
    counts = unstated_households(agreement).aggregate(
        households=Count("pk", distinct=True), persons=Count("persons")
    )
    return Unstated(counts["households"], counts["persons"])


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
