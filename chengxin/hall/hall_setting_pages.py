"""大厅设置, the page: each rule with its limits in words, for the manager of the hall alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import BaseValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.hall import board_pages, hall_settings
from chengxin.hall.hall_models import ShowsOfficer
from chengxin.hall.models import Hall
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role


class Settings(forms.Form):
    """The rules of one hall, as its manager may set them."""

    daily_limit = forms.IntegerField(
        label=gettext_lazy("每人每日取号上限"),
        min_value=0,
        max_value=99,
        help_text=gettext_lazy(
            "同一人同一类业务一日内最多取几个号，0 为不限；并入他号的不计。"
            "超过的可改约时间，或由咨询台协助"
        ),
    )
    slots = forms.IntegerField(
        label=gettext_lazy("每半小时预约名额"),
        min_value=0,
        max_value=200,
        help_text=gettext_lazy("每半小时最多预约几人，0 为不受理新的预约；已预约的不受影响"),
    )
    leap = forms.IntegerField(
        label=gettext_lazy("优先号前移上限"),
        min_value=0,
        max_value=50,
        help_text=gettext_lazy("老年人、预约、A 级纳税人等优先号最多越过几位先到的人，0 为不前移"),
    )
    redress_days = forms.IntegerField(
        label=gettext_lazy("差评答复期限（工作日）"),
        min_value=1,
        max_value=15,
        help_text=gettext_lazy("差评须在几个工作日内核实答复，最长 15 个；已登记的差评期限不变"),
    )
    shows_officer = forms.ChoiceField(
        label=gettext_lazy("评价屏显示"),
        choices=ShowsOfficer,
        help_text=gettext_lazy("评价屏上显示窗口人员的工号，或工号和姓名"),
    )
    name_en = forms.CharField(
        label=gettext_lazy("大厅英文名称"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("英文界面和号票使用，不填的用中文名称"),
    )

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(told)
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):
                rule = {"rule": field.label, "low": field.min_value, "high": field.max_value}
                wrong = _("“%(rule)s”请填 %(low)s 到 %(high)s 的整数") % rule
                field.error_messages = dict.fromkeys(("required", "invalid"), wrong)
                for limit in field.validators:
                    if isinstance(limit, BaseValidator):
                        limit.message = wrong


@access.roles(Role.HALL_MANAGER)
@require_GET
def first(request: OfficerRequest) -> HttpResponse:
    """The officer's own hall; where there is none, a page that says so."""
    hall = board_pages.halls_of(request.user).first()
    return redirect("hall-setting", hall.pk) if hall else render(request, "hall/board_none.html")


@access.roles(Role.HALL_MANAGER)
@require_http_methods(["GET", "POST"])
def setting(request: OfficerRequest, hall_code: str) -> HttpResponse:
    hall = board_pages.hall_of(request, hall_code)
    if request.method == "GET":
        now = {name: getattr(hall, name) for name in hall_settings.FIELDS}
        return _page(request, hall, Settings(now))
    asked = Settings(request.POST)
    if not asked.is_valid():
        return _page(request, hall, asked, status=409)
    if hall_settings.change(hall, asked.cleaned_data, officer=request.user):
        messages.success(request, _("已保存，即时生效"))
    else:
        messages.info(request, _("没有改动"))
    return redirect("hall-setting", hall.pk)


def _page(request: OfficerRequest, hall: Hall, form: Settings, status: int = 200) -> HttpResponse:
    told = {"hall": hall, "halls": board_pages.halls_of(request.user), "form": form}
    return render(request, "hall/hall_settings.html", told, status=status)
