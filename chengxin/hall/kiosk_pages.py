"""The kiosk's page and what its module asks for.  Bound to a device; nobody signs in here."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import kiosks, streams
from chengxin.hall.models import Business, Device
from chengxin.offices import access

IN_THE_HALL = "stands in the hall, bound to a device; shows a person only what his own session may"


@access.everyone(IN_THE_HALL)
@require_GET
@ensure_csrf_cookie
def kiosk(request: HttpRequest, device_id: str) -> HttpResponse:
    device = _device(device_id)
    return render(
        request,
        "hall/kiosk.html",
        {"device": device, "hall": device.hall, "businesses": Business},
    )


@access.everyone(IN_THE_HALL)
@require_GET
def state(request: HttpRequest, device_id: str) -> HttpResponse:
    return _told(_device(device_id), _uuid(request.GET.get("session", "")))


@access.everyone(IN_THE_HALL)
@require_POST
def begin(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    business = asked.get("business")
    if business not in Business.values:
        raise Http404
    session = kiosks.begin(device, _session_id(asked), Business(business))
    return _told(device, session.pk)


@access.everyone(IN_THE_HALL)
@require_POST
def read_again(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    return _told(device, kiosks.read_again(device, _session_id(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def compare(request: HttpRequest, device_id: str) -> HttpResponse:
    """A form with the session's id and one JPEG of the camera."""
    device = _device(device_id)
    session_id = _session_id(request.POST)
    picture = request.FILES.get("picture")
    if picture is None:
        raise Http404
    kiosks.compare(device, session_id, picture.read())
    return _told(device, session_id)


@access.everyone(IN_THE_HALL)
@require_POST
def skip_face(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    return _told(device, kiosks.skip_face(device, _session_id(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def take(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    session_id = _session_id(asked)
    kiosks.take(device, session_id, str(asked.get("enterprise") or "") or None)
    return _told(device, session_id)


@access.everyone(IN_THE_HALL)
@require_POST
def print_again(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    return _told(device, kiosks.print_again(device, _session_id(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def stay(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    return _told(device, kiosks.stay(device, _session_id(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def end(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), _body(request)
    kiosks.end(device, _session_id(asked))
    return _told(device, None)


@access.everyone(IN_THE_HALL)
@require_GET
async def stream(request: HttpRequest, device_id: str) -> HttpResponseBase:
    device = await sync_to_async(_device)(device_id)
    return access.event_stream(streams.of_kiosk(device))


def _told(device: Device, session_id: UUID | None) -> HttpResponse:
    told = kiosks.told(device, session_id)
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


def _device(device_id: str) -> Device:
    return get_object_or_404(Device.objects.select_related("hall"), pk=device_id)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Http404 from error
    if not isinstance(asked, dict):
        raise Http404
    return asked


def _session_id(asked: Any) -> UUID:
    found = _uuid(str(asked.get("session", "")))
    if found is None:
        raise Http404
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
