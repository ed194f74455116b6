"""Housekeeping of what people keep."""

from celery import shared_task

from jincheng_insurance.web.drafts import forget_drafts


@shared_task(name="web.sweep_drafts", ignore_result=True)
def sweep_drafts() -> None:
    """Remove drafts that nobody goes on with. May run twice."""
    forget_drafts()
