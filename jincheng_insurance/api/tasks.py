"""Housekeeping of the API: what it no longer needs to remember."""

from celery import shared_task

from jincheng_insurance.api.idempotency import forget_keys
from jincheng_insurance.api.throttling import forget_counts


@shared_task(name="api.sweep", ignore_result=True)
def sweep() -> None:
    """Remove old idempotency keys and request counts. May run twice."""
    forget_keys()
    forget_counts()
