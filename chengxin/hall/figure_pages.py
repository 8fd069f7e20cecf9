"""采集与核实统计: one page for the hall manager and the heads."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from chengxin.hall import enrolment_figures
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role


@access.roles(Role.HALL_MANAGER, Role.DATA, Role.SECTION_HEAD, Role.LEADER)
@require_GET
def figures(request: OfficerRequest) -> HttpResponse:
    today = localdate()
    first = _day(request.GET.get("first", ""), today.replace(day=1))
    last = _day(request.GET.get("last", ""), today)
    found = enrolment_figures.seen_by(request.user, first, last)
    told = {"figures": found, "first": first, "last": last}
    return render(request, "people/figures.html", told)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise
