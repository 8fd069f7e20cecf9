"""紧急呼叫 on every page of those who can help: the strip above it, its stream, and who goes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import alarms, streams, workstation
from chengxin.hall.models import Alarm, Hall
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer, Role


@access.roles(*alarms.HEAR)
@require_GET
def strip(request: OfficerRequest) -> HttpResponse:
    """The calls that are open in the officer's halls; empty when there are none."""
    return _strip(request)


@access.stream_roles(*alarms.HEAR)
async def stream(request: OfficerRequest) -> HttpResponseBase:
    return access.event_stream(streams.of_alarms(await sync_to_async(_halls)(request.user)))


def _halls(officer: Officer) -> list[str]:
    mine = Hall.objects.filter(office__in=access.offices_of(officer))
    return list(mine.values_list("pk", flat=True))


@access.roles(Role.WINDOW)
@require_POST
def call(request: OfficerRequest, pk: int) -> HttpResponse:
    """Says when the server had the call; the page sends it until it is told."""
    here = workstation.window_of(request, pk)
    delay = request.POST.get("delay", "0")
    made = alarms.call(
        here,
        _uuid(request.POST.get("id", "")),
        officer=request.user,
        delay=int(delay) if delay.isdecimal() and len(delay) < 6 else 0,
    )
    return JsonResponse({"called_at": made.called_at.isoformat()})


@access.roles(*alarms.HEAR)
@require_POST
def step(request: OfficerRequest, alarm_pk: UUID, how: str) -> HttpResponse:
    """answer, end, or mistake."""
    alarm = get_object_or_404(alarms.of(request.user), pk=alarm_pk)
    officer = request.user
    steps: dict[str, Callable[[], Alarm]] = {
        "answer": lambda: alarms.answer(alarm, officer=officer),
        "end": lambda: alarms.end(alarm, officer=officer),
        "mistake": lambda: alarms.end(alarm, officer=officer, by_mistake=True),
    }
    steps[how]()
    return _strip(request)


def _strip(request: OfficerRequest) -> HttpResponse:
    answer = render(request, "hall/_alarms.html", {"alarms": _rows(request)})
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(request: OfficerRequest) -> list[tuple[Alarm, int, bool]]:
    """Each open call, for how many seconds it is, and whether the reader made it."""
    found = alarms.of(request.user).open().order_by("called_at")
    return [
        (one, round((now() - one.called_at).total_seconds()), one.officer_id == request.user.pk)
        for one in found
    ]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise Http404 from wrong
