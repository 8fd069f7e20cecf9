"""身份认定: the unsure pairs one after another, what was joined by itself, and past judgements.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.people import comparing, judgements
from chengxin.people.comparing import Room, Tab
from chengxin.people.dossier import Purpose
from chengxin.people.judgements import JUDGES
from chengxin.trace import record


@access.roles(*JUDGES)
@require_GET
def identities(request: OfficerRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    tab = tab if tab in Tab.values else Tab.QUEUE
    page = request.GET.get("page", "")
    room = Room(request.user, tab, int(page) if page.isascii() and page.isdigit() else 1)
    return _shown(request, "people/identities.html", room)


@access.roles(*JUDGES)
@require_POST
def decide(request: OfficerRequest) -> HttpResponse:
    """same, different or later: three buttons of one form; then the next pair."""
    told = request.POST
    pair, verdict = (told.get("record", ""), told.get("person", "")), told.get("verdict", "")
    if verdict == "later":
        judgements.put_off(*pair, officer=request.user)
    else:
        reason = told.get("reason", "")
        judgements.judge(*pair, verdict, officer=request.user, reason=reason)
    tab = told.get("tab", "")
    room = Room(request.user, tab if tab in Tab.values else Tab.QUEUE)
    return _shown(request, "people/_identities.html", room)


@access.roles(*JUDGES)
@require_POST
def withdraw(request: OfficerRequest, pk: int) -> HttpResponse:
    judgements.withdraw(pk, officer=request.user, reason=request.POST.get("reason", ""))
    return _shown(request, "people/_identities.html", Room(request.user, Tab.PAST))


@access.roles(*JUDGES)
@require_POST
def show(request: OfficerRequest) -> HttpResponse:
    """The pair with whole values, for a purpose that is named and traced."""
    pair = request.POST.get("record", ""), request.POST.get("person", "")
    judgements.show(*pair, request.POST.get("purpose", ""), officer=request.user)
    comparison = comparing.of_pair(*pair, request.user, shown=True)
    return render(request, "people/_comparison.html", {"comparison": comparison})


def _shown(request: OfficerRequest, template: str, room: Room) -> HttpResponse:
    if room.tab == Tab.QUEUE and (one := room.comparison):
        record.seen(
            "identity.see", about=one.person.key, officer=request.user, record=one.record.pk
        )
    told = {"room": room, "tabs": Tab.choices, "purposes": Purpose.choices}
    return render(request, template, told)
