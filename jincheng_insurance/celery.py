"""The Celery application: tasks are found in each app's `tasks`, settings under the prefix CELERY_."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

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
