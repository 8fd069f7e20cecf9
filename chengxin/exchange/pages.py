"""数据交付: the sources as they stand, and one source with what came from it.  运行记录: what ran.

A view reads the request, calls one query, renders.  Nothing of a person is shown: the reasons of
rejected rows leave names out and mask numbers.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.exchange import arrivals, run_list
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest


@access.roles(*arrivals.READS)
@require_GET
def sources(request: OfficerRequest) -> HttpResponse:
    return render(request, "exchange/deliveries.html", {"board": arrivals.board()})


@access.roles(*arrivals.READS)
@require_GET
def source(request: OfficerRequest, name: str) -> HttpResponse:
    try:
        one, listed = arrivals.of_source(name)
    except KeyError:
        raise Http404 from None
    return render(request, "exchange/source.html", {"one": one, "deliveries": listed})


@access.roles(*run_list.READS)
@require_GET
def runs(request: OfficerRequest) -> HttpResponse:
    listed = run_list.of(request.GET.get("tab", ""), request.GET.get("page", ""))
    return render(request, "exchange/runs.html", {"listed": listed})


@access.roles(*run_list.READS)
@require_GET
def run(request: OfficerRequest, pk: int) -> HttpResponse:
    shown = run_list.one(pk)
    if shown is None:
        raise Http404
    return render(request, "exchange/run.html", {"shown": shown})
