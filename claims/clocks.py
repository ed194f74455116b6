"""The clocks that run on a claim: how late a report is (R26)."""

import datetime

from django.conf import settings

YEARS_TO_REPORT = 2


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
