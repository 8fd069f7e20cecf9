"""疑似重复身份: two numbers with one face, one number with two; what a person says of it, kept.

A view reads the request, calls one operation, renders.
"""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer
from chengxin.people import likenesses
from chengxin.people.likenesses import JUDGES
from chengxin.people.models import Likeness
from chengxin.trace import record

SHOWN = 50


@access.roles(*JUDGES)
@require_GET
def likenesses_page(request: OfficerRequest) -> HttpResponse:
    """Open ones, or those that were judged, of people in the officer's jurisdiction."""
    judged = request.GET.get("tab") == "judged"
    found = Likeness.objects.select_related("person", "other", "judged_by").order_by("-pk")
    found = found.exclude(verdict="") if judged else found.filter(verdict="")
    rows = [one for one in found[: SHOWN * 4] if _may_see(request.user, one)][:SHOWN]
    for one in rows:
        record.seen("likeness.see", about=one.person.key, officer=request.user, likeness=one.pk)
    told = {"rows": rows, "judged": judged, "verdicts": Likeness.Verdict.choices[1:]}
    return render(request, "people/likenesses.html", told)


@access.roles(*JUDGES)
@require_POST
def judge(request: OfficerRequest, pk: int) -> HttpResponse:
    one = _likeness(request.user, pk)
    told = request.POST
    likenesses.judge(one, told.get("verdict", ""), told.get("reason", ""), officer=request.user)
    return redirect("likenesses")


@access.roles(*JUDGES)
@require_POST
def withdraw(request: OfficerRequest, pk: int) -> HttpResponse:
    one = _likeness(request.user, pk)
    likenesses.withdraw(one, request.POST.get("reason", ""), officer=request.user)
    return redirect("likenesses")


@access.roles(*JUDGES)
@require_GET
def picture(request: OfficerRequest, pk: int, which: str) -> HttpResponse:
    """One of the two pictures that are compared."""
    one = _likeness(request.user, pk)
    found = {"one": one.portrait, "other": one.other_portrait}.get(which)
    if found is None:
        raise Http404
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(bytes(found.jpeg or b""), content_type="image/jpeg", headers=headers)


def _likeness(officer: Officer, pk: int) -> Likeness:
    one = get_object_or_404(Likeness.objects.select_related("person", "other"), pk=pk)
    if not _may_see(officer, one):
        raise access.not_yours()
    return one


def _may_see(officer: Officer, one: Likeness) -> bool:
    return access.may_see(officer, one.person.key) or access.may_see(officer, one.other.key)
