"""Breaking an agreement's losses down: by village, diagnosis, cause and hospital, so that nobody can be told (R25)."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from claims.models import Claim, LossDay, LossEntry, MedicalBill
from enrollment.models import Agreement
from jincheng_insurance.access.models import User
from riskpool.models import LEAST_CONCERNED, Breakdown, BreakdownLine

MOST_LINES = 10
OLD = datetime.timedelta(days=1)
ZERO = Decimal("0.00")
Dimension, Kind = BreakdownLine.Dimension, BreakdownLine.Part


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an agreement's losses: how many are concerned, claims, and yuan."""

    name: str
    concerned: int
    claims: int
    amount: Decimal
    key: tuple[object, ...] = ()
    kind: str = Kind.NAMED


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts of one dimension, the largest first, nothing suppressed: not to be shown as they are. `besides` counts
    whom all but these parts concern, everybody once, in however many parts they are; so does `together`."""

    parts: list[Part]
    together: Part
    besides: Callable[[Sequence[Part]], int]


def parts_of(agreement: Agreement) -> dict[str, Parts]:
    """The parts by dimension. Villages and causes by what was incurred and the households concerned; diagnoses and
    hospitals by self-pay of standing bills and the persons. Where none is stated, that is a part too, so that two
    dimensions of the same losses agree. This reads the agreement's whole ledger."""
    nothing = (Claim.State.REJECTED, Claim.State.WITHDRAWN)
    ledger = LossEntry.objects.filter(agreement=agreement).exclude(claim__state__in=nothing)
    losses = ledger.filter(coverage=Claim.Coverage.PROPERTY)
    bills = MedicalBill.objects.filter(claim__agreement=agreement, standing=True)
    place = "claim__insured_household__roster_household"
    villages = (f"{place}__village", f"{place}__township__name", f"{place}__village__name")
    causes = ("claim__loss__cause", "claim__loss__peril")
    return {
        Dimension.VILLAGE.value: _counted(ledger, villages, HOUSEHOLD, Sum("amount"), _village),
        Dimension.DIAGNOSIS.value: _counted(bills, ("diagnosis",), PERSON, Sum(SELF_PAY), _first),
        Dimension.CAUSE.value: _counted(losses, causes, HOUSEHOLD, Sum("amount"), _cause),
        Dimension.HOSPITAL.value: _counted(bills, ("hospital",), PERSON, Sum(SELF_PAY), _first),
    }


HOUSEHOLD, PERSON = "claim__insured_household", "claim__insured_person"
SELF_PAY = F("bill") - F("basic") - F("serious_illness") - F("assistance") - F("commercial") - F("other")


def _village(key: tuple[Any, ...]) -> str:
    _village_key, township, village = key
    return f"{township or ''}{village or ''}"


def _cause(key: tuple[Any, ...]) -> str:
    """A natural disaster's code, or the cause's own."""
    cause, peril = key
    return str(peril or cause or "")


def _first(key: tuple[Any, ...]) -> str:
    return str(key[0])


def _counted(
    rows: QuerySet[Any],
    columns: tuple[str, ...],
    whom: str,
    amount: Sum,
    name: Callable[[tuple[Any, ...]], str],
) -> Parts:
    rows = rows.order_by()
    grouped = rows.values_list(*columns).annotate(
        whom=Count(whom, distinct=True), cases=Count("claim", distinct=True), yuan=amount
    )
    parts = [
        Part(
            named := name(tuple(key)),
            concerned,
            claims,
            yuan,
            tuple(key),
            Kind.NAMED if named else Kind.UNSTATED,
        )
        for *key, concerned, claims, yuan in grouped
    ]
    whole = rows.aggregate(
        whom=Count(whom, distinct=True), cases=Count("claim", distinct=True), yuan=Coalesce(amount, ZERO)
    )
    together = Part("", whole["whom"], whole["cases"], whole["yuan"], kind=Kind.TOGETHER)

    def besides(shown: Sequence[Part]) -> int:
        these = Q(pk__in=())
        for part in shown:
            these |= _matching(columns, part.key)
        return int(rows.exclude(these).aggregate(number=Count(whom, distinct=True))["number"])

    return Parts(sorted(parts, key=lambda part: (-part.amount, part.name)), together, besides)


def _matching(columns: tuple[str, ...], key: tuple[object, ...]) -> Q:
    return Q(
        **{
            column if value is not None else f"{column}__isnull": True if value is None else value
            for column, value in zip(columns, key, strict=True)
        }
    )


def showable(
    all_of_them: Parts, *, most: int = MOST_LINES, least: int = LEAST_CONCERNED
) -> tuple[list[Part], Part | None]:
    """The first `most` named parts that concern at least `least`, what isn't stated if it does, and the others
    together. Where the others would concern fewer than that, the smallest shown parts join them. So does a part that
    all but fewer than `least` are concerned by, since all together are shown too. Thus no difference tells anybody;
    where all together are fewer, nothing is shown."""
    all_in_all = all_of_them.together.concerned
    if all_in_all < least:
        return [], None
    shown, named = [], 0
    for part in all_of_them.parts:
        if part.concerned < least or 0 < all_in_all - part.concerned < least:
            continue
        if part.kind == Kind.NAMED:
            named += 1
            if named > most:
                continue
        shown.append(part)
    concerned = all_of_them.besides(shown)
    while shown and (0 < concerned < least or 0 < all_in_all - concerned < least):
        shown.pop()
        concerned = all_of_them.besides(shown)
    if concerned < least:
        return shown, None
    kept = set(map(id, shown))
    hidden = [part for part in all_of_them.parts if id(part) not in kept]
    yuan = sum((part.amount for part in hidden), ZERO)
    return shown, Part("", concerned, sum(part.claims for part in hidden), yuan, kind=Kind.OTHERS)


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
