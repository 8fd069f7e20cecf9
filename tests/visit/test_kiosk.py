"""One person before a kiosk, through the same doors as the page and the agent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from chengxin.devices.messages import Code
from chengxin.hall import visits
from chengxin.hall.models import Device, KioskSession, Ticket, Window
from chengxin.risk.models import Directive
from chengxin.trace.models import Trace
from tests.visit.kiosk import KioskPage, card

pytestmark = pytest.mark.django_db


def arrive(page, agent, person, business="enterprise") -> None:
    """Choose a business, lay the card down, look into the camera."""
    page.begin(business)
    agent.put_card(person)
    page.show_face()


@pytest.mark.usefixtures("window")
def test_honest_handler_gets_a_number_for_his_enterprise(page, agent, wang, factory):
    arrive(page, agent, wang)

    told = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    assert (told["number"], told["ahead"], told["windows"]) == ("A001", 0, "3")
    assert told["identified"]
    assert Ticket.objects.get().enterprise == factory


def test_card_brings_the_masked_name_and_nothing_else(page, agent, wang):
    page.begin()
    agent.put_card(wang)

    shown = page.state()
    assert (shown["state"], shown["name"]) == ("face", "王*信")
    assert wang.name not in json.dumps(shown, ensure_ascii=False)
    assert wang.number not in json.dumps(shown)


def test_swipe_sent_twice_asks_the_reader_once(page, agent):
    page.begin()
    page.begin()

    assert len(agent.commands()) == 1
    assert KioskSession.objects.count() == 1


def test_line_lost_after_taking_returns_the_same_ticket_and_code(page, agent, wang, factory):
    arrive(page, agent, wang)
    first = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    again = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    assert (again["number"], again["token"]) == (first["number"], first["token"])
    assert Ticket.objects.count() == 1


def test_ticket_of_the_kiosk_opens_at_the_window(page, agent, wang, factory, window, zhao):
    arrive(page, agent, wang)
    told = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    assert visits.open_by_token(window, told["token"], officer=zhao).person == wang


def test_face_that_does_not_match_has_three_tries_then_an_officer(
    page, agent, wang, factory, faces
):
    faces.band = "reject"
    page.begin()
    agent.put_card(wang)

    assert page.show_face().json()["session"]["tries_left"] == 2
    assert page.show_face().json()["session"]["tries_left"] == 1
    assert page.show_face().json()["session"]["state"] == "choose"
    ticket = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    assert not ticket["identified"]
    assert not Ticket.objects.get().identified


def test_doubtful_face_goes_to_an_officer_at_once(page, agent, wang, faces):
    faces.band = "staff"
    page.begin()
    agent.put_card(wang)

    shown = page.show_face().json()["session"]

    assert (shown["state"], shown["identified"]) == ("choose", False)


def test_verification_keeps_the_bands_by_which_it_was_judged(page, agent, wang, faces):
    page.begin()
    agent.put_card(wang)
    page.show_face()

    made = KioskSession.objects.get().verification
    assert (made.accept, made.staff, made.engine) == (0.35, 0.42, "scripted/0/raw")


def test_bad_picture_is_an_advice_and_costs_no_try(page, agent, wang, faces):
    faces.band = "advice"
    page.begin()
    agent.put_card(wang)

    answer = page.show_face()

    assert answer.status_code == 409
    assert answer.json()["code"] == "face_advice"
    assert page.state()["tries_left"] == 3


def test_engine_that_is_gone_says_so_and_the_officer_is_the_way_on(page, agent, wang, faces):
    faces.band = "gone"
    page.begin()
    agent.put_card(wang)

    assert page.show_face().json()["code"] == "no_engine"
    assert page.post("skip-face").json()["session"]["state"] == "choose"


def test_who_wants_no_face_comparison_gets_a_number_for_an_officer(page, agent, wang, factory):
    page.begin()
    agent.put_card(wang)

    page.post("skip-face")
    ticket = page.post("take", enterprise=factory.pk).json()["session"]["ticket"]

    assert not ticket["identified"]
    assert Trace.objects.filter(action="kiosk.skip_face", about=wang.key).exists()


def test_restricted_enterprise_is_reminded_of_in_neutral_words(page, agent, wang, factory, order):
    order(factory, {"INV": "block", "REFUND": "legal_rep"})
    arrive(page, agent, wang)

    told = page.matter(factory.pk)

    notices = {one["decision"]: one["titles"] for one in told["notices"]}
    assert notices == {"refused": "发票领用", "legal_rep": "退抵税"}
    assert "请联系主管税务机关" not in json.dumps(page.state(), ensure_ascii=False)


def test_filing_and_paying_are_never_among_the_reminders(page, agent, wang, factory, order):
    order(factory, {"INV": "block"})  # by hand they cannot be chosen: as a finding might say it
    Directive.objects.update(levels={"FILE": "block", "PAY": "block"})
    arrive(page, agent, wang)

    told = page.matter(factory.pk)
    assert told["notices"] == []
    assert told["possible"]


def test_enrolment_of_somebody_blocked_from_it_is_not_possible(page, agent, wang, order):
    order(wang, {"ID": "block"})
    arrive(page, agent, wang, "enrolment")

    assert not page.matter()["possible"]
    assert page.post("take").json()["code"] == "restricted"


def test_personal_business_asks_for_no_enterprise(page, agent, wang, factory):
    arrive(page, agent, wang, "personal")

    [choice] = page.state()["choices"]
    assert choice["id"] == ""
    assert page.post("take").json()["session"]["ticket"]["number"] == "D001"


def test_every_enterprise_the_person_handles_is_offered(page, agent, wang, factory, enterprise):
    other = enterprise("91371622MA3D1Q2W5T", "阳信县远行商贸有限公司", (wang, "03"))
    enterprise("91371622MA3D1Q2W6K", "阳信县只投资有限公司", (wang, "06"))
    arrive(page, agent, wang)

    assert {choice["id"] for choice in page.state()["choices"]} == {factory.pk, other.pk}


def test_enterprise_of_somebody_else_cannot_be_taken(page, agent, zhang, factory):
    arrive(page, agent, zhang)

    assert page.post("take", enterprise=factory.pk).json()["code"] == "not_bound"


def test_card_past_its_last_day_is_said_and_asks_for_another(page, agent, wang):
    page.begin()
    agent.put_card(wang, valid_to="2012-05-20")

    shown = page.state()
    assert (shown["state"], bool(shown["trouble"]), shown["name"]) == ("card", True, "")
    assert page.post("read-again").json()["session"]["trouble"] == ""
    agent.put_card(wang)
    assert page.state()["state"] == "face"


def test_card_not_put_in_time_is_said_in_the_agents_words(page, agent):
    page.begin()
    [command] = agent.commands()
    words = {"zh": "等待放置证件超时", "en": "No card was put in time."}

    agent.answer(command, {"reason": "no_card", "words": words}, Code.NO_CARD)

    assert page.state()["trouble"] == "等待放置证件超时"


def test_reader_that_is_gone_is_said_at_once(page, agent):
    agent.reader_stands(Code.FAULT)

    answer = page.begin()

    assert (answer.status_code, answer.json()["code"]) == (409, "reader_gone")
    assert not KioskSession.objects.exists()


def test_agent_that_fell_silent_is_a_reader_that_is_gone(page, agent):
    Device.objects.update(seen_at=now() - timedelta(minutes=2))

    assert page.begin().json()["code"] == "reader_gone"


def test_locked_device_serves_nobody(page, agent):
    Device.objects.update(locked=True)

    assert page.begin().json()["code"] == "device_locked"


def test_session_that_is_over_shows_nothing_of_the_person(page, agent, wang):
    arrive(page, agent, wang)
    KioskSession.objects.update(until=now() - timedelta(seconds=1))

    assert page.state() is None
    assert page.post("take").json()["code"] == "session_over"


def test_going_home_forgets_the_person_and_stops_the_reader(page, agent):
    page.begin()
    page.post("end")

    assert page.state() is None
    assert [command.verb for command in agent.commands()] == ["read_id", "cancel"]


def test_card_read_after_the_person_left_belongs_to_nobody(page, agent, wang):
    page.begin()
    [command] = agent.commands()
    page.post("end")

    agent.answer(command, card(wang))

    assert KioskSession.objects.get().person is None


def test_next_person_ends_the_session_of_the_one_before(page, agent, wang):
    arrive(page, agent, wang)

    KioskPage(agent.device_id).begin()

    assert page.state() is None


def test_other_page_cannot_see_the_person_without_the_sessions_id(page, agent, wang):
    arrive(page, agent, wang)

    assert KioskPage(agent.device_id).state() is None


def test_other_device_cannot_go_on_with_the_session(page, agent, wang, hall):
    arrive(page, agent, wang)
    Device.objects.create(pk="kiosk-2", hall=hall, title="二号排号机")
    elsewhere = KioskPage("kiosk-2", session=page.session)

    assert elsewhere.state() is None
    assert elsewhere.post("take").json()["code"] == "session_over"


def test_steps_out_of_order_are_refused(page, agent):
    page.begin()

    assert page.show_face().json()["code"] == "wrong_state"
    assert page.post("take").json()["code"] == "wrong_state"


def test_page_asks_for_its_token_with_every_step(agent, faces):

    strict = KioskPage(agent.device_id, client=Client(enforce_csrf_checks=True))

    assert strict.begin().status_code == 403


def test_windows_that_serve_the_business_are_named(page, agent, wang, hall):
    Window.objects.create(hall=hall, number=1, serves="personal")
    Window.objects.create(hall=hall, number=2, serves="enterprise,personal")
    arrive(page, agent, wang, "personal")

    assert page.post("take").json()["session"]["ticket"]["windows"] == "1、2"


def test_story_of_a_kiosk_visit_is_in_the_traces(page, agent, wang, factory):
    arrive(page, agent, wang)
    page.post("take", enterprise=factory.pk)

    story = Trace.objects.filter(about=wang.key).order_by("pk").values_list("action", flat=True)
    assert list(story) == ["person.meet", "kiosk.read", "person.verify", "ticket.take"]


def test_question_that_overtakes_the_beginning_does_not_end_the_session(page):
    assert page.told()["over"] is False
    page.begin()
    assert page.state()["state"] == "card"
    page.post("end")
    assert page.told()["over"] is True


def test_beginning_that_comes_between_two_questions_does_not_end_the_session(page):
    """What a kiosk asks while its beginning is being written, it must not take for the end."""
    begun = []

    def begin_after_the_first_question(execute, sql, params, many, context):
        answered = execute(sql, params, many, context)
        if not begun and sql.startswith("SELECT") and "hall_kiosksession" in sql:
            begun.append(sql)
            page.begin()
        return answered

    with connection.execute_wrapper(begin_after_the_first_question):
        told = page.told()

    assert begun
    assert told["over"] is False
