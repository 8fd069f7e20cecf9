"""A hall PC takes sheets and fingers, and each device stands under its own name."""

import base64
import hashlib
import threading

import pytest

from chengxin.core.refusal import Trouble
from chengxin.devices import fingerprints, hall_pc
from chengxin.devices.hall_pc import HallPC
from chengxin.devices.messages import Code, Command, Verb
from chengxin.devices.signing import canonical
from chengxin.devices.simulator.document_camera import CameraTrouble, SimulatedDocumentCamera
from chengxin.devices.simulator.finger import FingerTrouble, SimulatedFingerReader
from chengxin.devices.simulator.station import simulated_station
from chengxin.devices.station import Failed, Station
from chengxin.devices.usb_camera import BUSY, UNPLUGGED


@pytest.fixture
def camera():
    return SimulatedDocumentCamera()


@pytest.fixture
def finger():
    return SimulatedFingerReader()


@pytest.fixture
def station(camera, finger):
    return Station(None, document_camera=camera, finger_reader=finger)


def capture(station, what, **args):
    command = Command("1", Verb.CAPTURE, {"what": what, **args}, 0, "n" * 16)
    return station.do(command, 5, threading.Event(), lambda kind: None)


def standing(station, name):
    return dict(station.standings())[name]


def test_sheet_is_handed_on_with_its_hash_and_may_be_signed(station):
    told = capture(station, "document")

    content = base64.b64decode(told["document"])
    assert content.startswith(b"\xff\xd8\xff")
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["straightened"] is True
    assert canonical(told)  # whole numbers only
    assert standing(station, "document_camera").code == Code.OK


def test_pdf_is_made_when_it_is_asked_for(station):
    told = capture(station, "document", format="pdf")

    assert base64.b64decode(told["document"]).startswith(b"%PDF-")
    with pytest.raises(Failed) as failed:
        capture(station, "document", format="tiff")
    assert failed.value.code == Code.BAD_COMMAND


def test_busy_camera_stands_in_fault_and_the_card_reader_does_not(station, camera):
    camera.trouble = CameraTrouble.BUSY

    with pytest.raises(Failed) as failed:
        capture(station, "document")

    assert (failed.value.code, failed.value.words) == (Code.TOO_BUSY, BUSY)
    assert standing(station, "document_camera").words == BUSY
    assert standing(station, "card_reader").code == Code.DISABLED


def test_cable_pulled_in_the_middle_gives_no_sheet_and_is_seen_at_the_next_check(station, camera):
    camera.trouble = CameraTrouble.PULLED

    with pytest.raises(Failed) as failed:
        capture(station, "document")
    assert failed.value.code == Code.MEDIA
    station.check()
    assert standing(station, "document_camera").code == Code.FAULT
    with pytest.raises(Failed) as failed:
        capture(station, "document")
    assert failed.value.words == UNPLUGGED

    camera.trouble = CameraTrouble.NONE
    station.check()
    assert standing(station, "document_camera").code == Code.OK


def test_dark_sheet_is_the_persons_to_mend_not_the_cameras_fault(station, camera):
    camera.trouble = CameraTrouble.DARK

    with pytest.raises(Failed) as failed:
        capture(station, "document")

    assert failed.value.code == Code.MEDIA
    assert standing(station, "document_camera").code == Code.OK


def test_finger_is_handed_on_as_a_template_only(station):
    told = capture(station, "fingerprint")

    assert set(told) == {"template", "finger", "quality", "minutiae"}
    assert fingerprints.read(base64.b64decode(told["template"])).finger == told["finger"] == 1


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (FingerTrouble.NOBODY, Code.TIMEOUT),
        (FingerTrouble.WET, Code.MEDIA),
        (FingerTrouble.HALF, Code.MEDIA),
        (FingerTrouble.UNPLUGGED, Code.DEVICE),
    ],
)
def test_troubles_of_a_finger_are_told_apart(station, finger, trouble, code):
    finger.trouble = trouble

    with pytest.raises(Failed) as failed:
        capture(station, "fingerprint")

    assert failed.value.code == code
    assert failed.value.words.zh
    assert failed.value.words.en


def test_what_is_not_there_is_said():
    bare = Station(None)

    for what in ("document", "fingerprint", "face"):
        with pytest.raises(Failed) as failed:
            capture(bare, what)
        assert failed.value.code == Code.DEVICE
    assert [name for name, _stands in bare.standings()] == ["card_reader", "camera"]


def test_two_cameras_of_one_pc_have_a_name_each(tmp_path):
    pc = HallPC("https://x", "kiosk-1", camera="0", document_camera="0")

    with pytest.raises(Trouble, match="same camera"):
        hall_pc.run(pc, tmp_path)


def test_demo_can_script_the_cameras_troubles(tmp_path):
    with_props = simulated_station(tmp_path)
    try:
        found = with_props.answer_at_once(Command("1", Verb.DISCOVER, {}, 0, "n" * 16))
        assert found["camera_troubles"] == [str(one) for one in CameraTrouble]
        act = {"act": "trouble_camera", "trouble": "camera_busy"}
        with_props.answer_at_once(Command("2", Verb.SIMULATE, act, 0, "n" * 16))
        with pytest.raises(Failed) as failed:
            capture(with_props, "document")
        assert failed.value.words == BUSY
    finally:
        with_props.close()
