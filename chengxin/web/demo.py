"""The demo county's accounts, by role.  They exist only where CHENGXIN_DEMO is set."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from chengxin.hall.models import Hall
from chengxin.offices.models import Officer

PASSWORD = "yangxin-2017"  # noqa: S105 (of made-up officers in a made-up county)


def accounts() -> QuerySet[Officer]:
    if not settings.DEMO:
        return Officer.objects.none()
    return Officer.objects.select_related("office").prefetch_related("roles").order_by("pk")


def halls() -> QuerySet[Hall]:
    return Hall.objects.prefetch_related("windows", "devices")
