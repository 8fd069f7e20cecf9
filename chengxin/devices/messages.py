"""What server and device agent say to each other, as exact JSON.

    server ──Command──▶ agent      one server-sent event: `event: command`, `data: <Command>`
    agent ──Hello, Status, Event, Answer──▶ server      the body of one POST each

Reading is strict: an unknown or missing key, a wrong type or an unknown word raises ValueError
with the reason.  Numbers are whole.  Times are unix seconds of the server's clock: the agent
takes the difference from the `Date` header of the stream.

`read_id` answers with
    document_kind   resident | hmt_permit | foreign_permit
    name            as on the card; a foreigner's Chinese name when there is one
    name_latin      a foreigner's English name, else ""
    sex             1 male, 2 female, 0 unknown, 9 not stated (GB/T 2261.1)
    ethnicity       two digits of GB/T 3304 ("01"), or ""
    nationality     three letters of GB/T 2659 for a foreigner, else ""
    birth, valid_from, valid_to      2017-08-18; valid_to null for 长期
    address, number, issuer
    photo           base64 JPEG, or null when the reader's machine has no decoder
    reader_serial, chip_serial       as hexadecimal; chip_serial may be ""
`capture` answers with {photo: base64 JPEG} for a face; {document: base64, format: "jpeg" or "pdf",
sha256, width, height, straightened} for a document; {template: base64 (ISO/IEC 19794-2:2005),
finger, quality, minutiae} for a fingerprint; `discover` with {devices, simulated, cards, faces,
troubles, camera_troubles}, the last four being the names that `simulate` may use; `info` with
{version, reader_serial}; `print` with {near_end}, and a simulated printer with {near_end, picture:
base64 PNG of the paper, tickets: how many it printed}; `selftest`, `simulate` and `cancel` with {}.
An error's payload is {reason, words: {zh, en}}: reason is the code's name in small letters, words
the sentence for the person at the device.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Literal, Self, TypeAlias, TypeVar

from chengxin.devices import signing
from chengxin.devices.signing import DeviceKey, Json
from chengxin.devices.words import Words

W = TypeVar("W", bound=str)


class Verb(StrEnum):
    DISCOVER = "discover"  # which devices are here
    INFO = "info"  # serial numbers and versions
    READ_ID = "read_id"  # wait for a card and read it
    CAPTURE = "capture"  # take a picture
    CANCEL = "cancel"  # stop an earlier command
    SELFTEST = "selftest"
    PRINT = "print"  # one ticket, once for its job
    SIMULATE = "simulate"  # put a card, take the paper out; refused by real devices


class Code(IntEnum):
    """How a device stands; and, from 100 on, why a command failed."""

    NOT_READY = -1
    OK = 0
    WARNING = 1
    FAULT = 2
    BUSY = 3
    DISABLED = 4
    DEVICE = 100  # 1xx: the device itself
    SELF_TEST = 101
    TOO_BUSY = 103
    MEDIA = 200  # 2xx: what was put on it
    NO_CARD = 201
    CARD_UNREADABLE = 202
    NO_PAPER = 210
    COVER_OPEN = 211
    PRINT_UNCLEAR = 212  # a ticket was sent to the printer, and nobody knows whether it came out
    TIMEOUT = 300  # 3xx
    CANCELLED = 301
    PERMISSION = 400  # 4xx
    NOT_SIMULATED = 401
    INTERNAL = 500  # 5xx
    BAD_COMMAND = 501


# For each verb: the arguments it must have, and those it may have.
ARGS: dict[Verb, tuple[dict[str, type], dict[str, type]]] = {
    Verb.DISCOVER: ({}, {}),
    Verb.INFO: ({}, {}),
    Verb.READ_ID: ({}, {}),
    # what: "face", "document" (format: "jpeg" or "pdf"), "fingerprint"
    Verb.CAPTURE: ({"what": str}, {"format": str}),
    Verb.CANCEL: ({"command_id": str}, {}),
    Verb.SELFTEST: ({}, {}),
    # job: the ticket's own id; slip: printing.slip.AnySlip
    Verb.PRINT: ({"job": str, "slip": dict}, {}),
    # act: "put_card" with card, "lift_card", "choose_face" with face (a name in drawn_faces.CAST),
    # "trouble_printer", "trouble_camera", "trouble_finger" with trouble
    Verb.SIMULATE: ({"act": str}, {"card": str, "face": str, "trouble": str}),
}


@dataclass(frozen=True)
class Command:
    """What the server asks of a device.  Sent again after a lost line, it is done only once.

    `id` and `nonce` are made by the server (a nonce is random and used once, 16 to 128
    characters); `deadline` is in unix seconds, after which the answer is a time-out.
    """

    id: str
    verb: Verb
    args: dict[str, Json]
    deadline: int
    nonce: str

    def to_json(self) -> str:
        return _written(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        fields = _Fields(text)
        command = cls(
            id=fields.text("id"),
            verb=Verb(fields.text("verb")),
            args=fields.object("args"),
            deadline=fields.whole("deadline"),
            nonce=fields.text("nonce"),
        )
        fields.close()
        if not 16 <= len(command.nonce) <= 128:
            raise ValueError("nonce has 16 to 128 characters")
        command._check_args()
        return command

    def _check_args(self) -> None:
        must, may = ARGS[self.verb]
        if missing := must.keys() - self.args.keys():
            raise ValueError(f"{self.verb} lacks {sorted(missing)}")
        if unknown := self.args.keys() - must.keys() - may.keys():
            raise ValueError(f"{self.verb} does not know {sorted(unknown)}")
        for name, value in self.args.items():
            kind = (must | may)[name]
            if type(value) is not kind:
                raise ValueError(f"{self.verb}: {name} is not {kind.__name__}")


@dataclass(frozen=True)
class Answer:
    """How a command ended.  `signature` covers the rest of it, the device and the command's nonce.

    kind "done" has code OK or WARNING; kind "error" has a code from 100 on.
    """

    command_id: str
    kind: Literal["done", "error"]
    code: int
    payload: dict[str, Json]
    signature: str = ""
    message: Literal["answer"] = field(default="answer", kw_only=True)

    def to_json(self) -> str:
        return _written(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        fields = _Fields(text)
        answer = cls(
            message=fields.word("message", "answer"),
            command_id=fields.text("command_id"),
            kind=fields.word("kind", "done", "error"),
            code=fields.whole("code"),
            payload=fields.object("payload"),
            signature=fields.text("signature"),
        )
        fields.close()
        if (answer.kind == "done") != (answer.code in (Code.OK, Code.WARNING)):
            raise ValueError(f"code {answer.code} does not belong to {answer.kind}")
        if answer.kind == "error" and not 100 <= answer.code <= 599:
            raise ValueError(f"code {answer.code} is not an error")
        return answer

    def signed(self, key: DeviceKey, device_id: str, nonce: str) -> Self:
        """This answer with the device's signature, bound to the nonce of its command."""
        signature = signing.sign(key, self._covered(device_id, nonce))
        return type(self)(self.command_id, self.kind, self.code, self.payload, signature)

    def is_from(self, public: str, device_id: str, nonce: str) -> bool:
        """Whether the device with this public key gave this answer to the command of `nonce`."""
        return signing.verify(public, self._covered(device_id, nonce), self.signature)

    def _covered(self, device_id: str, nonce: str) -> dict[str, Json]:
        return {
            "device_id": device_id,
            "nonce": nonce,
            "command_id": self.command_id,
            "kind": self.kind,
            "code": int(self.code),
            "payload": self.payload,
        }


