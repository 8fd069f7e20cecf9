"""Working days of the People's Republic (法定节假日), for deadlines that count them."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`; outside the published years, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count (民法典 art. 201)."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
