"""Who said when he would come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.hall import appointments, queue, visits
from chengxin.hall.models import Appointment, Business, Priority
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def half_hour():
    """The next half hour but one."""
    moment = now() + timedelta(hours=1)
    return moment.replace(minute=30 if moment.minute >= 30 else 0, second=0, microsecond=0)


@pytest.fixture
def booked(hall, wang, half_hour):
    return appointments.book(hall, wang, Business.ENTERPRISE, half_hour)


def at(appointment: Appointment, minutes: int) -> None:
    """Let the appointment begin in so many minutes."""
    Appointment.objects.filter(pk=appointment.pk).update(at=now() + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-14, 0, 19])
def test_who_comes_when_he_said_is_called_before_his_turn(
    booked, take, li, wang, window, zhao, minutes
):
    take(li)
    at(booked, minutes)
    ticket = take(wang).ticket

    assert ticket.priority == Priority.APPOINTMENT
    assert visits.call_next(window, officer=zhao).person == wang
    booked.refresh_from_db()
    assert (booked.state, booked.ticket) == ("kept", ticket)


@pytest.mark.parametrize("minutes", [-16, 21])
def test_who_comes_at_another_time_waits_like_everyone(booked, take, wang, minutes):
    at(booked, minutes)
    assert take(wang).ticket.priority == Priority.NONE


def test_appointment_is_for_its_business_only(booked, take, wang):
    at(booked, 0)
    assert take(wang, Business.PERSONAL).ticket.priority == Priority.NONE


def test_half_hour_holds_so_many_as_the_hall_says(hall, wang, li, half_hour):
    hall.slots = 1
    appointments.book(hall, wang, Business.ENTERPRISE, half_hour)
    with pytest.raises(Refusal, match="half_hour_full"):
        appointments.book(hall, li, Business.ENTERPRISE, half_hour)


def test_cancelled_half_hour_is_free_again(hall, booked, li, half_hour):
    hall.slots = 1
    appointments.cancel(booked)
    appointments.book(hall, li, Business.ENTERPRISE, half_hour)

    with pytest.raises(Refusal, match="wrong_state"):
        appointments.cancel(booked)


def test_person_books_one_business_once_a_day(hall, wang, booked, half_hour):
    with pytest.raises(Refusal, match="already_booked"):
        appointments.book(hall, wang, Business.ENTERPRISE, half_hour + timedelta(0))
    assert Trace.objects.filter(action="appointment.book", outcome="already_booked").exists()


@pytest.mark.parametrize(
    "off", [timedelta(hours=-3), timedelta(days=8), timedelta(minutes=7), timedelta(seconds=1)]
)
def test_only_a_coming_half_hour_can_be_booked(hall, wang, half_hour, off):
    with pytest.raises(Refusal, match="time_unknown"):
        appointments.book(hall, wang, Business.ENTERPRISE, half_hour + off)


def test_who_did_not_come_has_lost_it(booked):
    at(booked, -16)
    queue.sweep()
    booked.refresh_from_db()

    assert booked.state == "missed"
