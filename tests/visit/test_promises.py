"""What people are told about their wait, that it is kept, and counted honestly."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now
from hypothesis import given
from hypothesis import strategies as some

from chengxin.hall import promises, queue, visits
from chengxin.hall.estimates import Desk, wait_of
from chengxin.hall.models import Business, Promise, Ticket

BOTH, ONE = frozenset({"enterprise", "personal"}), frozenset({"personal"})


def test_nobody_can_say_without_an_open_window_or_without_earlier_visits():
    assert wait_of(["enterprise"], [], {"enterprise": 300.0}) is None
    assert wait_of(["enterprise"], [Desk(ONE, 0)], {"enterprise": 300.0}) is None
    assert wait_of(["enterprise"], [Desk(BOTH, 0)], {}) is None


def test_free_window_means_no_wait():
    assert wait_of(["enterprise"], [Desk(BOTH, 0)], {"enterprise": 300.0}) == 0


def test_wait_is_played_through_window_by_window():
    stay = {"enterprise": 600.0, "personal": 300.0}
    desks = [Desk(BOTH, 100), Desk(ONE, 50)]
    # the personal one at 50, the enterprise one at 100, the next personal one when 50+300 is over
    assert wait_of(["personal", "enterprise", "personal"], desks, stay) == 350
    # only the first window serves enterprises: 100, then 700
    assert wait_of(["enterprise", "enterprise"], desks, stay) == 700


@given(
    some.lists(some.sampled_from(["enterprise", "personal"]), min_size=1, max_size=30),
    some.lists(some.tuples(some.sampled_from([BOTH, ONE]), some.floats(0, 900)), max_size=8),
)
def test_one_more_before_him_never_shortens_a_wait(queue_, told):
    stay = {"enterprise": 600.0, "personal": 300.0}
    desks = [Desk(serves, free) for serves, free in told]
    waits = [wait_of(["personal"] * n + queue_[-1:], desks, stay) for n in range(5)]
    known = [wait for wait in waits if wait is not None]

    assert len(known) in (0, 5)
    assert known == sorted(known)


@given(some.floats(0, 7200), some.lists(some.floats(0.1, 4), max_size=200))
def test_range_is_whole_minutes_from_less_to_more(wait, ratios):
    low, high = promises.spread(wait, ratios)
    assert 0 <= low < high


def test_range_learnt_from_the_past_holds_four_of_five_new_waits():
    """A service whose length nobody knows, off by a factor that the first guess does not hold."""
    dice = random.Random(7)
    waits = [dice.uniform(60, 2400) for _ in range(700)]
    real = [wait * dice.lognormvariate(0.4, 0.35) for wait in waits]
    floor = promises.FLOOR
    past = [(r + floor) / (w + floor) for w, r in zip(waits[:300], real[:300], strict=True)]

    kept = 0
    for wait, happened in zip(waits[300:], real[300:], strict=True):
        low, high = promises.spread(wait, past)
        kept += low * 60 <= happened <= high * 60
    assert kept / 400 >= 0.8


def test_range_of_a_long_wait_is_learnt_from_long_waits():
    """A quiet morning of waits told exactly says nothing about the rush, where they are off."""
    quiet = [(10.0 + n / 10, 1.0) for n in range(500)]
    rush = [(1200.0 + n, 0.5 + n / 100) for n in range(promises.ALIKE)]

    ratios = promises.alike(1250, quiet + rush)
    assert sorted(ratios) == [ratio for _wait, ratio in rush]
    low, high = promises.spread(1250, ratios)
    assert (low, high) == pytest.approx((11, 36), abs=2)  # 0.56 and 1.62 of 21 minutes and one
    assert promises.spread(15, promises.alike(15, quiet + rush)) == (0, 1)


def test_one_rush_that_was_told_exactly_does_not_make_the_next_one_sure():
    """Twelve minutes expected, 120 earlier waits told to the second: (720 + 60 s) times 0.78 and
    1.25, less 60 s, are 548 and 915 s."""
    assert promises.spread(720, [1.0] * promises.ALIKE) == (9, 16)


@pytest.fixture
def earlier(db, hall, window, person, zhao):
    """Six enterprise visits of ten minutes each at window 3, the last just over."""
    for n in range(6):
        at = now() - timedelta(minutes=11 * (6 - n))
        Ticket.objects.create(
            hall=hall, number=f"B{n}", person=person(f"先到{n}", f"3723231985031530{n}"),
            business=Business.ENTERPRISE, state="finished", window=window, officer=zhao,
            token=f"earlier-{n}", nonce=f"00000000-0000-0000-0000-00000000000{n}",
            called_at=at, started_at=at, ended_at=at + timedelta(minutes=10),
        )  # fmt: skip


@pytest.mark.django_db
def test_first_ticket_of_a_new_hall_is_told_that_nobody_can_say(take, wang):
    take(wang)
    promise = Promise.objects.get()

    assert (promise.low, promise.high) == (None, None)
    assert promises.words(promise) == "无法预计"


@pytest.mark.django_db
def test_promise_counts_those_ahead_and_the_window_that_is_open(earlier, take, wang, li, zhang):
    for someone in (wang, li, zhang):
        take(someone)
    expected = Promise.objects.order_by("pk").values_list("expected", "ahead")

    assert [(round(seconds), ahead) for seconds, ahead in expected] == [(0, 0), (600, 1), (1200, 2)]


@pytest.mark.django_db
def test_promise_is_kept_with_the_call_that_ended_it(earlier, take, wang, hall, window, zhao):
    take(wang)
    visits.call_next(window, officer=zhao)
    promise = Promise.objects.get()

    assert promise.outcome == "call"
    assert promise.kept is True
    assert promises.count(hall, localdate())["kept"] == 1


@pytest.mark.django_db
def test_broken_promise_is_counted_as_what_it_was(earlier, take, wang, li, hall, window, zhao):
    take(wang)
    take(li)
    Promise.objects.filter(ticket__person=wang).update(at=now() - timedelta(hours=2))
    visits.miss(visits.call_next(window, officer=zhao), officer=zhao)
    visits.call_next(window, officer=zhao)  # told ten minutes, called at once

    counted = promises.count(hall, localdate())
    assert (counted["late"], counted["early"], counted["kept"]) == (1, 1, 0)


@pytest.mark.django_db
def test_promise_to_somebody_who_left_is_neither_kept_nor_broken(earlier, take, wang, hall):
    queue.abandon(take(wang).ticket)
    counted = promises.count(hall, localdate())

    assert (counted["left"], counted["kept"], counted["late"]) == (1, 0, 0)


@pytest.mark.django_db
def test_phone_that_looks_again_within_a_minute_is_told_the_same(earlier, take, wang):
    ticket = take(wang).ticket
    first = promises.make(ticket, on_phone=True)

    assert promises.make(ticket, on_phone=True) == first
    Promise.objects.update(at=now() - timedelta(minutes=2))
    assert promises.make(ticket, on_phone=True) != first
