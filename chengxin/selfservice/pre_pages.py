"""预采集 on a phone: /enrol/.  Asks anybody, and shows nothing of anybody but a code for a window.

What the rules refuse is said above the form, and nothing typed is lost.
"""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.identifiers import DocumentKind, is_mobile, normal_number
from chengxin.core.refusal import Refusal
from chengxin.hall import pre_enrolments
from chengxin.hall.pre_enrolments import PREFIX, Typed
from chengxin.offices import access
from chengxin.people import bindings, consents
from chengxin.people.models import Person
from chengxin.selfservice.door_pages import MINUTES, Digits

FOR_ANYBODY = "takes down what somebody types of himself, and looks for nobody"
BY_CODE = "opened by the code that its maker was shown; shows the code and its last day"


class Begun(forms.Form):
    """Who somebody says he is, and what he answers to the notice."""

    kind = forms.ChoiceField(
        choices=Person.DOCUMENT_TITLES.items(), error_messages={"required": _("请选择证件类型")}
    )
    number = forms.CharField(max_length=30, error_messages={"required": _("请输入证件号码")})
    name = forms.CharField(max_length=60, error_messages={"required": _("请输入姓名")})
    phone = forms.CharField(max_length=20, error_messages={"required": _("请输入11位手机号码")})
    enterprise_code = forms.CharField(max_length=32, required=False)
    letter = forms.FileField(required=False)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if not is_mobile(phone):
            raise forms.ValidationError(_("请输入11位手机号码"))
        return phone

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        kind, number = told.get("kind"), told.get("number")
        if kind and number and normal_number(DocumentKind(kind), number) is None:
            self.add_error("number", _("证件号码与证件类型不符，请核对后重新输入"))
        letter = told.get("letter")
        if letter is not None and letter.size > bindings.PICTURE:
            self.add_error("letter", _("授权书图片超过3兆字节，请降低扫描分辨率"))
        return told

    @property
    def typed(self) -> Typed:
        told, letter = self.cleaned_data, self.cleaned_data["letter"]
        return Typed(
            DocumentKind(told["kind"]),
            told["number"],
            told["name"],
            told["phone"],
            {one.purpose: self.data.get(one.purpose, "") for one in consents.notices()},
            told["enterprise_code"],
            letter.read() if letter else b"",
        )


@access.everyone(FOR_ANYBODY)
@require_GET
@never_cache
@ensure_csrf_cookie
def pre_enrol(request: HttpRequest) -> HttpResponse:
    return _form(request, Begun())


@access.everyone(FOR_ANYBODY)
@require_POST
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """A code to the phone; then the same page for whoever asks."""
    form = Begun(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, form)
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        made = pre_enrolments.begin(form.typed, address=address)
    except Refusal as refusal:  # it has its trace
        form.add_error(None, refusal.reason)
        return _form(request, form)
    return _digits(request, str(made.pk), form.cleaned_data["phone"][-4:])


@access.everyone(FOR_ANYBODY)
@require_POST
@never_cache
def prove(request: HttpRequest) -> HttpResponse:
    told = Digits(request.POST)
    told.is_valid()
    pk = told.cleaned_data.get("request")
    try:
        code = pre_enrolments.prove(pk, told.cleaned_data.get("digits", ""))
    except Refusal as refusal:  # it has its trace
        return _digits(request, str(pk or ""), request.POST.get("end", "")[:4], refusal.reason)
    return redirect("pre-enrolled", code)


@access.everyone(BY_CODE)
@require_GET
@never_cache
def pre_enrolled(request: HttpRequest, code: str) -> HttpResponse:
    """The code to show at the window, as text and QR."""
    held = pre_enrolments.behind(code)
    text = pre_enrolments.normal(code)
    qr = segno.make(PREFIX + text.replace("-", ""), error="m", micro=False)
    told = {"held": held, "code": text, "qr": qr.svg_data_uri(border=2, scale=6)}
    return render(request, "selfservice/pre_enrolled.html", told, status=200 if held else 404)


@access.everyone(BY_CODE)
@require_POST
@never_cache
def discard(request: HttpRequest, code: str) -> HttpResponse:
    pre_enrolments.discard(code)
    return redirect("pre-enrol")


def _form(request: HttpRequest, form: Begun) -> HttpResponse:
    told = {
        "form": form,
        "faults": [one for field in form.errors.values() for one in field],
        "kinds": Person.DOCUMENT_TITLES.items(),
        "notices": [(one, form.data.get(one.purpose, "")) for one in consents.notices()],
        "version": consents.version(),
        "days": pre_enrolments.days(),
    }
    status = 400 if form.errors else 200
    return render(request, "selfservice/pre_enrol.html", told, status=status)


def _digits(request: HttpRequest, asked: str, end: str, fault: str = "") -> HttpResponse:
    told = {"asked": asked, "phone": end, "minutes": MINUTES, "fault": fault}
    status = 400 if fault else 200
    return render(request, "selfservice/pre_code.html", told, status=status)
