"""Who sits at which window (到岗、离岗): an idle window is open, an empty one is not.

    opens the window's page, or calls ──come──▶ sits there
    signs out, or sits at another window, or hands over ──go──▶ does not; midnight ends it too

What tells of an officer is the last thing known of him today: a row of the window's ledger, or
somebody he called.  A window at which he sits and which is not paused is open, called or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.timezone import localdate

from chengxin.hall import days
from chengxin.hall.models import Hall, Ticket, Window, WindowMove
from chengxin.offices.models import Officer
from chengxin.trace import record


@dataclass(frozen=True)
class Sits:
    """The last that is known of one officer today, and since when."""

    officer: int
    window: int | None  # None: he went
    at: datetime


def come(window: Window, *, officer: Officer) -> None:
    """Take the seat at `window` (到岗); who sat elsewhere leaves that."""
    before = of(officer)
    if before is not None and before.window == window.pk:
        return
    with record.of("window.come", officer=officer, place=window.place):
        if before is not None and before.window is not None:
            WindowMove.objects.create(window_id=before.window, step="go", officer=officer)
        WindowMove.objects.create(window=window, step="come", officer=officer)


def go(officer: Officer) -> None:
    """Leave the seat (离岗): nobody is called there until somebody comes."""
    before = of(officer)
    if before is None or before.window is None:
        return
    window = Window.objects.get(pk=before.window)
    with record.of("window.go", officer=officer, place=window.place):
        WindowMove.objects.create(window=window, step="go", officer=officer)


def of(officer: Officer) -> Sits | None:
    """Where this officer sits; None when nothing is known of him today."""
    return _last(Q(officer=officer), Q(officer=officer)).get(officer.pk)


def staffed(hall: Hall) -> dict[int, Sits]:
    """The windows of `hall` at which somebody sits, paused or not; who came last for each."""
    told = _last(Q(window__hall=hall), Q(hall=hall)).values()
    there = [one for one in told if one.window is not None]
    return {one.window: one for one in sorted(there, key=lambda one: one.at) if one.window}


def _last(moves: Q, calls: Q) -> dict[int, Sits]:
    """officer → the last that the ledger of windows or his calls tell of him today."""
    rows = WindowMove.objects.filter(moves, at__gte=days.begins(localdate()))
    told = rows.order_by("officer_id", "-pk").distinct("officer_id")
    called = Ticket.objects.filter(
        calls, day=localdate(), officer__isnull=False, window__isnull=False, called_at__isnull=False
    )
    newest = called.order_by("officer_id", "-called_at").distinct("officer_id")
    found = {
        officer: Sits(officer, None if step == "go" else window, at)
        for officer, window, step, at in told.values_list("officer_id", "window_id", "step", "at")
    }
    for officer, window, at in newest.values_list("officer_id", "window_id", "called_at"):
        assert officer is not None
        assert at is not None
        if officer not in found or found[officer].at < at:
            found[officer] = Sits(officer, window, at)
    return found
