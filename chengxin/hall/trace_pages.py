"""办税痕迹: who did what to whom, where, and how it ended.  Looking is itself a line."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from chengxin.core.identifiers import kind_of, normal_number
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.hall.models import Hall
from chengxin.offices import access
from chengxin.offices.access import OfficerRequest
from chengxin.offices.models import Officer, Role
from chengxin.people.models import Enterprise, Person
from chengxin.trace import record, words
from chengxin.trace.models import Trace, TraceQuerySet

LINES = 200


class Search(forms.Form):
    """What to look for; nothing asked shows the newest lines of the county."""

    person = forms.CharField(required=False, max_length=40, label=_("办税人员（证件号码或编号）"))
    enterprise = forms.CharField(required=False, max_length=40, label=_("企业（信用代码或识别号）"))
    officer = forms.CharField(required=False, max_length=30, label=_("经办人员（工号）"))
    day = forms.DateField(
        required=False,
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@dataclass(frozen=True)
class Line:
    """One trace as a person reads it."""

    trace: Trace
    action: str
    outcome: str
    detail: str
    whom: str
    hall: Hall | None

    @property
    def refused(self) -> bool:
        return self.trace.outcome != "done"


@access.roles(Role.AUDITOR, Role.HALL_MANAGER)
@require_GET
def traces(request: OfficerRequest) -> HttpResponse:
    search = Search(request.GET or None)
    found, told = Trace.objects.none(), {}
    if not request.GET or search.is_valid():
        told = search.cleaned_data if request.GET else {}
        found = _found(request.user, told)
    lines = _lines(found.select_related("officer").latest_first()[:LINES])
    record.seen(
        "trace.search",
        about=_about(told),
        officer=request.user,
        asked=sorted(name for name, value in told.items() if value),
    )
    return render(request, "hall/traces.html", {"search": search, "lines": lines, "most": LINES})


def _found(officer: Officer, told: dict[str, object]) -> TraceQuerySet:
    """The lines asked for, of those that `officer` may see."""
    found = Trace.objects.filter(_of_county(officer))
    if told.get("person"):
        key = f"person:{_person_id(str(told['person']))}"
        access.require(officer, key)
        found = found.filter(about=key)
    if told.get("enterprise"):
        pk = _enterprise_id(str(told["enterprise"]))
        access.require(officer, f"enterprise:{pk}")
        found = found.filter(Q(about=f"enterprise:{pk}") | Q(detail__enterprise=pk))
    if told.get("officer"):
        found = found.filter(officer__username=told["officer"])
    if told.get("day"):
        found = found.filter(at__date=told["day"])
    return found


def _of_county(officer: Officer) -> Q:
    """What happened in the county's halls, by its officers, or to its subjects."""
    offices = access.offices_of(officer)
    here = access.visible(officer) | Q(officer__office__in=offices)
    for code in Hall.objects.filter(office__in=offices).values_list("pk", flat=True):
        here |= Q(place=f"hall:{code}") | Q(place__startswith=f"hall:{code}/")
    return here


def _about(told: dict[str, object]) -> str:
    """Whom the search is about, as a key: never what was typed."""
    if told.get("person"):
        return f"person:{_person_id(str(told['person']))}"
    if told.get("enterprise"):
        return f"enterprise:{_enterprise_id(str(told['enterprise']))}"[:60]
    return ""


def _person_id(text: str) -> str:
    """The id itself, or the id of the person with this document number."""
    text = text.strip().removeprefix("person:")
    kind = kind_of(text.upper())
    number = normal_number(kind, text) if kind else None
    if number:
        return Keys.load().person_id(number)
    if len(text) == 27 and text.startswith("p"):
        return text
    raise Refusal("not_a_number", str(_("请输入完整的证件号码，或人员编号")))


def _enterprise_id(text: str) -> str:
    return text.strip().removeprefix("enterprise:").upper()[:32]


def _lines(found: TraceQuerySet) -> list[Line]:
    traces = list(found)
    persons = Person.objects.in_bulk(
        {trace.about.removeprefix("person:") for trace in traces if trace.about[:7] == "person:"}
    )
    codes = {
        trace.about.removeprefix("enterprise:")
        for trace in traces
        if trace.about.startswith("enterprise:")
    } | {str(trace.detail.get("enterprise", "")) for trace in traces}
    enterprises = Enterprise.objects.in_bulk(codes - {""})

    halls = Hall.objects.in_bulk()

    def hall(trace: Trace) -> Hall | None:
        return halls.get(trace.place.partition("/")[0].removeprefix("hall:"))

    def whom(trace: Trace) -> str:
        kind, _sep, pk = trace.about.partition(":")
        if kind == "person" and pk in persons:
            return f"{persons[pk].public_name}　{persons[pk].masked_number}"
        if kind == "enterprise" and pk in enterprises:
            return enterprises[pk].name
        return trace.about

    def detail(trace: Trace) -> str:
        firm = enterprises.get(str(trace.detail.get("enterprise", "")))
        return words.detail(trace, firm.name if firm else "")

    return [
        Line(
            trace,
            words.action(trace.action),
            words.outcome(trace.outcome),
            detail(trace),
            whom(trace),
            hall(trace),
        )
        for trace in traces
    ]
