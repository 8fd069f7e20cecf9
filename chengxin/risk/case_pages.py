"""What an officer does in one case: hold it, speak in it, ask the taxpayer, agree as the second.

A view reads the request, calls one operation, renders the case again.
"""

from __future__ import annotations

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer
from chengxin.risk import casefile, cases, inquiries, judging, papers
from chengxin.risk.cases import ASSIGNS, JUDGES, POSTPONES
from chengxin.risk.inbox import READS
from chengxin.risk.judging import SECONDS
from chengxin.risk.models import Inquiry
from chengxin.risk.papers import Paper


@access.roles(*JUDGES)
@require_POST
def take(request: OfficerRequest, pk: int) -> HttpResponse:
    cases.take(casefile.case(request.user, pk).alert, officer=request.user)
    return _again(request, pk)


@access.roles(*JUDGES)
@require_POST
def give(request: OfficerRequest, pk: int) -> HttpResponse:
    """Hand over one's own case, or assign anyone's as a section head."""
    case = casefile.case(request.user, pk)
    number = request.POST.get("to", "")
    to = get_object_or_404(Officer, pk=int(number)) if number.isdecimal() else request.user
    words = request.POST.get("words", "")
    if case.mine or not request.user.holds(*ASSIGNS):
        cases.hand_over(case.alert, to, words, officer=request.user)
    else:
        cases.assign(case.alert, to, officer=request.user, words=words)
    return _again(request, pk)


@access.roles(*READS)
@require_POST
def comment(request: OfficerRequest, pk: int) -> HttpResponse:
    alert, words = casefile.case(request.user, pk).alert, request.POST.get("words", "")
    cases.comment(alert, words, officer=request.user, attached=sent(request))
    return _again(request, pk)


@access.roles(*POSTPONES)
@require_POST
def postpone(request: OfficerRequest, pk: int) -> HttpResponse:
    alert, words = casefile.case(request.user, pk).alert, request.POST.get("words", "")
    cases.postpone(alert, _days(request), words, officer=request.user)
    return _again(request, pk)


@access.roles(*SECONDS)
@require_POST
def review(request: OfficerRequest, pk: int) -> HttpResponse:
    """approve or send back: one form, two buttons."""
    case, words = casefile.case(request.user, pk), request.POST.get("words", "")
    match request.POST.get("outcome"):
        case "approve":
            judging.approve(case.alert, words, officer=request.user)
        case "send_back":
            judging.send_back(case.alert, words, officer=request.user)
        case _:
            raise Http404
    return _again(request, pk)


@access.roles(*READS)
@require_GET
def file(request: OfficerRequest, pk: int, number: int) -> HttpResponse:
    """One paper, as a file and never as a page."""
    case = casefile.case(request.user, pk)
    found = get_object_or_404(case.alert.files.select_related("alert"), pk=number)
    return HttpResponse(
        papers.read(found, officer=request.user),
        headers={
            "Content-Type": found.kind,
            "Content-Disposition": papers.disposition(found),
            "Content-Security-Policy": "sandbox",
            "Cache-Control": "no-store",
        },
    )


@access.roles(*JUDGES)
@require_POST
def ask(request: OfficerRequest, pk: int) -> HttpResponse:
    """The notice for the taxpayer: the only page that shows the code, once."""
    alert, question = casefile.case(request.user, pk).alert, request.POST.get("question", "")
    inquiry, code = inquiries.ask(alert, question, _days(request), officer=request.user)
    return _notice(request, inquiry, code)


@access.roles(*JUDGES)
@require_POST
def renew(request: OfficerRequest, pk: int, number: int) -> HttpResponse:
    """The notice again, with another code."""
    case = casefile.case(request.user, pk)
    inquiry = get_object_or_404(case.alert.inquiries, pk=number)
    return _notice(request, inquiry, inquiries.renew(inquiry, officer=request.user))


@access.roles(*JUDGES)
@require_POST
def withdraw(request: OfficerRequest, pk: int, number: int) -> HttpResponse:
    case = casefile.case(request.user, pk)
    inquiries.withdraw(get_object_or_404(case.alert.inquiries, pk=number), officer=request.user)
    return _again(request, pk)


def sent(request: HttpRequest) -> list[Paper]:
    """The papers of a form, checked; refuses a sending that is too large to be read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not str(length).isdecimal() or int(length) > papers.ALTOGETHER + (1 << 20):
        raise papers.too_large()
    found = [
        Paper(one.name or "", one.read()) for one in request.FILES.getlist("files") if one.size
    ]
    papers.check(found)
    return found


def _days(request: OfficerRequest) -> int:
    """Working days as typed; 0, which is refused, when it is no number."""
    typed = request.POST.get("days", "")
    return int(typed) if typed.isdecimal() and len(typed) < 4 else 0


def _again(request: OfficerRequest, pk: int) -> HttpResponse:
    return render(request, "risk/_alert.html", {"case": casefile.case(request.user, pk)})


def _notice(request: OfficerRequest, inquiry: Inquiry, code: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("explain"))
    drawn = segno.make(f"{link}#{code}", error="m", micro=False)
    told = {
        "inquiry": inquiry,
        "case": casefile.case(request.user, inquiry.alert_id),
        "code": code,
        "link": link,
        "qr": drawn.svg_data_uri(border=2, scale=4),
    }
    answer = render(request, "risk/_notice.html", told)
    answer["Cache-Control"] = "no-store"
    return answer
