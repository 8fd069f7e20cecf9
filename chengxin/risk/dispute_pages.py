"""冒名申诉: the list of the risk section, what was found, and the second officer's word.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.risk import disputes, second_officer
from chengxin.risk.disputes import MAY_DECIDE, MAY_PROPOSE
from chengxin.risk.models import Dispute
from chengxin.trace import record

SHOWN = 100


@access.roles(*MAY_PROPOSE)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    closed = request.GET.get("tab") == "closed"
    found = disputes.visible(request.user)
    found = found.exclude(state="open") if closed else found.filter(state="open")
    rows = [
        (one, request.user.holds(*MAY_DECIDE) and _may_decide(request, one))
        for one in found[:SHOWN]
    ]
    for one, _may in rows:
        record.seen("dispute.see", about=one.person.key, officer=request.user, dispute=one.pk)
    outcomes = [choice for choice in Dispute.State.choices if choice[0] != "open"]
    told = {"rows": rows, "closed": closed, "outcomes": outcomes}
    return render(request, "risk/disputes.html", told)


@access.roles(*MAY_PROPOSE)
@require_POST
def propose(request: OfficerRequest, pk: int) -> HttpResponse:
    told = request.POST
    disputes.propose(
        _one(request, pk), told.get("outcome", ""), told.get("grounds", ""), officer=request.user
    )
    return redirect("disputes")


@access.roles(*MAY_DECIDE)
@require_POST
def decide(request: OfficerRequest, pk: int) -> HttpResponse:
    agrees = request.POST.get("answer") == "agree"
    disputes.decide(_one(request, pk), officer=request.user, agrees=agrees)
    return redirect("disputes")


def _one(request: OfficerRequest, pk: int) -> Dispute:
    found = disputes.visible(request.user).filter(pk=pk).first()
    if found is None:
        raise access.not_yours()
    return found


def _may_decide(request: OfficerRequest, one: Dispute) -> bool:
    return one.proposed_by is not None and second_officer.may(request.user, one.proposed_by)
