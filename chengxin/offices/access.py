"""Who may see what: every page, endpoint, file and stream asks here.

An officer sees the subjects of his own office and of the offices below it; at county level and
above both bureaus' subjects of the region (一方采集、双方认可).  Staff of a hall see their county.
Whatever is not theirs looks like nothing at all: the same refusal for "not yours" and "not there".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from contextlib import aclosing
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import connections
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Jurisdiction, Office, Officer, Role
from chengxin.trace import record

COUNTY_WIDE = (Role.WINDOW, Role.HALL_MANAGER, Role.AUDITOR, Role.RISK, Role.LEADER, Role.DATA)

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., object])


class OfficerRequest(HttpRequest):
    """A request whose `user` is an officer who has signed in."""

    user: Officer


View = Callable[Concatenate[OfficerRequest, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def offices_of(officer: Officer) -> QuerySet[Office]:
    """The offices whose subjects `officer` may see."""
    office = officer.office
    if office is None:
        return Office.objects.none()
    if office.level == Office.Level.BRANCH and not officer.holds(*COUNTY_WIDE):
        return Office.objects.filter(pk=office.pk)
    return Office.objects.filter(region__startswith=office.region)


def sees_one_of(officer: Officer, offices: Collection[Office]) -> bool:
    """Whether one of `offices`, already read, is among `offices_of` the officer."""
    own = officer.office
    if own is None:
        return False
    if own.level == Office.Level.BRANCH and not officer.holds(*COUNTY_WIDE):
        return any(one.pk == own.pk for one in offices)
    return any(one.region.startswith(own.region) for one in offices)


def may_see(officer: Officer, about: str) -> bool:
    return Jurisdiction.objects.filter(about=about, office__in=offices_of(officer)).exists()


def visible(officer: Officer) -> Q:
    """For a QuerySet whose rows have `about`: those that `officer` may see."""
    own = Jurisdiction.objects.filter(office__in=offices_of(officer)).values("about")
    return Q(about__in=own)


def seen_of(officer: Officer, keys: Collection[str]) -> set[str]:
    """Those of `keys` that `officer` may see."""
    mine = Jurisdiction.objects.filter(about__in=keys, office__in=offices_of(officer))
    return set(mine.values_list("about", flat=True))


def require(officer: Officer, about: str, *, place: str = "") -> None:
    """Refuse, with a trace, unless `officer` may see `about`."""
    if not may_see(officer, about):
        with record.of("access.ask", about=about, officer=officer, place=place):
            raise not_yours()


def not_yours() -> Refusal:
    return Refusal("not_yours", _("查无此项，或不属于您单位的管辖范围"))


def no_role() -> Refusal:
    return Refusal("no_role", _("您的岗位没有办理此项的权限，请联系系统管理员"))


def require_role(officer: Officer, *allowed: str) -> None:
    """Refuse who holds none of these roles."""
    if not officer.holds(*allowed):
        raise no_role()


def roles(
    *allowed: str,
) -> Callable[[View[P]], Guarded[P]]:
    """Only officers who have signed in and hold one of `allowed` reach the view."""

    def guard(view: View[P]) -> Guarded[P]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            officer = request.user
            assert isinstance(officer, Officer)
            prefetch_related_objects([officer], "roles")  # asked many times in one request
            if not officer.holds(*allowed):
                with record.of("access.ask", officer=officer, place=request.path[:60]):
                    raise no_role()
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded.allowed_roles = allowed  # type: ignore[attr-defined]
        return guarded

    return guard


def everyone(because: str) -> Callable[[V], V]:
    """Mark a view that asks for no sign-in, and say why it need not."""

    def marked(view: V) -> V:
        view.open_because = because  # type: ignore[attr-defined]
        return view

    return marked


def stream_roles(
    *allowed: str,
) -> Callable[
    [Callable[Concatenate[OfficerRequest, P], Coroutine[Any, Any, HttpResponseBase]]],
    Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]],
]:
    """As `roles`, for a stream: without sign-in or role it answers 401 or 403 and ends."""

    def guard(
        view: Callable[Concatenate[OfficerRequest, P], Coroutine[Any, Any, HttpResponseBase]],
    ) -> Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]:
        @wraps(view)
        async def guarded(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            officer = await request.auser()
            if not isinstance(officer, Officer):
                return HttpResponse(status=401)
            if not await sync_to_async(officer.holds)(*allowed):
                return HttpResponse(status=403)
            request.user = officer
            return await view(request, *args, **kwargs)  # type: ignore[arg-type]

        guarded.allowed_roles = allowed  # type: ignore[attr-defined]
        return guarded

    return guard


def attachment(made: bytes, name: str, content_type: str) -> HttpResponse:
    """A file that the browser saves and keeps no copy of."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
    }  # fmt: skip
    return HttpResponse(made, content_type=content_type, headers=headers)


def event_stream(lines: AsyncGenerator[str, None]) -> StreamingHttpResponse:
    """`lines` as server-sent events that no proxy keeps back.

    A page stays open for hours: from one line to the next it holds no connection to the database,
    or some dozen open windows would take all there are.
    """
    return StreamingHttpResponse(
        _letting_go(lines),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _letting_go(lines: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    async with aclosing(lines):
        async for line in lines:
            await sync_to_async(connections.close_all)()
            yield line
