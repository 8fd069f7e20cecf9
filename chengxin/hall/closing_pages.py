"""注销或死亡: what waits for a second officer, who is closed, and the form for one person.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import closings
from chengxin.hall.closings import DECIDERS, PROPOSERS
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.people.models import Closing, Person
from chengxin.trace import record

SHOWN = 100


@access.roles(*PROPOSERS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    found = Closing.objects.select_related("person", "proposed_by", "decided_by").order_by("-pk")
    rows = list(found)
    mine = access.seen_of(request.user, {one.person.key for one in rows})
    rows = sorted((one for one in rows if one.person.key in mine), key=lambda one: not one.is_open)
    for one in rows[:SHOWN]:
        record.seen("closing.see", about=one.person.key, officer=request.user)
    told = {"rows": rows[:SHOWN], "person": _asked(request), "grounds": _grounds()}
    return render(request, "hall/closings.html", told)


@access.roles(*PROPOSERS)
@require_POST
def propose(request: OfficerRequest, pk: str) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    access.require(request.user, person.key)
    told = request.POST
    closings.propose(
        person,
        told.get("step", ""),
        told.get("ground", ""),
        told.get("paper", ""),
        officer=request.user,
    )
    return redirect("closings")


@access.roles(*DECIDERS)
@require_POST
def decide(request: OfficerRequest, pk: int, how: str) -> HttpResponse:
    closing = get_object_or_404(Closing.objects.select_related("person"), pk=pk)
    access.require(request.user, closing.person.key)
    steps = {"approve": closings.approve, "refuse": closings.refuse}
    steps[how](closing, request.POST.get("reason", ""), officer=request.user)
    return redirect("closings")


def _asked(request: OfficerRequest) -> Person | None:
    """The person whose dossier led here, when this officer may see him."""
    person = Person.objects.filter(pk=request.GET.get("person", "")[:27]).first()
    if person is not None:
        access.require(request.user, person.key)
        record.seen("closing.see", about=person.key, officer=request.user)
    return person


def _grounds() -> list[tuple[str, str]]:
    mistake = Closing.Ground.MISTAKE
    return [(value, str(title)) for value, title in Closing.Ground.choices if value != mistake]
