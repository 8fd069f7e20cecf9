"""A finger beside the face: with consent only, one to one, an officer's word where it is unlike."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.devices.fingerprints import FingerTemplate, written
from chengxin.devices.messages import Code, Status
from chengxin.devices.simulator.finger import pressed_by
from chengxin.devices.words import DeviceUnavailable, Words
from chengxin.hall import devices, enrolment, readings
from chengxin.hall.models import Device, DeviceCommand, Hall
from chengxin.people import consents, fingers, retention, rights
from chengxin.people.models import Enrolment, Fingerprint, Purpose, Verification
from chengxin.trace.models import Trace
from tests.visit.conftest import agent, faces, serving, take

__all__ = ["agent", "faces", "serving", "take"]

pytestmark = pytest.mark.django_db

WINDOW = "hall:yangxin/window:3"
YES = {"face": "given", "messages": "refused", "finger": "given"}


class SamePlaces:
    """An engine for tests: how many minutiae of one lie where one of the other lies."""

    name = "same-places/1"
    accept = 20.0

    def score(self, one: FingerTemplate, other: FingerTemplate) -> float:
        near = [
            any(abs(a.x - b.x) <= 16 and abs(a.y - b.y) <= 16 and a.kind == b.kind
                for b in other.minutiae)
            for a in one.minutiae
        ]  # fmt: skip
        return float(sum(near))


@pytest.fixture
def engine(monkeypatch) -> None:
    monkeypatch.setattr(fingers, "finger_engine", SamePlaces)


def press(who: str = "honest", n: int = 1, **how) -> bytes:
    return written(pressed_by(who, n, **how))


@pytest.fixture
def kept(wang, zhao) -> Fingerprint:
    consents.take(wang, YES, officer=zhao, place=WINDOW)
    return fingers.enrol(wang, press(), officer=zhao, place=WINDOW)


def test_without_his_own_consent_no_finger_is_kept(wang, zhao):
    consents.take(wang, YES | {"finger": "refused"}, officer=zhao, place=WINDOW)

    with pytest.raises(Refusal) as refusal:
        fingers.enrol(wang, press(), officer=zhao, place=WINDOW)

    assert refusal.value.code == "consent_needed"
    assert not Fingerprint.objects.exists()


def test_hall_that_offers_no_fingers_asks_for_none(wang, zhao):
    asked = [one.purpose for one in consents.notices() if one.asked]
    assert asked == ["face", "messages"]
    assert "finger" in [one.purpose for one in consents.notices(fingers=True) if one.asked]
    consents.take(wang, {"face": "given", "messages": "given"}, officer=zhao, place=WINDOW)
    assert not wang.consents.filter(purpose=Purpose.FINGER).exists()


def test_template_is_sealed_and_the_same_finger_is_kept_once(kept, wang, zhao):
    fingers.enrol(wang, press(n=2), officer=zhao, place=WINDOW)

    [one] = Fingerprint.objects.all()
    assert (one.finger, one.template) == (1, press(n=2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT template FROM people_fingerprint")
        assert b"FMR" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("raw", [b"", b"no template", press()[:-9], press(poor=True)])
def test_poor_or_broken_template_is_taken_again(kept, wang, zhao, raw):
    with pytest.raises(Refusal) as refusal:
        fingers.enrol(wang, raw, officer=zhao, place=WINDOW)
    assert refusal.value.code == "finger_unreadable"


def test_his_own_finger_verifies_and_another_goes_to_an_officer(kept, wang, zhao, engine):
    own = fingers.verify(wang, press(n=7), place=WINDOW, officer=zhao)
    other = fingers.verify(wang, press("impostor"), place=WINDOW, officer=zhao)

    assert (own.band, other.band) == ("accept", "staff")  # never turned away by a machine
    assert own.engine == "finger/same-places/1"
    assert own.by_finger
    assert Trace.objects.filter(action="person.verify_finger", about=wang.key).count() == 2


def test_without_an_engine_nobody_is_accepted(kept, wang, zhao, settings):
    settings.FINGER_ENGINE = ""
    with pytest.raises(DeviceUnavailable):
        fingers.verify(wang, press(), place=WINDOW, officer=zhao)
    assert not Verification.objects.exists()


def test_engine_is_the_bureaus_own_by_its_name(settings):
    settings.FINGER_ENGINE = "tests.people.test_fingers:SamePlaces"
    assert fingers.finger_engine().name == "same-places/1"


def test_who_has_none_kept_is_verified_otherwise(wang, zhao, engine):
    consents.take(wang, YES, officer=zhao, place=WINDOW)
    with pytest.raises(Refusal) as refusal:
        fingers.verify(wang, press(), place=WINDOW, officer=zhao)
    assert refusal.value.code == "no_finger"


def test_withdrawn_consent_deletes_the_templates_at_once_and_ends_comparing(
    kept, wang, zhao, engine
):
    rights.withdraw(wang, Purpose.FINGER, officer=zhao, place=WINDOW)

    assert not Fingerprint.objects.exists()
    assert consents.stands(wang, Purpose.FACE)
    with pytest.raises(Refusal) as refusal:
        fingers.verify(wang, press(), place=WINDOW, officer=zhao)
    assert refusal.value.code == "consent_needed"


def test_deletion_takes_the_fingers_along(kept, wang, zhao):
    rights.erase(wang, officer=zhao, place=WINDOW)
    assert not Fingerprint.objects.exists()
    assert not consents.stands(wang, Purpose.FINGER)


def test_template_is_deleted_after_five_years(kept):
    Fingerprint.objects.update(taken_at=now() - timedelta(days=1825))
    assert retention.run()["finger"] == 0
    Fingerprint.objects.update(taken_at=now() - timedelta(days=1827))
    assert retention.run()["finger"] == 1


@pytest.fixture
def reader(agent, hall, window, zhao):
    """The PC at window 3 with a fingerprint reader, in a hall that offers fingers."""
    agent.send(Status("finger_reader", Code.OK, Words("正常", "In order"), 0))
    Device.objects.update(window=window)
    devices.offer_fingers(hall, offered=True, officer=zhao)
    window.refresh_from_db()
    return agent


def pressed(reader, raw: bytes, code: Code = Code.OK) -> None:
    [command] = [one for one in reader.commands() if one.verb == "capture"]
    assert command.args == {"what": "fingerprint"}
    told = {"template": base64.b64encode(raw).decode(), "finger": 1, "quality": 78, "minutiae": 34}
    assert reader.answer(command, told, code).status_code == 200


def test_window_keeps_a_finger_and_the_next_visit_is_verified_by_it(
    reader, serving, wang, zhao, engine
):
    ticket = serving(wang, band=None)
    enrolment.inform(ticket, YES, officer=zhao)
    readings.read_finger(ticket, "enrol", officer=zhao)
    pressed(reader, press())
    assert Fingerprint.objects.get().place == WINDOW

    readings.read_finger(ticket, "verify", officer=zhao)
    pressed(reader, press(n=5))

    ticket.refresh_from_db()
    assert ticket.identified
    assert enrolment.complete(ticket, officer=zhao).way == Enrolment.Way.FINGER


def test_nothing_is_pressed_without_consent_or_where_no_fingers_are_offered(
    reader, serving, wang, zhao
):
    ticket = serving(wang)
    with pytest.raises(Refusal) as refusal:
        readings.read_finger(ticket, "verify", officer=zhao)
    assert refusal.value.code == "consent_needed"

    Hall.objects.update(fingers=False)
    ticket.refresh_from_db()
    with pytest.raises(Refusal) as refusal:
        readings.read_finger(ticket, "verify", officer=zhao)
    assert refusal.value.code == "reader_gone"
    assert not DeviceCommand.objects.filter(verb="capture").exists()


def test_page_offers_the_finger_to_who_agreed(reader, serving, wang, zhao, client, window):
    ticket = serving(wang)
    client.force_login(zhao)
    where = f"/windows/{window.pk}"
    assert "verify-finger" not in client.get(f"{where}/").content.decode()
    assert 'name="finger"' in client.get(f"{where}/enrolment/").content.decode()

    answers = {"face": "given", "messages": "refused", "finger": "given"}
    client.post(f"{where}/enrolment/inform", answers)
    fingers.enrol(wang, press(), officer=zhao, place=WINDOW)

    assert "verify-finger" in client.get(f"{where}/").content.decode()
    asked = client.post(f"{where}/finger/verify", {"then": "window"})
    assert "请按压手指" in asked.content.decode()
    pressed(reader, press("impostor"))
    assert "未配置指纹比对引擎" in client.get(f"{where}/reading").content.decode()
    ticket.refresh_from_db()
    assert not ticket.verification.by_finger
