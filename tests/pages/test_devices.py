"""The hall's device page: who stands where, how each part is in words, and who may let one in."""

from __future__ import annotations

import re

import pytest

from chengxin.devices.messages import Code, Hello
from chengxin.devices.signing import DeviceKey
from chengxin.devices.words import Words
from chengxin.hall import devices
from chengxin.hall.models import Device, DeviceEnrolment
from chengxin.offices.models import Role
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def he(officer):
    return officer("he", "何主任", "county", Role.HALL_MANAGER)


@pytest.fixture
def keeper(client, he):
    client.force_login(he)
    return client


def body(answer) -> str:
    return answer.content.decode()


def test_paper_out_is_told_in_words(keeper, agent):
    agent.printer_stands(Code.FAULT, Words("打印机缺纸，请更换纸卷", "Out of paper."))

    shown = body(keeper.get("/devices/"))
    assert "打印机缺纸，请更换纸卷" in shown
    assert agent.key.fingerprint in shown


def test_old_program_is_told_to_be_renewed(keeper, agent):
    agent.send(Hello("kiosk-1", "1", ["card_reader"], False, 0))

    assert "请更新" in body(keeper.get("/devices/"))


def test_new_pc_is_named_and_given_a_code_that_lets_it_in(keeper, hall):
    keeper.post("/devices/add", {"hall": hall.pk, "id": "kiosk-2", "title": "二号机"})
    shown = body(keeper.post("/devices/kiosk-2/invite"))

    code = re.search(r"--enrol http://testserver#([\w-]+)", shown)
    assert code
    assert devices.enrol(code[1], DeviceKey.generate().public).pk == "kiosk-2"
    assert code[1] not in body(keeper.get("/devices/"))
    assert code[1] not in DeviceEnrolment.objects.get().token


def test_id_that_is_taken_is_refused(keeper, hall, agent):
    answer = keeper.post("/devices/add", {"hall": hall.pk, "id": "kiosk-1", "title": "二号机"})

    assert Trace.objects.filter(action="device.add", outcome="device_known").exists()
    assert answer.status_code == 409


@pytest.mark.parametrize("wrong", ["K1", "a", "kiosk 2", "-k1", ""])
def test_id_that_is_none_is_refused_with_a_sentence(keeper, hall, wrong):
    answer = keeper.post("/devices/add", {"hall": hall.pk, "id": wrong, "title": "二号机"})

    assert "errorlist" in body(answer)
    assert not Device.objects.exists()


def test_device_is_taken_out_of_use_and_into_it_again(keeper, agent):
    keeper.post("/devices/kiosk-1/lock", {"locked": "1"})
    assert Device.objects.get().locked
    keeper.post("/devices/kiosk-1/lock")
    assert not Device.objects.get().locked


@pytest.mark.parametrize("what", ["invite", "lock", "copy"])
def test_window_officer_lets_no_device_in(client, zhao, agent, what):
    client.force_login(zhao)

    assert client.get("/devices/").status_code == 403
    assert client.post(f"/devices/kiosk-1/{what}").status_code == 403


@pytest.mark.parametrize("what", ["invite", "lock", "copy"])
def test_another_countys_manager_does_not_see_this_halls_devices(client, sun, agent, what):
    client.force_login(sun)

    assert "kiosk-1" not in body(client.get("/devices/"))
    assert client.post(f"/devices/kiosk-1/{what}").status_code == 404
