"""Housekeeping of signing in."""

from celery import shared_task

from jincheng_insurance.access.sessions import forget_sessions


@shared_task(name="access.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    forget_sessions()
