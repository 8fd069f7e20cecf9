"""读取身份证 on the window's pages: one key, and the page goes on by itself."""

from __future__ import annotations

import pytest

from chengxin.hall.models import Device, Ticket, Window
from chengxin.offices.models import Role

pytestmark = pytest.mark.django_db


def body(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def reader(agent, window):
    Device.objects.update(window=window)
    return agent


def test_key_reads_and_the_page_is_loaded_anew_when_the_card_came(
    zhaos, reader, serving, wang, window
):
    serving(wang)
    where = f"/windows/{window.pk}"
    assert 'data-testid="read-card"' in body(zhaos.get(f"{where}/"))

    asked = zhaos.post(f"{where}/read-card", {"then": "window"})
    assert "请把身份证放在读卡器上" in body(asked)
    assert "HX-Redirect" not in asked
    reader.put_card(wang)

    assert zhaos.get(f"{where}/reading?then=window")["HX-Redirect"] == f"{where}/"


def test_another_persons_card_is_told_where_the_officer_looks(
    zhaos, reader, serving, wang, li, window
):
    serving(wang)
    zhaos.post(f"/windows/{window.pk}/read-card", {"then": "window"})
    reader.put_card(li)

    shown = zhaos.get(f"/windows/{window.pk}/reading")
    assert "读出的是另一人的证件" in body(shown)
    assert "HX-Redirect" not in shown


def test_free_window_reads_and_goes_on_to_the_enrolment(zhaos, reader, wang, window):
    where = f"/windows/{window.pk}"
    assert 'data-testid="read-card"' in body(zhaos.get(f"{where}/enrolment/"))

    zhaos.post(f"{where}/read-card", {"then": "enrolment"})
    reader.put_card(wang)

    answer = zhaos.get(f"{where}/reading?then=enrolment")
    assert answer["HX-Redirect"] == f"{where}/enrolment/"
    assert Ticket.objects.get().person == wang


def test_window_without_a_reader_has_no_such_button(zhaos, agent, serving, wang, window):
    serving(wang)
    assert 'data-testid="read-card"' not in body(zhaos.get(f"/windows/{window.pk}/"))
    assert zhaos.post(f"/windows/{window.pk}/read-card").status_code == 409


def test_hall_manager_says_at_which_window_a_pc_stands(client, officer, agent, window, hall, sun):
    client.force_login(officer("he", "何主任", "county", Role.HALL_MANAGER))
    assert client.post("/devices/kiosk-1/window", {"window": "3"}).status_code == 302
    assert Device.objects.get().window == window
    assert client.post("/devices/kiosk-1/window", {"window": "77"}).status_code == 404
    client.post("/devices/kiosk-1/window", {"window": ""})
    assert Device.objects.get().window is None
    client.force_login(sun)
    assert client.post("/devices/kiosk-1/window", {"window": "3"}).status_code == 404


def test_officer_of_another_county_reads_nothing_here(signed_in, sun, reader, window):
    assert Window.objects.count() == 1
    assert signed_in(sun).post(f"/windows/{window.pk}/read-card").status_code in (403, 404)
