from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.hall import visits
from chengxin.hall.models import Ticket, Window
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_scan_begins_the_visit_that_was_called(take, wang, window, zhao):
    taken = take(wang)
    visits.call_next(window, officer=zhao)

    ticket = visits.open_by_token(window, taken.token, officer=zhao)

    assert (ticket.person, ticket.state) == (wang, Ticket.State.SERVING)


def test_code_opens_once(take, wang, window, zhao):
    taken = take(wang)
    visits.open_by_token(window, taken.token, officer=zhao)

    with pytest.raises(Refusal, match="token_used"):
        visits.open_by_token(window, taken.token, officer=zhao)


def test_waiting_ticket_is_opened_out_of_turn_and_the_trace_says_so(take, wang, li, window, zhao):
    take(wang)
    later = take(li)

    assert visits.open_by_token(window, later.token, officer=zhao).person == li
    assert Trace.objects.get(action="ticket.scan").detail["out_of_turn"] is True


def test_ticket_called_to_another_window_stays_there(take, wang, window, hall, zhao):
    taken = take(wang)
    other = Window.objects.create(hall=hall, number=4, serves="enterprise")
    visits.call_next(other, officer=zhao)

    with pytest.raises(Refusal, match="other_window"):
        visits.open_by_token(window, taken.token, officer=zhao)


def test_busy_window_opens_no_second_ticket(take, wang, li, window, zhao):
    take(wang)
    later = take(li)
    visits.call_next(window, officer=zhao)

    with pytest.raises(Refusal, match="window_busy"):
        visits.open_by_token(window, later.token, officer=zhao)
    assert Ticket.objects.get(pk=later.ticket.pk).token_used_at is None


@pytest.mark.parametrize("text", ["CX1-AAAAAAAAAAAAAAAAAAAAAAAAAA", "", "A001"])
def test_unknown_code_opens_nothing(take, wang, window, zhao, text):
    take(wang)

    with pytest.raises(Refusal, match="token_unknown"):
        visits.open_by_token(window, text, officer=zhao)


def test_yesterdays_ticket_opens_nothing(take, wang, window, zhao):
    taken = take(wang)
    Ticket.objects.update(day="2017-08-17")

    with pytest.raises(Refusal, match="token_unknown"):
        visits.open_by_token(window, taken.token, officer=zhao)


def test_scanner_that_sends_small_letters_opens_too(take, wang, window, zhao):
    taken = take(wang)

    assert visits.open_by_token(window, taken.token.lower(), officer=zhao).person == wang
