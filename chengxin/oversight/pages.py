"""办税痕迹: who did what to whom, where, and how it ended.  Looking is itself a line."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_POST

from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer, Role
from chengxin.oversight import asked, figures, lines, looks, workbook
from chengxin.oversight.asked import Asked, Period, Search
from chengxin.people.dossier import Purpose
from chengxin.trace import record
from chengxin.trace.models import Trace

LINES = 200
READS = (Role.AUDITOR, Role.HALL_MANAGER)


@access.roles(*READS)
@require_GET
def traces(request: OfficerRequest) -> HttpResponse:
    search = Search(request.GET, request.user)
    understood = asked.understood(search)
    found = Trace.objects.none() if understood is None else asked.found(request.user, understood)
    if understood and (before := understood.told.get("before")):
        found = found.filter(pk__lt=before)
    shown = lines.of(found.select_related("officer").latest_first()[: LINES + 1])
    record.seen(
        "trace.search",
        about=understood.about if understood else "",
        officer=request.user,
        asked=understood.names if understood else [],
    )
    told = request.GET.copy()
    told["before"] = str(shown[LINES - 1].trace.pk) if len(shown) > LINES else ""
    return render(
        request,
        "oversight/traces.html",
        {
            "search": search, "lines": shown[:LINES], "most": LINES, "purposes": Purpose.choices,
            "older": told.urlencode() if told["before"] else "",
            "auditor": request.user.holds(Role.AUDITOR),
            "asked": understood.names if understood else [],
        },
    )  # fmt: skip


@access.roles(Role.AUDITOR)
@require_POST
def export(request: OfficerRequest) -> HttpResponse:
    """The lines of a search as a workbook."""
    understood = asked.understood(Search(request.POST, request.user)) or Asked({})
    made, name = workbook.make(request.user, understood, request.POST.get("purpose", ""))
    return HttpResponse(
        made,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@access.roles(Role.AUDITOR)
@require_GET
def trace(request: OfficerRequest, pk: int) -> HttpResponse:
    """One line with everything it says, what was done around it, and who stood there."""
    one = _trace(request.user, pk)
    around = Trace.objects.filter(asked.of_county(request.user), at__date=localtime(one.at).date())
    around = around.filter(about=one.about) if one.about else around.none()
    record.seen("trace.see", about=one.about, officer=request.user, line=one.pk)
    return render(
        request,
        "oversight/trace.html",
        {
            "line": lines.of([one])[0],
            "made": lines.verification(one),
            "around": lines.of(around.select_related("officer").order_by("pk")[:LINES]),
        },
    )


@access.roles(Role.AUDITOR)
@require_GET
def picture(request: OfficerRequest, pk: int, which: str) -> HttpResponse:
    """The face that stood there, or what it was compared with."""
    one = _trace(request.user, pk)
    made = lines.verification(one)
    portrait = made and {"live": made.live, "reference": made.reference}[which]
    if not portrait:
        raise Http404
    record.seen("picture.see", about=one.about, officer=request.user, portrait=portrait.pk)
    return HttpResponse(
        bytes(portrait.jpeg or b""),
        content_type="image/jpeg",
        headers={"Cache-Control": "no-store"},
    )


@access.roles(Role.AUDITOR)
@require_GET
def without_ground(request: OfficerRequest) -> HttpResponse:
    period = Period(request.GET or None)
    since, until = period.days()
    found = looks.without_ground(request.user, since, until, period.who())
    record.seen("trace.search", about="", officer=request.user, asked=["looks"])
    return render(
        request,
        "oversight/looks.html",
        {
            "period": period, "since": since, "until": until, "most": LINES,
            "lines": lines.of(found[:LINES]), "count": found.count(),
            "before": looks.BEFORE, "after": looks.AFTER,
        },
    )  # fmt: skip


@access.roles(Role.AUDITOR)
@require_GET
def by_officer(request: OfficerRequest) -> HttpResponse:
    period = Period(request.GET or None)
    since, until = period.days(30)
    told = figures.of(request.user, since, until, period.who())
    record.seen("trace.search", about="", officer=request.user, asked=["figures"])
    return render(
        request,
        "oversight/figures.html",
        {"period": period, "since": since, "until": until, "figures": told},
    )


def _trace(officer: Officer, pk: int) -> Trace:
    found = Trace.objects.filter(asked.of_county(officer), pk=pk).select_related("officer").first()
    if found is None:
        with record.of("access.ask", officer=officer, place="traces"):
            raise access.not_yours()
    return found
