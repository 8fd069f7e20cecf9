"""What hangs and stands in the hall shows numbers, never people."""

from __future__ import annotations

import pytest

from chengxin.hall import visits
from chengxin.hall.models import Device, Hall, Window

pytestmark = pytest.mark.django_db


def body(answer) -> str:
    return answer.content.decode()


def test_display_shows_the_newest_call_and_who_waits(client, take, wang, li, window, zhao):
    take(wang)
    take(li)
    visits.call_next(window, officer=zhao)

    shown = body(client.get("/display/yangxin/"))

    assert 'data-number="A001"' in shown
    assert 'data-window="3"' in shown
    assert '<strong data-testid="waiting">1</strong>' in shown


def test_display_shows_no_name_and_no_number_of_a_person(client, take, wang, window, zhao):
    take(wang)
    visits.call_next(window, officer=zhao)

    for path in ("/display/yangxin/", "/display/yangxin/calls"):
        shown = body(client.get(path))
        for secret in (wang.name, wang.public_name, wang.number, wang.pk):
            assert secret not in shown


def test_missed_number_leaves_the_display(client, take, wang, window, zhao):
    take(wang)
    visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    assert "A001" not in body(client.get("/display/yangxin/calls"))


def test_recall_is_a_new_call_on_the_display(client, take, wang, window, zhao):
    take(wang)
    ticket = visits.call_next(window, officer=zhao)
    before = body(client.get("/display/yangxin/calls"))
    visits.recall(ticket, officer=zhao)

    assert f'data-call="{ticket.pk}-1"' in before
    assert f'data-call="{ticket.pk}-2"' in body(client.get("/display/yangxin/calls"))


def test_another_halls_calls_are_not_on_this_display(client, take, wang, window, zhao, offices):
    Hall.objects.create(code="wudi", name="无棣县办税服务厅", office=offices["neighbour"])
    take(wang)
    visits.call_next(window, officer=zhao)

    assert "A001" not in body(client.get("/display/wudi/calls"))


@pytest.mark.usefixtures("agent")
def test_kiosk_opens_without_signing_in_and_in_chinese(client):
    answer = client.get("/kiosk/kiosk-1/", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert "请选择您要办理的业务" in body(answer)
    assert '<html lang="zh-hans"' in body(answer)


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("path", ["/kiosk/kiosk-1/", "/display/yangxin/"])
def test_screens_have_no_inline_script_or_style(client, path):
    shown = body(client.get(path))

    assert "<script>" not in shown
    assert " style=" not in shown


@pytest.mark.parametrize("path", ["/kiosk/nowhere/", "/kiosk/nowhere/state", "/display/nowhere/"])
def test_screens_of_nowhere_are_not_there(client, hall, path):
    assert client.get(path).status_code == 404


def test_table_of_props_is_there_only_in_the_demo(client, hall, settings):
    Device.objects.create(pk="kiosk-1", hall=hall, title="一", props={"cards": ["wang"]})

    assert 'data-testid="card-wang"' in body(client.get("/demo/props/"))
    settings.DEMO = False
    assert client.get("/demo/props/").status_code == 404
    assert client.get("/demo/face/honest.jpg").status_code == 404
    assert client.post("/demo/props/kiosk-1/", {"act": "lift_card"}).status_code == 404


def test_window_that_serves_enrolment_only_is_offered_for_it(client, take, wang, hall, zhao):
    desk = Window.objects.create(hall=hall, number=9, serves="enrolment")
    take(wang, "enrolment")

    assert visits.call_next(desk, officer=zhao).number == "K001"
