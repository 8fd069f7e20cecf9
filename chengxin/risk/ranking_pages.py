"""风险排序: the list, and one score with its parts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import ranked
from chengxin.risk.ranked import READS
from chengxin.trace import record


@access.roles(*READS)
@require_GET
def ranking(request: OfficerRequest) -> HttpResponse:
    form = ranked.Asked(request.GET, request.user)
    listed = ranked.Listed(form, request.user, request.GET.get("page", "1"))
    record.seen("score.list", about="", officer=request.user, asked=form.told)
    return render(request, "risk/ranking.html", {"listed": listed, "form": form})


@access.roles(*READS)
@require_GET
def score(request: OfficerRequest, about: str) -> HttpResponse:
    scored = ranked.scored(request.user, about)
    record.seen("score.see", about=about, officer=request.user)
    return render(request, "risk/score.html", {"scored": scored})
