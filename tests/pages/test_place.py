"""The phone page of a ticket: a place in line for whoever holds the code, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from chengxin.core.refusal import Refusal
from chengxin.hall import codes, kiosks, queue, visits
from chengxin.hall.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(take, wang, nonce) -> str:
    take(wang, nonce=nonce)
    return f"/q/{codes.place_text(nonce)}/"


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_phone_shows_number_place_and_wait_but_nobody(client, address, take, li, wang):
    shown = body(client.get(address))

    assert "A001" in shown
    assert 'data-testid="place-ahead">0<' in shown
    assert "无法预计" in shown
    assert "五次中约有四次" not in shown  # no range was promised
    for secret in (wang.name, wang.public_name, wang.number, wang.pk, wang.masked_number):
        assert secret not in shown


def test_code_of_the_phone_opens_nothing_at_a_window_and_the_other_way_round(
    client, address, nonce, window, zhao
):
    with pytest.raises(Refusal, match="token_unknown"):
        visits.open_by_token(window, codes.place_text(nonce), officer=zhao)
    assert client.get(f"/q/{codes.qr_text(nonce)}/").status_code == 404


def test_yesterdays_code_and_a_guess_show_nothing(client, address):
    assert client.get("/q/" + "a" * 26 + "/").status_code == 404
    Ticket.objects.update(day=localdate() - timedelta(days=1))
    assert client.get(address).status_code == 404


def test_called_number_is_told_its_window(client, address, window, zhao):
    visits.call_next(window, officer=zhao)
    assert "请立即到 3 号窗口" in body(client.get(address))


def test_precalled_number_is_told_to_come_near(client, address, window, zhao):
    queue.precall(window, officer=zhao)
    assert "请到 3 号窗口附近准备" in body(client.get(address))


def test_holder_gives_his_number_up(client, address, window, zhao):
    client.post(f"{address}abandon")

    assert Ticket.objects.get().state == "abandoned"
    assert visits.call_next(window, officer=zhao) is None


def test_holder_brings_his_missed_number_back_once(client, address, window, zhao):
    visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    assert "place-return" in body(client.get(address))
    client.post(f"{address}return")
    assert Ticket.objects.get().state == "waiting"


def test_looking_changes_nothing_and_a_link_cannot_give_up(client, address):
    assert client.get(f"{address}abandon").status_code == 405
    assert Ticket.objects.get().state == "waiting"


def test_giving_up_needs_the_pages_own_token(address):
    assert Client(enforce_csrf_checks=True).post(f"{address}abandon").status_code == 403


def test_ticket_carries_the_address_only_where_phones_reach_it(settings, nonce):
    settings.PUBLIC_URL = ""
    assert kiosks.place_link(nonce) == ""
    settings.PUBLIC_URL = "https://tax.example/"
    link = kiosks.place_link(nonce)
    assert link == f"https://tax.example/q/{codes.place_text(nonce)}/"
