"""Breaking an agreement's losses down: by village, diagnosis, cause and hospital, so that nobody can be told (R25)."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from claims.models import Claim, LossDay, LossEntry, MedicalBill
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from riskpool.models import LEAST_CONCERNED, Breakdown, BreakdownLine

MOST_LINES = 10
OLD = datetime.timedelta(days=1)
ZERO = Decimal("0.00")
Dimension = BreakdownLine.Dimension


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of an agreement's losses: how many are concerned, claims, and yuan. Without a name, the others."""

    name: str
    concerned: int
    claims: int
    amount: Decimal


def parts_of(agreement: Agreement) -> dict[str, list[Part]]:
    """Every part by dimension, the largest first, nothing suppressed: not to be shown. Villages and causes by what was
    incurred and the households concerned; diagnoses and hospitals by self-pay of standing bills and the persons. This
    reads the agreement's whole ledger."""
    return {
        Dimension.VILLAGE.value: _villages(agreement),
        Dimension.DIAGNOSIS.value: _of_bills(agreement, "diagnosis"),
        Dimension.CAUSE.value: _causes(agreement),
        Dimension.HOSPITAL.value: _of_bills(agreement, "hospital"),
    }


def _villages(agreement: Agreement) -> list[Part]:
    place = "claim__insured_household__roster_household__"
    rows = (
        _incurred(agreement)
        .values_list(f"{place}village", f"{place}township__name", f"{place}village__name")
        .annotate(
            Count("claim__insured_household", distinct=True), Count("claim", distinct=True), Sum("amount")
        )
    )
    return _ranked(
        Part(f"{township or ''}{village or ''}", concerned, claims, amount)
        for _key, township, village, concerned, claims, amount in rows
    )


def _causes(agreement: Agreement) -> list[Part]:
    """Causes by their code: a natural disaster's own, or the cause itself."""
    rows = (
        _incurred(agreement)
        .filter(coverage=Claim.Coverage.PROPERTY)
        .values_list("claim__loss__cause", "claim__loss__peril")
        .annotate(
            Count("claim__insured_household", distinct=True), Count("claim", distinct=True), Sum("amount")
        )
    )
    return _ranked(Part(peril or cause or "", *counts) for cause, peril, *counts in rows)


def _incurred(agreement: Agreement) -> QuerySet[LossEntry]:
    """The agreement's ledger, without claims that came to nothing."""
    nothing = (Claim.State.REJECTED, Claim.State.WITHDRAWN)
    return LossEntry.objects.filter(agreement=agreement).exclude(claim__state__in=nothing).order_by()


def _of_bills(agreement: Agreement, column: str) -> list[Part]:
    rows = (
        MedicalBill.objects.filter(claim__agreement=agreement, standing=True)
        .exclude(**{column: ""})
        .order_by()
        .values_list(column)
        .annotate(
            Count("claim__insured_person", distinct=True),
            Count("claim", distinct=True),
            left_to_pay=Sum(
                F("bill") - F("basic") - F("serious_illness") - F("assistance") - F("commercial") - F("other")
            ),
        )
    )
    return _ranked(Part(*row) for row in rows)


def _ranked(parts: Iterable[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (-part.amount, part.name))


def showable(
    parts: Sequence[Part], *, most: int = MOST_LINES, least: int = LEAST_CONCERNED
) -> tuple[list[Part], Part | None]:
    """The first `most` of these parts that concern at least `least`, and the others together. Where the others would
    concern fewer than that, the smallest shown parts join them, so that no difference tells anybody; where all together
    are fewer, nothing is shown."""
    shown = [part for part in parts if part.name and part.concerned >= least][:most]
    kept = set(map(id, shown))
    hidden = [part for part in parts if id(part) not in kept]
    while hidden and shown and sum(part.concerned for part in hidden) < least:
        hidden.append(shown.pop())
    concerned = sum(part.concerned for part in hidden)
    if concerned < least:
        return shown, None
    others = Part(
        "", concerned, sum(part.claims for part in hidden), sum((part.amount for part in hidden), ZERO)
    )
    return shown, others


def entries_of(agreement: Agreement) -> int:
    """How many entries the loss ledger holds for an agreement."""
    entries = LossDay.objects.filter(agreement=agreement).aggregate(sum=Coalesce(Sum("entries"), 0))["sum"]
    return int(entries)


def stale_breakdowns() -> list[int]:
    """Agreements whose ledger has moved since their losses were broken down, or whose breakdown is a day old."""
    rows = (
        LossDay.objects.order_by()
        .values_list("agreement", "agreement__breakdown__entries", "agreement__breakdown__taken_at")
        .annotate(now=Sum("entries"))
    )
    old = timezone.now() - OLD
    return sorted(pk for pk, then, taken, now in rows if taken is None or then != now or taken < old)


def breakdown_of(actor: User, agreement: Agreement) -> Breakdown | None:
    """The agreement's breakdown with its lines, if there is one and the actor may see it."""
    return Breakdown.objects.visible_to(actor).filter(agreement=agreement, taken_at__isnull=False).first()


def lines_of(breakdown: Breakdown) -> dict[str, list[BreakdownLine]]:
    """The lines of a breakdown by dimension, every dimension named."""
    lines: dict[str, list[BreakdownLine]] = {dimension.value: [] for dimension in Dimension}
    for line in breakdown.lines.all():
        lines[line.dimension].append(line)
    return lines
