"""Who asks: a page of one's own goes through `own`, as an officer's goes through `access`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall.models import Device
from chengxin.selfservice import doors
from chengxin.selfservice.doors import Opened
from chengxin.selfservice.models import SelfSession

COOKIE = "chengxin_self"
BY_SESSION = "opened by a session of one's own (selfservice.doors): shows a person his own data"
FRAMES = {True: "selfservice/terminal_frame.html", False: "selfservice/phone_frame.html"}

P = ParamSpec("P")


class OwnRequest(HttpRequest):
    """A request of somebody who has shown who he is."""

    own: SelfSession


View = Callable[Concatenate[OwnRequest, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def own(view: View[P]) -> Guarded[P]:
    """Only within an open session; without one back to the door he came through."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        session = doors.hold(token_of(request))
        if session is None:
            if request.method == "GET":
                return out(request)
            raise Refusal("session_over", _("操作已超时，请重新开始"))
        request.own = session  # type: ignore[attr-defined]
        answer = view(request, *args, **kwargs)  # type: ignore[arg-type]
        answer["Cache-Control"] = "no-store"
        return answer

    guarded.open_because = BY_SESSION  # type: ignore[attr-defined]
    return guarded


def token_of(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")


def let_in(answer: HttpResponse, opened: Opened) -> HttpResponse:
    """Give the browser its token: for these pages, for this sitting, out of any script's reach."""
    answer.set_cookie(
        COOKIE, opened.token, httponly=True, secure=settings.SECURE, samesite="Strict"
    )
    answer["Cache-Control"] = "no-store"
    return answer


def out(request: HttpRequest, device: Device | None = None) -> HttpResponse:
    """To the door he came through; a terminal speaks Chinese in usual letters again."""
    device = device or doors.came_from(token_of(request))
    answer = redirect("terminal", device.pk) if device else redirect("own-door")
    answer.delete_cookie(COOKIE, samesite="Strict")
    if device:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        answer.delete_cookie("kiosk_size")
    answer["Cache-Control"] = "no-store"
    return answer


def page(request: OwnRequest, name: str, **told: Any) -> HttpResponse:
    """One of his own pages, in the frame of the terminal or of the phone."""
    frame = FRAMES[request.own.device_id is not None]
    return render(request, f"selfservice/{name}.html", {"own": request.own, "frame": frame, **told})
