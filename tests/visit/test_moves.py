"""The table of moves, walked at random through the real operations and counted again."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chengxin.core.refusal import Refusal
from chengxin.hall import moves, queue, visits
from chengxin.hall.models import Business, Ticket, TicketMove, Window

pytestmark = pytest.mark.django_db

# by hand, from the glossary: which states follow which
MAY_FOLLOW = {
    "": {"waiting"},
    "waiting": {"ready", "called", "abandoned", "merged"},
    "ready": {"waiting", "called", "abandoned", "merged"},
    "called": {"called", "serving", "missed", "waiting", "abandoned"},
    "serving": {"finished", "parked", "waiting"},
    "parked": {"serving", "waiting", "abandoned", "merged"},
    "missed": {"waiting", "abandoned", "merged"},
    "finished": set(),
    "abandoned": set(),
    "merged": set(),
}
STEPS = (
    "take", "precall", "release", "call", "recall", "start", "miss", "return", "park", "resume",
    "transfer", "send", "merge", "abandon", "finish", "sweep",
)  # fmt: skip


def test_table_is_the_one_of_the_glossary():
    found: dict[str, set[str]] = {state: set() for state in MAY_FOLLOW}
    for move in moves.MOVES.values():
        for before in move.before:
            found[before].add(str(move.after))

    assert found == MAY_FOLLOW


def test_only_three_states_are_an_end():
    ends = [state for state, after in MAY_FOLLOW.items() if not after]
    assert ends == ["finished", "abandoned", "merged"]
    assert not set(ends) & set(moves.OPEN)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    walk=some.lists(
        some.tuples(some.sampled_from(STEPS), some.integers(0, 5), some.integers(0, 5)),
        min_size=5,
        max_size=60,
    )
)
def test_any_day_leaves_a_ledger_that_tells_the_same_as_the_tickets(
    hall, window, wang, li, zhang, zhao, walk
):
    with transaction.atomic():
        windows = [window, *_more_windows(hall)]
        for step, first, second in walk:
            with contextlib.suppress(Refusal):
                _make(step, first, second, hall, windows, [wang, li, zhang], zhao)
        _recount(windows)
        transaction.set_rollback(True)


def _more_windows(hall) -> list[Window]:
    return [
        Window.objects.create(hall=hall, number=11, serves="personal"),
        Window.objects.create(hall=hall, number=12, serves="enterprise,personal"),
    ]


def _make(step, first, second, hall, windows, people, zhao) -> None:
    tickets = list(Ticket.objects.order_by("pk"))
    here, ticket = windows[first % 3], tickets[first % len(tickets)] if tickets else None
    business = Business.values[second % 3]
    if step == "take":
        visits.take_ticket(
            hall, people[first % 3], Business(business), enterprise=None, verification=None,
            nonce=uuid.uuid4(),
        )  # fmt: skip
    elif step == "call":
        visits.call_next(here, officer=zhao)
    elif step == "precall":
        queue.precall(here, officer=zhao)
    elif step == "sweep":
        queue.sweep()
    elif ticket is not None:
        other = tickets[second % len(tickets)]
        doing: dict[str, Callable[[], object]] = {
            "release": lambda: queue.release(ticket, officer=zhao),
            "recall": lambda: visits.recall(ticket, officer=zhao),
            "start": lambda: visits.start(ticket, officer=zhao),
            "miss": lambda: visits.miss(ticket, officer=zhao),
            "return": lambda: queue.give_back(ticket),
            "park": lambda: queue.park(ticket, officer=zhao),
            "resume": lambda: queue.resume(ticket, windows[second % 3], officer=zhao),
            "transfer": lambda: queue.transfer(ticket, business=business, officer=zhao),
            "send": lambda: queue.transfer(ticket, to_window=windows[second % 3], officer=zhao),
            "merge": lambda: queue.merge(ticket, other, officer=zhao),
            "abandon": lambda: queue.abandon(ticket),
            "finish": lambda: visits.finish(ticket, officer=zhao),
        }
        doing[step]()


def _recount(windows) -> None:
    """Walk the ledger alone, row by row."""
    state: dict[int, str] = {}
    at_window: dict[int, int] = {}  # window -> ticket
    for row in TicketMove.objects.order_by("pk"):
        assert row.before == state.get(row.ticket_id, "")
        assert row.after in MAY_FOLLOW[row.before]
        state[row.ticket_id] = row.after
        at_window = {w: t for w, t in at_window.items() if t != row.ticket_id}
        if row.after in ("called", "serving"):
            assert row.window_id not in at_window
            at_window[row.window_id] = row.ticket_id
    assert state == dict(Ticket.objects.values_list("pk", "state"))
    told = Ticket.objects.filter(state__in=["called", "serving"]).values_list("window", "pk")
    assert at_window == dict(told)
