"""A broker that is down: every message sent meets a closed port."""

from collections.abc import Iterator
from contextlib import contextmanager

from kombu import pools

from jincheng_insurance.celery import app

CLOSED = "redis://127.0.0.1:1/0"


@contextmanager
def broker_down() -> Iterator[None]:
    """Within it, the Celery application talks to an address where nobody listens."""
    before = app.conf.broker_url
    _point_to(CLOSED)
    try:
        yield
    finally:
        _point_to(before)


def _point_to(url: str) -> None:
    app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = url
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