@dataclass(frozen=True)
class Hello:
    """The first message on every new line: who the agent is and what stands beside it."""

    device_id: str
    version: str
    devices: list[str]  # "card_reader", "camera", "printer", "document_camera", "finger_reader"
    simulated: bool
    at: int
    message: Literal["hello"] = field(default="hello", kw_only=True)

    def to_json(self) -> str:
        return _written(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        fields = _Fields(text)
        hello = cls(
            message=fields.word("message", "hello"),
            device_id=fields.text("device_id"),
            version=fields.text("version"),
            devices=fields.texts("devices"),
            simulated=fields.boolean("simulated"),
            at=fields.whole("at"),
        )
        fields.close()
        return hello


@dataclass(frozen=True)
class Status:
    """How one device stands; sent every 15 seconds and at every change."""

    device: str
    code: int  # Code.NOT_READY … Code.DISABLED
    words: Words
    at: int
    message: Literal["status"] = field(default="status", kw_only=True)

    def to_json(self) -> str:
        return _written(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        fields = _Fields(text)
        status = cls(
            message=fields.word("message", "status"),
            device=fields.text("device"),
            code=fields.whole("code"),
            words=fields.words("words"),
            at=fields.whole("at"),
        )
        fields.close()
        if not Code.NOT_READY <= status.code <= Code.DISABLED:
            raise ValueError(f"code {status.code} is not a status")
        return status


@dataclass(frozen=True)
class Event:
    """Something the person at the device may be told while a command runs.

    kinds: waiting_for_card, card_found, waiting_for_finger.  `seq` counts from 1 within a command.
    """

    command_id: str
    seq: int
    kind: str
    payload: dict[str, Json]
    message: Literal["event"] = field(default="event", kw_only=True)

    def to_json(self) -> str:
        return _written(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        fields = _Fields(text)
        event = cls(
            message=fields.word("message", "event"),
            command_id=fields.text("command_id"),
            seq=fields.whole("seq"),
            kind=fields.text("kind"),
            payload=fields.object("payload"),
        )
        fields.close()
        return event


Message: TypeAlias = Hello | Status | Event | Answer

_KINDS: dict[str, type[Hello] | type[Status] | type[Event] | type[Answer]] = {
    "hello": Hello,
    "status": Status,
    "event": Event,
    "answer": Answer,
}


def from_json(text: str | bytes) -> Message:
    """Any message of an agent, told apart by its key "message"; ValueError when it is none."""
    kind = _object(text).get("message")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"unknown message {kind!r}")
    return _KINDS[kind].from_json(text)


class _Fields:
    """The fields of one JSON object, taken one by one; `close` refuses what was not taken."""

    def __init__(self, text: str | bytes) -> None:
        self._left = _object(text)

    def _take(self, name: str) -> Any:
        if name not in self._left:
            raise ValueError(f"{name} is missing")
        return self._left.pop(name)

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str):
            raise ValueError(f"{name} is not text")
        return value

    def texts(self, name: str) -> list[str]:
        value = self._take(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"{name} is not a list of texts")
        return value

    def word(self, name: str, *words: W) -> W:
        value = self.text(name)
        for word in words:
            if value == word:
                return word
        raise ValueError(f"{name} is none of {words}")

    def whole(self, name: str) -> int:
        value = self._take(name)
        if type(value) is not int:
            raise ValueError(f"{name} is not a whole number")
        return value

    def boolean(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise ValueError(f"{name} is not true or false")
        return value

    def object(self, name: str) -> dict[str, Json]:
        value = self._take(name)
        if not isinstance(value, dict):
            raise ValueError(f"{name} is not an object")
        return value

    def words(self, name: str) -> Words:
        value = self.object(name)
        if value.keys() != {"zh", "en"} or not all(isinstance(v, str) for v in value.values()):
            raise ValueError(f"{name} is not a sentence in zh and en")
        return Words(str(value["zh"]), str(value["en"]))

    def close(self) -> None:
        if self._left:
            raise ValueError(f"unknown keys {sorted(self._left)}")


def _object(text: str | bytes) -> dict[str, Any]:
    value = json.loads(text, parse_float=_no_fraction, parse_constant=_no_fraction)
    if not isinstance(value, dict):
        raise ValueError("a message is a JSON object")
    return value


def _no_fraction(text: str) -> int:
    raise ValueError(f"{text} is not a whole number")


def _written(message: dict[str, Any]) -> str:
    return signing.canonical(message).decode()
