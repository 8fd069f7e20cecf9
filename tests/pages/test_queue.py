"""Pre-call, park, send on, bring back, merge and give up, as the officer's page does it."""

from __future__ import annotations

import pytest
from django.test import Client

from chengxin.hall import queue, visits
from chengxin.hall.models import Business, Hall, Ticket, Window

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(zhao, window):
    client = Client()
    client.force_login(zhao, "allauth.account.auth_backends.AuthenticationBackend")

    def post(path: str, **told: str):
        return client.post(f"/windows/{window.pk}/{path}", told)

    post.get = lambda path, **asked: client.get(f"/windows/{window.pk}/{path}", asked)
    return post


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_precalled_number_stands_above_the_queue_and_can_be_let_go(page, serving, take, wang, li):
    serving(wang)
    ticket = take(li).ticket

    assert "queue-ready" in body(page("precall"))
    assert "queue-ready" not in body(page(f"numbers/{ticket.pk}/release"))
    assert Ticket.objects.get(person=li).state == "waiting"


def test_parked_number_is_offered_for_going_on(page, serving, wang):
    ticket = serving(wang)

    assert f"numbers/{ticket.pk}/resume" in body(page("park"))
    assert "王守信" in body(page(f"numbers/{ticket.pk}/resume"))


def test_missed_number_is_offered_for_coming_back(page, take, wang, window, zhao):
    take(wang)
    ticket = visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    assert f"numbers/{ticket.pk}/return" in body(page.get("queue"))
    page(f"numbers/{ticket.pk}/return")
    assert Ticket.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("to", "business"), [("business:personal", "personal"), ("window:4", "enterprise")]
)
def test_person_is_sent_on_from_the_dialog(page, serving, wang, hall, to, business):
    Window.objects.create(hall=hall, number=4, serves="enterprise")
    serving(wang)

    assert "窗口空闲" in body(page("transfer", to=to))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.business) == ("waiting", business)


@pytest.mark.parametrize("to", ["", "business:police", "window:99", "window:x", "hall:1"])
def test_nobody_is_sent_to_nowhere(page, serving, wang, to):
    serving(wang)

    assert page("transfer", to=to).status_code == 404
    assert Ticket.objects.get().state == "serving"


def test_other_number_of_the_person_is_offered_for_merging(page, serving, take, wang):
    serving(wang)
    other = take(wang, Business.PERSONAL).ticket

    assert f"numbers/{other.pk}/merge" in body(page.get("desk"))
    page(f"numbers/{other.pk}/merge")
    assert Ticket.objects.get(pk=other.pk).state == "merged"


def test_found_number_names_nobody_and_offers_only_what_may_be_done(page, take, wang):
    ticket = take(wang).ticket
    shown = body(page.get("find", number=" a001 "))

    assert "A001" in shown
    assert wang.name not in shown
    assert wang.public_name not in shown
    assert f"numbers/{ticket.pk}/abandon" in shown
    assert f"numbers/{ticket.pk}/return" not in shown


def test_number_that_was_not_given_is_said_in_a_sentence(page):
    assert "今日本厅没有 Z999 号" in body(page.get("find", number="Z999"))


def test_merging_is_offered_only_with_somebody_at_the_window(page, serving, take, wang, li):
    other = take(li).ticket
    assert f"numbers/{other.pk}/merge" not in body(page.get("find", number="A001"))

    serving(wang, business=Business.PERSONAL)
    take(wang)
    assert "/merge" in body(page.get("find", number="A002"))


def test_priority_is_given_and_shown_in_the_queue(page, take, wang):
    ticket = take(wang).ticket

    assert "军人" in body(page(f"numbers/{ticket.pk}/prioritise", priority="military"))


def test_number_of_another_hall_cannot_be_moved(page, take, wang, offices):
    ticket = take(wang).ticket
    elsewhere = Hall.objects.create(code="wudi", name="无棣", office=offices["neighbour"])
    Ticket.objects.update(hall=elsewhere)

    assert page(f"numbers/{ticket.pk}/abandon").status_code == 404
    assert "今日本厅没有" in body(page.get("find", number="A001"))


@pytest.mark.parametrize("path", ["precall", "park", "transfer", "numbers/1/abandon"])
def test_officer_of_another_county_moves_nothing(sun, window, path):
    client = Client()
    client.force_login(sun, "allauth.account.auth_backends.AuthenticationBackend")

    assert client.post(f"/windows/{window.pk}/{path}").status_code == 404


def test_display_says_who_is_to_get_ready_and_where(client, serving, take, wang, li, window, zhao):
    serving(wang)
    take(li)
    queue.precall(window, officer=zhao)
    shown = body(client.get("/display/yangxin/calls"))

    ready = shown[shown.index("display-ready") :].split("</tr>")[0]
    for told in ("A002", ">3<", "请准备"):
        assert told in ready
    for secret in (li.name, li.public_name, li.pk):
        assert secret not in shown
