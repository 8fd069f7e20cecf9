"""What happens around every request: one log line, and a page for a Refusal."""

from __future__ import annotations

import time

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render

from chengxin.core.refusal import Refusal

log = structlog.get_logger("chengxin.request")

# every other refusal is 409
STATUS = {
    "not_yours": 404, "no_role": 403,
    "client_unknown": 401, "not_understood": 400, "no_idempotency_key": 400, "which_source": 400,
    "too_many_rows": 413, "device_unknown": 401, "device_signature": 401, "device_clock": 401,
}  # fmt: skip


class _Around:
    """A middleware for views of both kinds: streams are asynchronous, pages are not."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: object) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)  # type: ignore[type-var]


class RequestLog(_Around):
    """One line a request: route, status, milliseconds, work number of the officer.  No query."""

    def __call__(self, request: HttpRequest) -> object:
        began = time.perf_counter()
        if iscoroutinefunction(self.get_response):
            return self._later(request, began)
        response = self.get_response(request)  # type: ignore[operator]
        return self._line(request, response, began)

    async def _later(self, request: HttpRequest, began: float) -> HttpResponseBase:
        response = await self.get_response(request)  # type: ignore[operator]
        return self._line(request, response, began)

    def _line(
        self, request: HttpRequest, response: HttpResponseBase, began: float
    ) -> HttpResponseBase:
        if not request.path.startswith("/static/"):
            match = request.resolver_match
            user = request.__dict__.get("_cached_user")
            log.info(
                "request",
                method=request.method,
                route=match.route if match else "?",
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1),
                officer=user.username if user and user.is_authenticated else "",
            )
        return response


class ShowRefusal(_Around):
    """Turn a Refusal into the page that explains it.  Views need no try/except."""

    def __call__(self, request: HttpRequest) -> object:
        return self.get_response(request)  # type: ignore[operator]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        status = STATUS.get(exception.code, 409)
        told = {"code": exception.code, "reason": exception.reason}
        if request.path.startswith("/api/") or request.headers.get("Accept") == "application/json":
            return JsonResponse(told, status=status)
        fragment = request.headers.get("HX-Request") == "true"
        template = "_refusal.html" if fragment else "refusal.html"
        return render(request, template, {"refusal": exception}, status=status)


class ChosenLanguage(LocaleMiddleware):
    """Chinese, unless somebody chose English on the page: a browser's own wish does not count,
    for the machines of a hall come with any language."""

    def process_request(self, request: HttpRequest) -> None:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        super().process_request(request)
