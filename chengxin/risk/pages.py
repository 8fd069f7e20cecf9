"""预警核实: the inbox of the managing office, one alert, and what stands against a subject.

A view reads the request, calls one operation or one query, renders.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.risk import alerts, casefile, counter, inbox, judging
from chengxin.risk.cases import JUDGES
from chengxin.risk.inbox import READS, Tab
from chengxin.trace import record
from chengxin.trace.stream import Event, listener

MOVES = {
    "alert.open", "alert.refresh", "alert.clear", "alert.confirm", "alert.explain", "alert.leave",
    "alert.release", "directive.impose", "directive.lift", "directive.release",
    "directive.await_release", "alert.take", "alert.assign", "alert.hand_over", "alert.postpone",
    "alert.propose", "alert.approve", "alert.send_back", "alert.remind", "alert.escalate",
    "alert.overdue", "inquiry.answer", "control.open", "control.judge",
}  # fmt: skip
DOSSIER = (Role.WINDOW, Role.FIELD, Role.RISK, Role.CREDIT, Role.SECTION_HEAD, Role.LEADER)
PASSED = 20  # overrides shown in a dossier; the history of the subject has the rest
JUDGE = {"confirm": judging.confirm, "explain": judging.explain, "leave": judging.leave}


@access.roles(*READS)
@require_GET
def listed(request: OfficerRequest) -> HttpResponse:
    return render(request, "risk/alerts.html", {"inbox": _inbox(request)})


@access.roles(*READS)
@require_GET
def fragment(request: OfficerRequest) -> HttpResponse:
    """The inbox again, after something came or was closed."""
    return render(request, "risk/_inbox.html", {"inbox": _inbox(request)})


@access.roles(*READS)
@require_GET
def alert(request: OfficerRequest, pk: int) -> HttpResponse:
    case = casefile.case(request.user, pk)
    record.seen("alert.see", about=case.alert.subject, officer=request.user, alert=pk)
    return render(request, "risk/alert.html", {"case": case})


@access.roles(*JUDGES)
@require_POST
def judge(request: OfficerRequest, pk: int) -> HttpResponse:
    """confirm, explain or leave: one form, three buttons."""
    case = casefile.case(request.user, pk)
    decide = JUDGE.get(request.POST.get("outcome", ""))
    if decide is None:
        raise Http404
    decide(case.alert, request.POST.get("grounds", ""), officer=request.user)
    return _case(request, pk)


@access.roles(Role.LEADER)
@require_POST
def release(request: OfficerRequest, pk: int) -> HttpResponse:
    alerts.release(casefile.case(request.user, pk).alert, officer=request.user)
    return _case(request, pk)


@access.roles(*DOSSIER)
@require_GET
def about(request: OfficerRequest, about: str) -> HttpResponse:
    """Directives and alerts of a person with his enterprises, or of an enterprise: a part of the
    dossier's page, which left the trace of the look."""
    access.require(request.user, about)
    shown = inbox.About(about, request.user)
    passed = counter.passed_for(shown.keys, PASSED) if shown.told_everything else []
    return render(request, "risk/_about.html", {"about": shown, "passed": passed})


@access.stream_roles(*READS)
async def stream(request: OfficerRequest) -> HttpResponseBase:
    return access.event_stream(_changes())


async def _changes() -> AsyncGenerator[str, None]:
    """`ready` once, then `changed` whenever an alert or a directive moves; nothing about whom."""
    yield "retry: 1000\n\n"
    ready = False
    async for event in listener.events(_moves):
        if event is not None:
            yield f"id: {event.pk}\nevent: changed\ndata: null\n\n"
        else:
            yield ": still here\n\n" if ready else "event: ready\ndata: null\n\n"
            ready = True


def _moves(event: Event) -> bool:
    return event.action in MOVES and event.outcome == "done"


def _inbox(request: OfficerRequest) -> inbox.Inbox:
    asked = request.GET.get("tab", Tab.TASKS)
    tab = Tab(asked) if asked in Tab.values else Tab.TASKS
    by_deadline = request.GET.get("order") == "due"
    return inbox.of(request.user, tab, request.GET.get("page", "1"), by_deadline=by_deadline)


def _case(request: OfficerRequest, pk: int) -> HttpResponse:
    return render(request, "risk/_alert.html", {"case": casefile.case(request.user, pk)})
