"""Background work on claims workbooks, on the ledger's sums and on counts. Each task looks at the state it finds, and
may run twice."""

from celery import shared_task

from claims.services import bulk
from claims.services.counts import fold_counts as fold_claims
from claims.services.loss_days import fold_loss_days as fold
from jincheng_insurance.web.background import enqueue


@shared_task(name="claims.check_import", acks_late=True, ignore_result=True)
def check_import(import_id: int) -> None:
    bulk.check_import(import_id=import_id)


@shared_task(name="claims.apply_import", acks_late=True, ignore_result=True)
def apply_import(import_id: int) -> None:
    bulk.apply_import(import_id=import_id)


@shared_task(name="claims.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    """Take up again what a dead worker or an emptied broker left behind."""
    for task, import_id in bulk.LANE.unfinished():
        enqueue(task, import_id)


@shared_task(name="claims.fold_loss_days", ignore_result=True)
def fold_loss_days() -> None:
    fold()


@shared_task(name="claims.fold_counts", ignore_result=True)
def fold_counts() -> None:
    fold_claims()
