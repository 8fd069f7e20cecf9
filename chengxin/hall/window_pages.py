"""What an officer does with his window, not with the person at it: pause, go on, hand over."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import approvals, windows, workstation
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role


@access.roles(Role.WINDOW)
@require_POST
def pause(request: OfficerRequest, pk: int) -> HttpResponse:
    here = workstation.window_of(request, pk)
    reason = request.POST.get("reason", "")[:10]
    return workstation.desk_of(request, windows.pause(here, reason, officer=request.user))


@access.roles(Role.WINDOW)
@require_POST
def resume(request: OfficerRequest, pk: int) -> HttpResponse:
    here = workstation.window_of(request, pk)
    return workstation.desk_of(request, windows.resume(here, officer=request.user))


@access.roles(Role.WINDOW)
@require_GET
def hand_over_form(request: OfficerRequest, pk: int) -> HttpResponse:
    """What is open here now, and where both sign."""
    here = workstation.window_of(request, pk)
    told = {"window": here, "open": windows.what_is_open(here)}
    return render(request, "hall/_hand_over.html", told)


@access.roles(Role.WINDOW)
@require_POST
def hand_over(request: OfficerRequest, pk: int) -> HttpResponse:
    """Both sign: who leaves by his session, who takes over by his own number and password."""
    here, told = workstation.window_of(request, pk), request.POST
    number, password = told.get("work_number", "").strip()[:30], told.get("password", "")[:128]
    taking = approvals.taking_over(number, password, officer=request.user, window=here)
    made = windows.hand_over(here, told.get("note", ""), taking=taking, officer=request.user)
    page = reverse("handed-over", args=[here.pk, made.pk])
    return HttpResponse(headers={"HX-Redirect": page})


@access.roles(Role.WINDOW)
@require_GET
def handed_over(request: OfficerRequest, pk: int, hand_over_pk: int) -> HttpResponse:
    """The signed hand-over, for the two who signed it."""
    here = workstation.window_of(request, pk)
    both = Q(leaving=request.user) | Q(taking=request.user)
    found = get_object_or_404(
        here.hand_overs.select_related("leaving", "taking", "window").filter(both), pk=hand_over_pk
    )
    return render(request, "hall/handed_over.html", {"made": found})
