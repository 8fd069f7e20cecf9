"""风险全景, and the list of the administered behind its numbers.

A view reads the request, makes its queries, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.panorama import administered, county, flow, history, spread, trend
from chengxin.panorama.asked import Asked
from chengxin.risk.board import SUPERVISES
from chengxin.trace import record


@access.roles(*SUPERVISES)
@require_GET
def shown(request: OfficerRequest) -> HttpResponse:
    asked = Asked(request.GET, request.user)
    groups = history.of(request.user, asked)
    told = {
        "form": asked,
        "map": county.of(request.user, asked),
        "trend": trend.of(asked, groups),
        "flow": flow.of(asked, groups),
        "spread": spread.of(request.user, asked),
    }
    return render(request, "panorama/panorama.html", told)


@access.roles(*SUPERVISES)
@require_GET
def subjects(request: OfficerRequest) -> HttpResponse:
    """Those whom a tile or a total of the map counts."""
    asked = administered.Asked.of(request.GET.dict())
    found = administered.of(request.user, asked, request.GET.get("page", "1"))
    record.seen("subject.list", about="", officer=request.user, asked=asked.query)
    return render(request, "panorama/subjects.html", {"found": found})
