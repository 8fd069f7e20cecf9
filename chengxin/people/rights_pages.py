"""个人信息申请: corrections that wait for an answer, and what was done for whom.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.people import rights
from chengxin.people.models import RightsRequest
from chengxin.trace import record

MAY_ANSWER = (Role.DATA, Role.SECTION_HEAD, Role.LEADER)
SHOWN = 100


@access.roles(*MAY_ANSWER)
@require_GET
def requests(request: OfficerRequest) -> HttpResponse:
    answered = request.GET.get("tab") == "answered"
    found = RightsRequest.objects.select_related("person", "received_by", "answered_by")
    found = found.exclude(answered_at=None) if answered else found.filter(answered_at=None)
    order = "-answered_at" if answered else "due_on"
    listed = list(found.order_by(order)[:SHOWN])
    mine = access.seen_of(request.user, {one.person.key for one in listed})
    rows = [one for one in listed if one.person.key in mine]
    for one in rows:
        record.seen("rights.see", about=one.person.key, officer=request.user, request=one.pk)
    return render(request, "people/rights.html", {"rows": rows, "answered": answered})


@access.roles(*MAY_ANSWER)
@require_POST
def answer(request: OfficerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RightsRequest.objects.select_related("person"), pk=pk)
    access.require(request.user, found.person.key)
    rights.answer(found, request.POST.get("answer", ""), officer=request.user)
    return redirect("rights")
