from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.hall import items, visits
from chengxin.hall.models import Ticket
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_served_visit_leaves_its_whole_story(take, wang, zhao, window, factory):
    take(wang, enterprise=factory)
    ticket = visits.start(visits.call_next(window, officer=zhao), officer=zhao)
    handled = items.begin(ticket, "invoice_collect", factory, officer=zhao)
    items.finish(handled, officer=zhao)
    visits.finish(ticket, officer=zhao)

    story = Trace.objects.filter(about=wang.key).order_by("pk").values_list("action", "place")
    assert list(story) == [
        ("ticket.take", "hall:yangxin"),
        ("ticket.call", "hall:yangxin/window:3"),
        ("ticket.start", "hall:yangxin/window:3"),
        ("item.begin", "hall:yangxin/window:3"),
        ("item.finish", "hall:yangxin/window:3"),
        ("ticket.finish", "hall:yangxin/window:3"),
    ]


def test_ticket_cannot_be_finished_before_it_is_started(take, wang, zhao, window):
    take(wang)
    ticket = visits.call_next(window, officer=zhao)

    with pytest.raises(Refusal, match="wrong_state"):
        visits.finish(ticket, officer=zhao)


def test_person_being_served_cannot_be_missed(serving, wang, zhao):
    ticket = serving(wang)

    with pytest.raises(Refusal, match="wrong_state"):
        visits.miss(ticket, officer=zhao)


def test_visit_with_an_open_item_cannot_be_finished(serving, wang, zhao, factory):
    ticket = serving(wang, enterprise=factory)
    items.begin(ticket, "invoice_collect", factory, officer=zhao)

    with pytest.raises(Refusal, match="item_open"):
        visits.finish(ticket, officer=zhao)


def test_finished_visit_frees_the_window(serving, take, wang, li, zhao, window):
    ticket = serving(wang)
    take(li)
    visits.finish(ticket, officer=zhao)

    assert visits.call_next(window, officer=zhao).person == li
    assert Ticket.objects.get(pk=ticket.pk).ended_at is not None
