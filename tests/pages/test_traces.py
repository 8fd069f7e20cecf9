"""办税痕迹: who may search, what he finds, and that the search leaves its own line."""

from __future__ import annotations

import pytest
from django.test import Client

from chengxin.hall import visits
from chengxin.trace import record
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def signed_in(officer) -> Client:
    client = Client()
    client.force_login(officer, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def story(serving, wang, factory, zhao):
    """王守信 paid for his factory at window 3."""
    ticket = serving(wang, enterprise=factory)
    visits.finish_item(visits.begin_item(ticket, "pay", factory, officer=zhao), officer=zhao)
    visits.finish(ticket, officer=zhao)


def found(client: Client, **asked: str) -> list[str]:
    """The actions on the page, newest first."""
    shown = client.get("/traces/", asked).content.decode()
    return [part.split('"')[0] for part in shown.split('data-action="')[1:]]


@pytest.mark.usefixtures("story")
def test_person_is_found_by_number_and_by_id(auditor, wang):
    client = signed_in(auditor)

    by_number, by_id = found(client, person=wang.number), found(client, person=wang.pk)

    assert "item.finish" in by_number
    assert by_number == [action for action in by_id if action != "trace.search"]


@pytest.mark.usefixtures("story")
def test_enterprise_finds_what_was_done_for_it(auditor, factory):
    actions = found(signed_in(auditor), enterprise=factory.credit_code)

    assert actions == ["item.finish", "item.begin", "ticket.take"]


@pytest.mark.usefixtures("story")
def test_officer_finds_what_he_did(auditor):
    assert "ticket.call" in found(signed_in(auditor), officer="zhao")
    assert found(signed_in(auditor), officer="nobody") == []


@pytest.mark.usefixtures("story")
def test_day_finds_that_day_only(auditor):
    assert found(signed_in(auditor), day="2017-08-18") == []


@pytest.mark.usefixtures("story")
def test_page_shows_whole_numbers_and_names_of_nobody(auditor, wang):
    shown = signed_in(auditor).get("/traces/").content.decode()

    assert wang.number not in shown
    assert wang.name not in shown
    assert wang.masked_number in shown


@pytest.mark.usefixtures("story")
def test_place_is_told_in_words_with_its_hall(auditor, hall):
    client = signed_in(auditor)

    assert f">3 号窗口<small>{hall.name}<" in client.get("/traces/").content.decode()
    client.cookies["django_language"] = "en"
    assert ">Window 3<" in client.get("/traces/").content.decode()


def test_search_is_itself_a_line_without_what_was_typed(auditor, wang):
    signed_in(auditor).get("/traces/", {"person": wang.number})

    trace = Trace.objects.get(action="trace.search")
    assert (trace.officer, trace.about) == (auditor, wang.key)
    assert wang.number not in str(trace.detail)


@pytest.mark.usefixtures("story")
def test_auditor_of_another_county_finds_nothing(sun, wang, factory):
    client = signed_in(sun)

    assert [action for action in found(client) if action != "trace.search"] == []
    assert client.get("/traces/", {"person": wang.number}).status_code == 404
    assert client.get("/traces/", {"enterprise": factory.pk}).status_code == 404
    assert found(client, officer="zhao") == []


def test_window_officer_may_not_search(zhao):
    assert signed_in(zhao).get("/traces/").status_code == 403


def test_every_refused_attempt_is_on_the_page(auditor, serving, wang, factory, zhao, order):
    order(factory, {"INV": "block"})
    ticket = serving(wang, enterprise=factory)
    with pytest.raises(Exception, match="restricted"):
        visits.begin_item(ticket, "invoice_collect", factory, officer=zhao)

    shown = signed_in(auditor).get("/traces/", {"person": wang.pk}).content.decode()
    assert 'data-action="item.begin" data-outcome="restricted"' in shown


def test_text_that_is_no_number_is_refused_in_words(auditor):
    answer = signed_in(auditor).get("/traces/", {"person": "王守信"})

    assert answer.status_code == 409
    assert 'data-code="not_a_number"' in answer.content.decode()


def test_unknown_action_is_shown_as_it_is(auditor, zhao):
    with record.of("something.new", officer=zhao, place="hall:yangxin"):
        pass

    assert "something.new" in signed_in(auditor).get("/traces/").content.decode()
