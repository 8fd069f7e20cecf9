"""书面说明: the taxpayer's page.  Nobody signs in; the code of the notice opens one question.

The code stands behind the `#` of the link, so that no server log has it, and is posted.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from chengxin.offices import access
from chengxin.people.models import Affiliation
from chengxin.risk import inquiries, papers
from chengxin.risk.case_pages import sent
from chengxin.risk.inbox import Known
from chengxin.risk.inquiries import Answer

OPEN = access.everyone("for taxpayers: the code of their notice opens one question")


@OPEN
@never_cache
@require_http_methods(["GET", "POST"])
def explain(request: HttpRequest) -> HttpResponse:
    """Ask for the code; with the right one, show the question."""
    if request.method == "GET":
        return render(request, "risk/explain.html", {})
    code = request.POST.get("code", "")
    inquiry = inquiries.open_by(code, address=_address(request))
    told = {
        "inquiry": inquiry,
        "who": Known.of([inquiry.about]).subject(inquiry.about),
        "code": code,
        "capacities": Affiliation.Role.choices,
        "most": inquiries.MOST_WORDS,
        "limits": papers.LIMITS,
    }
    return render(request, "risk/_question.html", told)


@OPEN
@never_cache
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    attached = sent(request)
    said = Answer(
        request.POST.get("words", ""),
        request.POST.get("name", ""),
        request.POST.get("capacity", ""),
        request.POST.get("phone", ""),
    )
    code = request.POST.get("code", "")
    inquiries.answer(code, said, attached, address=_address(request))
    return render(request, "risk/_explained.html", {})


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
