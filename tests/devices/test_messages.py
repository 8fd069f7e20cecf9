"""Server and agent understand each other exactly, or not at all."""

import json

import pytest

from chengxin.devices import messages
from chengxin.devices.messages import Answer, Code, Command, Event, Hello, Status, Verb
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words

NONCE = "0123456789abcdef"
COMMAND = {"id": "c1", "verb": "read_id", "args": {}, "deadline": 1_503_014_400, "nonce": NONCE}
ANSWER = {
    "message": "answer",
    "command_id": "c1",
    "kind": "done",
    "code": 0,
    "payload": {"number": "372323198503151138"},
    "signature": "",
}


def test_a_command_is_the_same_after_the_journey():
    command = Command("c1", Verb.CAPTURE, {"what": "face"}, 1_503_014_400, NONCE)

    assert Command.from_json(command.to_json()) == command


@pytest.mark.parametrize(
    "wrong",
    [
        {"verb": "explode"},
        {"args": {"speed": 1}},
        {"args": []},
        {"verb": "capture"},
        {"verb": "capture", "args": {"what": 3}},
        {"deadline": "soon"},
        {"deadline": 1.5},
        {"deadline": True},
        {"nonce": "short"},
        {"extra": 1},
    ],
)
def test_a_command_that_is_not_exact_is_refused(wrong):
    with pytest.raises(ValueError):  # noqa: PT011 (any reason will do)
        Command.from_json(json.dumps(COMMAND | wrong))


@pytest.mark.parametrize("missing", COMMAND)
def test_a_command_lacks_nothing(missing):
    with pytest.raises(ValueError, match=missing):
        Command.from_json(json.dumps({k: v for k, v in COMMAND.items() if k != missing}))


@pytest.mark.parametrize(
    "message",
    [
        Hello("kiosk-1", "0.1.0", ["card_reader"], True, 1_503_014_400),
        Status("card_reader", Code.FAULT, Words("读卡器未接好", "The reader is not plugged in"), 1),
        Event("c1", 1, "waiting_for_card", {}),
        Answer("c1", "error", Code.NO_CARD, {"reason": "no_card"}, "s"),
    ],
)
def test_every_message_is_told_apart_by_its_kind(message):
    assert messages.from_json(message.to_json()) == message


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "perhaps"},
        {"code": 201},
        {"kind": "error"},
        {"kind": "error", "code": 700},
        {"payload": {"distance": 0.3}},
        {"message": "gossip"},
        {"seen": True},
    ],
)
def test_an_answer_that_is_not_exact_is_refused(wrong):
    with pytest.raises(ValueError):  # noqa: PT011
        messages.from_json(json.dumps(ANSWER | wrong))


def test_an_answer_is_bound_to_device_command_and_nonce():
    key, other = DeviceKey.generate(), DeviceKey.generate()
    answer = Answer("c1", "done", Code.OK, {"number": "1"}).signed(key, "kiosk-1", NONCE)
    received = Answer.from_json(answer.to_json())

    assert received.is_from(key.public, "kiosk-1", NONCE)
    assert not received.is_from(other.public, "kiosk-1", NONCE)
    assert not received.is_from(key.public, "kiosk-2", NONCE)
    assert not received.is_from(key.public, "kiosk-1", NONCE[::-1])


@pytest.mark.parametrize(
    "forged",
    [
        {"command_id": "c2"},
        {"payload": {"number": "2"}},
        {"code": 1},
        {"kind": "error", "code": 201},
    ],
)
def test_no_part_of_an_answer_can_be_changed(forged):
    key = DeviceKey.generate()
    answer = Answer("c1", "done", Code.OK, {"number": "1"}).signed(key, "kiosk-1", NONCE)

    changed = Answer.from_json(json.dumps(json.loads(answer.to_json()) | forged))

    assert not changed.is_from(key.public, "kiosk-1", NONCE)
