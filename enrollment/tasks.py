"""Background work on roster imports. Each task takes an id, looks at the row's state, and may run twice."""

from celery import shared_task

from enrollment.services import roster
from jincheng_insurance.web.background import enqueue


@shared_task(name="enrollment.check_import", acks_late=True, ignore_result=True)
def check_import(import_id: int) -> None:
    roster.check_import(import_id=import_id)


@shared_task(name="enrollment.apply_import", acks_late=True, ignore_result=True)
def apply_import(import_id: int) -> None:
    roster.apply_import(import_id=import_id)


@shared_task(name="enrollment.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    """Take up again what a dead worker or an emptied broker left behind."""
    for task, import_id in roster.unfinished_imports():
        enqueue(task, import_id)
