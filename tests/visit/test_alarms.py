"""紧急呼叫: one call, seen by those who can help, answered by somebody else, never lost."""

from __future__ import annotations

import uuid

import pytest

from chengxin.core.refusal import Refusal
from chengxin.hall import alarms
from chengxin.hall.models import Alarm, Window
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(window, zhao):
    return lambda id=None, **how: alarms.call(window, id or uuid.uuid4(), officer=zhao, **how)


@pytest.fixture
def manager(officer):
    """何主任: hall manager."""
    return officer("he", "何主任", "county", "hall_manager")


def refused(code: str, do, *args, **how) -> None:
    with pytest.raises(Refusal) as told:
        do(*args, **how)
    assert told.value.code == code


def test_call_that_is_sent_again_is_one_call(call, nonce):
    first, again = call(nonce), call(nonce, delay=4)

    assert first.pk == again.pk
    assert Alarm.objects.get().delay == 0
    assert Trace.objects.filter(action="alarm.call").count() == 1


def test_second_press_joins_the_open_call(call):
    assert call().pk == call().pk


def test_call_that_waited_for_the_line_says_so(call):
    assert call(delay=12).delay == 12
    assert Trace.objects.get(action="alarm.call").detail["delay"] == 12


def test_call_that_arrives_twice_after_it_was_over_stays_over(call, nonce, manager):
    alarm = call(nonce)
    alarms.answer(alarm, officer=manager)
    alarms.end(alarm, officer=manager)

    assert call(nonce).ended_at is not None
    assert not Alarm.objects.open().exists()


def test_first_to_answer_goes_and_the_trace_says_after_how_many_seconds(call, manager, officer):
    feng = officer("feng", "冯窗口", "county", "window")
    alarm = call()
    alarms.answer(alarm, officer=manager)
    alarms.answer(alarm, officer=feng)

    assert Alarm.objects.get().answered_by == manager
    trace = Trace.objects.get(action="alarm.answer")
    assert (trace.officer, trace.place) == (manager, alarm.window.place)
    assert trace.detail["seconds"] >= 0


def test_who_called_does_not_answer_himself(call, zhao):
    refused("own_alarm", alarms.answer, call(), officer=zhao)


def test_pressed_by_mistake_is_ended_by_the_one_who_pressed(call, zhao, manager):
    alarm = call()
    refused("not_holder", alarms.end, alarm, officer=manager, by_mistake=True)
    assert alarms.end(alarm, officer=zhao, by_mistake=True).by_mistake


def test_call_is_not_over_before_somebody_answered(call, manager):
    refused("wrong_state", alarms.end, call(), officer=manager)


def test_manager_and_windows_of_the_hall_see_it_and_another_county_does_not(
    call, zhao, manager, sun
):
    alarm = call()

    for officer in (zhao, manager):
        assert list(alarms.of(officer).open()) == [alarm]
    assert not alarms.of(sun).exists()


def test_two_windows_call_each_for_itself(call, hall, zhao):
    call()
    other = Window.objects.create(hall=hall, number=4, serves="enterprise")
    alarms.call(other, uuid.uuid4(), officer=zhao)

    assert Alarm.objects.open().count() == 2
