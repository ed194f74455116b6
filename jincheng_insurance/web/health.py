"""Answers for whatever watches the processes: is this one alive, and can it serve."""

import logging

from django.db import OperationalError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from jincheng_insurance.celery import app

log = logging.getLogger(__name__)

# Seconds. A probe must answer while the broker is away.
BROKER_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nobody else, so that a database outage restarts no web server."""
    return JsonResponse({"state": "up"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 when it doesn't. The broker is only reported: without it pages work
    and background work is late."""
    ready = _database_answers()
    body = {
        "state": "ready" if ready else "not ready",
        "database": "up" if ready else "down",
        "broker": "up" if _broker_answers() else "down",
    }
    return JsonResponse(body, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        return False
    return True


def _broker_answers() -> bool:
    try:
        with app.connection_for_write(transport_options=BROKER_PATIENCE) as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
    except (KombuError, OSError):
        return False
    return True
