"""改约时间: at the kiosk a person books a half hour instead of a number, and comes back for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localtime, now

from chengxin.devices.printing.slip import BookedSlip, Line, Qr, from_json, layout
from chengxin.hall import appointments, queue
from chengxin.hall.models import Appointment, Business, DeviceCommand, KioskSession, Ticket
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def identified(agent, page, wang, factory, window):
    """王守信 before the kiosk with a printer, his face compared."""
    agent.printer_stands()
    page.begin()
    agent.put_card(wang)
    page.show_face()
    return page


@pytest.fixture
def free(identified):
    """What the screen offers."""

    def days():
        told = {"session": identified.session}
        return identified.client.get("/kiosk/kiosk-1/half-hours", told).json()["days"]

    return days


def test_screen_offers_half_hours_that_are_free_and_no_other(free, hall, li):
    first = free()[0]["times"][0]
    hall.slots = 1
    hall.save()
    at = next(one.at for _day, found in appointments.offered(hall) for one in found)
    assert first["at"] == at.isoformat()
    assert first["time"] == f"{localtime(at):%H:%M}"

    appointments.book(hall, li, Business.ENTERPRISE, at)
    assert first not in [one for day in free() for one in day["times"]]


def test_hall_without_bookings_says_nothing_of_them(identified, hall):
    assert identified.state()["booking"] is True
    hall.slots = 0
    hall.save()
    assert identified.state()["booking"] is False


def test_booking_is_the_persons_and_takes_no_number(identified, free, wang, hall):
    at = free()[0]["times"][0]["at"]
    shown = identified.post("book", at=at).json()["session"]

    made = Appointment.objects.get()
    assert (made.person, made.hall, made.business) == (wang, hall, "enterprise")
    assert localtime(made.at).isoformat() == at
    assert shown["state"] == "done"
    assert shown["booked"]["time"] == f"{localtime(made.at):%H:%M}"
    assert "ticket" not in shown
    assert not Ticket.objects.exists()
    trace = Trace.objects.get(action="appointment.book")
    assert (trace.place, trace.about) == ("hall:yangxin/device:kiosk-1", wang.key)


def test_booking_that_was_sent_twice_is_one_with_one_slip(agent, identified, free):
    at = free()[0]["times"][0]["at"]
    identified.post("book", at=at)
    assert identified.post("book", at=at).status_code == 200
    assert Appointment.objects.count() == 1
    assert len(agent.to_print()) == 1


def test_slip_says_day_time_and_business_and_no_name(agent, identified, free, wang, settings):
    settings.PUBLIC_URL = "https://tax.example"
    at = free()[0]["times"][0]["at"]
    identified.post("book", at=at)

    [command] = agent.to_print()
    slip = from_json(command.args["slip"])
    assert isinstance(slip, BookedSlip)
    assert f"{slip.day}T{slip.time}" == at[:16]
    parts = layout(slip, 58)
    printed = "".join(part.text for part in parts if isinstance(part, Line))
    assert slip.time in printed
    assert "企业业务" in printed
    assert wang.name not in printed
    made = Appointment.objects.get()
    assert [part.data for part in parts if isinstance(part, Qr)] == [
        f"https://tax.example/booking/{appointments.code_of(made)}/"
    ]


def test_address_of_the_booking_stands_nowhere_but_on_its_paper(agent, identified, free, settings):
    settings.PUBLIC_URL = "https://tax.example"
    identified.post("book", at=free()[0]["times"][0]["at"])
    code = appointments.code_of(Appointment.objects.get())
    assert code not in str(list(DeviceCommand.objects.values_list("args", flat=True)))


def test_full_half_hour_is_refused_and_the_person_may_choose_again(identified, free, hall, li):
    at = free()[0]["times"][0]["at"]
    hall.slots = 1
    hall.save()
    first = next(one.at for _day, found in appointments.offered(hall) for one in found)
    appointments.book(hall, li, Business.ENTERPRISE, first)

    answer = identified.post("book", at=at)
    assert answer.status_code == 409
    assert answer.json()["code"] == "half_hour_full"
    assert identified.state()["state"] == "choose"


@pytest.mark.parametrize("at", ["", "soon", "2017-08-21T14:30:00"])
def test_what_is_no_moment_is_not_there(identified, at):
    assert identified.post("book", at=at).status_code == 404


def test_nobody_books_before_he_is_known(agent, page, wang):
    page.begin()
    at = (now() + timedelta(days=1)).isoformat()
    assert page.post("book", at=at).json()["code"] == "wrong_state"
    told = page.client.get(
        "/kiosk/kiosk-1/half-hours",
        {"session": page.session},
        headers={"Accept": "application/json"},
    )
    assert told.json()["code"] == "wrong_state"


def test_session_that_has_a_number_books_nothing(identified, free, factory):
    at = free()[0]["times"][0]["at"]
    identified.post("take", enterprise=factory.pk)
    assert identified.post("book", at=at).json()["code"] == "wrong_state"
    assert not Appointment.objects.exists()


def test_who_reached_the_limit_may_still_book(identified, free, factory, hall, take, wang):
    hall.daily_limit = 1
    hall.save()
    queue.abandon(take(wang).ticket)
    assert identified.post("take", enterprise=factory.pk).json()["code"] == "daily_limit"
    assert identified.state()["booking"] is True
    assert identified.post("book", at=free()[0]["times"][0]["at"]).status_code == 200


def test_who_comes_when_he_booked_gets_his_number_first_and_beyond_the_limit(
    identified, factory, hall, take, wang, li
):
    hall.daily_limit = 1
    hall.save()
    queue.abandon(take(wang).ticket)
    take(li)
    Appointment.objects.create(hall=hall, person=wang, business=Business.ENTERPRISE, at=now())

    shown = identified.post("take", enterprise=factory.pk).json()["session"]["ticket"]
    assert shown["priority"] == "预约"
    assert shown["ahead"] == 0  # before 李投资, who came earlier
    made = Appointment.objects.get()
    assert (made.state, made.ticket.number) == ("kept", shown["number"])


def test_another_screen_learns_nothing_of_the_booking(identified, free, page):
    identified.post("book", at=free()[0]["times"][0]["at"])
    other = type(page)("kiosk-1")
    assert other.told()["session"] is None
    KioskSession.objects.update(until=now() - timedelta(seconds=1))
    assert identified.told()["session"] is None
