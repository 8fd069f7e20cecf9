"""Working days of the People's Republic (法定节假日), for deadlines that count them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

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


def working_days_to(day: date, due: date) -> int:
    """Working days after `day` up to and including `due`; negative ones when `due` has passed."""
    early, late = min(day, due), max(day, due)
    count = sum(
        is_working_day(early + timedelta(days=n)) for n in range(1, (late - early).days + 1)
    )
    return count if due >= day else -count


@lru_cache(maxsize=4_096)  # a page asks for every month of every levy item
def filing_due(period_from: date, period_until: date) -> date:
    """The last day to file for a period: the 15th of the month after, for a whole year 31 May.

    Moved by 征管法实施细则 art. 109: by the holidays of three days in a row and more that lie in
    the month until then, and then to the next working day.  A day that the authority publishes, or
    that its ledger states, goes before this one.
    """
    if (period_until - period_from).days > 360:
        return _next_working(date(period_until.year + 1, 5, 31))
    first = (period_until.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = first.replace(day=15)
    off = run = 0
    for back in range(15):
        run = run + 1 if _is_public_holiday(first + timedelta(days=back)) else 0
        off += 3 if run == 3 else run > 3
    return _next_working(last + timedelta(days=off))


def _next_working(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def _is_public_holiday(day: date) -> bool:
    """Whether `day` belongs to a public holiday, its weekend days included."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(off and name)
