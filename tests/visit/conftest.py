"""What every step of a visit needs: somebody identified, a way to take a ticket, a directive."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from chengxin.devices.comparison import Comparison, QualityReport
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import DeviceUnavailable, Words
from chengxin.hall import visits
from chengxin.hall.models import Business, Device, Hall, Ticket
from chengxin.people import identity
from chengxin.people.models import Enterprise, Person, Verification
from chengxin.risk import directives
from chengxin.risk.directives import Terms
from chengxin.risk.models import Directive
from tests.visit.kiosk import Agent, KioskPage

Take = Callable[..., visits.Taken]


@pytest.fixture
def take(hall: Hall) -> Take:
    """Take a ticket as the kiosk does; the face matched unless the test says otherwise."""

    def taken(
        person: Person,
        business: Business = Business.ENTERPRISE,
        *,
        enterprise: Enterprise | None = None,
        band: str | None = Verification.Band.ACCEPT,
        nonce: uuid.UUID | None = None,
    ) -> visits.Taken:
        verification = Verification.objects.create(person=person, band=band) if band else None
        return visits.take_ticket(
            hall,
            person,
            business,
            enterprise=enterprise,
            verification=verification,
            nonce=nonce or uuid.uuid4(),
        )

    return taken


@pytest.fixture
def take_for(hall: Hall) -> Callable[..., Ticket]:
    """Take a ticket for certain items: personal ones unless told otherwise."""

    def taken(person: Person, items: list[str], business: Business = Business.PERSONAL) -> Ticket:
        return visits.take_ticket(
            hall, person, business, enterprise=None, verification=None, nonce=uuid.uuid4(),
            items=items,
        ).ticket  # fmt: skip

    return taken


@pytest.fixture
def serving(take, window, zhao) -> Callable[..., Ticket]:
    """A person who stands at window 3, begun to be served."""

    def at_window(person: Person, **how: object) -> Ticket:
        take(person, **how)
        ticket = visits.call_next(window, officer=zhao)
        return visits.start(ticket, officer=zhao)

    return at_window


@pytest.fixture
def order(qian, leader) -> Callable[..., Directive]:
    """Impose a directive by hand: order(about, {"INV": "block"})."""

    def imposed(about: Person | Enterprise, levels: dict[str, str]) -> Directive:
        return directives.impose(
            about.key, Terms(levels, "请联系主管税务机关"), officer=qian, second=leader
        )

    return imposed


class ScriptedFaces:
    """A face engine that says what the test tells it to: a band, an advice, or nothing at all."""

    def __init__(self) -> None:
        self.band = "accept"

    def compare(self, live_jpeg: bytes, reference_jpeg: bytes, channel: str) -> Comparison:
        if self.band == "gone":
            raise DeviceUnavailable(Words("人脸比对暂不可用", "Face comparison does not work."))
        told = (Words("请靠近摄像头一些", "Please come closer."),) if self.band == "advice" else ()
        distance = {"accept": 0.21, "staff": 0.39, "reject": 0.61}.get(self.band)
        limits = None if distance is None else (0.35, 0.42)
        return Comparison(distance, self.band, QualityReport(()), "scripted/0/raw", told, limits)

    def describe(self, jpeg: bytes, channel: str) -> tuple[str, bytes | None]:
        if self.band == "gone":
            raise DeviceUnavailable(Words("人脸比对暂不可用", "Face comparison does not work."))
        return "scripted/0/raw", b"template of " + jpeg


@pytest.fixture
def faces(monkeypatch) -> ScriptedFaces:
    scripted = ScriptedFaces()
    monkeypatch.setattr(identity, "face_engine", lambda: scripted)
    return scripted


@pytest.fixture
def agent(hall: Hall) -> Agent:
    """The enrolled agent of the hall's first kiosk; its reader stands ready."""
    key = DeviceKey.generate()
    Device.objects.create(pk="kiosk-1", hall=hall, title="一号排号机", public_key=key.public)
    made = Agent("kiosk-1", key)
    made.reader_stands()
    return made


@pytest.fixture
def page(agent: Agent, faces: ScriptedFaces) -> KioskPage:
    return KioskPage(agent.device_id)
