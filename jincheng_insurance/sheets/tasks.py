"""Background work on exports. Each task takes an id, looks at the row's state, and may run twice."""

from celery import shared_task

from jincheng_insurance.sheets import services
from jincheng_insurance.web.background import enqueue


@shared_task(name="sheets.make_export", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def make_export(export_id: int) -> None:
    services.make_export(export_id=export_id)


@shared_task(name="sheets.sweep_exports", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_exports() -> None:
    """Take up again what a dead worker or an emptied broker left behind, and remove files whose day has passed."""
    services.expire_exports()
    for export_id in services.unfinished_exports():
        enqueue("sheets.make_export", export_id)
