"""The phone page behind the small code on a ticket: the place in line, and nobody's name.

Who holds the code may look, give the number up, and bring a missed one back; it opens nothing at a
window.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.keys import digest
from chengxin.hall import kiosks, moves, promises, queue
from chengxin.hall.models import Ticket
from chengxin.offices import access
from chengxin.trace.tongue import listed

BY_CODE = "opened by the one-purpose code printed on the ticket; shows a number, never a person"
STEPS = {"abandon": queue.abandon, "return": queue.give_back}


@access.everyone(BY_CODE)
@require_GET
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The whole page; with `part`, what is asked for again every twenty seconds."""
    page = "hall/_place.html" if "part" in request.GET else "hall/place.html"
    answer = render(request, page, {"code": code, **_told(_ticket(code))})
    answer["Cache-Control"] = "no-store"
    return answer


@access.everyone(BY_CODE)
@require_POST
def move(request: HttpRequest, code: str, step: str) -> HttpResponse:
    STEPS[step](_ticket(code))
    return redirect("place", code)


def _told(ticket: Ticket) -> dict[str, object]:
    waiting = ticket.state == moves.State.WAITING
    promise = promises.make(ticket, on_phone=True) if waiting else None
    return {
        "ticket": ticket,
        "ahead": ticket.ahead if waiting else None,
        "wait": promises.words(promise) if promise else "",
        "is_range": promise is not None and promise.low is not None,
        "windows": listed(map(str, kiosks.windows_for(ticket.hall, ticket.business))),
        "may_return": ticket.state == moves.State.MISSED,
        "may_abandon": waiting or ticket.state == moves.State.MISSED,
    }


def _ticket(code: str) -> Ticket:
    """Today's ticket with this code; yesterday's is not there any more."""
    if not code.isascii() or len(code) > 40:
        raise Http404
    tickets = Ticket.objects.select_related("hall", "window", "person")
    return get_object_or_404(tickets, place_code=digest(code.encode()), day=localdate())
