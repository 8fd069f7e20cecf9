"""What a device may say to the server, and what it may not."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.devices.messages import Answer, Code, Hello, Status, Verb
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words
from chengxin.hall import devices
from chengxin.hall.models import Device, DeviceCommand, DeviceEnrolment
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(agent) -> Device:
    return Device.objects.get(pk=agent.device_id)


def test_command_waits_until_it_is_answered(agent, device):
    devices.ask(device, Verb.SELFTEST)

    [command] = agent.commands()
    assert agent.answer(command, {}).status_code == 200
    assert agent.commands() == []


def test_answer_repeated_after_a_lost_line_is_taken_once(agent, device):
    devices.ask(device, Verb.SELFTEST)
    [command] = agent.commands()

    assert agent.answer(command, {}).status_code == 200
    assert agent.answer(command, {}).status_code == 200
    assert Trace.objects.filter(action="device.answer").count() == 1


def test_answer_signed_for_another_command_is_refused(agent, device):
    devices.ask(device, Verb.SELFTEST)
    devices.ask(device, Verb.INFO)
    first, second = agent.commands()
    forged = Answer(first.id, "done", 0, {}).signed(agent.key, device.pk, second.nonce)

    assert agent.send(forged).json()["code"] == "device_signature"
    assert DeviceCommand.objects.filter(answered_at=None).count() == 2


def test_answer_to_nothing_asked_is_refused(agent, device):
    answer = Answer("00000000-0000-0000-0000-000000000001", "done", 0, {})

    told = agent.send(answer.signed(agent.key, device.pk, "x" * 16))
    assert told.json()["code"] == "command_unknown"


def test_answer_after_the_deadline_is_refused(agent, device):
    devices.ask(device, Verb.SELFTEST)
    [command] = agent.commands()
    DeviceCommand.objects.update(deadline=now() - timedelta(seconds=1))

    assert agent.answer(command, {}).json()["code"] == "too_late"


def test_request_signed_by_another_key_is_turned_away(agent):
    told = agent.send(Hello("kiosk-1", "1", [], False, 0), key=DeviceKey.generate())

    assert (told.status_code, told.json()["code"]) == (401, "device_signature")


def test_request_of_yesterday_is_turned_away(agent):
    told = agent.send(Hello("kiosk-1", "1", [], False, 0), at=1)

    assert told.json()["code"] == "device_clock"


def test_locked_device_is_turned_away(agent):
    Device.objects.update(locked=True)

    told = agent.send(Hello("kiosk-1", "1", [], False, 0))
    assert told.json()["code"] == "device_unknown"


def test_one_device_cannot_speak_for_another(agent, hall):
    other = DeviceKey.generate()
    Device.objects.create(pk="kiosk-2", hall=hall, title="二", public_key=other.public)

    told = agent.send(Hello("kiosk-1", "1", [], False, 0), key=other)
    assert told.status_code == 401


def test_message_that_is_none_is_told_so(agent):
    class Nonsense:
        def to_json(self) -> str:
            return "{}"

    assert agent.send(Nonsense()).status_code == 400


def test_status_leaves_a_trace_only_when_something_changed(agent):
    Trace.objects.filter(action="device.status")
    before = Trace.objects.filter(action="device.status").count()

    agent.send(Status("card_reader", Code.OK, Words("正常", "In order"), 0))
    agent.send(Status("card_reader", Code.BUSY, Words("读卡中", "Reading"), 0))
    assert Trace.objects.filter(action="device.status").count() == before

    agent.send(Status("card_reader", Code.FAULT, Words("断开", "Unplugged"), 0))
    assert Trace.objects.filter(action="device.status").count() == before + 1


def test_what_was_read_is_not_kept_with_the_command(agent, page, wang):
    page.begin()
    agent.put_card(wang)

    kept = DeviceCommand.objects.get()
    told = json.dumps([kept.args, kept.words], ensure_ascii=False)
    assert wang.number not in told
    assert wang.name not in told
    for trace in Trace.objects.all():
        assert wang.number not in json.dumps(trace.detail, ensure_ascii=False)


def test_agent_registers_its_key_with_a_one_time_code(client, hall):
    device = Device.objects.create(pk="kiosk-9", hall=hall, title="九")
    code, key = devices.invite(device), DeviceKey.generate()

    told = client.post(
        "/api/devices/enrol",
        {"code": code, "public_key": key.public},
        content_type="application/json",
    )

    assert told.json() == {"device_id": "kiosk-9"}
    assert Device.objects.get(pk="kiosk-9").public_key == key.public
    assert code not in DeviceEnrolment.objects.get().token


def test_code_registers_one_key_only(hall):
    device = Device.objects.create(pk="kiosk-9", hall=hall, title="九")
    code, key = devices.invite(device), DeviceKey.generate()
    devices.enrol(code, key.public)

    assert devices.enrol(code, key.public) == device  # the answer was lost
    with pytest.raises(Refusal, match="code_used"):
        devices.enrol(code, DeviceKey.generate().public)


def test_code_of_yesterday_registers_nothing(hall):
    code = devices.invite(Device.objects.create(pk="kiosk-9", hall=hall, title="九"))
    DeviceEnrolment.objects.update(until=now() - timedelta(seconds=1))

    with pytest.raises(Refusal, match="code_used"):
        devices.enrol(code, DeviceKey.generate().public)


@pytest.mark.parametrize("key", ["", "A" * 42, "?" * 43])
def test_text_that_is_no_key_is_not_registered(hall, key):
    code = devices.invite(Device.objects.create(pk="kiosk-9", hall=hall, title="九"))

    with pytest.raises(Refusal, match="bad_key"):
        devices.enrol(code, key)


def test_simulated_reader_takes_only_cards_it_has(agent, device):
    Device.objects.update(props={"cards": ["wang"], "faces": ["honest"]})

    devices.simulate(device, "put_card", "wang")
    with pytest.raises(Refusal, match="not_on_the_table"):
        devices.simulate(device, "put_card", "somebody")

    [command] = agent.commands()
    assert (command.verb, command.args) == ("simulate", {"act": "put_card", "card": "wang"})
