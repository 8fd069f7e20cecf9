"""演示台: which card lies on the simulated reader, and whose drawn face stands before the camera.

Only where CHENGXIN_DEMO is set; a real reader refuses such commands by itself.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import devices
from chengxin.hall.models import Device
from chengxin.offices import access

# Whose drawn face it is, as the table of props calls him.
FACES = {
    "honest": _("王守信"),
    "impersonator": _("冒用证件的人"),
    "card_owner": _("张冒名"),
    "representative": _("赵立案"),
    "investor": _("李投资"),
    "handler": _("李办税"),
    "accountant": _("周代理"),
    "watched": _("孙重点"),
    "errand": _("马经办"),
    "elder": _("老年人"),
    "newcomer": _("新来客"),
    "stranger": _("陌生人"),
    "visitor": _("港澳居民"),
    "foreigner": _("外国人"),
}

# What the simulated printer can be made to suffer (devices.simulator.printer.Trouble).
TROUBLES = {
    "none": _("正常"),
    "paper_out": _("取出纸卷"),
    "near_end": _("纸将用尽"),
    "runs_out": _("下一张打到一半缺纸"),
    "cover_open": _("打开上盖"),
    "cutter": _("卡住切刀"),
    "offline": _("脱机"),
}

# What the simulated document camera can suffer (devices.simulator.document_camera.CameraTrouble).
CAMERA_TROUBLES = {
    "none": _("正常"),
    "camera_busy": _("被其他程序占用"),
    "camera_unplugged": _("拔出连线"),
    "camera_pulled": _("拍摄中拔线"),
    "camera_dark": _("关闭补光灯"),
}

SHOTS = 8  # pictures of one person, each a little different

MADE_UP = "the demo's made-up cards and faces; not there in a bureau"


@access.everyone(MADE_UP)
@require_GET
def props(request: HttpRequest) -> HttpResponse:
    _demo_only()
    found = Device.objects.select_related("hall").exclude(props={}).order_by("pk")
    shown = {
        "devices": found, "faces": FACES.items(), "troubles": TROUBLES.items(),
        "camera_troubles": CAMERA_TROUBLES.items(), "phones": settings.SMS_URL,
    }  # fmt: skip
    return render(request, "hall/props.html", shown)


@access.everyone(MADE_UP)
@require_POST
def set_props(request: HttpRequest, device_id: str) -> HttpResponse:
    _demo_only()
    device = get_object_or_404(Device.objects.select_related("hall"), pk=device_id)
    devices.simulate(device, request.POST.get("act", ""), request.POST.get("name", ""))
    return redirect(f"{reverse('demo-props')}#{device.pk}")


@access.everyone(MADE_UP)
@require_GET
def face(request: HttpRequest, name: str) -> HttpResponse:
    """What the camera would see of this drawn person, a little different at every shot."""
    _demo_only()
    shot = request.GET.get("shot", "1")
    if name not in FACES or not shot.isdigit():
        raise Http404
    return HttpResponse(
        _drawn(name, int(shot) % SHOTS),
        content_type="image/jpeg",
        headers={"Cache-Control": "max-age=3600"},
    )


@lru_cache(maxsize=len(FACES) * SHOTS)
def _drawn(name: str, shot: int) -> bytes:
    drawn = import_module("chengxin.devices.drawn_faces")  # heavy, and of use to the demo alone
    jpeg: bytes = drawn.live_photo(drawn.CAST[name], shot=shot)
    return jpeg


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404
