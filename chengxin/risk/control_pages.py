"""对照抽样: the samples that were drawn, what they tell, and a form to draw another.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.risk import controls
from chengxin.risk.board import SUPERVISES


@access.roles(*SUPERVISES)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    told = {
        "samples": controls.samples(request.user),
        "indicators": controls.choices(),
        "may_draw": controls.may_draw(request.user),
        "usual": controls.USUAL,
        "most": controls.MOST,
    }
    return render(request, "risk/controls.html", told)


@access.roles(Role.RISK)
@require_POST
def draw(request: OfficerRequest) -> HttpResponse:
    typed = request.POST.get("size", "")
    size = int(typed) if typed.isdecimal() and len(typed) < 5 else 0
    made = controls.draw(request.POST.get("indicator", ""), size, officer=request.user)
    messages.success(request, _("已抽取 %(count)d 件，送主管税务机关核实") % {"count": made.size})
    return redirect("controls")
