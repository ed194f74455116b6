"""Watching the loss ratios, what follows from them, and setting off what is carried forward: after each change, and by
periodic sweeps that need no message to have arrived; and the nightly drafts of settlements."""

from celery import shared_task

from enrollment.models import Agreement
from riskpool.models import CarryEntry
from riskpool.selectors.breakdown import stale_breakdowns
from riskpool.services import duties, notices, suspension
from riskpool.services.alerts import evaluate_agreement as evaluate
from riskpool.services.breakdown import take_breakdown
from riskpool.services.carry import offset_carry as set_off
from riskpool.services.settlement import draft_ended_years


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


@shared_task(name="riskpool.offset_carry", acks_late=True, ignore_result=True)
def offset_carry(county_id: int) -> None:
    """Set a county's carry-forward off against a statement that was just issued."""
    set_off(county_id=county_id)


@shared_task(name="riskpool.sweep_carry", ignore_result=True)
def sweep_carry() -> None:
    """Do so for every county with a carry-forward: finds what a lost message would have said."""
    for county_id in CarryEntry.objects.order_by().values_list("county", flat=True).distinct():
        set_off(county_id=county_id)


@shared_task(name="riskpool.draft_settlements", ignore_result=True)
def draft_settlements() -> None:
    """Draft every ended year anew where its ledgers have moved; from 1 January on, every night."""
    draft_ended_years()


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
