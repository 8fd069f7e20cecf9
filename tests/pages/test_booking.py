"""Half hours that are kept: booked by officers, seen and cancelled by whoever holds the code."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.hall import appointments
from chengxin.hall.models import Appointment, Business
from chengxin.trace.models import Trace
from tests.conftest import number

pytestmark = pytest.mark.django_db
CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, 10, tzinfo=CHINA)


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def monday(monkeypatch):
    """A Monday morning, ten past ten."""
    monkeypatch.setattr(appointments, "now", lambda: MONDAY)


@pytest.fixture
def half_hour():
    moment = now() + timedelta(hours=1)
    return moment.replace(minute=30 if moment.minute >= 30 else 0, second=0, microsecond=0)


@pytest.fixture
def booked(hall, wang, half_hour) -> Appointment:
    return appointments.book(hall, wang, Business.ENTERPRISE, half_hour)


@pytest.mark.usefixtures("monday")
def test_offered_are_half_hours_of_working_days_still_to_come(hall, wang):
    appointments.book(hall, wang, Business.PERSONAL, MONDAY.replace(hour=14, minute=0))
    days = dict(appointments.offered(hall))

    assert [day.weekday() for day in days] == [0, 1, 2, 3, 4, 0]
    today = [(one.at.astimezone(CHINA).strftime("%H:%M"), one.free) for one in days[MONDAY.date()]]
    assert today[0] == ("10:30", hall.slots)
    assert ("14:00", hall.slots - 1) in today
    assert today[-1][0] == "16:30"
    last = [one.at for one in list(days.values())[-1]]
    assert last[-1] <= MONDAY + timedelta(days=7)


def test_officer_books_for_who_shows_his_document(client, hall, wang, zhao, half_hour):
    client.force_login(zhao)
    told = {"number": wang.number, "business": "enterprise", "at": half_hour.isoformat()}
    answer = client.post("/bookings/yangxin/book", told)

    made = Appointment.objects.get()
    assert (made.person, made.at) == (wang, half_hour)
    trace = Trace.objects.get(action="appointment.book")
    assert (trace.officer, trace.about) == (zhao, wang.key)
    shown = body(client.get(answer.headers["Location"]))
    assert appointments.code_of(made) in shown
    assert wang.name not in shown
    assert wang.number not in shown


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"number": "123"}, "not_a_number"),
        ({"number": "372323198503151990"}, "not_a_number"),
        ({"at": "tomorrow"}, "time_unknown"),
        ({"at": "2017-08-18T09:00:00"}, "time_unknown"),
        ({"business": "wedding"}, "time_unknown"),
    ],
)
def test_booking_that_cannot_be_read_is_refused(client, hall, wang, zhao, half_hour, wrong, code):
    client.force_login(zhao)
    told = {"number": wang.number, "business": "enterprise", "at": half_hour.isoformat()}

    answer = client.post("/bookings/yangxin/book", told | wrong)
    assert answer.status_code == 409
    assert f'data-code="{code}"' in answer.content.decode()


def test_who_is_not_known_is_met_by_his_document_first(hall):
    with pytest.raises(Refusal, match="person_unknown"):
        appointments.known(number("37232319850315199"))


def test_person_of_another_county_looks_like_nobody(client, hall, person, zhao, half_hour):
    far = person("外县人", "37232319850315277", branch="neighbour_branch")
    client.force_login(zhao)
    told = {"number": far.number, "business": "enterprise", "at": half_hour.isoformat()}

    assert client.post("/bookings/yangxin/book", told).status_code == 404


@pytest.mark.parametrize("path", ["", "book", "1/cancel"])
def test_bookings_are_for_the_halls_own_officers(client, hall, field, sun, booked, path):
    ask = client.post if path else client.get
    client.force_login(field)
    assert ask(f"/bookings/yangxin/{path}").status_code == 403
    client.force_login(sun)
    assert ask(f"/bookings/yangxin/{path}").status_code == 404


def test_looking_at_who_comes_leaves_a_trace(client, booked, zhao, wang):
    client.force_login(zhao)
    shown = body(client.get(f"/bookings/yangxin/?day={booked.day}"))

    assert wang.public_name in shown
    assert Trace.objects.filter(action="appointment.list", officer=zhao).exists()


def test_officer_cancels_what_was_booked(client, booked, zhao):
    client.force_login(zhao)
    client.post(f"/bookings/yangxin/{booked.pk}/cancel")

    booked.refresh_from_db()
    assert booked.state == "cancelled"


def test_public_page_shows_free_half_hours_and_nobody(client, hall, booked, wang):
    shown = body(client.get("/book/yangxin/"))

    for secret in (wang.name, wang.public_name, wang.number, wang.pk):
        assert secret not in shown
    assert client.get("/book/nowhere/").status_code == 404


def test_who_holds_the_code_sees_the_time_and_may_cancel(client, booked, wang):
    address = f"/booking/{appointments.code_of(booked)}/"
    shown = body(client.get(address))
    for secret in (wang.name, wang.public_name, wang.number, wang.pk):
        assert secret not in shown

    client.post(f"{address}give-up")
    booked.refresh_from_db()
    assert booked.state == "cancelled"
    assert "give-up" not in body(client.get(address))


@pytest.mark.parametrize("guess", ["1-aaaa", "1", "x-y", "99999999999999999999-a"])
def test_guessed_code_shows_nothing(client, booked, guess):
    assert client.get(f"/booking/{guess}/").status_code == 404
