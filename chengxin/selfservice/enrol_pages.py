"""自助采集 at a terminal: one page, each button one operation, all of the session's own person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall.kiosk_pages import IN_THE_HALL, body_of, session_id_of
from chengxin.notices import gateway
from chengxin.offices import access
from chengxin.people import consents, enrolments
from chengxin.selfservice import enrolling, guard, sight
from chengxin.selfservice.door_pages import terminal_of
from chengxin.selfservice.guard import OwnRequest, own


@own
@require_GET
def enrol(request: OwnRequest) -> HttpResponse:
    """Notice and answers; then the phone; then the end of it."""
    session, mine = request.own, sight.seen(request.own, "enrol")
    told = {
        "mine": mine,
        "done": enrolling.done(mine.person),
        "wanted": enrolling.wanted(session),
        "notices": [(one, "") for one in consents.notices()],
        "version": consents.version(),
        "informed": enrolments.informed(mine.person),
        "gateway": gateway.is_there(),
    }
    return guard.page(request, "enrol", **told)


@own
@require_POST
def inform(request: OwnRequest) -> HttpResponse:
    answers = {one.purpose: request.POST.get(one.purpose, "") for one in consents.notices()}
    enrolling.inform(request.own, answers)
    return _on("own-enrol")


@own
@require_POST
def send_code(request: OwnRequest) -> HttpResponse:
    enrolling.send_code(request.own, _phone(request))
    return JsonResponse({"words": _("验证码已发出，请查看手机")})


@own
@require_POST
def prove_phone(request: OwnRequest) -> HttpResponse:
    digits = request.POST.get("digits", "").strip()[:6]
    enrolling.prove_phone(request.own, _phone(request), digits)
    return _on("own-enrol")


@own
@require_POST
def complete(request: OwnRequest) -> HttpResponse:
    enrolling.complete(request.own)
    return _on("own-enrol")


@own
@require_POST
def number(request: OwnRequest) -> HttpResponse:
    """His own first page shows it."""
    enrolling.number(request.own)
    return _on("own")


@access.everyone(IN_THE_HALL)
@require_POST
def number_before(request: HttpRequest, device_id: str) -> HttpResponse:
    """For somebody whom the terminal's door did not let in."""
    session_id = session_id_of(body_of(request))
    given = enrolling.number_before(terminal_of(device_id), session_id)
    words = _("您的号码 %(number)s，请等候叫号") % {"number": given}
    return JsonResponse({"words": words}, headers={"Cache-Control": "no-store"})


def _on(name: str) -> HttpResponse:
    return JsonResponse({"to": reverse(name)})


def _phone(request: HttpRequest) -> str:
    return request.POST.get("phone", "").strip()[:20]
