"""The Celery application: tasks are found in each app's `tasks`, settings under the prefix CELERY_. What a task changes
is marked as the task's in the history of rows."""

import logging
import os
from contextlib import AbstractContextManager
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jincheng_insurance.settings")

app = Celery("jincheng_insurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def confirm_keys_of_worker(**facts: Any) -> None:
    """A worker doesn't start with keys that don't fit the database."""
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - models exist only by now

    from jincheng_insurance.access.key_marks import confirm_keys  # noqa: PLC0415

    try:
        confirm_keys()
    except ImproperlyConfigured as error:
        logging.getLogger(__name__).critical("%s", error)
        raise SystemExit(1) from error


_running: dict[str, AbstractContextManager[None]] = {}


@task_prerun.connect
def _say_task(task_id: str, task: Any, **kwargs: Any) -> None:
    from jincheng_insurance.audit.history import acting  # noqa: PLC0415 (models exist once Django is set up)

    said = acting(task=task.name)
    said.__enter__()
    _running[task_id] = said


@task_postrun.connect
def _task_is_over(task_id: str, **kwargs: Any) -> None:
    if (said := _running.pop(task_id, None)) is not None:
        said.__exit__(None, None, None)
