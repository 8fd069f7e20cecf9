"""The doors: a terminal's start page with its card and face, and the page on which a phone asks for
a code.  Neither shows anything of anybody.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import kiosks
from chengxin.hall.kiosk_pages import IN_THE_HALL, body_of, session_id_of
from chengxin.hall.models import Device
from chengxin.offices import access
from chengxin.people import codes
from chengxin.selfservice import doors, enrolling, guard
from chengxin.selfservice.doors import Opened

FOR_ANYBODY = "asks for a number and a phone, and tells nobody whether it knows them"
MINUTES = int(codes.GOOD_FOR.total_seconds() // 60)


class Digits(forms.Form):
    """The code that came to the phone, and for which request."""

    request = forms.UUIDField(required=False)
    digits = forms.CharField(required=False, max_length=12)


# ---- /terminal/<device>/ --------------------------------------------------------------------


@access.everyone(IN_THE_HALL)
@require_GET
@never_cache
@ensure_csrf_cookie
def terminal(request: HttpRequest, device_id: str) -> HttpResponse:
    """The start; whoever still was in his pages at this browser is out by coming back here."""
    device = terminal_of(device_id)
    if token := guard.token_of(request):
        doors.end(token)
        return guard.out(request, device)
    return render(request, "selfservice/terminal.html", {"device": device, "hall": device.hall})


@access.everyone(IN_THE_HALL)
@require_POST
def begin(request: HttpRequest, device_id: str) -> HttpResponse:
    device = terminal_of(device_id)
    session = doors.begin(device, session_id_of(body_of(request)))
    return JsonResponse(kiosks.told(device, session.pk), headers={"Cache-Control": "no-store"})


@access.everyone(IN_THE_HALL)
@require_POST
def open_by_face(request: HttpRequest, device_id: str) -> HttpResponse:
    """In, when the face was accepted; else which other way there is for him."""
    device, session_id = terminal_of(device_id), session_id_of(body_of(request))
    before = kiosks.identified(device, session_id)
    if before.verification is not None and before.verification.band == "accept":
        return _in(doors.open_by_face(device, session_id))
    told = {"to": "", "code": doors.code_may(before)}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


@access.everyone(IN_THE_HALL)
@require_POST
def send_code(request: HttpRequest, device_id: str) -> HttpResponse:
    doors.send_code(terminal_of(device_id), session_id_of(body_of(request)))
    return JsonResponse({"sent": True})


@access.everyone(IN_THE_HALL)
@require_POST
def open_by_code(request: HttpRequest, device_id: str) -> HttpResponse:
    digits = str(body_of(request).get("digits", ""))[:12]
    return _in(doors.open_by_code(terminal_of(device_id), session_id_of(body_of(request)), digits))


# ---- /me/ -----------------------------------------------------------------------------------


@access.everyone(FOR_ANYBODY)
@require_GET
@never_cache
@ensure_csrf_cookie
def door(request: HttpRequest) -> HttpResponse:
    return render(request, "selfservice/door.html", {})


@access.everyone(FOR_ANYBODY)
@require_POST
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """The same page for whoever asks: enter the code that came, if one came."""
    number, phone = request.POST.get("number", ""), request.POST.get("phone", "")
    asked = doors.ask(number, phone, address=str(request.META.get("REMOTE_ADDR", "")))
    told = {"asked": asked.pk, "phone": phone.strip()[-4:], "minutes": MINUTES}
    return render(request, "selfservice/code.html", told)


@access.everyone(FOR_ANYBODY)
@require_POST
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    told = Digits(request.POST)
    told.is_valid()
    opened = doors.enter(told.cleaned_data.get("request"), told.cleaned_data.get("digits", ""))
    return guard.let_in(redirect("own"), opened)


@access.everyone("ends one's own session, and needs none")
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    token = guard.token_of(request)
    doors.end(token)
    return guard.out(request)


def _in(opened: Opened) -> HttpResponse:
    """Into his pages; who was never enrolled comes to that first."""
    to = "own-enrol" if enrolling.wanted(opened.session) else "own"
    return guard.let_in(JsonResponse({"to": reverse(to)}), opened)


def terminal_of(device_id: str) -> Device:
    terminals = Device.objects.select_related("hall").filter(self_service=True)
    return get_object_or_404(terminals, pk=device_id)
