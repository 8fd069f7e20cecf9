"""大厅看板: the hall as it stands, its figures of a day or a month, and the files of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chengxin.core.refusal import Refusal
from chengxin.hall import board, figure_files, figures, kept, streams
from chengxin.hall.models import Hall
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer, Role
from chengxin.trace import record

MAY_SEE = (Role.HALL_MANAGER, Role.SECTION_HEAD, Role.LEADER, Role.AUDITOR)
MAY_BOOK = (Role.HALL_MANAGER, Role.WINDOW)  # appointments for who shows his document
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


class Span(forms.Form):
    """A day, or with `month` the whole month that it lies in; today when nothing is asked."""

    day = forms.DateField(
        required=False,
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    span = forms.ChoiceField(
        required=False, label=_("期间"), choices=[("day", _("当日")), ("month", _("当月"))]
    )

    def __init__(self, asked: QueryDict) -> None:
        told = asked.copy()
        told.setdefault("day", localdate().isoformat())
        super().__init__(told)

    def days(self) -> tuple[date, date]:
        """The first and the last day asked for."""
        if not self.is_valid():
            raise Refusal("day_unknown", str(_("请按 2017-08-18 的写法填写日期")))
        on = self.cleaned_data["day"] or localdate()
        return figures.month_of(on) if self.cleaned_data["span"] == "month" else (on, on)


@access.roles(*MAY_SEE)
@require_GET
def first(request: OfficerRequest) -> HttpResponse:
    """The officer's own hall; where there is none, a page that says so."""
    hall = halls_of(request.user).first()
    return redirect("hall-board", hall.pk) if hall else render(request, "hall/board_none.html")


@access.roles(*MAY_SEE)
@require_GET
def shown(request: OfficerRequest, hall_code: str) -> HttpResponse:
    hall = hall_of(request, hall_code)
    wall = "wall" in request.GET
    told = {
        "halls": halls_of(request.user), "wall": wall, **_live(hall), **_today(hall),
        "may_book": request.user.holds(*MAY_BOOK),
    }  # fmt: skip
    return render(request, "hall/board.html", told)


@access.roles(*MAY_SEE)
@require_GET
def live(request: OfficerRequest, hall_code: str) -> HttpResponse:
    """What changes with every call."""
    return render(request, "hall/_board_live.html", _live(hall_of(request, hall_code)))


@access.roles(*MAY_SEE)
@require_GET
def today(request: OfficerRequest, hall_code: str) -> HttpResponse:
    """The figures of the day so far."""
    hall = hall_of(request, hall_code)
    return render(request, "hall/_board_today.html", {"hall": hall, **_today(hall)})


@access.stream_roles(*MAY_SEE)
async def stream(request: OfficerRequest, hall_code: str) -> HttpResponseBase:
    hall = await sync_to_async(hall_of)(request, hall_code)
    return access.event_stream(streams.of_hall(hall))


@access.roles(*MAY_SEE)
@require_GET
def counted(request: OfficerRequest, hall_code: str) -> HttpResponse:
    """The statistics of a day or a month."""
    hall = hall_of(request, hall_code)
    asked = Span(request.GET)
    found = figures.of(hall, *asked.days())
    told = {
        "halls": halls_of(request.user), "hall": hall, "asked": asked, "figures": found,
        "tables": figure_files.tables(found), "chart": _chart(found), "days": _days(found),
        "span": figure_files.span(found.first, found.last), "is_month": found.first != found.last,
    }  # fmt: skip
    return render(request, "hall/figures.html", told)


@access.roles(*MAY_SEE)
@require_POST
def export(request: OfficerRequest, hall_code: str) -> HttpResponse:
    """The same as a file, with its watermark."""
    hall = hall_of(request, hall_code)
    asked, form = Span(request.POST), request.POST.get("form", "")
    if form not in figure_files.FORMS:
        form = "xlsx"
    made, name = figure_files.make(hall, *asked.days(), form, officer=request.user)
    return access.attachment(made, name, TYPES[form])


@access.roles(*MAY_SEE)
@require_GET
def promised(request: OfficerRequest, hall_code: str) -> HttpResponse:
    """What people were told about their wait, and what happened."""
    hall = hall_of(request, hall_code)
    asked = Span(request.GET)
    first, last = asked.days()
    found = kept.of(hall, first, last)
    told = {
        "hall": hall, "asked": asked, "kept": found, "span": figure_files.span(first, last),
        "parts": [
            (_("预计等候"), found.by_wait),
            (_("时段"), found.by_hour),
            (_("何处所示"), found.by_place),
        ],
    }  # fmt: skip
    return render(request, "hall/promises.html", told)


def halls_of(officer: Officer) -> QuerySet[Hall]:
    """The halls of the officer's county, or of all counties below his office."""
    return Hall.objects.filter(office__in=access.offices_of(officer)).order_by("pk")


def hall_of(request: HttpRequest, code: str) -> Hall:
    officer = request.user
    assert isinstance(officer, Officer)
    found = halls_of(officer).filter(pk=code).first()
    if found is None:
        with record.of("access.ask", officer=officer, place=request.path[:60]):
            raise access.not_yours()
    return found


def _live(hall: Hall) -> dict[str, Any]:
    return {"hall": hall, "board": board.of(hall)}


def _today(hall: Hall) -> dict[str, Any]:
    on: date = localdate()
    found = figures.day(hall, on)
    return {"figures": found, "chart": _chart(found)}


def _chart(found: figures.Figures) -> dict[str, Any]:
    """Numbers taken and the mean wait by half hour."""
    return _plot(found.by_half_hour)


def _days(found: figures.Figures) -> dict[str, Any]:
    return _plot(found.by_day)


def _plot(lines: list[figures.Tickets]) -> dict[str, Any]:
    return {
        "labels": [line.title[-5:] for line in lines],
        "taken": [line.taken for line in lines],
        "wait": [
            None if line.wait_mean is None else round(line.wait_mean / 60, 1) for line in lines
        ],
    }
