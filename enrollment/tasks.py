"""Background work on imports. Each task takes an id, looks at the row's state, and may run twice."""

from celery import shared_task

from enrollment.services import participation, roster
from enrollment.services.counts import fold_counts as fold
from jincheng_insurance.web.background import enqueue


@shared_task(name="enrollment.check_import", acks_late=True, ignore_result=True)
def check_import(import_id: int) -> None:
    roster.check_import(import_id=import_id)


@shared_task(name="enrollment.apply_import", acks_late=True, ignore_result=True)
def apply_import(import_id: int) -> None:
    roster.apply_import(import_id=import_id)


@shared_task(name="enrollment.check_participation", acks_late=True, ignore_result=True)
def check_participation(import_id: int) -> None:
    participation.check_participation(import_id=import_id)


@shared_task(name="enrollment.apply_participation", acks_late=True, ignore_result=True)
def apply_participation(import_id: int) -> None:
    participation.apply_participation(import_id=import_id)


@shared_task(name="enrollment.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    """Take up again what a dead worker or an emptied broker left behind."""
    for task, import_id in (*roster.unfinished_imports(), *participation.LANE.unfinished()):
        enqueue(task, import_id)


@shared_task(name="enrollment.fold_counts", ignore_result=True)
def fold_counts() -> None:
    fold()
