"""The call display above the waiting hall: numbers and windows, nobody's name."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from chengxin.hall import streams
from chengxin.hall.models import Business, Hall, Pause, Ticket, TicketMove
from chengxin.offices import access

PUBLIC = "hangs in the hall; shows numbers and windows only"
CALLS = 6  # rows that can be read from ten metres
READY = 2  # of them for numbers that are to get ready
SPOKEN = 30  # calls that a screen is told of each time: all that can be made while it asks once


@access.everyone(PUBLIC)
@require_GET
def display(request: HttpRequest, hall_code: str) -> HttpResponse:
    hall = get_object_or_404(Hall, pk=hall_code)
    return render(request, "hall/display.html", {"hall": hall, **_calls(hall)})


@access.everyone(PUBLIC)
@require_GET
def calls(request: HttpRequest, hall_code: str) -> HttpResponse:
    hall = get_object_or_404(Hall, pk=hall_code)
    return render(request, "hall/_calls.html", {"hall": hall, **_calls(hall)})


@access.everyone(PUBLIC)
@require_GET
async def stream(request: HttpRequest, hall_code: str) -> HttpResponseBase:
    hall = await sync_to_async(get_object_or_404)(Hall, pk=hall_code)
    return access.event_stream(streams.of_hall(hall))


def _calls(hall: Hall) -> dict[str, Any]:
    waiting = Ticket.objects.waiting_by_business(hall)
    titles = dict(Business.choices)
    ready = Ticket.objects.today(hall).filter(state=Ticket.State.READY).select_related("window")
    first = list(ready.order_by("turn", "pk")[:READY])
    return {
        "spoken": reversed(TicketMove.objects.calls(hall)[:SPOKEN]),
        "calls": Ticket.objects.last_called(hall)[: CALLS - len(first)],
        "ready": first,
        "paused": hall.windows.exclude(pause=Pause.NONE),
        "waiting": [(titles[business], count) for business, count in waiting.items()],
    }
