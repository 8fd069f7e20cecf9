"""时间轴: what happened to a person or an enterprise, day by day, the newest first.

    lake: registrations, late returns, arrears, cases   registry: roles
    traces: alerts, directives, visits, papers

Nothing stands here that the officer could not read elsewhere in the same dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import models
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.indicators.catalogue import all_indicators
from chengxin.lake.engine import Row
from chengxin.lake.tables import TABLES, Table
from chengxin.lake.tables import Kind as Code
from chengxin.offices.models import Officer
from chengxin.people import gathered, sections, values
from chengxin.people.models import Affiliation, Enterprise
from chengxin.people.plots import Filings
from chengxin.trace import words
from chengxin.trace.models import Trace

EVENTS = 200  # on a page; the traces and the sections have the rest
EACH = 60  # of one table, or of the traces
REGISTERED = ("registration", "natural_person")
OWNED = ("equity_transfer", "equity_pledge")  # beside what stands under the heading of property


class Kind(models.TextChoices):
    """What an event is about; the page can show one kind alone."""

    REGISTER = "register", _("登记")
    ROLE = "role", _("任职")
    FILING = "filing", _("申报")
    ARREARS = "arrears", _("欠税")
    PROPERTY = "property", _("财产与股权")
    CASE = "case", _("案件与状态")
    ALERT = "alert", _("预警")
    DIRECTIVE = "directive", _("指令")
    VISIT = "visit", _("办税")
    PAPER = "paper", _("资料")


TRACED = {  # beginning of a trace's action -> kind
    "alert.": Kind.ALERT,
    "directive.": Kind.DIRECTIVE,
    "ticket.": Kind.VISIT,
    "item.": Kind.VISIT,
    "person.enrol": Kind.VISIT,
    "person.verify": Kind.VISIT,
    "paper.": Kind.PAPER,
    "archive.": Kind.PAPER,
    "image.": Kind.PAPER,
}
QUIET = {
    "alert.see", "alert.refresh", "ticket.identify", "ticket.precall", "ticket.prioritise",
    "ticket.recall", "ticket.release", "ticket.scan",
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One thing that happened on one day."""

    day: date
    kind: Kind
    title: str
    text: str = ""
    trouble: bool = False
    origin: str = ""  # source, delivery and line

    @property
    def year(self) -> int:
        return self.day.year


@dataclass(frozen=True)
class TimeLine:
    """The events, the newest first, with the kinds and years among them."""

    events: list[Event]

    @property
    def kinds(self) -> list[tuple[Kind, int]]:
        return [(kind, n) for kind in Kind if (n := sum(e.kind is kind for e in self.events))]

    @property
    def years(self) -> list[int]:
        return sorted({event.year for event in self.events}, reverse=True)

    @property
    def by_year(self) -> list[tuple[int, list[Event]]]:
        return [(year, list(some)) for year, some in groupby(self.events, lambda one: one.year)]


def of(
    officer: Officer,
    about: str,
    roles: Iterable[Affiliation],
    *,
    arrears: Iterable[Row] = (),
    filings: Filings | None = None,
) -> TimeLine:
    """Everything about a subject that has a day; the caller has asked for the rights."""
    on_person = about.startswith("person:")
    found = [
        *_roles(roles, on_person),
        *_told(officer, about),
        *_late(filings),
        *_owed(arrears),
        *_traced(officer, about),
    ]
    found = [event for event in found if event.day <= localdate()]
    found.sort(key=lambda event: (event.day, event.kind, event.title), reverse=True)
    return TimeLine(found[:EVENTS])


def _roles(roles: Iterable[Affiliation], on_person: bool) -> Iterator[Event]:
    for one in roles:
        other = one.enterprise.name if on_person else one.person.public_name
        role = str(one.get_role_display())
        if one.valid_from:
            title = gettext("开始任职：%(role)s") % {"role": role}
            yield Event(one.valid_from, Kind.ROLE, title, other)
        if one.until:
            title = gettext("结束任职：%(role)s") % {"role": role}
            yield Event(one.until, Kind.ROLE, title, other)


def _told(officer: Officer, about: str) -> Iterator[Event]:
    """Registrations, property, and the rows under the heading of cases and of states."""
    for name in gathered.counts(about):
        table = TABLES.get(name)
        if table is None or not sections.may_read(officer, table):
            continue
        kind = _kind(name)
        if kind is None:
            continue
        own = sections.own_bureau(officer, table)
        rows = gathered.about(name, about, limit=EACH, bureau=own)
        if kind is Kind.REGISTER:
            yield from _registered(table, rows)
            continue
        for row in rows:
            if row["day"] is not None:
                said, case = _said(table, row), kind is Kind.CASE
                yield Event(row["day"], kind, values.title(table), said, case, sections.origin(row))


