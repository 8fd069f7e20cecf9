"""A kiosk for tests: a page that posts, and an agent that signs, without a browser or a reader."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengxin.devices import signing
from chengxin.devices.messages import Answer, Code, Command, Hello, Message, Status
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words
from chengxin.hall import devices
from chengxin.hall.models import Device
from chengxin.people.models import Person


@dataclass
class Agent:
    """Speaks for one device, as `chengxin.devices.agent` does, but only when told to."""

    device_id: str
    key: DeviceKey
    client: Client = field(default_factory=Client)

    def commands(self) -> list[Command]:
        return devices.pending(Device.objects.get(pk=self.device_id))

    def send(self, message: Message, *, key: DeviceKey | None = None, at: int | None = None) -> Any:
        path = f"/api/devices/{self.device_id}/messages"
        body = message.to_json().encode()
        moment = int(time.time()) if at is None else at
        header = signing.authorization(
            key or self.key, self.device_id, "POST", path, body, at=moment
        )
        return self.client.post(
            path, body, content_type="application/json", headers={"Authorization": header}
        )

    def reader_stands(self, code: Code = Code.OK) -> None:
        self.send(Hello(self.device_id, "1", ["card_reader"], False, 0))
        self.send(Status("card_reader", code, Words("正常", "In order"), 0))

    def printer_stands(self, code: Code = Code.OK, words: Words | None = None) -> None:
        self.send(Status("printer", code, words or Words("正常", "In order"), 0))

    def to_print(self) -> list[Command]:
        return [one for one in self.commands() if one.verb == "print"]

    def prints(self, code: Code = Code.OK, words: Words | None = None) -> Any:
        """The printer's answer to the ticket it was asked for last."""
        told: dict[str, Any] = {"near_end": False}
        if words:
            told = {"reason": code.name.lower(), "words": {"zh": words.zh, "en": words.en}}
        return self.answer(self.to_print()[-1], told, code)

    def answer(self, command: Command, payload: dict[str, Any], code: Code = Code.OK) -> Any:
        kind = "done" if code in (Code.OK, Code.WARNING) else "error"
        told = Answer(command.id, kind, int(code), payload)
        return self.send(told.signed(self.key, self.device_id, command.nonce))

    def put_card(self, person: Person, **changes: Any) -> Any:
        """The person lays his card on the reader, which waits for one."""
        [command] = [one for one in self.commands() if one.verb == "read_id"]
        return self.answer(command, card(person) | changes)


def card(person: Person) -> dict[str, Any]:
    """What a reader gives of this person's card (devices.messages)."""
    return {
        "document_kind": str(person.document_kind),
        "name": person.name,
        "name_latin": "",
        "sex": 1,
        "ethnicity": "01",
        "nationality": "",
        "birth": "1985-03-15",
        "address": "山东省阳信县",
        "number": person.number,
        "issuer": "阳信县公安局",
        "valid_from": "2012-05-20",
        "valid_to": None,
        "photo": "AAAA",
        "reader_serial": "",
        "chip_serial": "",
    }


@dataclass
class KioskPage:
    """What hall/kiosk.js sends, step by step, with the session's id that it makes."""

    device_id: str
    client: Client = field(default_factory=Client)
    session: str = field(default_factory=lambda: str(uuid.uuid4()))

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(
            f"/kiosk/{self.device_id}/{path}",
            {"session": self.session, **data},
            content_type="application/json",
            headers={"Accept": "application/json"},
        )

    def begin(self, business: str = "enterprise") -> Any:
        return self.post("begin", business=business)

    def show_face(self, jpeg: bytes = b"live") -> Any:
        return self.client.post(
            f"/kiosk/{self.device_id}/compare",
            {"session": self.session, "picture": SimpleUploadedFile("face.jpg", jpeg)},
            headers={"Accept": "application/json"},
        )

    def told(self, **asked: str) -> dict[str, Any]:
        where = f"/kiosk/{self.device_id}/state"
        return self.client.get(where, {"session": self.session, **asked}).json()

    def matter(self, enterprise: str = "") -> dict[str, Any]:
        """What may be come for on behalf of this enterprise, or for oneself."""
        return self.told(**{"for": enterprise})["session"]["matter"]

    def state(self) -> dict[str, Any]:
        return self.told()["session"]
