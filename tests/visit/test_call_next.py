from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.hall import visits
from chengxin.hall.models import Business, Hall, Ticket, Window
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_whoever_waited_longest_is_called(take, wang, li, window, zhao):
    take(wang)
    take(li)

    ticket = visits.call_next(window, officer=zhao)

    assert (ticket.person, ticket.state, ticket.officer) == (wang, Ticket.State.CALLED, zhao)
    trace = Trace.objects.get(action="ticket.call")
    assert (trace.officer, trace.place, trace.about) == (zhao, "hall:yangxin/window:3", wang.key)


def test_empty_queue_calls_nobody_and_leaves_no_trace(window, zhao):
    assert visits.call_next(window, officer=zhao) is None
    assert not Trace.objects.exists()


def test_window_calls_only_the_businesses_it_serves(take, wang, hall, zhao):
    desk = Window.objects.create(hall=hall, number=7, serves="personal")
    take(wang, Business.ENTERPRISE)

    assert visits.call_next(desk, officer=zhao) is None


def test_window_does_not_call_into_another_hall(take, wang, offices, zhao):
    elsewhere = Hall.objects.create(code="wudi", name="无棣", office=offices["neighbour"])
    desk = Window.objects.create(hall=elsewhere, number=1, serves="enterprise")
    take(wang)

    assert visits.call_next(desk, officer=zhao) is None


def test_window_with_somebody_calls_nobody_else(take, wang, li, window, zhao):
    take(wang)
    take(li)
    visits.call_next(window, officer=zhao)

    with pytest.raises(Refusal, match="window_busy"):
        visits.call_next(window, officer=zhao)


def test_recall_counts_and_is_traced(take, wang, window, zhao):
    take(wang)
    ticket = visits.call_next(window, officer=zhao)

    assert visits.recall(ticket, officer=zhao).calls == 2
    assert Trace.objects.filter(action="ticket.recall", about=wang.key).count() == 1


def test_missed_number_frees_the_window(take, wang, li, window, zhao):
    take(wang)
    take(li)
    visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    assert visits.call_next(window, officer=zhao).person == li


def test_missed_person_may_take_a_new_number(take, wang, window, zhao):
    take(wang)
    visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    assert take(wang).ticket.number == "A002"
