"""阈值调整建议: ask for one, read what it would do, take it as a draft or decline it.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.studio import tuned, weighing
from chengxin.studio import tuning as thresholds
from chengxin.studio.models import Measurement, Tuning
from chengxin.studio.pages import CHECKS, MAKES, READS


@access.roles(*READS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    told = {
        "rows": tuned.listed(request.user),
        "choices": tuned.choices(),
        "chosen": request.GET.get("of", ""),
        "may_ask": request.user.holds(*CHECKS),
        "least": weighing.LEAST_JUDGED,
    }
    return render(request, "studio/tunings.html", told)


@access.roles(*CHECKS)
@require_POST
def ask(request: OfficerRequest) -> HttpResponse:
    """Another value, told by what was judged or typed; the worker says what it would do."""
    code, _dot, name = request.POST.get("of", "").partition(".")
    typed, lost = request.POST.get("value", "").strip(), request.POST.get("lost", "") or "0"
    made = thresholds.propose(
        code, name, officer=request.user, lost=_number(lost) / 100,
        value=_number(typed) if typed else None,
    )  # fmt: skip
    return redirect("tuning", made.pk)


@access.roles(*READS)
@require_GET
def tuning(request: OfficerRequest, pk: int) -> HttpResponse:
    shown = _tuned(request, pk)
    tuned.seen(shown)
    return render(request, "studio/tuning.html", {"tuned": shown})


@access.roles(*READS)
@require_GET
def progress(request: OfficerRequest, pk: int) -> HttpResponse:
    """How far the worker is; the page anew when it has done."""
    shown = _tuned(request, pk)
    if not shown.goes_on:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "studio/_progress.html", {"tuned": shown})


@access.roles(*CHECKS)
@require_POST
def measure_again(request: OfficerRequest, pk: int) -> HttpResponse:
    thresholds.measure_again(get_object_or_404(Tuning, pk=pk), officer=request.user)
    return redirect("tuning", pk)


@access.roles(*READS)
@require_POST
def stop(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Measurement, pk=pk)
    thresholds.stop(one, officer=request.user)
    return redirect("tuning", one.tuning_id)


@access.roles(*CHECKS)
@require_POST
def look_back(request: OfficerRequest, pk: int) -> HttpResponse:
    thresholds.look_back(get_object_or_404(Tuning, pk=pk), officer=request.user)
    return redirect("tuning", pk)


@access.roles(*MAKES)
@require_POST
def take(request: OfficerRequest, pk: int) -> HttpResponse:
    draft = thresholds.take(get_object_or_404(Tuning, pk=pk), officer=request.user)
    messages.success(request, _("已转为草稿，仍须试运行、复核、发布后生效"))
    return redirect("studio-version", draft.pk)


@access.roles(*CHECKS)
@require_POST
def decline(request: OfficerRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Tuning, pk=pk)
    thresholds.decline(one, request.POST.get("reason", ""), officer=request.user)
    messages.success(request, _("已记录不采纳及理由"))
    return redirect("tuning", pk)


def _tuned(request: OfficerRequest, pk: int) -> tuned.Tuned:
    found = Tuning.objects.select_related("asked_by", "decided_by", "draft")
    return tuned.Tuned(get_object_or_404(found, pk=pk), request.user)


def _number(typed: str) -> Decimal:
    try:
        told = Decimal(typed.replace(",", ""))
    except InvalidOperation as error:
        raise Refusal("no_number", _("请填写数字")) from error
    if not told.is_finite() or abs(told.adjusted()) > 12:
        raise Refusal("no_number", _("请填写数字"))
    return told
