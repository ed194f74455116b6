"""Reminding those who owe premium, month by month."""

from celery import shared_task

from enrollment.models import Agreement
from premiums.services.reminders import remind_of_arrears


@shared_task(name="premiums.remind", ignore_result=True)
def remind() -> None:
    """Look at every agreement; one that was reminded this month stays as it is, so it may run at any hour."""
    for agreement_id in Agreement.objects.order_by("pk").values_list("pk", flat=True):
        remind_of_arrears(agreement_id=agreement_id)