def _kind(table: str) -> Kind | None:
    if table in REGISTERED:
        return Kind.REGISTER
    if sections.is_case(table):
        return Kind.CASE
    return Kind.PROPERTY if sections.is_property(table) or table in OWNED else None


def _registered(table: Table, rows: Iterable[Row]) -> Iterator[Event]:
    """What both bureaus registered on one day under one name is one event."""
    both: dict[tuple[date, str], list[Row]] = {}
    for row in rows:
        if row.get("registered_on"):
            both.setdefault((row["registered_on"], str(row.get("name") or "")), []).append(row)
    for (day, name), some in both.items():
        bureaus = dict.fromkeys(values.code("bureau", one["bureau"]) for one in some)
        said = " · ".join(part for part in (gettext("、").join(bureaus), name) if part)
        origins = gettext("；").join(sections.origin(one) for one in some)
        yield Event(day, Kind.REGISTER, values.title(table), said, origin=origins)


def _said(table: Table, row: Row) -> str:
    """What an event of a table is about: who says so, its first code and its first amount."""
    told = [values.code("bureau", row["bureau"])] if row.get("bureau") else []
    columns = [one for one in table.columns.values() if row.get(one.name) not in (None, "")]
    for one in columns:
        if one.kind is Code.CODE and one.name not in ("bureau", "subject_kind"):
            told.append(values.code_of(one, str(row[one.name]), table.name))
            break
    for one in columns:
        if one.kind is Code.MONEY:
            amount = {"title": values.title(one), "amount": f"{row[one.name]:,.2f}"}
            told.append(gettext("%(title)s %(amount)s 元") % amount)
            break
    return " · ".join(told)


def _late(filings: Filings | None) -> Iterator[Event]:
    for item, marks in filings.lines if filings else []:
        for mark in marks:
            if mark.state in ("late", "missing") and mark.due:
                title = gettext("逾期申报") if mark.state == "late" else gettext("未见申报")
                yield Event(mark.due, Kind.FILING, title, f"{item} · {mark.text}", True)


def _owed(arrears: Iterable[Row]) -> Iterator[Event]:
    """One event for each day on which something fell due and was not paid."""
    owed: dict[date, list[Row]] = {}
    for row in arrears:
        if row["kind"] == "tax":
            owed.setdefault(row["due_on"], []).append(row)
    for day, rows in sorted(owed.items(), reverse=True)[:EACH]:
        unpaid = any(row["paid_on"] is None for row in rows)
        title = gettext("到期未缴") if unpaid else gettext("逾期缴纳")
        total = f"{sum(row['amount'] for row in rows):,.2f}"
        text = gettext("%(count)s 笔，%(amount)s 元") % {"count": len(rows), "amount": total}
        yield Event(day, Kind.ARREARS, title, text, unpaid)


def _traced(officer: Officer, about: str) -> Iterator[Event]:
    listed = Trace.objects.about_any(about).exclude(action__in=QUIET)
    wanted = models.Q()
    for beginning, kind in TRACED.items():
        if kind is not Kind.ALERT or sections.sees_cases(officer):
            wanted |= models.Q(action__startswith=beginning)
    listed = listed.filter(wanted).latest_first()[:EACH]
    traces = list(listed)
    firms = Enterprise.objects.in_bulk(
        {str(one.detail["enterprise"]) for one in traces if one.detail.get("enterprise")}
    )
    for one in traces:
        kind = next(kind for start, kind in TRACED.items() if one.action.startswith(start))
        firm = firms.get(str(one.detail.get("enterprise", "")))
        said = words.detail(one, firm.name if firm else "")
        if code := str(one.detail.get("indicator") or ""):
            said = " · ".join(part for part in (_indicator(officer, code), said) if part)
        refused = one.outcome != "done"
        if refused:
            said = " · ".join(part for part in (said, words.outcome(one.outcome)) if part)
        imposed = one.action == "directive.impose"
        yield Event(
            localtime(one.at).date(), kind, words.action(one.action), said, refused or imposed
        )


def _indicator(officer: Officer, code: str) -> str:
    """The indicator behind an alert or a directive, for who may read of cases."""
    if not sections.sees_cases(officer):
        return ""
    found = next((one for one in all_indicators() if one.code == code), None)
    return f"{code} {values.title(found)}" if found else code
