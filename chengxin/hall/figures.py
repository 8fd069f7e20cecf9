"""What a hall did on a day or in a month, counted from the time ledger (`TicketMove`) alone.

| | |
|---|---|
| 取号量 taken | tickets given on these days; one that was sent on or came back counts once |
| 办结量 finished | of these, visits that an officer closed |
| 等候 wait | seconds from taking the number to its first call; who was never called has none |
| 等候超时 too long | waits above `TOO_LONG` |
| 办理时长 service | seconds at a window between start (or resuming) and parking, sending on or finishing, added up over the windows of a visit; of finished visits only |
| 弃号率 abandoned | tickets given up, by the person or by time, of those given |
| 叫号 calls | calls and repeated calls |
| 过号 misses | calls that nobody came to |
| 承诺 promised, kept | ranges of minutes shown to people who were then called, and those that held the wait; an "unknown" is counted apart |

For windows, officers and bureaus a service is what one officer did at one window for one ticket,
and who called first has the wait; `open` is from the first to the last step of each day there, and
`busy` the part of it in which somebody was being served (窗口利用率).  A bureau is the officer's.
好评率 is the share of very good, good and fair grades among those given on these days.
采集统计、核实统计 are those of `enrolment_figures`.
"""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q

from chengxin.hall import days, enrolment_figures
from chengxin.hall.enrolment_figures import Identities
from chengxin.hall.models import Business, Evaluation, Hall, Window
from chengxin.offices.models import Office, Officer

TOO_LONG = 30 * 60  # seconds; service promises of halls: 15 minutes on average, 30 at the peak
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Part:
    """So many of so many."""

    some: int
    all: int

    @property
    def share(self) -> float | None:
        return self.some / self.all if self.all else None


@dataclass(frozen=True)
class Tickets:
    """The figures of some tickets; times in seconds, None where there is nothing to tell of."""

    business: str | None
    day: date | None
    half_hour: str | None  # "09:30"
    taken: int
    called: int
    finished: int
    abandoned: int
    merged: int
    calls: int
    misses: int
    transfers: int
    too_long: int
    wait_mean: float | None
    wait_median: float | None
    wait_p90: float | None
    wait_longest: float | None
    service_mean: float | None
    service_median: float | None
    service_p90: float | None
    unknown: int
    promised: int
    kept: int

    @property
    def abandoned_share(self) -> float | None:
        return Part(self.abandoned, self.taken).share

    @property
    def too_long_share(self) -> float | None:
        return Part(self.too_long, self.called).share

    @property
    def kept_share(self) -> float | None:
        return Part(self.kept, self.promised).share

    @property
    def title(self) -> str:
        """The business in words, the day, or the half hour."""
        if self.business:
            return str(Business(self.business).label)
        return self.day.isoformat() if self.day else self.half_hour or ""


@dataclass(frozen=True)
class Desks:
    """The figures of one window, one officer or one bureau."""

    window: Window | None
    officer: Officer | None
    bureau: str | None
    called: int
    served: int
    finished: int
    calls: int
    misses: int
    wait_mean: float | None
    service_mean: float | None
    service_median: float | None
    service_p90: float | None
    busy: float
    open: float

    @property
    def busy_share(self) -> float | None:
        return min(1.0, self.busy / self.open) if self.open else None

    @property
    def title(self) -> str:
        if self.window:
            return str(self.window.number)
        if self.officer:
            return self.officer.full_name
        return str(Office.Bureau(self.bureau).label) if self.bureau else "—"


@dataclass(frozen=True)
class Grades:
    """好差评 of one hall: visits asked about, grades given, the good ones among them."""

    asked: int
    given: int
    good: int

    @property
    def share(self) -> float | None:
        return Part(self.good, self.given).share


@dataclass(frozen=True)
class Figures:
    """All of one hall from the first to the last day."""

    hall: Hall
    first: date
    last: date
    tickets: list[Tickets]
    desks: list[Desks]

    @cached_property
    def total(self) -> Tickets:
        return next(one for one in self.tickets if not (one.business or one.day or one.half_hour))

    @cached_property
    def by_business(self) -> list[Tickets]:
        return [one for one in self.tickets if one.business]

    @cached_property
    def by_day(self) -> list[Tickets]:
        return [one for one in self.tickets if one.day]

    @cached_property
    def by_half_hour(self) -> list[Tickets]:
        return [one for one in self.tickets if one.half_hour]

    @cached_property
    def by_window(self) -> list[Desks]:
        found = [one for one in self.desks if one.window]
        return sorted(found, key=lambda one: one.window.number if one.window else 0)

    @cached_property
    def by_officer(self) -> list[Desks]:
        return [one for one in self.desks if one.officer]

    @cached_property
    def by_bureau(self) -> list[Desks]:
        return [one for one in self.desks if not one.window and not one.officer]

    @cached_property
    def identities(self) -> Identities:
        return enrolment_figures.of([self.hall], self.first, self.last)

    @cached_property
    def grades(self) -> Grades:
        return grades(self.hall, self.first, self.last)


def of(hall: Hall, first: date, last: date) -> Figures:
    asked = {
        "hall": hall.pk, "first": first, "last": last, "zone": settings.TIME_ZONE,
        "too_long": TOO_LONG,
    }  # fmt: skip
    tickets = [Tickets(**_told(row)) for row in _rows("figures_tickets.sql", asked)]
    rows = _rows("figures_desks.sql", asked)
    windows = Window.objects.in_bulk({row["window_id"] for row in rows} - {None})
    officers = Officer.objects.in_bulk({row["officer_id"] for row in rows} - {None})
    desks = [
        Desks(
            window=windows.get(row.pop("window_id")),
            officer=officers.get(row.pop("officer_id")),
            **_told(row),
        )
        for row in rows
    ]
    return Figures(hall, first, last, tickets, desks)


def day(hall: Hall, on: date) -> Figures:
    return of(hall, on, on)


def month(hall: Hall, on: date) -> Figures:
    return of(hall, *month_of(on))


def month_of(on: date) -> tuple[date, date]:
    """The first and last day of the calendar month that `on` lies in."""
    first = on.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def grades(hall: Hall, first: date, last: date) -> Grades:
    """How the visits of these days were graded, whoever served."""
    begins, ends = days.span(first, last)
    asked = Evaluation.objects.filter(window__hall=hall, asked_at__gte=begins, asked_at__lt=ends)
    given = Q(state=Evaluation.State.GIVEN)
    bad = Q(grade__in=Evaluation.BAD)
    return Grades(
        **asked.aggregate(
            asked=Count("pk"),
            given=Count("pk", filter=given),
            good=Count("pk", filter=given & ~bad),
        )
    )


def _rows(file: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute((HERE / file).read_text("utf-8"), asked)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "which"}
