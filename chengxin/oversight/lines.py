"""A trace as a person reads it, and the pictures of that moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.timezone import localtime

from chengxin.hall.models import Hall
from chengxin.people.dossier import Purpose
from chengxin.people.models import Enterprise, Person, Verification
from chengxin.trace import words
from chengxin.trace.models import Trace


@dataclass(frozen=True)
class Line:
    """One trace in words; nobody is named in full."""

    trace: Trace
    action: str
    outcome: str
    detail: str
    whom: str
    hall: Hall | None

    @property
    def refused(self) -> bool:
        return self.trace.outcome != "done"

    @property
    def reason(self) -> str:
        """Why it was refused, or what the officer gave as his purpose or reason."""
        told = self.trace.detail
        purpose = dict(Purpose.choices).get(str(told.get("purpose", "")), "")
        return str(told.get("reason", "") or purpose)


def of(found: Iterable[Trace]) -> list[Line]:
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
            halls.get(trace.place.partition("/")[0].removeprefix("hall:")),
        )
        for trace in traces
    ]


def verification(trace: Trace) -> Verification | None:
    """Who stood there when it was done: the check that the trace names, else the last one of the
    same person on that day until then."""
    kind, _sep, pk = trace.about.partition(":")
    if kind != "person":
        return None
    checks = Verification.objects.filter(person=pk).select_related("live", "reference", "officer")
    if named := trace.detail.get("verification"):
        return checks.filter(pk=named).first()
    that_day = checks.filter(at__lte=trace.at, at__date=localtime(trace.at).date())
    return that_day.order_by("-at", "-pk").first()
