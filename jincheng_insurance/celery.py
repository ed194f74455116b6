"""The Celery application: tasks are found in each app's `tasks`, settings under the prefix CELERY_. What a task changes
is marked as the task's in the history of rows."""

import os
from contextlib import AbstractContextManager
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jincheng_insurance.settings")

app = Celery("jincheng_insurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

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
