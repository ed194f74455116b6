"""The figures of a report on one agreement's losses: enrolment, premium, losses by coverage, the largest claims,
villages and causes, all without personal data (R21, R28)."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from claims.models import Claim, LossEntry, MedicalBill, PropertyLoss
from claims.models.loss import Cause
from claims.texts import peril_label
from enrollment.models import Agreement, InsuredHousehold, InsuredPerson
from premiums.selectors.fund import SideAccount, accounts
from riskpool.selectors.ratio import PoolFigures, pool_figures
from riskpool.selectors.trend import TrendLine, points, trend

ZERO = Decimal("0.00")
LARGEST = 10
# A cause that fewer claims share could point at somebody in a village.
FEWEST = 3


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One coverage of an agreement's year: reported claims, yuan paid, yuan held in reserve."""

    coverage: str
    claims: int
    paid: Decimal
    reserves: Decimal


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A township and village with its claims and what they cost, in yuan."""

    place: str
    claims: int
    incurred: Decimal


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One of the largest claims: where and for what, never whose."""

    place: str
    coverage: str
    reported_on: datetime.date
    incurred: Decimal


@dataclass(frozen=True, slots=True)
class CauseLine:
    """A diagnosis or peril that several claims share; `name` is empty for all the rarer ones together."""

    name: str
    claims: int
    incurred: Decimal


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """What a report on an agreement says up to a day."""

    agreement: Agreement
    until: datetime.date
    households: int
    persons: int
    sides: list[SideAccount]
    pool: PoolFigures
    year: TrendLine
    coverages: list[CoverageLine]
    largest: list[ClaimLine]
    places: list[PlaceLine]
    causes: list[CauseLine]


def report_figures(agreement: Agreement, *, until: datetime.date) -> ReportFigures:
    """All figures of one agreement, from entries dated up to `until`; not bound to a reader: whoever asks has been let
    through to the duty."""
    (pool,) = pool_figures([agreement], until=until)
    # The months of the policy year that have gone by, also when asked after its end.
    last = min(until, datetime.date(agreement.policy_year_id, 12, 31))
    (year,) = trend([agreement], at=points(agreement.policy_year_id, until=last))
    insured = {"withdrawn_at": None}
    return ReportFigures(
        agreement=agreement,
        until=until,
        households=InsuredHousehold.objects.filter(agreement=agreement, **insured).count(),
        persons=InsuredPerson.objects.filter(insured_household__agreement=agreement, **insured).count(),
        sides=accounts(agreement),
        pool=pool,
        year=year,
        coverages=_coverages(agreement, until),
        largest=_largest(agreement, until),
        places=_places(agreement, until),
        causes=_causes(agreement, until),
    )


def _coverages(agreement: Agreement, until: datetime.date) -> list[CoverageLine]:
    kinds = LossEntry.Kind
    rows = (
        LossEntry.objects.filter(agreement=agreement, on__lte=until)
        .values("coverage")
        .annotate(
            claims=Count("claim", distinct=True),
            paid=Coalesce(Sum("amount", filter=Q(kind=kinds.PAYMENT)), ZERO),
            reserves=Coalesce(Sum("amount", filter=Q(kind=kinds.RESERVE)), ZERO),
        )
        .order_by("coverage")
    )
    return [
        CoverageLine(str(Claim.Coverage(row["coverage"]).label), row["claims"], row["paid"], row["reserves"])
        for row in rows
    ]


def _places(agreement: Agreement, until: datetime.date) -> list[PlaceLine]:
    home = "claim__insured_household__roster_household__"
    rows = (
        LossEntry.objects.filter(agreement=agreement, on__lte=until)
        .values(township=F(f"{home}township__name"), village=F(f"{home}village__name"))
        .annotate(claims=Count("claim", distinct=True), incurred=Sum("amount"))
        .filter(incurred__gt=0)
        .order_by("-incurred", "township", "village")[:LARGEST]
    )
    return [
        PlaceLine(_place(row["township"], row["village"]), row["claims"], row["incurred"]) for row in rows
    ]


def _largest(agreement: Agreement, until: datetime.date) -> list[ClaimLine]:
    home = "claim__insured_household__roster_household__"
    rows = (
        LossEntry.objects.filter(agreement=agreement, on__lte=until)
        .values(
            "claim_id",
            "coverage",
            reported_on=F("claim__reported_on"),
            township=F(f"{home}township__name"),
            village=F(f"{home}village__name"),
        )
        .annotate(incurred=Sum("amount"))
        .filter(incurred__gt=0)
        .order_by("-incurred", "claim_id")[:LARGEST]
    )
    return [
        ClaimLine(
            _place(row["township"], row["village"]),
            str(Claim.Coverage(row["coverage"]).label),
            row["reported_on"],
            row["incurred"],
        )
        for row in rows
    ]


def _causes(agreement: Agreement, until: datetime.date) -> list[CauseLine]:
    """Each claim counts under the diagnosis of its largest standing bill, or under its peril; causes that fewer than
    three claims share are put together."""
    incurred: dict[int, Decimal] = dict(
        LossEntry.objects.filter(agreement=agreement, on__lte=until)
        .values_list("claim")
        .annotate(Sum("amount"))
    )
    names = dict(
        MedicalBill.objects.filter(claim__agreement=agreement, standing=True)
        .order_by("claim_id", "-bill", "id")
        .distinct("claim_id")
        .values_list("claim_id", "diagnosis")
    )
    for claim, cause, peril in PropertyLoss.objects.filter(claim__agreement=agreement).values_list(
        "claim_id", "cause", "peril"
    ):
        names[claim] = peril_label(peril) if peril else str(Cause(cause).label)
    sums: dict[str, tuple[int, Decimal]] = {}
    for claim, amount in incurred.items():
        count, sum_so_far = sums.get(names.get(claim, "").strip(), (0, ZERO))
        sums[names.get(claim, "").strip()] = (count + 1, sum_so_far + amount)
    return _told_apart(sums)


def _told_apart(sums: dict[str, tuple[int, Decimal]]) -> list[CauseLine]:
    """The causes that enough claims share, costliest first; at the end the others together, if any."""
    shared = {name: one for name, one in sums.items() if name and one[0] >= FEWEST}
    rare = [one for name, one in sums.items() if name not in shared]
    lines = [CauseLine(name, claims, amount) for name, (claims, amount) in shared.items()]
    lines.sort(key=lambda line: (-line.incurred, line.name))
    if rare:
        count = sum(claims for claims, _amount in rare)
        lines.append(CauseLine("", count, sum((amount for _claims, amount in rare), ZERO)))
    return lines


def _place(township: str | None, village: str | None) -> str:
    return f"{township or ''}{village or ''}" or "—"
