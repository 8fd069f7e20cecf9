"""停送上限: what stands in a county, the form to propose another, the second officer's decision.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import limits
from chengxin.risk.directives import MAY_LIFT


@access.roles(*MAY_LIFT)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    mine = limits.regions(request.user)
    if not mine:
        raise access.not_yours()
    asked = request.GET.get("county", "")
    shown = limits.Shown(request.user, asked if asked in mine else mine[0])
    told = {"shown": shown, "most": limits.MOST, "largest": limits.LARGEST}
    return render(request, "risk/limits.html", told)


@access.roles(*MAY_LIFT)
@require_POST
def propose(request: OfficerRequest) -> HttpResponse:
    told = request.POST
    least = told.get("least", "")
    made = limits.propose(
        told.get("indicator", ""), told.get("region", ""),
        int(least) if least.isdecimal() and len(least) < 6 else 0,
        _share(told.get("share", "")), told.get("grounds", ""), officer=request.user,
    )  # fmt: skip
    messages.success(request, _("已提出，由另一人复核后生效"))
    return redirect(f"{reverse('limits')}?county={made.region}")


@access.roles(*MAY_LIFT)
@require_POST
def decide(request: OfficerRequest, pk: int) -> HttpResponse:
    """approve, refuse or withdraw: one form, its buttons."""
    limit = get_object_or_404(limits.of(request.user), pk=pk)
    match request.POST.get("outcome", ""):
        case "approve":
            limits.approve(limit, request.POST.get("note", ""), officer=request.user)
        case "refuse":
            limits.refuse(limit, request.POST.get("note", ""), officer=request.user)
        case "withdraw":
            limits.withdraw(limit, officer=request.user)
        case _:
            raise Http404
    return redirect(f"{reverse('limits')}?county={limit.region}")


def _share(typed: str) -> Decimal:
    try:
        told = Decimal(typed)
    except InvalidOperation as error:
        raise Refusal("no_number", _("请填写数字")) from error
    if not told.is_finite() or abs(told) > 100 or told != round(told, 2):
        raise Refusal("no_number", _("请填写数字"))
    return told
