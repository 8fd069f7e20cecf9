"""冻结身份: who is frozen, why and since when; another officer says what he found and ends it.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.people import freezing
from chengxin.people.freezing import MAY_THAW
from chengxin.people.models import Person
from chengxin.trace import record

SHOWN = 100


@access.roles(*MAY_THAW)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    found = list(freezing.frozen())
    mine = access.seen_of(request.user, {one.key for one in found})
    rows = [(one, freezing.last_freeze(one)) for one in found if one.key in mine][:SHOWN]
    for one, _move in rows:
        record.seen("frozen.see", about=one.key, officer=request.user)
    return render(request, "people/frozen.html", {"rows": rows})


@access.roles(*MAY_THAW)
@require_POST
def thaw(request: OfficerRequest, pk: str) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    access.require(request.user, person.key)
    freezing.thaw_all(person, request.POST.get("reason", ""), officer=request.user)
    return redirect("frozen")
