"""Breakdowns of losses: counted off the page, stored without what could tell a person (R25)."""

from django.db import transaction
from django.utils import timezone

from enrollment.models import Agreement
from riskpool.models import Breakdown, BreakdownLine
from riskpool.selectors.breakdown import Part, Parts, entries_of, parts_of, showable


@transaction.atomic(durable=True)
def take_breakdown(*, agreement_id: int) -> Breakdown:
    """Break an agreement's losses down anew. Twice gives the same; two at once go one after the other."""
    agreement = Agreement.objects.get(pk=agreement_id)
    Breakdown.objects.get_or_create(agreement=agreement)
    breakdown = Breakdown.objects.select_for_update(of=("self",)).get(agreement=agreement)
    breakdown.entries, breakdown.taken_at = entries_of(agreement), timezone.now()
    breakdown.save()
    breakdown.lines.all().delete()
    BreakdownLine.objects.bulk_create(
        BreakdownLine(
            breakdown=breakdown,
            dimension=dimension,
            part=part.kind,
            rank=rank,
            name=part.name[:200],
            concerned=part.concerned,
            claims=part.claims,
            amount=part.amount,
        )
        for dimension, parts in parts_of(agreement).items()
        for rank, part in enumerate(_to_store(parts), start=1)
    )
    return breakdown


def _to_store(parts: Parts) -> list[Part]:
    shown, others = showable(parts)
    lines = shown if others is None else [*shown, others]
    return [*lines, parts.together] if lines else []
