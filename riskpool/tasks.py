"""Watching the loss ratios and what follows from them: after each change, and by a periodic sweep that needs no message
to have arrived."""

from celery import shared_task

from enrollment.models import Agreement
from riskpool.services import duties, notices, suspension
from riskpool.services.alerts import evaluate_agreement as evaluate


@shared_task(name="riskpool.evaluate_agreement", acks_late=True, ignore_result=True)
def evaluate_agreement(agreement_id: int) -> None:
    evaluate(agreement_id=agreement_id)


@shared_task(name="riskpool.sweep", ignore_result=True)
def sweep() -> None:
    """Evaluate every agreement: finds what a lost message would have said."""
    for agreement_id in Agreement.objects.values_list("pk", flat=True):
        evaluate(agreement_id=agreement_id)


@shared_task(name="riskpool.sweep_duties", ignore_result=True)
def sweep_duties() -> None:
    """What the clock brings: overdue reports escalated, approved suspensions begun, adjusters told of claims sent back
    to them; and the e-mails that no message asked for."""
    suspension.begin_due_suspensions()
    duties.escalate_overdue()
    notices.tell_of_returned_claims()
    notices.send_notices()


@shared_task(name="riskpool.send_notices", acks_late=True, ignore_result=True)
def send_notices() -> None:
    notices.send_notices()
