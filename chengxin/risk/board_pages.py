"""核实看板 and 指标成效: numbers for who supervises, and the lists behind them.

A view reads the request, calls one query, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import board, caselist, learning
from chengxin.risk.board import SUPERVISES
from chengxin.risk.caselist import Asked
from chengxin.risk.learning import By
from chengxin.trace import record


@access.roles(*SUPERVISES)
@require_GET
def shown(request: OfficerRequest) -> HttpResponse:
    return render(request, "risk/board.html", {"board": board.of(request.user)})


@access.roles(*SUPERVISES)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    """The cases behind a number."""
    asked = Asked.of(request.GET.dict())
    found = caselist.of(request.user, asked, request.GET.get("page", "1"))
    record.seen("case.list", about=asked.about, officer=request.user, asked=asked.query)
    return render(request, "risk/cases.html", {"found": found})


@access.roles(*SUPERVISES)
@require_GET
def learned(request: OfficerRequest) -> HttpResponse:
    wanted = request.GET.get("by", "")
    by = By(wanted) if wanted in By.values else By.INDICATOR
    told = learning.of(request.user, by, Asked.of(request.GET.dict()))
    return render(
        request,
        "risk/learning.html",
        {"learning": told, "choices": learning.choices(), "ways": By.choices},
    )
