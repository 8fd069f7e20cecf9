"""A terminal: card and live face, or card and a code; one person at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from chengxin.hall.models import Device, KioskSession
from chengxin.people.models import Person
from chengxin.selfservice.models import SelfSession
from chengxin.trace.models import Trace
from tests.selfservice.conftest import Phone

pytestmark = pytest.mark.django_db


def test_card_and_face_open_his_own_pages(terminal, agent, wang, factory):
    assert terminal.come_in(agent, wang).json() == {"to": "/me/enrol"}  # nobody enrolled him yet

    shown = terminal.client.get("/me/enterprises").content.decode()
    assert factory.name in shown
    assert 'class="kiosk' in shown  # large, in the terminal's frame
    assert SelfSession.objects.get().way == "face"


def test_trace_of_it_names_the_terminal(terminal, agent, wang):
    terminal.come_in(agent, wang)
    line = Trace.objects.get(action="self.begin")
    assert (line.about, line.place) == (wang.key, "hall:yangxin/device:terminal-1")


def test_face_of_another_opens_nothing_and_offers_no_code(terminal, agent, faces, bind, wang):
    bind(wang)
    faces.band = "reject"
    terminal.own("begin")
    agent.put_card(wang)
    for _try in range(3):
        terminal.show_face()

    assert terminal.own("open").json() == {"to": "", "code": False}
    assert terminal.own("code").json()["code"] == "face_mismatch"
    assert not SelfSession.objects.exists()


def test_who_shows_no_face_comes_in_by_a_code_on_his_bound_mobile(terminal, agent, bind, wang):
    bind(wang)
    terminal.own("begin")
    agent.put_card(wang)
    terminal.post("skip-face")
    assert terminal.own("open").json() == {"to": "", "code": True}

    terminal.own("code")
    digits = Phone().received()
    assert terminal.own("prove", digits="000000" if digits != "000000" else "1").json()["code"] == (
        "code_wrong"
    )
    assert terminal.own("prove", digits=digits).json() == {"to": "/me/"}
    assert SelfSession.objects.get().way == "card"


def test_without_a_bound_mobile_there_is_no_code(terminal, agent, wang):
    terminal.own("begin")
    agent.put_card(wang)
    terminal.post("skip-face")
    assert terminal.own("open").json()["code"] is False
    assert terminal.own("code").json()["code"] == "no_phone"


def test_card_alone_opens_nothing(terminal, agent, wang):
    terminal.own("begin")
    agent.put_card(wang)
    assert terminal.own("open").json()["code"] == "wrong_state"


def test_state_that_does_not_allow_it_is_said_in_words(terminal, agent, wang):
    Person.objects.filter(pk=wang.pk).update(state=Person.State.FROZEN)
    told = terminal.come_in(agent, wang).json()
    assert told["code"] == "self_shut"
    assert not SelfSession.objects.exists()


def test_card_of_a_closed_identity_is_refused_before_the_face(terminal, agent, wang):
    Person.objects.filter(pk=wang.pk).update(state=Person.State.CLOSED)
    assert terminal.come_in(agent, wang).status_code == 409
    assert KioskSession.objects.get().trouble == "identity_closed"
    assert not SelfSession.objects.exists()


def test_kiosk_that_gives_numbers_shows_nobody_his_pages(client, hall, agent):
    Device.objects.create(pk="kiosk-9", hall=hall, title="取号机")
    assert client.get("/terminal/kiosk-9/").status_code == 404


def test_session_that_came_for_a_number_opens_no_pages(terminal, agent, wang):
    terminal.begin("enterprise")
    agent.put_card(wang)
    terminal.show_face()
    assert terminal.own("open").json()["code"] == "wrong_state"


def test_session_of_a_terminal_takes_no_number(terminal, agent, wang, window):
    terminal.own("begin")
    agent.put_card(wang)
    terminal.show_face()
    assert terminal.post("take").json()["code"] == "wrong_state"


def test_identified_session_opens_once(terminal, agent, wang):
    terminal.come_in(agent, wang)
    assert KioskSession.objects.get().state == "ended"
    assert terminal.own("open").json()["code"] == "session_over"


def test_next_person_finds_nothing_of_the_one_before(terminal, agent, wang, li):
    terminal.come_in(agent, wang)
    before = terminal.client
    terminal.client = Client()
    terminal.come_in(agent, li)
    assert before.get("/me/").url == "/terminal/terminal-1/"
    assert SelfSession.objects.filter(ended_at=None).get().person == li


def test_coming_back_to_the_start_ends_it_and_speaks_chinese_again(terminal, agent, wang):
    terminal.come_in(agent, wang)
    answer = terminal.client.get("/terminal/terminal-1/")
    assert answer.url == "/terminal/terminal-1/"
    assert answer.cookies["django_language"].value == ""
    assert SelfSession.objects.get().ended_by == "left"


def test_terminal_ends_after_three_minutes_without_a_touch(terminal, agent, wang):
    terminal.come_in(agent, wang)
    session = SelfSession.objects.get()
    assert session.idle_after == timedelta(minutes=3)
    session.seen_at -= timedelta(minutes=3)
    session.save()
    assert terminal.client.get("/me/").status_code == 302


def test_device_taken_out_of_use_shows_nothing_any_more(terminal, agent, wang):
    terminal.come_in(agent, wang)
    Device.objects.update(locked=True)
    assert terminal.client.get("/me/").status_code == 302


def test_terminal_takes_no_pictures_but_shows_the_way_to_the_phone(terminal, agent, wang):
    terminal.come_in(agent, wang)
    shown = terminal.client.get("/me/papers?item=change_staff").content.decode()
    assert 'type="file"' not in shown
    assert "data:image/svg+xml" in shown
