"""名单比对, 资料采集 and the hall's setting of the steps: pages that say what they are."""

from __future__ import annotations

import pytest

from chengxin.devices.messages import Code, Status
from chengxin.devices.words import Words

pytestmark = pytest.mark.django_db


def body(answer) -> str:
    return answer.content.decode()


def test_page_says_that_it_suggests_and_identifies_nobody(client, zhao, window):
    client.force_login(zhao)

    shown = body(client.get(f"/windows/{window.pk}/suggest"))

    assert "不是身份认定" in shown
    assert "不得仅凭此拒绝办理" in shown
    assert "已当面告知本人用途" in shown


def test_page_of_papers_names_the_cameras_of_the_hall(client, zhao, window, serving, wang, agent):
    serving(wang)
    client.force_login(zhao)
    assert "本厅还没有高拍仪" in body(client.get(f"/windows/{window.pk}/papers"))

    agent.send(Status("document_camera", Code.FAULT, Words("未连接", "Not plugged in"), 0))

    shown = body(client.get(f"/windows/{window.pk}/papers"))
    assert "一号排号机" in shown
    assert "王*信" in shown
    assert wang.number not in shown


def test_parts_of_a_hall_pc_are_named_on_the_device_page(client, officer, agent):
    agent.send(Status("document_camera", Code.OK, Words("正常", "In order"), 0))
    agent.send(Status("finger_reader", Code.FAULT, Words("未连接", "Not plugged in"), 0))
    client.force_login(officer("he", "何主任", "county", "hall_manager"))

    shown = body(client.get("/devices/"))
    assert "高拍仪" in shown
    assert "指纹仪" in shown
