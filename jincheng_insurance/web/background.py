"""Handing work to the Celery workers by task name, after commit. A broker that is down costs no request its answer:
the work's row says what is still to do, and the periodic sweep finds it."""

import logging
from dataclasses import dataclass

from django.db import connection, transaction
from kombu.exceptions import KombuError

from jincheng_insurance.celery import app

log = logging.getLogger(__name__)


def enqueue(task: str, *ids: int) -> None:
    """Send `task` with row ids once the present transaction has committed: once, however often it was asked for in
    it."""
    sending, within = Sending(task, ids), set(connection.savepoint_ids)
    for waiting in connection.run_on_commit:
        # One asked for in a savepoint that is still open stands or falls no earlier than ours.
        if waiting[1] == sending and waiting[0] <= within:
            return
    transaction.on_commit(sending)


@dataclass(frozen=True, slots=True)
class Sending:
    """A task to be sent after commit; two alike are equal."""

    task: str
    ids: tuple[int, ...]

    def __call__(self) -> None:
        _send(self.task, self.ids)


def _send(task: str, ids: tuple[int, ...]) -> None:
    try:
        app.send_task(task, args=ids, retry=False)
    except (KombuError, OSError) as error:
        log.warning("%s not sent (%s); the sweep will find it", task, type(error).__name__)
