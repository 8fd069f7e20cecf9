"""纸质资料采集: only what the PC signed and what is whole is kept, sealed, with the visit."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from chengxin.devices.messages import Code, Status
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words
from chengxin.hall.models import Device, DeviceCommand, PaperCapture
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff\xe0 a sheet of paper \xff\xd9"


def sheet(content: bytes = JPEG, **changes):
    return {
        "document": base64.b64encode(content).decode(),
        "format": "jpeg",
        "sha256": hashlib.sha256(content).hexdigest(),
        "width": 1654,
        "height": 2339,
        "straightened": True,
    } | changes


@pytest.fixture
def camera(agent):
    """A hall PC with a document camera in order."""
    agent.send(Status("document_camera", Code.OK, Words("正常", "In order"), 0))
    return agent


@pytest.fixture
def room(client, camera, serving, wang, window, zhao):
    serving(wang)
    client.force_login(zhao)

    class Room:
        url = f"/windows/{window.pk}/papers"

        def take(self, **changes):
            asked = {"title": "租赁合同", "device": camera.device_id, "format": "jpeg"} | changes
            return client.post(f"{self.url}/take", asked)

        def command(self):
            [found] = [one for one in camera.commands() if one.verb == "capture"]
            return found

        def answers(self, payload=None, code=Code.OK):
            return camera.answer(self.command(), payload or sheet(), code)

        def shown(self):
            return client.get(self.url).content.decode()

        def open(self, paper):
            return client.get(f"{self.url}/{paper.pk}")

        def discard(self, paper):
            return client.post(f"{self.url}/{paper.pk}/discard")

    return Room()


def test_sheet_that_the_camera_took_is_kept_sealed_with_the_visit(room, wang, zhao):
    assert "正在拍摄" in room.take().content.decode()
    assert room.command().args == {"what": "document", "format": "jpeg"}
    assert room.answers().status_code == 200

    paper = PaperCapture.objects.get()
    assert (paper.content, paper.person, paper.title) == (JPEG, wang, "租赁合同")
    assert "已采集" in room.shown()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM hall_papercapture")
        assert JPEG not in bytes(cursor.fetchone()[0])
    assert Trace.objects.filter(action="paper.take", about=wang.key).exists()


def test_picture_opens_for_the_officer_at_this_window_and_leaves_a_trace(room, zhao, wang):
    room.take(), room.answers()

    answer = room.open(PaperCapture.objects.get())

    assert (answer.content, answer["Content-Type"]) == (JPEG, "image/jpeg")
    assert answer["Cache-Control"] == "no-store"
    assert Trace.objects.filter(action="paper.see", about=wang.key, officer=zhao).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "0" * 64},
        {"document": "no base64!"},
        {"document": base64.b64encode(JPEG[:9]).decode()},
        {"format": "pdf"},
        {"format": "exe"},
        {"width": None},
    ],
)
def test_what_is_not_whole_is_not_kept_and_said_so(room, wrong):
    room.take()

    assert room.answers(sheet() | wrong).status_code == 409

    assert PaperCapture.objects.get().content is None
    assert "未能采集，请重拍" in room.shown()
    assert Trace.objects.filter(action="paper.take", outcome="paper_unreadable").exists()


def test_a_picture_too_large_is_not_kept(room):
    room.take()

    assert room.answers(sheet(b"\xff\xd8\xff" + b"x" * 1_600_000)).status_code == 409


def test_an_answer_that_another_key_signed_is_not_kept(room, camera):
    room.take()
    command = room.command()
    camera.key, true = DeviceKey.generate(), camera.key

    camera.answer(command, sheet())
    camera.key = true

    assert PaperCapture.objects.get().content is None


def test_trouble_of_the_camera_is_told_in_its_words(room):
    room.take()
    words = {"zh": "摄像头被其他程序占用，请关闭后重试", "en": "Busy"}

    room.answers({"reason": "too_busy", "words": words}, Code.TOO_BUSY)

    assert "摄像头被其他程序占用，请关闭后重试" in room.shown()


def test_camera_that_never_answers_is_told(room):
    room.take()
    DeviceCommand.objects.update(deadline=now() - timedelta(seconds=1))

    assert "高拍仪没有应答" in room.shown()


def test_answer_sent_twice_is_one_sheet(room, camera):
    """The line was lost, and the agent repeats its answer."""
    room.take()
    command = room.command()

    first = camera.answer(command, sheet())
    again = camera.answer(command, sheet())

    assert (first.status_code, again.status_code) == (200, 200)
    assert PaperCapture.objects.get().content == JPEG
    assert Trace.objects.filter(action="paper.take").count() == 1


def test_wrong_sheet_is_discarded_its_picture_gone_the_line_kept(room, wang):
    room.take(), room.answers()
    paper = PaperCapture.objects.get()

    assert "已作废" in room.discard(paper).content.decode()

    paper.refresh_from_db()
    assert paper.content is None
    assert paper.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert room.open(paper).status_code == 409
    assert Trace.objects.filter(action="paper.discard", about=wang.key).exists()


def test_sheet_without_a_name_or_of_a_pc_that_is_gone_is_not_taken(room):
    assert room.take(title=" ").status_code == 409
    Device.objects.update(seen_at=now() - timedelta(minutes=5))
    assert room.take().status_code == 409
    assert not PaperCapture.objects.exists()


def test_camera_of_another_hall_is_not_there(room, hall):
    Device.objects.create(
        pk="far", hall=type(hall).objects.create(code="far", name="远", office=hall.office),
        title="远", parts={"document_camera": {"code": 0}}, seen_at=now(),
    )  # fmt: skip

    assert room.take(device="far").status_code == 404


def test_straightening_that_failed_is_told(room):
    room.take(), room.answers(sheet(straightened=False))

    assert "未找到纸边，请核对" in room.shown()


def test_nobody_else_sees_the_papers(room, client, qian, sun):
    room.take(), room.answers()
    paper = PaperCapture.objects.get()

    for someone in (qian, sun):
        client.force_login(someone)
        assert room.open(paper).status_code in (403, 404)
        assert client.get(room.url).status_code in (403, 404)
        assert room.discard(paper).status_code in (403, 404)
