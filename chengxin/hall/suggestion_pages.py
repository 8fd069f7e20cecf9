"""名单比对: the page on which an officer asks whom of a short list a face looks like."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import suggestions, workstation
from chengxin.hall.models import FaceSuggestion
from chengxin.hall.suggestions import Asked
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.people.models import Person


@dataclass(frozen=True)
class Row:
    """One suggestion as it is shown."""

    rank: int
    person: Person
    portrait: int
    distance: float
    band: str


@access.roles(Role.WINDOW)
@require_GET
def page(request: OfficerRequest, pk: int) -> HttpResponse:
    here = workstation.window_of(request, pk)
    told = {
        "window": here,
        "scopes": FaceSuggestion.Scope.choices,
        "purposes": FaceSuggestion.Purpose.choices,
        "top": suggestions.TOP,
    }
    return render(request, "hall/suggest.html", told)


@access.roles(Role.WINDOW)
@require_POST
def search(request: OfficerRequest, pk: int) -> HttpResponse:
    """The suggestions, as a part of the page."""
    here = workstation.window_of(request, pk)
    picture = request.FILES.get("picture")
    if picture is None:
        raise Http404
    asked = Asked(
        scope=request.POST.get("scope", ""),
        purpose=request.POST.get("purpose", ""),
        reason=request.POST.get("reason", ""),
        told="told" in request.POST,
    )
    made = suggestions.suggest(here, picture.read(), asked, officer=request.user)
    people = Person.objects.in_bulk([one["person"] for one in made.found])
    rows = [
        Row(rank, people[one["person"]], one["portrait"], one["distance"], one["band"])
        for rank, one in enumerate(made.found, 1)
    ]
    return render(request, "hall/_suggested.html", {"window": here, "made": made, "rows": rows})


@access.roles(Role.WINDOW)
@require_GET
def portrait(
    request: OfficerRequest, pk: int, suggestion_pk: UUID, portrait_pk: int
) -> HttpResponse:
    """A picture that was suggested to this officer a short while ago, and no other."""
    here = workstation.window_of(request, pk)
    mine = FaceSuggestion.objects.filter(officer=request.user, window=here)
    found = suggestions.portrait_of(get_object_or_404(mine, pk=suggestion_pk), portrait_pk)
    if found is None:
        raise Http404
    return HttpResponse(
        bytes(found.jpeg or b""), content_type="image/jpeg", headers={"Cache-Control": "no-store"}
    )
