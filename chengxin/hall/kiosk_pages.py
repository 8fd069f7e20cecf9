"""The kiosk's page and what its module asks for.  Bound to a device; nobody signs in here."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import is_naive
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import kiosks, local, matters, prompts, streams
from chengxin.hall.models import Business, Device
from chengxin.offices import access
from chengxin.trace.tongue import english

AT_ONCE = 400  # local numbers told of in one request
DAY = 2 * 86_400  # seconds; an older number was of another day anyhow
IN_THE_HALL = "stands in the hall, bound to a device; shows a person only what his own session may"


@access.everyone(IN_THE_HALL)
@require_GET
@ensure_csrf_cookie
def kiosk(request: HttpRequest, device_id: str) -> HttpResponse:
    device = _device(device_id)
    return render(
        request,
        "hall/kiosk.html",
        {
            "device": device,
            "hall": device.hall,
            "businesses": Business,
            "voice": _voice(),
            "shelves": matters.shelves(),
            "catalogue": {str(one): matters.catalogue(one) for one in Business},
        },
    )


@access.everyone("a sentence that the kiosk speaks; the same for everybody")
@require_GET
def spoken(request: HttpRequest, language: str, step: str) -> FileResponse:
    """One spoken prompt."""
    path = prompts.file_of(language, step)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type=prompts.SUFFIXES[path.suffix])


@access.everyone(IN_THE_HALL)
@require_GET
def state(request: HttpRequest, device_id: str) -> HttpResponse:
    session_id = _uuid(request.GET.get("session", ""))
    return _told(_device(device_id), session_id, request.GET.get("for"))


@access.everyone(IN_THE_HALL)
@require_POST
def begin(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    business = asked.get("business")
    if business not in Business.values:
        raise Http404
    session = kiosks.begin(device, session_id_of(asked), Business(business))
    return _told(device, session.pk)


@access.everyone(IN_THE_HALL)
@require_POST
def read_again(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    return _told(device, kiosks.read_again(device, session_id_of(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def compare(request: HttpRequest, device_id: str) -> HttpResponse:
    """A form with the session's id and one JPEG of the camera."""
    device = _device(device_id)
    session_id = session_id_of(request.POST)
    picture = request.FILES.get("picture")
    if picture is None:
        raise Http404
    kiosks.compare(device, session_id, picture.read())
    return _told(device, session_id)


@access.everyone(IN_THE_HALL)
@require_POST
def skip_face(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    return _told(device, kiosks.skip_face(device, session_id_of(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def take(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    session_id = session_id_of(asked)
    items = asked.get("items") or []
    if not isinstance(items, list) or not all(isinstance(one, str) for one in items):
        raise Http404
    kiosks.take(device, session_id, str(asked.get("enterprise") or "") or None, items)
    return _told(device, session_id)


@access.everyone(IN_THE_HALL)
@require_GET
def half_hours(request: HttpRequest, device_id: str) -> HttpResponse:
    """When the person of this session may come instead of now."""
    found = kiosks.half_hours(_device(device_id), session_id_of(request.GET))
    return JsonResponse({"days": found}, headers={"Cache-Control": "no-store"})


@access.everyone(IN_THE_HALL)
@require_POST
def book(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    session_id = session_id_of(asked)
    try:
        at = datetime.fromisoformat(str(asked.get("at")))
    except ValueError as error:
        raise Http404 from error
    if is_naive(at):
        raise Http404
    kiosks.book(device, session_id, at)
    return _told(device, session_id)


@access.everyone(IN_THE_HALL)
@require_POST
def print_again(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    return _told(device, kiosks.print_again(device, session_id_of(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def stay(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    return _told(device, kiosks.stay(device, session_id_of(asked)).pk)


@access.everyone(IN_THE_HALL)
@require_POST
def end(request: HttpRequest, device_id: str) -> HttpResponse:
    device, asked = _device(device_id), body_of(request)
    kiosks.end(device, session_id_of(asked))
    return _told(device, None)


@access.everyone(IN_THE_HALL)
@require_POST
def block(request: HttpRequest, device_id: str) -> HttpResponse:
    """The numbers that this page may give while its line is cut."""
    device, asked = _device(device_id), body_of(request)
    held = local.block(device, _secret(asked))
    return JsonResponse(local.told(held), headers={"Cache-Control": "no-store"})


@access.everyone(IN_THE_HALL)
@require_POST
def settle(request: HttpRequest, device_id: str) -> HttpResponse:
    """The numbers that this page gave while its line was cut."""
    device, asked = _device(device_id), body_of(request)
    try:
        day = date.fromisoformat(str(asked.get("day")))
    except ValueError as error:
        raise Http404 from error
    valid, void = local.settle(device, _secret(asked), day, _given(asked))
    return JsonResponse({"valid": valid, "void": void})


@access.everyone(IN_THE_HALL)
@require_GET
async def stream(request: HttpRequest, device_id: str) -> HttpResponseBase:
    device = await sync_to_async(_device)(device_id)
    return access.event_stream(streams.of_kiosk(device))


def _told(device: Device, session_id: UUID | None, chosen: str | None = None) -> HttpResponse:
    told = kiosks.told(device, session_id, chosen)
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


def _device(device_id: str) -> Device:
    return get_object_or_404(Device.objects.select_related("hall"), pk=device_id)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that the page sent; 404 for anything else."""
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Http404 from error
    if not isinstance(asked, dict):
        raise Http404
    return asked


def session_id_of(asked: Any) -> UUID:
    """The id that the page made for this person."""
    found = _uuid(str(asked.get("session", "")))
    if found is None:
        raise Http404
    return found


def _voice() -> str:
    """Where the sentences of the page's language are; "" where there are none."""
    language = "en" if english() else "zh-hans"
    return f"/kiosk/voice/{language}/" if prompts.has(language) else ""


def _secret(asked: dict[str, Any]) -> str:
    secret = asked.get("secret")
    if not isinstance(secret, str) or not 16 <= len(secret) <= 64:
        raise Http404
    return secret


def _given(asked: dict[str, Any]) -> list[local.Given]:
    """The numbers as the page tells them: {number, seconds since, items}; 404 for anything else."""
    told = asked.get("given")
    if not isinstance(told, list) or len(told) > AT_ONCE:
        raise Http404
    found = []
    for one in told:
        match one:
            case {"number": str(number), "ago": int() | float() as ago, "items": list(items)}:
                if not (0 <= ago < DAY and all(isinstance(code, str) for code in items)):
                    raise Http404
                found.append(local.Given(number[:6], timedelta(seconds=ago), items))
            case _:
                raise Http404
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
