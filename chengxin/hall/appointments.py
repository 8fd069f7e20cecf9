"""预约: who said when he would come is called before his turn when he comes then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.timezone import localdate, localtime, make_aware, now
from django.utils.translation import gettext as _

from chengxin.core.calendar import is_working_day
from chengxin.core.identifiers import kind_of, normal_number
from chengxin.core.keys import Keys
from chengxin.core.refusal import Refusal
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import Appointment, Business, Hall, Ticket
from chengxin.offices.models import Officer
from chengxin.people.models import Person
from chengxin.trace import record

HALF_HOUR = timedelta(minutes=30)
AHEAD = timedelta(days=7)  # how far ahead one may book
EARLY, LATE = timedelta(minutes=20), timedelta(minutes=15)  # before and after, what counts as come
OPENS, CLOSES = time(8, 30), time(17, 0)  # between which half hours are offered, noon included
State = Appointment.State


@dataclass(frozen=True)
class HalfHour:
    """One half hour that is offered, and how many more may come in it."""

    at: datetime
    free: int


def offered(hall: Hall) -> Iterator[tuple[date, list[HalfHour]]]:
    """The coming working days within `AHEAD`, each with its half hours still to come."""
    moment = now()
    booked = Appointment.objects.filter(hall=hall, state=State.BOOKED, at__gt=moment)
    taken = dict(booked.order_by().values_list("at").annotate(Count("pk")))
    for ahead in range(AHEAD.days + 1):
        day = localdate(moment) + timedelta(days=ahead)
        at = make_aware(datetime.combine(day, OPENS))
        end = min(make_aware(datetime.combine(day, CLOSES)), moment + AHEAD)
        found = []
        while is_working_day(day) and at < end:
            if at > moment:
                found.append(HalfHour(at, max(0, hall.slots - taken.get(at, 0))))
            at += HALF_HOUR
        if found:
            yield day, found


def known(number: str) -> Person:
    """The person whose document has this number; Refusal when no hall has met him."""
    kind = kind_of(number.strip().upper())
    normal = normal_number(kind, number) if kind else None
    if normal is None:
        raise Refusal("not_a_number", _("请输入完整的证件号码"))
    person = Person.objects.filter(pk=Keys.load().person_id(normal)).first()
    if person is None:
        raise Refusal("person_unknown", _("系统中没有此人，请先凭证件在自助机或窗口登记"))
    return person


def code_of(appointment: Appointment) -> str:
    """The code of its phone page, which only this installation can make; whoever holds it may look
    and cancel."""
    return f"{appointment.pk}-{Keys.load().token('appointment', str(appointment.pk))}"


def link_of(pk: int) -> str:
    """The address of its phone page; "" while the hall is reached from no phone."""
    if not settings.PUBLIC_URL:
        return ""
    code = code_of(Appointment.objects.get(pk=pk))
    return settings.PUBLIC_URL.rstrip("/") + reverse("booked", args=[code])


def by_code(code: str) -> Appointment | None:
    """The appointment with this code; None for a guess."""
    number = code.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    found = Appointment.objects.select_related("hall", "person", "ticket")
    appointment = found.filter(pk=int(number)).first()
    return appointment if appointment and code_of(appointment) == code else None


def book(
    hall: Hall,
    person: Person,
    business: Business,
    at: datetime,
    *,
    officer: Officer | None = None,
    place: str = "",
) -> Appointment:
    """Keep the half hour that begins at `at` for `person`; Refusal when it is full, past, or he
    has one that day already.  `place` is where he books, the hall unless it is told."""
    with record.of(
        "appointment.book", about=person.key, officer=officer, place=place or hall.place
    ) as trace:
        trace.detail.update(business=business, at=f"{localtime(at):%F %H:%M}")
        if not now() < at <= now() + AHEAD or at.minute % 30 or at.second or at.microsecond:
            raise Refusal("time_unknown", _("请选择今后七日内的整点或半点"))
        one_at_a_time(f"{hall.place}/{at.isoformat()}", person.key)
        day = localdate(at)
        mine = Appointment.objects.filter(person=person, business=business, day=day)
        if mine.filter(state=State.BOOKED).exists():
            raise Refusal("already_booked", _("当日已有同类预约"))
        if Appointment.objects.filter(hall=hall, at=at, state=State.BOOKED).count() >= hall.slots:
            raise Refusal("half_hour_full", _("该时段预约已满，请另选时段"))
        return Appointment.objects.create(
            hall=hall, person=person, business=business, day=day, at=at
        )


def cancel(appointment: Appointment, *, officer: Officer | None = None) -> None:
    """The half hour is free for somebody else."""
    about, place = appointment.person.key, appointment.hall.place
    with record.of("appointment.cancel", about=about, officer=officer, place=place):
        held = Appointment.objects.select_for_update().get(pk=appointment.pk)
        if held.state != State.BOOKED:
            raise Refusal(
                "wrong_state", _("该预约当前为“%(state)s”") % {"state": held.get_state_display()}
            )
        held.state = State.CANCELLED
        held.save(update_fields=["state"])


def due(hall: Hall, person: Person, business: str) -> Appointment | None:
    """The appointment that somebody who takes a number now comes for."""
    booked = Appointment.objects.filter(hall=hall, person=person, business=business)
    about_now = booked.filter(state=State.BOOKED, at__range=(now() - LATE, now() + EARLY))
    return about_now.select_for_update().first()


def keep(appointment: Appointment, ticket: Ticket) -> None:
    """He came, and has this number."""
    appointment.state, appointment.ticket = State.KEPT, ticket
    appointment.save(update_fields=["state", "ticket"])


def sweep() -> int:
    """Who did not come has lost his half hour; how many."""
    late = Appointment.objects.filter(state=State.BOOKED, at__lt=now() - LATE)
    return late.update(state=State.MISSED)
