"""大厅看板: how the hall stands at this moment, and what its manager should see to.

Everything is read from tickets, the time ledger, windows and devices; numbers only, nobody's name
but the officers'.  `hall.figures` counts the day and the month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Max
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengxin.hall import attendance, estimates, figures, moves, promises
from chengxin.hall.models import Alarm, Business, Device, Hall, Ticket, TicketMove, Window
from chengxin.offices.models import Officer
from chengxin.trace.tongue import english

QUIET_AFTER = timedelta(minutes=10)  # an open window that calls nobody while somebody waits for it
LONG_VISIT = timedelta(minutes=40)  # at a window
TOO_LONG = timedelta(seconds=figures.TOO_LONG)
NAMED = 6  # numbers or windows in one alert; more are counted


class State(StrEnum):
    SERVING = "serving"
    CALLED = "called"
    FREE = "free"
    PAUSED = "paused"
    CLOSED = "closed"


STATES = {
    State.SERVING: gettext_lazy("办理中"),
    State.CALLED: gettext_lazy("已叫号"),
    State.FREE: gettext_lazy("空闲"),
    State.PAUSED: gettext_lazy("暂停"),
    State.CLOSED: gettext_lazy("未开"),
}


@dataclass(frozen=True)
class Seat:
    """One window: what goes on there and since when."""

    window: Window
    state: State
    number: str  # of the ticket that is there
    since: datetime | None  # of this state; None: nothing happened there today
    officer: str  # who acted there last

    @property
    def title(self) -> str:
        """What goes on there; of a pause its reason."""
        return self.window.get_pause_display() if self.paused else str(STATES[self.state])

    @property
    def paused(self) -> bool:
        return self.state == State.PAUSED

    @property
    def open(self) -> bool:
        return self.state not in (State.CLOSED, State.PAUSED)


@dataclass(frozen=True)
class Line:
    """Those who wait for one business."""

    business: str
    count: int
    longest: datetime | None  # since when the first of them waits
    expected: str  # what somebody who takes a number now would be told

    @property
    def title(self) -> str:
        return str(Business(self.business).label)


@dataclass(frozen=True)
class Alert:
    """Something the manager should see to; the gravest stand first."""

    level: str  # danger | warn
    words: str


@dataclass(frozen=True)
class Board:
    hall: Hall
    at: datetime
    seats: list[Seat]
    lines: list[Line]
    alerts: list[Alert]

    @property
    def waiting(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def longest(self) -> datetime | None:
        """Since when the one waits who waits longest."""
        return min((line.longest for line in self.lines if line.longest), default=None)

    @property
    def too_long(self) -> bool:
        return self.longest is not None and self.at - self.longest > TOO_LONG

    @property
    def open(self) -> int:
        return sum(seat.open for seat in self.seats)

    @property
    def busy(self) -> int:
        return sum(seat.state in (State.SERVING, State.CALLED) for seat in self.seats)


@dataclass(frozen=True)
class _Waiting:
    """Somebody who waits: his ticket, and since when this time."""

    ticket: Ticket
    since: datetime


def of(hall: Hall) -> Board:
    moment = now()
    waiting = _waiting(hall)
    seats = _seats(hall)
    lines = _lines(hall, waiting)
    alerts = [
        *_calls_for_help(hall),
        *_waits(waiting, moment),
        *_unserved(lines, seats),
        *_quiet(waiting, seats, moment),
        *_long_visits(seats, moment),
        *_devices(hall),
    ]
    return Board(hall, moment, seats, lines, sorted(alerts, key=lambda one: one.level != "danger"))


def _calls_for_help(hall: Hall) -> Iterable[Alert]:
    """Windows that called for help and are not done with it."""
    for alarm in Alarm.objects.open().filter(hall=hall).select_related("window", "answered_by"):
        told = {"window": str(alarm.window.number)}
        if alarm.answered_by:
            told["name"] = alarm.answered_by.full_name
            yield Alert("warn", _("%(window)s号窗口紧急呼叫，%(name)s已响应") % told)
        else:
            yield Alert("danger", _("%(window)s号窗口紧急呼叫，请立即到场") % told)


def _waiting(hall: Hall) -> list[_Waiting]:
    """In the order of their turns.  Who was sent on or came back waits since then."""
    found = Ticket.objects.today(hall).filter(state=moves.State.WAITING).order_by("turn", "pk")
    began = TicketMove.objects.filter(ticket__in=found, after=moves.State.WAITING).order_by()
    since = dict(began.values_list("ticket").annotate(Max("at")))
    return [_Waiting(ticket, since.get(ticket.pk, ticket.taken_at)) for ticket in found]


def _seats(hall: Hall) -> list[Seat]:
    today = TicketMove.objects.filter(
        ticket__hall=hall, ticket__day=localdate(), window__isnull=False
    )
    last = today.order_by("window_id", "-pk").distinct("window_id").select_related("officer")
    acted = {one.window_id: one for one in last}
    here = Ticket.objects.today(hall).filter(state__in=moves.HERE, window__isnull=False)
    there = {ticket.window_id: ticket for ticket in here.select_related("officer")}
    staffed = attendance.staffed(hall)
    names = dict(
        Officer.objects.filter(pk__in=[one.officer for one in staffed.values()]).values_list(
            "pk", "full_name"
        )
    )
    seats = []
    for window in Window.objects.filter(hall=hall).order_by("number"):
        ticket, step = there.get(window.pk), acted.get(window.pk)
        officer = step.officer.full_name if step and step.officer else ""
        if ticket is not None:
            serving = ticket.state == moves.State.SERVING
            since = ticket.started_at if serving else ticket.called_at
            state = State.SERVING if serving else State.CALLED
            name = ticket.officer.full_name if ticket.officer else officer
            seats.append(Seat(window, state, ticket.number, since, name))
        else:
            sits = staffed.get(window.pk)
            state = State.FREE if sits else State.CLOSED
            times = [one.at for one in (step, sits) if one is not None]
            since = max(times, default=None)
            if window.pause:
                state, since = State.PAUSED, window.paused_at
            seats.append(Seat(window, state, "", since, names[sits.officer] if sits else ""))
    return seats


def _lines(hall: Hall, waiting: list[_Waiting]) -> list[Line]:
    queue = [one.ticket.business for one in waiting]
    stay = estimates.stays(hall, Business.values)
    desks, past = estimates.open_desks(hall, stay), promises.past(hall)
    lines = []
    for business in Business.values:
        own = [one.since for one in waiting if one.ticket.business == business]
        wait = estimates.wait_of([*queue, business], desks, stay)
        span = None if wait is None else promises.spread(wait, promises.alike(wait, past))
        longest = min(own, default=None)
        lines.append(Line(business, len(own), longest, promises.in_words(span)))
    return lines


def _waits(waiting: list[_Waiting], moment: datetime) -> Iterable[Alert]:
    late = [one.ticket.number for one in waiting if moment - one.since > TOO_LONG]
    if late:
        told = {"minutes": figures.TOO_LONG // 60, "count": len(late), "numbers": _few(late)}
        yield Alert("danger", _("等候超过%(minutes)s分钟：%(count)s人（%(numbers)s）") % told)


def _unserved(lines: list[Line], seats: list[Seat]) -> Iterable[Alert]:
    """People wait for a business that no open window serves."""
    for line in lines:
        served = any(seat.open and line.business in seat.window.serves.split(",") for seat in seats)
        if line.count and not served:
            told = {"business": line.title, "count": line.count}
            yield Alert("danger", _("%(business)s有%(count)s人等候，没有窗口开放") % told)


def _quiet(waiting: list[_Waiting], seats: list[Seat], moment: datetime) -> Iterable[Alert]:
    """Open windows that called nobody for a while, in which somebody waited for them."""
    quiet = []
    for seat in seats:
        if seat.state != State.FREE or seat.since is None or moment - seat.since < QUIET_AFTER:
            continue
        serves, groups = set(seat.window.serves.split(",")), set(seat.window.groups)
        if any(
            moment - one.since >= QUIET_AFTER
            and one.ticket.business in serves
            and (not groups or set(one.ticket.needs) <= groups)
            for one in waiting
        ):
            quiet.append(str(seat.window.number))
    if quiet:
        told = {"minutes": int(QUIET_AFTER.total_seconds() // 60), "windows": _few(quiet)}
        yield Alert("warn", _("有人等候，%(windows)s号窗口已%(minutes)s分钟未叫号") % told)


def _long_visits(seats: list[Seat], moment: datetime) -> Iterable[Alert]:
    long = [
        str(seat.window.number)
        for seat in seats
        if seat.state == State.SERVING and seat.since and moment - seat.since > LONG_VISIT
    ]
    if long:
        told = {"minutes": int(LONG_VISIT.total_seconds() // 60), "windows": _few(long)}
        yield Alert("warn", _("%(windows)s号窗口的办理已超过%(minutes)s分钟") % told)


def _devices(hall: Hall) -> Iterable[Alert]:
    """Kiosks that give no numbers now."""
    for device in Device.objects.filter(hall=hall, locked=False).exclude(public_key=""):
        name = device.title_en if english() and device.title_en else device.title
        if not device.alive:
            yield Alert("warn", _("%(device)s未连接") % {"device": name})
        elif "card_reader" in device.parts and not device.can_read:
            yield Alert("warn", _("%(device)s读卡器不可用") % {"device": name})


def _few(names: list[str]) -> str:
    told = (", " if english() else "、").join(names[:NAMED])
    return told + (_("等") if len(names) > NAMED else "")
