"""Working days of China and the clocks that run on a claim: payment after approval, and how late a report is (R26)."""

import datetime

import chinese_calendar
from django.conf import settings

SATURDAY = 5
YEARS_TO_REPORT = 2


def is_working_day(day: datetime.date) -> bool:
    """Whether people work on that day in China: public holidays off, make-up days on. For a year whose holidays
    aren't announced yet, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < SATURDAY


def add_working_days(day: datetime.date, count: int) -> datetime.date:
    """The `count`-th working day after `day`; the day itself isn't counted."""
    while count > 0:
        day += datetime.timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_left(today: datetime.date, due: datetime.date) -> int:
    """Working days after today up to and including `due`; below zero, how many have passed since."""
    if due < today:
        return -working_days_left(due, today)
    days = ((today + datetime.timedelta(days=step)) for step in range(1, (due - today).days + 1))
    return sum(is_working_day(day) for day in days)


def last_day_to_report(event: datetime.date) -> datetime.date:
    """The last day on which an event may still be reported: two years later, the day itself included (R26)."""
    try:
        return event.replace(year=event.year + YEARS_TO_REPORT)
    except ValueError:  # 29 February
        return event.replace(year=event.year + YEARS_TO_REPORT, day=28)


def is_late(event: datetime.date, reported: datetime.date) -> bool:
    """Whether a report came later than `LATE_REPORT_DAYS` after the discharge, visit or loss: flagged, never refused
    for that (R26)."""
    return (reported - event).days > settings.LATE_REPORT_DAYS
