"""The demo's days: a step of the story happens on the day it tells of."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.utils import timezone

MORNING = datetime.time(9, 30)


@contextmanager
def on_day(day: datetime.date) -> Iterator[None]:
    """Within it the time is the morning of `day`; later than now it never is."""
    now = timezone.now()
    moment = min(now, datetime.datetime.combine(day, MORNING, timezone.get_default_timezone()))
    with patch("django.utils.timezone.now", lambda: moment):
        yield
