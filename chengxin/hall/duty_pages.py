"""大厅值守, the hall manager's page: windows and screens, calls for help, bad grades to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.hall import alarms, evaluations, moves, screens, windows
from chengxin.hall.models import Alarm, Hall, Redress, Screen, Ticket, Window
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Role
from chengxin.trace import record

ANSWERED = 20  # answered bad grades shown below the open ones


class Answer(forms.Form):
    """What was found about a bad grade, and what was done."""

    finding = forms.CharField(required=False, max_length=10)
    words = forms.CharField(required=False, strip=False)
    called_back = forms.BooleanField(required=False)


@dataclass(frozen=True)
class Row:
    """One window as the manager sees it."""

    window: Window
    ticket: Ticket | None
    screen: Screen | None
    paused: timedelta  # today


@access.roles(Role.HALL_MANAGER)
@require_GET
def duty(request: OfficerRequest) -> HttpResponse:
    return _page(request)


@access.roles(Role.HALL_MANAGER)
@require_POST
def invite_screen(request: OfficerRequest, pk: int) -> HttpResponse:
    """The pairing code of a window's screen, shown once: it is kept nowhere."""
    window = get_object_or_404(_windows(request), pk=pk)
    code = screens.invite(window, officer=request.user)
    address = request.build_absolute_uri("/evaluate/")
    return _page(request, {"window": window, "code": code, "address": address})


@access.roles(Role.HALL_MANAGER)
@require_POST
def end_screen(request: OfficerRequest, pk: int) -> HttpResponse:
    screens.end(get_object_or_404(_windows(request), pk=pk), officer=request.user)
    return redirect("duty")


@access.roles(Role.HALL_MANAGER)
@require_GET
def redress(request: OfficerRequest, pk: int) -> HttpResponse:
    """One bad grade: the visit, what it is about, and the answer.  The look leaves a trace."""
    task = get_object_or_404(evaluations.tasks_of(request.user), pk=pk)
    ticket = task.evaluation.ticket
    record.seen(
        "redress.see", about=ticket.about, officer=request.user,
        place=task.evaluation.window.hall.place, redress=task.pk,
    )  # fmt: skip
    told = {
        "task": task, "items": ticket.items.order_by("pk"),
        "findings": Redress.Finding.choices, "person": ticket.person,
    }  # fmt: skip
    return render(request, "hall/redress.html", told)


@access.roles(Role.HALL_MANAGER)
@require_POST
def answer(request: OfficerRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(evaluations.tasks_of(request.user), pk=pk)
    form = Answer(request.POST)
    form.is_valid()
    told = form.cleaned_data
    evaluations.answer(
        task,
        told.get("finding", ""),
        told.get("words", ""),
        called_back=told.get("called_back", False),
        officer=request.user,
    )
    messages.success(request, _("已答复，记入差评台账"))
    return redirect("duty")


def _page(request: OfficerRequest, invited: dict[str, object] | None = None) -> HttpResponse:
    tasks = evaluations.tasks_of(request.user)
    halls = [(hall, *evaluations.counts_in(hall)) for hall in _halls(request)]
    told = {
        "rows": _rows(request),
        "alarms": _alarms(request),
        "tasks": tasks.open().order_by("due_on", "pk"),
        "answered": tasks.exclude(answered_at=None).order_by("-answered_at")[:ANSWERED],
        "halls": halls,
        "invited": invited,
    }
    page = render(request, "hall/duty.html", told)
    page["Cache-Control"] = "no-store"  # it may show a code
    return page


def _rows(request: OfficerRequest) -> list[Row]:
    found = list(_windows(request))
    here = Ticket.objects.filter(window__in=found, state__in=moves.HERE).select_related("officer")
    tickets = {ticket.window_id: ticket for ticket in here}
    paired = Screen.objects.filter(window__in=found, paired_at__isnull=False, ended_at=None)
    before = {screen.window_id: screen for screen in paired}
    today = localdate()
    return [
        Row(
            window,
            tickets.get(window.pk),
            before.get(window.pk),
            sum(windows.paused_on(window, today).values(), timedelta()),
        )
        for window in found
    ]


def _alarms(request: OfficerRequest) -> list[Alarm]:
    today = alarms.of(request.user).filter(called_at__date=localdate())
    return list(today.order_by("-called_at"))


def _halls(request: OfficerRequest) -> QuerySet[Hall]:
    return Hall.objects.filter(office__in=access.offices_of(request.user)).order_by("pk")


def _windows(request: OfficerRequest) -> QuerySet[Window]:
    mine = Window.objects.filter(hall__in=_halls(request))
    return mine.select_related("hall").order_by("hall", "number")
