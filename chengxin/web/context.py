"""What every page's frame shows: the bureau, the officer, the way to the other language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chengxin.hall import alarms
from chengxin.offices.models import Officer
from chengxin.web import menu


def frame(request: HttpRequest) -> dict[str, Any]:
    officer = getattr(request, "user", None)
    told: dict[str, Any] = {"demo": settings.DEMO, "menu": [], "office": None}
    if isinstance(officer, Officer):
        told |= {
            "menu": menu.of(officer),
            "office": officer.office,
            "hears_alarms": officer.holds(*alarms.HEAR),
        }
    return told
