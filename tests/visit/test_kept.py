"""What was promised, against what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.hall import kept
from chengxin.hall.models import Promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def promised(take, person):
    """Somebody is told low–high minutes, and is called after so many."""
    made = iter(range(1000))

    def told(low: int | None, high: int | None, waited: float | None, outcome="call") -> Promise:
        n = next(made)
        ticket = take(person(f"路人{n}", f"3723231985031{5000 + n}")).ticket
        promise = ticket.promises.get()
        promise.low, promise.high = low, high
        promise.expected = None if low is None or high is None else 30 * (low + high)
        promise.at = now()
        if waited is not None:
            promise.outcome = outcome
            promise.ended_at = promise.at + timedelta(minutes=waited)
        promise.save()
        return promise

    return told


def of_today(hall) -> kept.Kept:
    return kept.of(hall, localdate(), localdate())


def test_every_promise_is_counted_once_by_its_end(hall, promised):
    promised(5, 10, 7)
    promised(5, 10, 5)  # the edge belongs to the range
    promised(5, 10, 3)
    promised(5, 10, 14)
    promised(None, None, 6)
    promised(5, 10, 6, outcome="abandon")
    promised(5, 10, None)

    told = of_today(hall).total
    assert told.counts == {
        "kept": 2, "early": 1, "late": 1, "unknown": 1, "left": 1, "open": 1,
    }  # fmt: skip
    assert told.share == 0.5
    assert told.missed_aim


def test_worst_is_furthest_outside_its_range(hall, promised):
    promised(10, 20, 9)
    worst = promised(10, 20, 26)
    promised(10, 20, 15)

    broken = of_today(hall).worst
    assert [one.off for one in broken] == [timedelta(minutes=6), timedelta(minutes=1)]
    assert broken[0].promise == worst


def test_long_and_short_waits_are_told_apart(hall, promised):
    promised(2, 4, 3)
    promised(30, 60, 90)

    shares = {line.title: line.share for line in of_today(hall).by_wait}
    assert list(shares.values()) == [1.0, None, None, None, 0.0]


def test_promises_of_another_day_are_not_counted(hall, promised):
    promised(5, 10, 7)
    before = localdate() - timedelta(days=1)

    assert kept.of(hall, before, before).total.tried == 0
