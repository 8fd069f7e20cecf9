"""自助采集 at a terminal: notice, answers, phone, end; what is unsure goes to a window."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from chengxin.hall.models import Ticket
from chengxin.people import consents
from chengxin.people.models import Consent, Enrolment, OneTimeCode, Person, Portrait
from chengxin.people.models import Verification as Made
from chengxin.selfservice.models import SelfSession
from chengxin.trace.models import Trace
from tests.selfservice.conftest import MOBILE, Phone

pytestmark = pytest.mark.django_db

YES = {"face": "given", "messages": "given"}
NO = {"face": "refused", "messages": "refused"}
HERE = "hall:yangxin/device:terminal-1"


@pytest.fixture
def before(terminal, agent):
    """Somebody at the terminal, let in by card and face."""

    def come_in(person: Person):
        assert terminal.come_in(agent, person).json() == {"to": "/me/enrol"}
        return lambda step, **data: terminal.client.post(
            f"/me/enrol/{step}", data, headers={"Accept": "application/json"}
        )

    return come_in


def prove(step, mobile: str = MOBILE):
    assert step("code", phone=mobile).status_code == 200
    return step("phone", phone=mobile, digits=Phone().received())


def test_new_person_enrols_himself_with_card_face_and_phone(before, terminal, wang):
    step = before(wang)
    assert 'data-testid="face-given"' in terminal.client.get("/me/enrol").content.decode()

    step("inform", **YES)
    prove(step)
    assert step("complete").json() == {"to": "/me/enrol"}

    done = Enrolment.objects.get()
    assert (done.person, done.officer, done.place) == (wang, None, HERE)
    assert (done.channel, done.way, done.mobile, done.typed) == ("kiosk", "face", True, False)
    wang.refresh_from_db()
    assert (wang.state, wang.phone, wang.phone_is_proved) == ("verified", MOBILE, True)
    assert Portrait.objects.filter(person=wang, enrolled=True).exists()
    assert 'data-testid="enrolled"' in terminal.client.get("/me/enrol").content.decode()


def test_answers_are_kept_with_version_time_and_terminal(before, wang):
    begun = now()
    before(wang)("inform", face="given", messages="refused")
    kept = Consent.objects.filter(person=wang)
    assert {(one.purpose, one.answer) for one in kept} == {
        ("identity", "informed"), ("face", "given"), ("messages", "refused"),
    }  # fmt: skip
    for one in kept:
        assert (one.version, one.officer, one.place) == (consents.version(), None, HERE)
        assert one.at >= begun


def test_every_trace_says_that_he_did_it_himself(before, wang):
    step = before(wang)
    step("inform", **YES)
    prove(step)
    step("complete")
    for action in ("self.inform", "consent.take", "code.send", "enrolment.complete"):
        line = Trace.objects.get(action=action)
        assert (line.about, line.place, line.officer) == (wang.key, HERE, None)
        assert line.by_himself


def test_who_wants_no_face_kept_is_enrolled_and_his_pictures_are_gone(before, wang):
    step = before(wang)
    step("inform", **NO)
    assert not Portrait.objects.filter(person=wang).exists()
    prove(step)
    step("complete")
    assert Enrolment.objects.get().person == wang


def test_question_without_an_answer_is_asked_again(before, wang):
    assert before(wang)("inform", face="given").json()["code"] == "answer_needed"
    assert not Consent.objects.exists()


def test_no_code_is_sent_before_the_notice_was_read(before, wang):
    assert before(wang)("code", phone=MOBILE).json()["code"] == "notice_needed"
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize(
    ("steps", "code"), [((), "notice_needed"), (("inform",), "no_phone")]
)  # fmt: skip
def test_nothing_is_complete_before_notice_and_phone(before, wang, steps, code):
    step = before(wang)
    for one in steps:
        step(one, **YES)
    assert step("complete").json()["code"] == code
    assert not Enrolment.objects.exists()


def test_wrong_digits_prove_no_phone(before, wang):
    step = before(wang)
    step("inform", **YES)
    step("code", phone=MOBILE)
    wrong = "000000" if Phone().received() != "000000" else "111111"
    assert step("phone", phone=MOBILE, digits=wrong).json()["code"] == "code_wrong"
    wang.refresh_from_db()
    assert not wang.phone_is_proved


def test_five_phones_a_day_and_no_more(before, wang):
    step = before(wang)
    step("inform", **YES)
    sent = [step("code", phone=f"1390000000{one}").status_code for one in range(5)]
    assert sent == [200] * 5
    assert step("code", phone="13900000009").json()["code"] == "too_many_codes"


def test_phone_that_is_known_of_him_is_changed_at_a_window_only(before, bind, wang):
    step = before(bind(wang))
    step("inform", **YES)
    assert step("code", phone="13911112222").json()["code"] == "other_phone"
    assert step("phone", phone="13911112222", digits="1").json()["code"] == "other_phone"
    wang.refresh_from_db()
    assert (wang.phone, wang.state) == (MOBILE, "verified")


def test_enrolled_once_he_is_not_enrolled_again(before, wang):
    step = before(wang)
    step("inform", **YES)
    prove(step)
    for _twice in range(2):
        step("complete")
    assert Enrolment.objects.count() == 1


def test_who_was_enrolled_comes_straight_into_his_pages(before, terminal, agent, wang):
    step = before(wang)
    step("inform", **YES)
    prove(step)
    step("complete")
    assert terminal.come_in(agent, wang).json() == {"to": "/me/"}


def test_who_came_in_by_a_code_or_by_phone_is_not_enrolled_alone(inside, wang):
    phone = inside(wang)
    assert phone.post("enrol/inform", **YES).json()["code"] == "not_identified"
    assert phone.post("enrol/complete").json()["code"] == "not_identified"
    assert 'data-testid="not-here"' in phone.get("enrol")
    assert not Consent.objects.exists()


def test_without_a_session_nothing_is_done(client, terminal):
    answer = client.post("/me/enrol/inform", YES, headers={"Accept": "application/json"})
    assert answer.json()["code"] == "session_over"


def test_page_shows_nobody_elses_enterprise(before, terminal, wang, li, factory, enterprise):
    step = before(li)
    step("inform", **YES)
    prove(step)
    step("complete")
    shown = terminal.client.get("/me/enrol").content.decode()
    assert factory.name not in shown  # wang's
    assert 'name="code"' not in shown  # and no way to be bound to one alone


def test_without_a_phone_he_takes_a_number_for_the_window(before, wang):
    assert before(wang)("number").json() == {"to": "/me/"}
    ticket = Ticket.objects.get()
    assert (ticket.person, ticket.business, ticket.identified) == (wang, "enrolment", True)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("band", ["staff", "none"])
def test_unsure_face_and_no_face_get_a_number_for_the_window(terminal, agent, faces, wang, band):
    faces.band = band
    terminal.own("begin")
    agent.put_card(wang)
    terminal.show_face() if band == "staff" else terminal.post("skip-face")
    assert terminal.own("open").json()["to"] == ""
    assert Ticket.objects.count() == 0

    words = terminal.own("number").json()["words"]
    ticket = Ticket.objects.get()
    assert ticket.number in words
    assert (ticket.business, ticket.identified) == ("enrolment", False)
    assert not SelfSession.objects.exists()
    assert terminal.own("number").json()["code"] == "session_over"


def test_frozen_person_enrols_nothing_but_gets_a_number(terminal, agent, wang):
    Person.objects.filter(pk=wang.pk).update(state="frozen")
    assert terminal.come_in(agent, wang).json()["code"] == "self_shut"
    assert terminal.own("number").status_code == 200
    assert Ticket.objects.get().business == "enrolment"


def test_closed_identity_gets_words_and_no_number(terminal, agent, wang):
    terminal.own("begin")
    agent.put_card(wang)
    terminal.show_face()
    Person.objects.filter(pk=wang.pk).update(state="closed")
    assert terminal.own("open").json()["code"] == "self_shut"
    assert terminal.own("number").json()["code"] == "identity_closed"
    assert not Ticket.objects.exists()


def test_face_of_yesterday_enrols_nobody(before, wang):
    step = before(wang)
    step("inform", **YES)
    prove(step)
    Made.objects.update(at=now() - SelfSession.LONGEST * 2)
    assert step("complete").json()["code"] == "not_identified"


def test_page_is_in_english_too(before, terminal, wang):
    before(wang)
    terminal.client.cookies["django_language"] = "en"
    shown = terminal.client.get("/me/enrol").content.decode()
    assert "Enrolment" in shown
    assert "(separate consent)" in shown  # the ground of the face's notice
