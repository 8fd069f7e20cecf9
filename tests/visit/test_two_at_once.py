"""What two people do in the same moment, with real threads on the real database."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from chengxin.core.refusal import Refusal
from chengxin.hall import identify, items, visits
from chengxin.hall.models import Business, Ticket, Window
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """What each job returned or raised; all begin behind one gate."""
    gate, out = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            out.append(job())
        except Refusal as refusal:
            out.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(out) == len(jobs)
    return out


@pytest.fixture
def crowd(person):
    return [person(f"路人{n}", f"3723231985031{n:04}"[:17]) for n in range(5000, 5010)]


def taken_by(hall, someone, business=Business.ENTERPRISE, nonce=None):
    return lambda: visits.take_ticket(
        hall, someone, business, enterprise=None, verification=None, nonce=nonce or uuid.uuid4()
    )


def test_ten_kiosks_give_ten_numbers(hall, crowd):
    got = at_once(*[taken_by(hall, someone) for someone in crowd])

    assert sorted(taken.ticket.number for taken in got) == [f"A{n:03}" for n in range(1, 11)]


def test_two_windows_calling_at_once_call_two_people(hall, crowd, window, zhao):
    other = Window.objects.create(hall=hall, number=4, serves="enterprise")
    for someone in crowd[:2]:
        taken_by(hall, someone)()

    got = at_once(
        lambda: visits.call_next(window, officer=zhao),
        lambda: visits.call_next(other, officer=zhao),
    )

    assert sorted(ticket.number for ticket in got) == ["A001", "A002"]


def test_one_window_pressed_twice_calls_one_person(hall, crowd, window, zhao):
    for someone in crowd[:2]:
        taken_by(hall, someone)()

    got = at_once(*[lambda: visits.call_next(window, officer=zhao)] * 2)

    assert Ticket.objects.filter(state=Ticket.State.CALLED).count() == 1
    assert [getattr(result, "code", "") for result in got].count("window_busy") == 1


def test_one_person_at_two_kiosks_gets_one_ticket(hall, wang):
    got = at_once(taken_by(hall, wang), taken_by(hall, wang))

    assert Ticket.objects.count() == 1
    assert [getattr(result, "code", "") for result in got].count("already_waiting") == 1


def test_swipe_sent_twice_at_once_gives_one_ticket(hall, wang, nonce):
    first, second = at_once(*[taken_by(hall, wang, nonce=nonce)] * 2)

    assert Ticket.objects.count() == 1
    assert first == second
    assert Trace.objects.filter(action="ticket.take").count() == 1


def test_ticket_scanned_at_two_windows_opens_at_one(hall, wang, window, zhao):
    other = Window.objects.create(hall=hall, number=4, serves="enterprise")
    taken = taken_by(hall, wang)()

    got = at_once(
        lambda: visits.open_by_token(window, taken.token, officer=zhao),
        lambda: visits.open_by_token(other, taken.token, officer=zhao),
    )

    assert [getattr(result, "code", "") for result in got].count("token_used") == 1


def test_item_begun_twice_at_once_is_begun_once(hall, wang, factory, window, zhao):
    taken_by(hall, wang)()
    ticket = visits.start(visits.call_next(window, officer=zhao), officer=zhao)
    identify.verify_by_hand(ticket, "本人", officer=zhao)

    got = at_once(*[lambda: items.begin(ticket, "invoice_collect", factory, officer=zhao)] * 2)

    assert got[0] == got[1]
