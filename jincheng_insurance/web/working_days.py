"""Working days of China: public holidays off, make-up days on."""

import datetime

import chinese_calendar

SATURDAY = 5


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
