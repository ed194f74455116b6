"""Working days of China around real holidays, and the two years within which a report is taken (R26)."""

import datetime

import pytest

from claims.clocks import is_late, last_day_to_report
from jincheng_insurance.web.working_days import add_working_days, is_working_day, working_days_left

D = datetime.date


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (D(2026, 2, 17), False),  # 春节
        (D(2026, 2, 14), True),  # a Saturday worked for it
        (D(2026, 10, 1), False),  # 国庆节
        (D(2026, 10, 10), True),  # a Saturday worked for it
        (D(2026, 11, 21), False),  # an ordinary Saturday
        (D(2031, 1, 1), True),  # not announced yet: a Wednesday
        (D(2031, 1, 4), False),  # and a Saturday
    ],
)
def test_working_days_follow_the_state_councils_calendar(day: D, working: bool) -> None:
    assert is_working_day(day) is working


@pytest.mark.parametrize(
    ("approved", "due"),
    [
        (D(2026, 3, 2), D(2026, 3, 16)),  # no holiday between
        (D(2026, 9, 28), D(2026, 10, 16)),  # over 国庆节, with 10 October worked
        (D(2026, 2, 10), D(2026, 3, 2)),  # over 春节, with 14 and 28 February worked
        (D(2026, 12, 24), D(2027, 1, 7)),  # into a year not announced: 1 January counts as a Friday
    ],
)
def test_ten_working_days_after_approval(approved: D, due: D) -> None:
    assert add_working_days(approved, 10) == due
    assert working_days_left(approved, due) == 10
    assert working_days_left(due, approved) == -10


def test_the_two_years_include_their_last_day() -> None:
    assert last_day_to_report(D(2026, 5, 6)) == D(2028, 5, 6)
    assert last_day_to_report(D(2028, 2, 29)) == D(2030, 2, 28)


def test_late_begins_after_the_configured_days(settings: object) -> None:
    settings.LATE_REPORT_DAYS = 10  # type: ignore[attr-defined]
    assert not is_late(D(2026, 1, 1), D(2026, 1, 11))
    assert is_late(D(2026, 1, 1), D(2026, 1, 12))
