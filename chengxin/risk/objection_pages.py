"""异议: the list by deadline, one with its answer, and the answer on paper.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.effects import STRICTEST_FIRST
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import ledger, objection_list, objections
from chengxin.risk.directives import MAY_LIFT
from chengxin.risk.inbox import READS
from chengxin.risk.models import Directive
from chengxin.risk.objections import Answer
from chengxin.trace import record


@access.roles(*READS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    asked = request.GET.get("tab", "open")
    tab = asked if asked in objection_list.TABS else "open"
    shown = objection_list.of(request.user, tab, request.GET.get("page", "1"))
    return render(request, "risk/objections.html", {"listed": shown})


@access.roles(*READS)
@require_GET
def objection(request: OfficerRequest, pk: int) -> HttpResponse:
    filed = objection_list.one(request.user, pk)
    record.seen("objection.see", about=filed.objection.about, officer=request.user, objection=pk)
    context = {"filed": filed, "templates": objections.templates()}
    return render(request, "risk/objection.html", context)


@access.roles(*READS)
@require_POST
def file(request: OfficerRequest, pk: int) -> HttpResponse:
    """For a taxpayer who wrote or called; at the window it is `hall.workstation.object`."""
    standing = ledger.directive(request.user, pk).directive
    grounds = request.POST.get("grounds", "")
    made = objections.file_for(standing.about, standing, grounds, officer=request.user)
    return _go(reverse("objection", args=[made.pk]))


@access.roles(*MAY_LIFT)
@require_POST
def answer(request: OfficerRequest, pk: int) -> HttpResponse:
    filed = objection_list.one(request.user, pk)
    told = Answer(
        request.POST.get("outcome", ""),
        request.POST.get("answer", ""),
        request.POST.get("answer_en", ""),
        eased(filed.directive, request.POST.getlist("kept"), request.POST.get("effect", "")),
    )
    objections.answer(filed.objection, told, officer=request.user)
    return _go(reverse("objection", args=[pk]))


@access.roles(*READS)
@require_POST
def withdraw(request: OfficerRequest, pk: int) -> HttpResponse:
    """For a taxpayer who wrote or called; at the window it is `hall.workstation`."""
    filed = objection_list.one(request.user, pk)
    objections.withdraw_for(filed.objection, request.POST.get("how", ""), officer=request.user)
    return _go(reverse("objection", args=[pk]))


@access.roles(*READS)
@require_GET
def paper(request: OfficerRequest, pk: int) -> HttpResponse:
    filed = objection_list.one(request.user, pk)
    record.seen("objection.print", about=filed.objection.about, officer=request.user, objection=pk)
    return render(request, "risk/objection_paper.html", {"filed": get_answered(filed)})


def get_answered(filed: objection_list.Filed) -> objection_list.Filed:
    """It again, when it was answered; otherwise there is no such paper."""
    get_object_or_404(type(filed.objection), pk=filed.objection.pk, state="answered")
    return filed


def eased(directive: Directive, kept: list[str], strictest: str) -> dict[str, str]:
    """The levels of `directive` that are kept, none stricter than `strictest`."""
    if strictest not in STRICTEST_FIRST:
        return {}
    order = [effect.value for effect in STRICTEST_FIRST]
    return {
        name: max(effect, strictest, key=order.index)
        for name, effect in directive.ordered.items()
        if name in kept
    }


def _go(address: str) -> HttpResponse:
    """For htmx: leave the form for another page; a refusal would have left it as it is."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})
