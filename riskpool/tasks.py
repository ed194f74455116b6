"""Watching the loss ratios: after each change, and by a periodic sweep that needs no message to have arrived."""

from celery import shared_task

from enrollment.models import Agreement
from riskpool.selectors.breakdown import stale_breakdowns
from riskpool.services.alerts import evaluate_agreement as evaluate
from riskpool.services.breakdown import take_breakdown


@shared_task(name="riskpool.evaluate_agreement", acks_late=True, ignore_result=True)
def evaluate_agreement(agreement_id: int) -> None:
    evaluate(agreement_id=agreement_id)


@shared_task(name="riskpool.sweep", ignore_result=True)
def sweep() -> None:
    """Evaluate every agreement: finds what a lost message would have said."""
    for agreement_id in Agreement.objects.values_list("pk", flat=True):
        evaluate(agreement_id=agreement_id)


@shared_task(name="riskpool.take_breakdowns", ignore_result=True)
def take_breakdowns() -> None:
    """Break the losses down anew wherever the ledger has moved."""
    for agreement_id in stale_breakdowns():
        take_breakdown(agreement_id=agreement_id)
