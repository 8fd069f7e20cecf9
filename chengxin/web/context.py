"""What every page's frame shows: the bureau, the officer, the way to the other language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chengxin.offices.models import Officer
from chengxin.web import menu


def frame(request: HttpRequest) -> dict[str, Any]:
    officer = getattr(request, "user", None)
    known = isinstance(officer, Officer)
    return {
        "demo": settings.DEMO,
        "menu": menu.of(officer) if isinstance(officer, Officer) else [],
        "office": officer.office if known and isinstance(officer, Officer) else None,
    }
