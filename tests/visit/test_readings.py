"""读取身份证 at a window: the chip instead of what an officer types, and nobody else's card."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Code
from chengxin.hall import devices, local, readings, visits
from chengxin.hall.models import Device, DeviceCommand, Ticket, Window, WindowReading
from chengxin.people.models import Person, Portrait
from chengxin.trace.models import Trace
from tests.conftest import number
from tests.visit.kiosk import card
from tests.visit.test_line_cut import Cut, cut, given

__all__ = ["cut"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(agent, window):
    """The hall PC at window 3, with a card reader."""
    Device.objects.update(window=window)
    return agent


@pytest.fixture
def unnamed(cut: Cut, window, zhao) -> Ticket:
    """A number that a kiosk gave while its line was cut, called to window 3."""
    cut.settle(given(cut.number("personal", 1), 60))
    ticket = visits.call_next(window, officer=zhao)
    assert ticket is not None
    return ticket


def test_local_number_is_the_card_holders_after_one_press(reader, unnamed, window, wang, zhao):
    reading = readings.read_card(window, officer=zhao)
    assert reading.waits

    reader.put_card(wang)

    unnamed.refresh_from_db()
    reading.refresh_from_db()
    assert (unnamed.person, reading.person, reading.taken) == (wang, wang, True)
    assert not unnamed.identified  # his face or an officer's eyes still compare him with it
    trace = Trace.objects.get(action="card.read")
    assert (trace.about, trace.officer, trace.place) == (wang.key, zhao, window.place)
    assert wang.portraits.filter(channel=Portrait.Channel.CARD).exists()


def test_card_of_another_person_is_refused_in_words_and_nothing_of_it_is_taken_down(
    reader, serving, wang, li, window, zhao
):
    ticket = serving(wang)
    reading = readings.read_card(window, officer=zhao)

    reader.put_card(li, name="李改名")

    reading.refresh_from_db()
    ticket.refresh_from_db()
    li.refresh_from_db()
    assert (reading.trouble, reading.person, ticket.person) == ("other_card", None, wang)
    assert "另一人" in readings.trouble(reading)
    assert (li.name, li.portraits.count()) == ("李投资", 0)
    trace = Trace.objects.get(action="card.read")
    assert (trace.outcome, trace.about) == ("other_card", wang.key)


def test_own_card_renews_document_and_picture(reader, serving, wang, window, zhao):
    serving(wang)
    readings.read_card(window, officer=zhao)

    reader.put_card(wang, valid_to=str(localdate() + timedelta(days=900)))

    wang.refresh_from_db()
    assert wang.document_until == localdate() + timedelta(days=900)
    assert wang.portraits.filter(channel=Portrait.Channel.CARD).count() == 1


def test_card_at_a_free_window_begins_an_enrolment_without_typing(reader, window, zhao, wang):
    reading = readings.read_card(window, officer=zhao)
    known = Person.objects.count()
    [command] = [one for one in reader.commands() if one.verb == "read_id"]

    reader.answer(command, card(wang) | {"name": "周初来", "number": number("37232319910101001")})

    reading.refresh_from_db()
    assert reading.taken
    assert Person.objects.count() == known + 1
    ticket = Ticket.objects.get()
    assert (ticket.business, ticket.state, ticket.window) == ("enrolment", "serving", window)
    assert ticket.holder.name == "周初来"


def test_expired_card_is_told_and_begins_nothing(reader, window, zhao, wang):
    reading = readings.read_card(window, officer=zhao)

    reader.put_card(wang, valid_to="2017-01-01")

    reading.refresh_from_db()
    assert reading.trouble == "document_expired"
    assert not Ticket.objects.exists()


def test_who_was_called_while_the_reader_waited_is_given_nobodys_card(
    reader, take, window, zhao, wang, li
):
    reading = readings.read_card(window, officer=zhao)
    take(li)
    visits.call_next(window, officer=zhao)

    reader.put_card(wang)

    reading.refresh_from_db()
    assert reading.trouble == "window_busy"
    assert Ticket.objects.count() == 1


def test_card_for_another_number_of_the_same_person_is_told(
    reader, unnamed, window, hall, take, wang, zhao
):
    other = Window.objects.create(hall=hall, number=4, serves="personal")
    take(wang, business="personal")
    visits.start(visits.call_next(other, officer=zhao), officer=zhao)
    reading = readings.read_card(window, officer=zhao)

    reader.put_card(wang)

    reading.refresh_from_db()
    assert reading.trouble == "already_waiting"
    assert "另有同类号票" in readings.trouble(reading)


def test_second_press_waits_for_the_same_card(reader, serving, wang, window, zhao):
    serving(wang)

    assert readings.read_card(window, officer=zhao) == readings.read_card(window, officer=zhao)
    assert DeviceCommand.objects.filter(verb="read_id").count() == 1


def test_card_that_never_comes_is_told(reader, serving, wang, window, zhao):
    serving(wang)
    readings.read_card(window, officer=zhao)
    DeviceCommand.objects.update(deadline=now() - timedelta(seconds=1))

    [reading] = WindowReading.objects.all()
    assert not reading.waits
    assert "未检测到证件" in readings.trouble(reading)


def test_trouble_of_the_reader_is_told_in_its_words(reader, serving, wang, window, zhao):
    serving(wang)
    reading = readings.read_card(window, officer=zhao)
    [command] = [one for one in reader.commands() if one.verb == "read_id"]
    words = {"zh": "读卡器未连接", "en": "No reader"}

    reader.answer(command, {"reason": "device", "words": words}, Code.DEVICE)

    reading = WindowReading.objects.get(pk=reading.pk)
    assert readings.trouble(reading) == "读卡器未连接"


def test_reader_of_a_kiosk_or_of_another_window_is_not_asked(agent, hall, serving, wang, window):
    zhao = serving(wang).officer
    Device.objects.update(window=Window.objects.create(hall=hall, number=9, serves="personal"))

    with pytest.raises(Refusal) as refusal:
        readings.read_card(window, officer=zhao)

    assert refusal.value.code == "reader_gone"
    assert not DeviceCommand.objects.exists()


def test_pc_stands_at_a_window_of_its_own_hall_only(agent, hall, window, zhao):
    far = Window.objects.create(
        hall=type(hall).objects.create(code="far", name="远", office=hall.office), number=1,
        serves="personal",
    )  # fmt: skip
    device = Device.objects.get()

    with pytest.raises(Refusal) as refusal:
        devices.place_at(device, far, officer=zhao)
    assert refusal.value.code == "window_unknown"
    devices.place_at(device, window, officer=zhao)
    assert readings.reader(window) == device


def test_typed_and_read_name_the_same_holder(reader, unnamed, window, wang, zhao):
    readings.read_card(window, officer=zhao)
    reader.put_card(wang)
    unnamed.refresh_from_db()

    local.give_to(unnamed, wang, officer=zhao)  # the same again changes nothing

    assert Trace.objects.filter(action="ticket.name", outcome="done").count() == 1
