"""厅内设备: which PCs stand in the hall, how each thing beside them is, and who joins.

A new PC is named here first; the code that this page then shows, once, lets the PC that holds it
register its own key (devices.enrol).
"""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.devices import signing
from chengxin.devices.messages import Code
from chengxin.hall import devices, kiosks
from chengxin.hall.models import Device, Hall, Window
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.trace.tongue import english

KEEPERS = (Role.HALL_MANAGER, Role.ADMIN)
PARTS = {
    "card_reader": _("身份证读卡器"),
    "camera": _("摄像头"),
    "printer": _("号票打印机"),
    "document_camera": _("高拍仪"),
    "finger_reader": _("指纹仪"),
    "agent": _("设备程序"),
}
TAGS = {Code.OK: "ok", Code.BUSY: "ok", Code.WARNING: "warn", Code.FAULT: "danger"}


class HallChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Hall) -> str:
        return obj.title


class NewDevice(forms.Form):
    """A PC that is to stand in the hall."""

    hall = HallChoice(Hall.objects.none(), label=_("大厅"), empty_label=None)
    id = forms.CharField(
        label=_("设备编号"),
        max_length=50,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9-]{1,49}$", _("2 位以上小写字母、数字或连字符"))
        ],
        widget=forms.TextInput(attrs={"placeholder": "kiosk-2", "autocomplete": "off"}),
    )
    title = forms.CharField(label=_("名称"), max_length=60)
    self_service = forms.BooleanField(label=_("自助办税终端"), required=False)

    def __init__(self, halls: QuerySet[Hall], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["hall"].queryset = halls  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Part:
    """One thing beside a PC, as it is shown."""

    title: str
    words: str
    tag: str  # ok, warn, danger, or "" for what is not there


@dataclass(frozen=True)
class Row:
    device: Device
    parts: list[Part]

    @property
    def title(self) -> str:
        device = self.device
        return device.title_en if english() and device.title_en else device.title

    @property
    def fingerprint(self) -> str:
        return signing.fingerprint(self.device.public_key)


@access.roles(*KEEPERS)
@require_GET
def hall_devices(request: OfficerRequest) -> HttpResponse:
    return _page(request, NewDevice(_halls(request)))


@access.roles(*KEEPERS)
@require_POST
def add(request: OfficerRequest) -> HttpResponse:
    form = NewDevice(_halls(request), request.POST)
    if not form.is_valid():
        return _page(request, form)
    told = form.cleaned_data
    devices.add(
        told["hall"],
        told["id"],
        told["title"],
        officer=request.user,
        self_service=told["self_service"],
    )
    return redirect("hall-devices")


@access.roles(*KEEPERS)
@require_POST
def invite(request: OfficerRequest, device_id: str) -> HttpResponse:
    """The one-time code, shown once: it is kept nowhere."""
    device = _device(request, device_id)
    code = devices.invite(device, officer=request.user)
    server = request.build_absolute_uri("/").rstrip("/")
    qr = segno.make(f"{server}#{code}", error="m", micro=False)
    shown = {"device": device, "code": code, "server": server, "qr": qr.svg_data_uri(border=4)}
    return _page(request, NewDevice(_halls(request)), shown)


@access.roles(*KEEPERS)
@require_POST
def lock(request: OfficerRequest, device_id: str) -> HttpResponse:
    device = _device(request, device_id)
    devices.lock(device, locked="locked" in request.POST, officer=request.user)
    return redirect("hall-devices")


@access.roles(*KEEPERS)
@require_POST
def place_at(request: OfficerRequest, device_id: str) -> HttpResponse:
    """At which window of its hall the PC stands; "" at none."""
    device = _device(request, device_id)
    number = request.POST.get("window", "")
    window = None
    if number:
        if not number.isdecimal() or len(number) > 4:
            raise Http404
        window = get_object_or_404(Window, hall=device.hall_id, number=int(number))
    devices.place_at(device, window, officer=request.user)
    return redirect("hall-devices")


@access.roles(*KEEPERS)
@require_POST
def offer_fingers(request: OfficerRequest, hall_code: str) -> HttpResponse:
    hall = get_object_or_404(_halls(request), pk=hall_code)
    devices.offer_fingers(hall, offered="offered" in request.POST, officer=request.user)
    return redirect("hall-devices")


@access.roles(*KEEPERS)
@require_POST
def print_copy(request: OfficerRequest, device_id: str) -> HttpResponse:
    """补打: what the kiosk's screen promises who has no paper."""
    number = request.POST.get("number", "")
    kiosks.print_copy(_device(request, device_id), number, officer=request.user)
    messages.success(request, _("已送打印机：%(number)s") % {"number": number.strip().upper()})
    return redirect("hall-devices")


def _page(
    request: OfficerRequest, form: NewDevice, invited: dict[str, object] | None = None
) -> HttpResponse:
    rows = [Row(device, _parts(device)) for device in _devices(request)]
    shown = {"rows": rows, "form": form, "invited": invited, "halls": _halls(request)}
    page = render(request, "hall/devices.html", shown)
    page["Cache-Control"] = "no-store"  # it may show a code
    return page


def _parts(device: Device) -> list[Part]:
    tongue = "en" if english() else "zh"
    return [
        Part(str(title), told.get(tongue, ""), TAGS.get(told["code"], ""))
        for name, title in PARTS.items()
        if (told := device.parts.get(name)) is not None
    ]


def _halls(request: OfficerRequest) -> QuerySet[Hall]:
    return Hall.objects.filter(office__in=access.offices_of(request.user)).order_by("pk")


def _devices(request: OfficerRequest) -> QuerySet[Device]:
    mine = Device.objects.filter(hall__in=_halls(request))
    return mine.select_related("hall", "window").order_by("hall", "pk")


def _device(request: OfficerRequest, device_id: str) -> Device:
    return get_object_or_404(_devices(request), pk=device_id)
