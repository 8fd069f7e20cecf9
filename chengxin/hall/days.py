"""Days of a hall as moments: from midnight to midnight where the hall stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware


def begins(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of `first` to that after `last`, which lies outside."""
    return begins(first), begins(last + timedelta(days=1))
