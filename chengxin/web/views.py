"""The front page, the language, and whether the system is well."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from chengxin.web import demo


def front(request: HttpRequest) -> HttpResponse:
    hall = demo.halls().first()
    shown: dict[str, object] = {"accounts": demo.accounts(), "password": demo.PASSWORD}
    shown |= {"hall": hall, **demo.doors(hall)}
    return render(request, "front.html", shown)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 with `{"status": "ok"}` when the database answers; 503 otherwise (Django's own)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
