"""A clock that tests of the year's end set forward."""

import datetime

import pytest
from django.utils import timezone


class Clock:
    """What `timezone.now` says, and with it today's date."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = timezone.now()
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.moment)

    def set(self, year: int, month: int, day: int) -> datetime.date:
        self.moment = datetime.datetime(year, month, day, 10, tzinfo=timezone.get_default_timezone())
        return self.moment.date()
