"""读取身份证 at a window: ask the reader, see whether something came.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import desk, readings, workstation
from chengxin.hall.models import Window
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role

PAGES = ("window", "enrolment")  # that ask for a reading, and are loaded anew when it came


@access.roles(Role.WINDOW)
@require_POST
def read(request: OfficerRequest, pk: int) -> HttpResponse:
    here = workstation.window_of(request, pk)
    desk.of(here, request.user)  # whether he may see who stands here
    readings.read_card(here, officer=request.user)
    return _shown(request, here, request.POST.get("then", ""))


@access.roles(Role.WINDOW)
@require_POST
def finger(request: OfficerRequest, pk: int, use: str) -> HttpResponse:
    """采集指纹, 指纹核验: let the person press."""
    here = workstation.window_of(request, pk)
    ticket = workstation.ticket_at(here, request.user)
    readings.read_finger(ticket, use, officer=request.user)
    return _shown(request, here, request.POST.get("then", ""))


@access.roles(Role.WINDOW)
@require_GET
def reading(request: OfficerRequest, pk: int) -> HttpResponse:
    """How the reading stands; when something was taken, the page is loaded anew."""
    here = workstation.window_of(request, pk)
    return _shown(request, here, request.GET.get("then", ""))


def _shown(request: OfficerRequest, here: Window, then: str) -> HttpResponse:
    then = then if then in PAGES else PAGES[0]
    newest = readings.newest(here)
    shown = desk.of(here, request.user)
    answer = render(request, "hall/_reading.html", {"desk": shown, "window": here, "then": then})
    if newest is not None and newest.taken and newest.officer_id == request.user.pk:
        answer["HX-Redirect"] = reverse(then, args=[here.pk])
    return answer
