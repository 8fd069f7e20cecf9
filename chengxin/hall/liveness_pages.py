"""动作检测: the doors that hall/liveness.js speaks to, at the kiosk and at the window.

POST …/liveness           {"session"} → {"check", "seconds", "steps": [{"step", "words"}]}
POST …/liveness/answer    a form: check, session, and one JPEG per frame under its step's number
                          → {"words", "again", "verdict"}
"""

from __future__ import annotations

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from chengxin.devices import liveness as steps
from chengxin.devices.liveness import Step
from chengxin.hall import liveness, workstation
from chengxin.hall.kiosk_pages import IN_THE_HALL
from chengxin.hall.liveness import Answered, Shots
from chengxin.hall.models import Device, Hall, LivenessCheck
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.trace.tongue import english


@access.everyone(IN_THE_HALL)
@require_POST
def kiosk_draw(request: HttpRequest, device_id: str) -> HttpResponse:
    device = _device(device_id)
    try:
        asked = json.loads(request.body or b"{}")
        session = UUID(str(asked["session"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Http404 from error
    return _drawn(liveness.draw_at_kiosk(device, session))


@access.everyone(IN_THE_HALL)
@require_POST
def kiosk_answer(request: HttpRequest, device_id: str) -> HttpResponse:
    device = _device(device_id)
    session = _uuid(request.POST.get("session", ""))
    check = _uuid(request.POST.get("check", ""))
    return _answered(liveness.answer_at_kiosk(device, session, check, _shots(request)))


@access.roles(Role.WINDOW)
@require_POST
def window_draw(request: OfficerRequest, pk: int) -> HttpResponse:
    ticket = workstation.ticket_here(request, pk)
    return _drawn(liveness.draw_at_window(ticket, officer=request.user))


@access.roles(Role.WINDOW)
@require_POST
def window_answer(request: OfficerRequest, pk: int) -> HttpResponse:
    ticket = workstation.ticket_here(request, pk)
    check = _uuid(request.POST.get("check", ""))
    return _answered(
        liveness.answer_at_window(ticket, check, _shots(request), officer=request.user)
    )


@access.roles(Role.HALL_MANAGER, Role.ADMIN)
@require_POST
def require(request: OfficerRequest, hall_code: str) -> HttpResponse:
    mine = Hall.objects.filter(office__in=access.offices_of(request.user))
    hall = get_object_or_404(mine, pk=hall_code)
    liveness.require(hall, asked="asked" in request.POST, officer=request.user)
    return redirect("hall-devices")


def _drawn(check: LivenessCheck) -> HttpResponse:
    asked = [Step.STRAIGHT, *(Step(step) for step in check.steps)]
    told = {
        "check": str(check.pk),
        "seconds": int(LivenessCheck.GOOD_FOR.total_seconds()),
        "steps": [{"step": step, "words": _words(step)} for step in asked],
    }
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


def _answered(answered: Answered) -> HttpResponse:
    told = {
        "words": answered.words,
        "again": answered.again,
        "verdict": answered.check.verdict,
    }
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


def _words(step: Step) -> str:
    said = steps.WORDS[step]
    return said.en if english() else said.zh


def _shots(request: HttpRequest) -> Shots:
    """The frames step by step, in the order in which they were taken."""
    numbers = range(1 + steps.STEPS)
    return [
        (number, shot.read())
        for number in numbers
        for shot in request.FILES.getlist(f"step{number}")
    ]


def _device(device_id: str) -> Device:
    return get_object_or_404(Device.objects.select_related("hall"), pk=device_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
