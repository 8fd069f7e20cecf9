"""开放接口: facts told by other offices' programs, as they happen.

POST /api/v1/facts/<table>   one row or {"rows": […]} under the headings of the source's manifest
                             201 stored, 200 told before, 422 refused with the reasons
GET  /api/v1/events/<id>     how it stands; `followed` once directives and alerts are as it asks

Both need `Authorization: Bearer <key>`, POST also `Idempotency-Key`.  Whoever got no answer tells
it again under the same key.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal, Trouble
from chengxin.exchange import clients, events
from chengxin.exchange.models import Client, Event
from chengxin.offices import access

KEYED = "the client's key is asked for"


@access.everyone(KEYED)
@csrf_exempt
@require_POST
def tell(request: HttpRequest, table: str) -> HttpResponse:
    client = _client(request)
    source = clients.speaks_as(client, table, request.GET.get("source", ""))
    key = request.headers.get("Idempotency-Key", "")
    try:
        event, again = events.tell(client, source, _rows(_body(request)), key)
    except Trouble as trouble:
        return JsonResponse({"code": "try_again", "reason": str(trouble)}, status=503)
    if event.state == Event.State.REFUSED:
        return JsonResponse(_told(event), status=422)
    return JsonResponse(_told(event), status=200 if again else 201)


@access.everyone(KEYED)
@require_GET
def event(request: HttpRequest, pk: int) -> HttpResponse:
    found = _client(request).events.select_related("delivery").filter(pk=pk).first()
    if found is None:
        raise Refusal("not_yours", _("没有该事件"))
    return JsonResponse(_told(found))


def _client(request: HttpRequest) -> Client:
    return clients.known_by(request.headers.get("Authorization", ""))


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise events.too_many_rows() from None


def _rows(body: bytes) -> list[dict[str, Any]]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("not_understood", _("请求内容不是 UTF-8 编码的 JSON")) from None
    if isinstance(told, dict) and set(told) == {"rows"}:
        told = told["rows"]
    rows = told if isinstance(told, list) else [told]
    if not all(isinstance(row, dict) for row in rows):
        raise Refusal("not_understood", _('请求内容应为一行对象，或 {"rows": [各行对象]}'))
    return rows


def _told(event: Event) -> dict[str, Any]:
    delivery = event.delivery
    return {
        "id": event.pk,
        "state": event.state,
        "rows": delivery.rows if delivery else 0,
        "reason": delivery.reason if delivery else "",
        "lake_version": delivery.lake_version if delivery else None,
        "followed": events.followed(event),
        "see": reverse("event", args=[event.pk]),
    }
