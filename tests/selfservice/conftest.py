"""Somebody before a terminal or with his phone in hand, and what the hall knows of him."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengxin.devices.signing import DeviceKey
from chengxin.hall.models import Device, Hall
from chengxin.notices.models import Message
from chengxin.people import identity
from chengxin.people.models import Person
from chengxin.people.moves import Author
from chengxin.people.moving import Because
from chengxin.selfservice import doors
from tests.people.conftest import told
from tests.visit.conftest import faces, order, serving, take
from tests.visit.kiosk import Agent, KioskPage

__all__ = ["faces", "order", "serving", "take", "told"]

MOBILE = "13900001234"


@pytest.fixture(autouse=True)
def _gateway(settings) -> None:
    settings.SMS_URL, settings.PUBLIC_URL = "http://127.0.0.1:9", "https://tax.example"


@dataclass
class Phone:
    """A browser on a phone, and the messages that come to it."""

    client: Client = field(default_factory=Client)
    request: str = ""

    def ask(self, number: str, mobile: str = MOBILE):
        """Ask for a code, as the page does; the worker looks at once."""
        answer = self.client.post("/me/code", {"number": number, "phone": mobile})
        if found := re.search(r'name="request" value="([^"]+)"', answer.content.decode()):
            self.request = found[1]
        doors.look()
        return answer

    def received(self) -> str:
        """The digits of the last code; "" when none came."""
        last = Message.objects.filter(kind="code").order_by("-made_at").first()
        found = re.search(r"\d{6}", last.words) if last else None
        return found[0] if found else ""

    def enter(self, digits: str):
        return self.client.post(
            "/me/enter", {"request": self.request, "digits": digits},
            headers={"Accept": "application/json"},
        )  # fmt: skip

    def get(self, path: str = "") -> str:
        return self.client.get(f"/me/{path}").content.decode()

    def post(self, path: str, **data: object):
        return self.client.post(f"/me/{path}", data, headers={"Accept": "application/json"})


@dataclass
class Terminal(KioskPage):
    """What selfservice/terminal.js sends."""

    def own(self, path: str, **data: str):
        return self.client.post(
            f"/terminal/{self.device_id}/{path}",
            {"session": self.session, **data},
            content_type="application/json",
            headers={"Accept": "application/json"},
        )

    def come_in(self, agent: Agent, person: Person):
        """Card, face, in."""
        self.session = str(uuid.uuid4())
        self.own("begin")
        agent.put_card(person)
        self.show_face()
        return self.own("open")


@pytest.fixture
def bind() -> Callable[..., Person]:
    """Bind a mobile to a person who has been verified: bind(wang)."""

    def bound(person: Person, mobile: str = MOBILE) -> Person:
        identity.change_phone(person, mobile, Because("手机号码变更", Author.PERSON))
        Person.objects.filter(pk=person.pk).update(state=Person.State.VERIFIED)
        person.refresh_from_db()
        return person

    return bound


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def inside(phone: Phone, bind) -> Callable[[Person], Phone]:
    """A phone on which this person has come in."""

    def come_in(person: Person) -> Phone:
        bind(person)
        phone.ask(person.number)
        assert phone.enter(phone.received()).status_code == 302
        return phone

    return come_in


@pytest.fixture
def agent(hall: Hall) -> Agent:
    """The enrolled agent of the hall's self-service terminal; its reader stands ready."""
    key = DeviceKey.generate()
    Device.objects.create(
        pk="terminal-1", hall=hall, title="一号自助办税终端", public_key=key.public,
        self_service=True,
    )  # fmt: skip
    made = Agent("terminal-1", key)
    made.reader_stands()
    return made


@pytest.fixture
def terminal(agent: Agent, faces) -> Terminal:
    return Terminal(agent.device_id)


def picture(content: bytes = b"\xff\xd8\xff a contract") -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.jpg", content)
