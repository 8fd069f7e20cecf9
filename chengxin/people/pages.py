"""个人档案: search, a person, an enterprise, the relation graph.

A view reads the request, makes one query, renders.  What is typed into the search is posted, so
that no number stands in an address or a log.
"""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.people import dossier
from chengxin.people import export as taking
from chengxin.people import graph as relations
from chengxin.people import search as finder
from chengxin.people.dossier import READS, Purpose
from chengxin.people.export import Form
from chengxin.people.models import Person

TYPES = {
    Form.PDF: "application/pdf",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHOWN_SECONDS = 30  # how long an unmasked number stays on the screen


@access.roles(*READS)
@require_http_methods(["GET", "POST"])
def search(request: OfficerRequest) -> HttpResponse:
    if request.method == "GET":
        return render(request, "people/search.html", {})
    text = request.POST.get("text", "")[:200]
    hits = finder.find(request.user, text)
    if one := hits.only:
        room = "dossier-person" if isinstance(one, Person) else "dossier-enterprise"
        return redirect(room, one.pk)
    return render(request, "people/search.html", {"hits": hits, "text": text})


@access.roles(*READS)
@require_GET
def person(request: OfficerRequest, person_id: str) -> HttpResponse:
    told = {"dossier": dossier.person(request.user, person_id), "purposes": Purpose.choices}
    return render(request, "people/person.html", told)


@access.roles(*READS)
@require_POST
def reveal(request: OfficerRequest, person_id: str) -> HttpResponse:
    purpose = request.POST.get("purpose", "")
    shown = dossier.reveal(person_id, purpose, officer=request.user)
    told = {"number": shown.number, "phone": shown.phone, "seconds": SHOWN_SECONDS}
    return render(request, "people/_numbers.html", told)


@access.roles(*READS)
@require_GET
def enterprise(request: OfficerRequest, enterprise_id: str) -> HttpResponse:
    shown = dossier.enterprise(request.user, enterprise_id)
    told = {"dossier": shown, "purposes": Purpose.choices}
    return render(request, "people/enterprise.html", told)


@access.roles(*READS)
@require_POST
def export(request: OfficerRequest, kind: str, pk: str) -> HttpResponse:
    """The dossier as a file, with its watermark."""
    asked = request.POST
    form = Form.XLSX if asked.get("form") == Form.XLSX else Form.PDF
    whole = asked.get("whole") == "yes"
    made, name = taking.make(
        request.user, f"{kind}:{pk}", asked.get("purpose", ""), form, whole=whole
    )
    return access.attachment(made, name, TYPES[form])


@access.roles(*READS)
@require_POST
def printing(request: OfficerRequest, kind: str, pk: str) -> HttpResponse:
    """The watermark without which the page does not print."""
    mark = taking.printing(request.user, f"{kind}:{pk}", request.POST.get("purpose", ""))
    return render(request, "people/_watermark.html", {"mark": mark, "lines": range(12)})


@access.roles(*READS)
@require_GET
def rows(request: OfficerRequest, kind: str, pk: str, table: str) -> HttpResponse:
    """More rows of one section, for the end of its table."""
    start = request.GET.get("start", "")
    section = dossier.rows(
        request.user, f"{kind}:{pk}", table, int(start) if start.isdecimal() else 0
    )
    return render(request, "people/_rows.html", {"section": section})


@access.roles(*READS)
@require_GET
def graph(request: OfficerRequest) -> HttpResponse:
    """One step of the relation graph: around a subject, or around what it shares with others."""
    about, mark = request.GET.get("about", ""), request.GET.get("mark", "")
    officer = request.user
    told = relations.sharing(officer, mark, about) if mark else relations.around(officer, about)
    return JsonResponse(told, headers={"Cache-Control": "no-store"})
