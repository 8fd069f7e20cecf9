"""The citizen's own screen at a window: who serves him, what is being done, and five grades.

Never a mirror of the officer's page: it knows no name, no number and no enterprise.  It works only
in the browser that was paired with the window, and in none where an officer has signed in.
"""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.hall import evaluations, screens, streams
from chengxin.hall.models import Complaint, Evaluation, Grade, Screen, ShowsOfficer
from chengxin.offices import access

PAIRED = "answers only the browser paired with a window by a one-time code; shows nobody's name"
COOKIE = "chengxin_screen"
YEAR = 365 * 24 * 3600  # seconds that a screen stays paired, unless it is ended


@access.everyone(PAIRED)
@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    """The screen of its window; before it is paired, where its code is typed."""
    _require_no_officer(request)
    found = _screen(request)
    if found is None:
        return _still(render(request, "hall/evaluate_pair.html", {"length": screens.LENGTH}))
    return _still(render(request, "hall/evaluate.html", _told(found)))


@access.everyone(PAIRED)
@require_POST
def pair(request: HttpRequest) -> HttpResponse:
    _require_no_officer(request)
    _found, token = screens.pair(request.POST.get("code", "")[:40])
    answer = redirect("evaluate")
    answer.set_cookie(
        COOKIE, token, max_age=YEAR, path="/evaluate/", httponly=True, samesite="Strict",
        secure=settings.SECURE,
    )  # fmt: skip
    return answer


@access.everyone(PAIRED)
@require_GET
def now_shown(request: HttpRequest) -> HttpResponse:
    return _fragment(request, _require_screen(request))


@access.everyone(PAIRED)
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    found, told = _require_screen(request), request.POST
    evaluations.give(found, _evaluation(request), told.get("grade", ""), told.getlist("complaint"))
    return _fragment(request, found)


@access.everyone(PAIRED)
@require_POST
def decline(request: HttpRequest) -> HttpResponse:
    found = _require_screen(request)
    evaluations.decline(found, _evaluation(request))
    return _fragment(request, found)


@access.everyone(PAIRED)
@require_GET
async def stream(request: HttpRequest) -> HttpResponseBase:
    found = await sync_to_async(_screen)(request)
    if found is None:
        return HttpResponse(status=401)
    return access.event_stream(streams.of_screen(found))


def _screen(request: HttpRequest) -> Screen | None:
    return screens.by_token(request.COOKIES.get(COOKIE, "")[:100])


def _require_screen(request: HttpRequest) -> Screen:
    _require_no_officer(request)
    found = _screen(request)
    if found is None:
        raise Refusal("screen_unknown", _("本屏尚未与窗口配对，请联系大厅管理人员"))
    return found


def _require_no_officer(request: HttpRequest) -> None:
    """Nobody who has signed in as an officer presses a grade."""
    if request.user.is_authenticated:
        raise Refusal("officers_browser", _("评价屏不能在已登录税务人员账号的浏览器中使用"))


def _evaluation(request: HttpRequest) -> int:
    told = request.POST.get("evaluation", "")
    return int(told) if told.isdecimal() and len(told) < 19 else 0


def _fragment(request: HttpRequest, found: Screen) -> HttpResponse:
    return _still(render(request, "hall/_evaluate.html", _told(found)))


def _told(found: Screen) -> dict[str, object]:
    return {
        "window": found.window,
        "hall": found.window.hall,
        "shown": evaluations.shown_on(found),
        "grades": [(one.value, one.label, one in Evaluation.BAD) for one in Grade],
        "complaints": Complaint.choices,
        "names": found.window.hall.shows_officer == ShowsOfficer.NAME,
    }


def _still(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
