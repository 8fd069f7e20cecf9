"""How long somebody will wait: a range of minutes, or that nobody can say (无法预计).

The queue is played through once: each person before him, in turn, goes to whichever open window
that serves him is free first, and stays as long as people of his business stayed lately.  What
comes out is one number; the range around it is how far such numbers were off before
(`hall.promises`), so that four of five waits lie inside.  A window is open while an officer sits
there (`hall.attendance`) and it is not paused, however long it has called nobody; also while
somebody is at it.  Nothing is said without five visits of that business to learn from, or without a
window that is open.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate, now

from chengxin.hall import attendance, moves
from chengxin.hall.models import Hall, Pause, Ticket, Window

LEARNT_FROM = 5  # visits of a business, at least
LATELY = 120  # visits that say how long one takes: of 40 the mean was off by a tenth too often
DAYS = 7  # how far back they may lie
AT_LEAST = 30.0  # seconds that whoever is at a window will still stay


@dataclass(frozen=True)
class Desk:
    """A window as the estimate sees it."""

    serves: frozenset[str]
    free_in: float  # seconds until whoever is there has gone


def wait_of(queue: Sequence[str], desks: Iterable[Desk], stay: Mapping[str, float]) -> float | None:
    """Seconds until the last of `queue` (businesses in turn) is called; None: nobody can say.

    Who comes before him for a business that no window serves is passed over.
    """
    free = [(desk.free_in, n, desk.serves) for n, desk in enumerate(desks)]
    heapq.heapify(free)
    last: float | None = None
    for business in queue:
        last = None
        aside = []
        while free:
            at, n, serves = heapq.heappop(free)
            if business in serves:
                if business not in stay:
                    return None
                last = at
                heapq.heappush(free, (at + stay[business], n, serves))
                break
            aside.append((at, n, serves))
        for one in aside:
            heapq.heappush(free, one)
    return last


def expected(ticket: Ticket) -> float | None:
    """Seconds that a waiting ticket will still wait, as things stand; None: nobody can say."""
    waiting = Ticket.objects.today(ticket.hall).filter(state=moves.State.WAITING)
    before = waiting.filter(turn__lte=ticket.turn).exclude(pk=ticket.pk).order_by("turn", "pk")
    queue = [business for business, turn, pk in before.values_list("business", "turn", "pk")
             if (turn, pk) < (ticket.turn, ticket.pk)]  # fmt: skip
    stay = stays(ticket.hall, {*queue, ticket.business})
    return wait_of([*queue, ticket.business], open_desks(ticket.hall, stay), stay)


def stays(hall: Hall, businesses: Iterable[str]) -> dict[str, float]:
    """For each business how long a visit takes from call to end, in seconds, where it is known."""
    found = {}
    for business in businesses:
        ended = Ticket.objects.filter(
            hall=hall,
            business=business,
            day__gt=localdate() - timedelta(days=DAYS),
            state__in=(moves.State.FINISHED, moves.State.MISSED),
            called_at__isnull=False,
            ended_at__isnull=False,
        ).order_by("-ended_at")
        lately = [
            (end - begin).total_seconds()
            for begin, end in ended.values_list("called_at", "ended_at")[:LATELY]
            if begin and end
        ]
        if len(lately) >= LEARNT_FROM:
            found[business] = sum(lately) / len(lately)
    return found


def open_desks(hall: Hall, stay: Mapping[str, float]) -> list[Desk]:
    """The windows at which an officer sits or somebody is, none of them paused, and when each is
    free."""
    moment = now()
    today = Ticket.objects.today(hall).filter(window__isnull=False)
    staffed = attendance.staffed(hall)
    here = {
        window: (business, called_at)
        for window, business, called_at in today.filter(state__in=moves.HERE).values_list(
            "window_id", "business", "called_at"
        )
    }
    desks = []
    for window in Window.objects.filter(hall=hall, pk__in={*staffed, *here}, pause=Pause.NONE):
        free_in = 0.0
        if window.pk in here:
            business, called_at = here[window.pk]
            gone = (moment - called_at).total_seconds() if called_at else 0.0
            free_in = max(AT_LEAST, stay.get(business, AT_LEAST) - gone)
        desks.append(Desk(frozenset(window.serves.split(",")), free_in))
    return desks
