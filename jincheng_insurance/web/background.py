"""Handing work to the Celery workers by task name, after commit. A broker that is down costs no request its answer:
the work's row says what is still to do, and the periodic sweep finds it."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import KombuError

from jincheng_insurance.celery import app

log = logging.getLogger(__name__)


def enqueue(task: str, *ids: int) -> None:
    """Send `task` with row ids once the present transaction has committed."""
    transaction.on_commit(partial(_send, task, ids))


def _send(task: str, ids: tuple[int, ...]) -> None:
    try:
        app.send_task(task, args=ids, retry=False)
    except (KombuError, OSError) as error:
        log.warning("%s not sent (%s); the sweep will find it", task, type(error).__name__)
