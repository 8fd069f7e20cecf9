"""A hall PC joins over real HTTP: its own key, the code of the device page, signed ever after."""

from __future__ import annotations

import time

import httpx
import pytest

from chengxin.core.refusal import Trouble
from chengxin.devices import hall_pc, signing
from chengxin.devices.hall_pc import HallPC
from chengxin.devices.messages import Hello
from chengxin.devices.signing import DeviceKey
from chengxin.hall import devices
from chengxin.hall.models import Device

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def code(hall) -> str:
    return devices.invite(Device.objects.create(pk="kiosk-9", hall=hall, title="九号机"))


def say_hello(url: str, key: DeviceKey) -> int:
    body = Hello("kiosk-9", "2", ["printer"], False, 0).to_json().encode()
    path = "/api/devices/kiosk-9/messages"
    signed = signing.authorization(key, "kiosk-9", "POST", path, body, at=int(time.time()))
    headers = {"Authorization": signed, "Content-Type": "application/json"}
    return httpx.post(url + path, content=body, headers=headers, trust_env=False).status_code


def test_pc_with_the_code_is_let_in_with_its_own_key(live_server, code, tmp_path):
    server, bare = hall_pc.invitation(f"{live_server.url}#{code}")
    pc = hall_pc.enrol(HallPC(server=server), bare, tmp_path)
    key = DeviceKey.load(hall_pc.key_file(tmp_path, pc.device_id))

    assert pc.device_id == "kiosk-9"
    assert Device.objects.get().public_key == key.public
    assert say_hello(live_server.url, key) == 200
    assert Device.objects.get().alive


def test_second_pc_with_the_same_code_is_turned_away(live_server, code, tmp_path):
    hall_pc.enrol(HallPC(server=live_server.url), code, tmp_path / "first")

    with pytest.raises(Trouble, match="登记码已用过"):
        hall_pc.enrol(HallPC(server=live_server.url), code, tmp_path / "second")


def test_pc_enrolled_anew_shuts_out_the_old_key(live_server, code, tmp_path):
    hall_pc.enrol(HallPC(server=live_server.url), code, tmp_path / "old")
    again = devices.invite(Device.objects.get())
    hall_pc.enrol(HallPC(server=live_server.url), again, tmp_path / "new")

    old = DeviceKey.load(hall_pc.key_file(tmp_path / "old", "kiosk-9"))
    assert say_hello(live_server.url, old) == 401
