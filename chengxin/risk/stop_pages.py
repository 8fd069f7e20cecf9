"""停送: which runs were stopped, by name who would be restricted, and the decision.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import limits, stops
from chengxin.risk.directives import MAY_LIFT
from chengxin.trace import record
from chengxin.trace.models import Trace

DECISIONS = {"release": stops.release, "refuse": stops.refuse}


@access.roles(*MAY_LIFT)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    told = {"stops": stops.listed(request.user), "has_limits": bool(limits.regions(request.user))}
    return render(request, "risk/stops.html", told)


@access.roles(*MAY_LIFT)
@require_GET
def stop(request: OfficerRequest, pk: int) -> HttpResponse:
    shown = stops.one(request.user, pk, request.GET.get("page", "1"))
    record.many(
        [
            Trace(action="stop.see", about=about.key, officer=request.user, detail={"stop": pk})
            for _row, about, _subject in shown.rows
        ]
    )
    return render(request, "risk/stop.html", {"shown": shown})


@access.roles(*MAY_LIFT)
@require_POST
def decide(request: OfficerRequest, pk: int) -> HttpResponse:
    """release or refuse: one form, two buttons."""
    decision = DECISIONS.get(request.POST.get("outcome", ""))
    if decision is None:
        raise Http404
    shown = stops.one(request.user, pk, "1")
    decision(shown.stop, request.POST.get("grounds", ""), officer=request.user)
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("stop", args=[pk])})
