"""The doors for device agents (chengxin.devices.agent).  Every request is signed by the device.

POST /api/devices/enrol               {"code", "public_key"} → {"device_id"}, once
GET  /api/devices/<id>/commands       server-sent events, stays open
POST /api/devices/<id>/messages       hello, status, event or answer (chengxin.devices.messages)
"""

from __future__ import annotations

import json

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.devices import messages, signing
from chengxin.hall import devices, kiosks, streams
from chengxin.hall.models import Device
from chengxin.offices import access

SIGNED = "every request is signed with the device's key"


@access.everyone("the one-time code is the key")
@csrf_exempt
@require_POST
def enrol(request: HttpRequest) -> HttpResponse:
    try:
        told = json.loads(request.body)
        code, public_key = str(told["code"]), str(told["public_key"])
    except (ValueError, KeyError, TypeError):
        return _not_understood("code and public_key are needed")
    device = devices.enrol(code, public_key)
    return JsonResponse({"device_id": device.pk})


@access.everyone(SIGNED)
@require_GET
async def commands(request: HttpRequest, device_id: str) -> HttpResponseBase:
    device = await sync_to_async(_signed_by)(request, device_id)
    return access.event_stream(streams.commands(device))


@access.everyone(SIGNED)
@csrf_exempt
@require_POST
def take_message(request: HttpRequest, device_id: str) -> HttpResponse:
    device = _signed_by(request, device_id)
    try:
        told = messages.from_json(request.body)
    except ValueError as error:
        return _not_understood(str(error))
    match told:
        case messages.Hello():
            devices.hello(device, told)
        case messages.Status():
            devices.status(device, told)
        case messages.Answer():
            kiosks.hear(device, told)
        case messages.Event():
            pass  # the page tells the person what to do without it
    return JsonResponse({})


def _signed_by(request: HttpRequest, device_id: str) -> Device:
    """The device in the path, when it was the one that signed; a Refusal otherwise."""
    signer = signing.authenticate(
        request.headers.get("Authorization", ""),
        request.method or "",
        request.get_full_path(),
        request.body,
        now=int(now().timestamp()),
        public_key_of=devices.public_key_of,
    )
    if signer != device_id:
        raise Refusal("device_unknown", "设备未登记或已停用")
    return Device.objects.select_related("hall").get(pk=device_id)


def _not_understood(reason: str) -> HttpResponse:
    return JsonResponse({"code": "not_understood", "reason": reason}, status=400)
