"""The door on a phone: number and bound mobile, a code; nobody is told who is known here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from chengxin.notices.models import Message
from chengxin.people import codes, retention
from chengxin.people.models import OneTimeCode, Person
from chengxin.selfservice import doors
from chengxin.selfservice.models import CodeRequest, SelfSession
from chengxin.trace.models import Trace
from tests.conftest import number
from tests.selfservice.conftest import MOBILE

pytestmark = pytest.mark.django_db

# numbers that fit, of nobody here
NOBODY, NOBODY2 = number("37232319770101111"), number("37232319770102113")
OTHER = "13900009999"


def wrong(digits: str) -> str:
    return f"{(int(digits or 0) + 1) % 1_000_000:06}"


def minutes_later(count: float) -> None:
    """That much time goes by for requests, codes and sessions."""
    past = timedelta(minutes=count)
    for asked in CodeRequest.objects.all():
        asked.made_at, asked.until = asked.made_at - past, asked.until - past
        asked.save()
    for code in OneTimeCode.objects.all():
        code.made_at, code.until = code.made_at - past, code.until - past
        code.save()
    for session in SelfSession.objects.all():
        session.began_at, session.seen_at = session.began_at - past, session.seen_at - past
        session.save()


def test_number_and_bound_mobile_bring_a_code_that_opens_the_pages(phone, bind, wang):
    bind(wang)
    phone.ask(wang.number)

    assert phone.enter(phone.received()).url == "/me/"
    assert "王*信" in phone.get()


def test_whoever_asks_gets_the_same_page(phone, bind, wang):
    bind(wang)

    def page(asked_number: str, mobile: str) -> str:
        shown = phone.ask(asked_number, mobile).content.decode()
        return shown.replace(phone.request, "").split("<main")[1].split("csrf")[0]

    known = page(wang.number, MOBILE)
    assert page(NOBODY, MOBILE) == known
    assert page(wang.number, "13800001234") == known  # another phone, the same last four
    assert Message.objects.count() == 1


def test_asking_reads_no_person_and_does_the_same_for_everybody(phone, bind, wang):
    bind(wang)

    def asked(who: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            Client().post("/me/code", {"number": who, "phone": MOBILE})
        told = [one["sql"].split("VALUES")[0][:24] for one in queries]
        return [sql for sql in told if "SAVEPOINT" not in sql]

    asked(NOBODY2)  # the worker is asked once for all that waits
    known = asked(wang.number)
    assert asked(NOBODY) == known
    assert len(known) > 5
    with CaptureQueriesContext(connection) as queries:
        Client().post("/me/code", {"number": wang.number, "phone": MOBILE})
    assert not any("people_person" in one["sql"] for one in queries)


def test_wrong_code_is_refused_alike_for_somebody_and_nobody(phone, bind, wang):
    bind(wang)
    answers = []
    for who in (wang.number, NOBODY):
        phone.ask(who)
        digits = wrong(phone.received())
        told = [phone.enter(digits).json() for _try in range(7)]
        answers.append([(one["code"], one["reason"]) for one in told])

    assert answers[0] == answers[1]
    assert [code for code, _words in answers[0]] == ["code_wrong"] * 5 + ["code_over"] * 2


def test_right_code_after_five_wrong_ones_opens_nothing(phone, bind, wang):
    bind(wang)
    phone.ask(wang.number)
    digits = phone.received()
    for _try in range(5):
        phone.enter(wrong(digits))

    assert phone.enter(digits).json()["code"] == "code_over"
    assert not SelfSession.objects.exists()


def test_code_is_good_for_five_minutes_and_once(phone, bind, wang):
    bind(wang)
    phone.ask(wang.number)
    digits = phone.received()
    minutes_later(5)
    assert phone.enter(digits).json()["code"] == "code_over"

    minutes_later(1)
    phone.ask(wang.number)
    digits = phone.received()
    assert phone.enter(digits).status_code == 302
    assert phone.enter(digits).json()["code"] == "code_over"


def test_code_of_another_request_opens_nothing(phone, bind, wang, li):
    bind(wang)
    bind(li, OTHER)
    phone.ask(wang.number)
    of_wang = phone.received()
    phone.ask(li.number, OTHER)
    assert phone.enter(of_wang).json()["code"] == "code_wrong"


def test_phone_that_only_a_delivery_names_gets_no_code(phone, bind, wang):
    bind(wang)
    Person.objects.filter(pk=wang.pk).update(proved_token="")
    phone.ask(wang.number)
    assert not Message.objects.exists()


def test_phone_changed_by_a_later_delivery_is_proved_no_more(bind, wang):
    bind(wang)
    assert wang.phone_is_proved
    wang.phone_token = "of another phone"
    assert not wang.phone_is_proved


def test_pair_gets_one_code_a_minute_whether_known_or_not(phone, bind, wang):
    bind(wang)
    for who in (wang.number, NOBODY):
        assert phone.ask(who).status_code == 200
        answer = phone.ask(who)
        assert answer.status_code == 409
        assert 'data-code="code_just_sent"' in answer.content.decode()


def test_code_that_comes_too_soon_after_another_to_that_phone_is_sent_a_minute_later(
    phone, bind, wang
):
    bind(wang)
    codes.make(MOBILE, "mobile", wang.key)  # a window proves a number
    phone.ask(wang.number)
    assert not Message.objects.exists()
    OneTimeCode.objects.update(made_at=now() - timedelta(minutes=1))
    doors.look()
    assert phone.enter(phone.received()).status_code == 302


def test_address_that_asks_too_often_waits(phone):
    for count in range(30):
        phone.ask(NOBODY, f"139000000{count:02}")
    answer = phone.ask(NOBODY, OTHER)
    assert 'data-code="too_many_tries"' in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "mobile", "code"),
    [("123", MOBILE, "number_wrong"), ("", MOBILE, "number_wrong"), (NOBODY, "1", "wrong_mobile")],
)
def test_what_cannot_be_a_number_is_said(phone, asked, mobile, code):
    assert f'data-code="{code}"' in phone.ask(asked, mobile).content.decode()


def test_without_a_gateway_the_door_says_so(phone, settings, bind, wang):
    bind(wang)
    settings.SMS_URL = ""
    assert 'data-code="no_gateway"' in phone.ask(wang.number).content.decode()


@pytest.mark.parametrize("state", ["captured", "expired", "changed", "frozen"])
def test_state_that_does_not_allow_it_is_told_only_to_who_has_the_phone(phone, bind, wang, state):
    bind(wang)
    Person.objects.filter(pk=wang.pk).update(state=state)
    shown = phone.ask(wang.number).content.decode()
    assert "data-code" not in shown

    told = phone.enter(phone.received()).json()
    assert told["code"] == "self_shut"
    assert "窗口" in told["reason"]
    assert not SelfSession.objects.exists()


@pytest.mark.parametrize("state", ["closed", "unseen"])
def test_phone_of_who_died_or_never_came_is_written_to_by_nobody(phone, bind, wang, state):
    bind(wang)
    Person.objects.filter(pk=wang.pk).update(state=state)
    phone.ask(wang.number)
    assert not Message.objects.exists()


def test_session_ends_after_ten_minutes_without_a_word(inside, wang):
    phone = inside(wang)
    minutes_later(9)
    assert "王*信" in phone.get()
    minutes_later(10)
    assert phone.client.get("/me/").url == "/me/door"
    assert SelfSession.objects.get().ended_by == "idle"


def test_session_ends_after_thirty_minutes_whatever_is_done(inside, wang):
    phone = inside(wang)
    for _step in range(3):
        minutes_later(9)
        assert phone.client.get("/me/").status_code == 200
    minutes_later(4)
    assert phone.client.get("/me/").url == "/me/door"
    assert SelfSession.objects.get().ended_by == "over"


def test_who_is_frozen_meanwhile_is_out_at_once(inside, wang):
    phone = inside(wang)
    Person.objects.filter(pk=wang.pk).update(state=Person.State.FROZEN)
    assert phone.client.get("/me/").status_code == 302
    assert SelfSession.objects.get().ended_by == "shut"


def test_who_leaves_is_out_and_his_token_opens_nothing(inside, wang):
    phone = inside(wang)
    token = phone.client.cookies["chengxin_self"].value
    phone.post("leave")
    thief = Client()
    thief.cookies["chengxin_self"] = token
    assert thief.get("/me/").status_code == 302
    assert SelfSession.objects.get().ended_by == "left"


def test_second_phone_ends_the_first(inside, wang):
    phone = inside(wang)
    first = phone.client
    minutes_later(2)
    phone.client = Client()
    phone.ask(wang.number)
    phone.enter(phone.received())
    assert first.get("/me/").status_code == 302
    assert phone.client.get("/me/").status_code == 200


def test_token_is_kept_as_its_digest_only_and_no_script_reads_it(inside, wang):
    phone = inside(wang)
    cookie = phone.client.cookies["chengxin_self"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie.value not in str(SelfSession.objects.values())


def test_officers_sign_in_opens_nothing_here_and_the_other_way_round(inside, wang, zhao):
    officers = Client()
    officers.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")
    assert officers.get("/me/").status_code == 302
    phone = inside(wang)
    assert "/account/login/" in phone.client.get("/windows/").url


def test_coming_in_looking_and_leaving_are_lines_of_his_record(inside, wang):
    phone = inside(wang)
    phone.get("enterprises")
    phone.post("leave")
    lines = Trace.objects.filter(about=wang.key, action__startswith="self.").order_by("pk")
    told = [(one.action, one.place, one.by_himself) for one in lines]
    assert told == [
        ("self.begin", "self", True), ("self.see", "self", True), ("self.end", "self", True),
    ]  # fmt: skip


def test_request_and_session_are_forgotten_after_a_day(inside, wang):
    inside(wang)
    assert retention.run(doors.JOBS)["self_session"] == 0
    minutes_later(25 * 60)
    assert retention.run(doors.JOBS)["self_session"] == 2
