"""办税痕迹: who may search, what he finds, and that the search leaves its own line."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from chengxin.hall import items, visits
from chengxin.people.models import Portrait, Verification
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
    items.finish(items.begin(ticket, "pay", factory, officer=zhao), officer=zhao)
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
    assert found(signed_in(auditor), since="2017-08-18", until="2017-08-18") == []


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
        items.begin(ticket, "invoice_collect", factory, officer=zhao)

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


@pytest.mark.usefixtures("story")
def test_search_can_ask_for_action_place_and_outcome(auditor, hall, window):
    client = signed_in(auditor)

    assert found(client, action="item.finish") == ["item.finish"]
    assert "item.finish" in found(client, place=hall.place)
    assert "ticket.take" not in found(client, place=window.place)
    assert found(client, outcome="refused", person="") == []


def test_page_leads_on_to_older_lines(auditor, wang, monkeypatch):
    monkeypatch.setattr("chengxin.oversight.pages.LINES", 2)
    for action in ("one", "two", "three"):
        record.seen(action, about=wang.key, officer=auditor)
    client = signed_in(auditor)

    first = client.get("/traces/", {"officer": "zheng"}).content.decode()
    older = first.split('data-testid="older"')[0].rpartition('href="')[2].split('"')[0]
    second = client.get(f"/traces/{older.replace('&amp;', '&')}").content.decode()

    assert 'data-action="three"' in first
    assert 'data-action="one"' not in first
    assert 'data-action="one"' in second
    assert 'data-action="three"' not in second


def line(action: str) -> Trace:
    return Trace.objects.filter(action=action).latest("pk")


@pytest.fixture
def pictured(serving, wang, factory, zhao) -> Trace:
    """The line of an item for which somebody stood there whose face had matched."""
    ticket = serving(wang, enterprise=factory)
    live = Portrait.objects.create(person=wang, channel="live", jpeg=b"\xff\xd8live")
    card = Portrait.objects.create(person=wang, channel="card", jpeg=b"\xff\xd8card")
    Verification.objects.create(person=wang, band="accept", live=live, reference=card)
    items.begin(ticket, "pay", factory, officer=zhao)
    return line("item.begin")


def test_line_shows_who_stood_there_at_that_moment(auditor, pictured):
    client = signed_in(auditor)

    page = client.get(f"/traces/{pictured.pk}/").content.decode()
    assert f"/traces/{pictured.pk}/live.jpg" in page
    assert client.get(f"/traces/{pictured.pk}/live.jpg").content == b"\xff\xd8live"
    assert client.get(f"/traces/{pictured.pk}/reference.jpg").content == b"\xff\xd8card"


def test_who_stood_there_later_is_not_shown(auditor, pictured, wang):
    late = Portrait.objects.create(person=wang, channel="live", jpeg=b"\xff\xd8late")
    Verification.objects.create(person=wang, band="accept", live=late)

    shown = signed_in(auditor).get(f"/traces/{pictured.pk}/live.jpg").content
    assert shown == b"\xff\xd8live"


def test_looking_at_a_line_and_its_picture_leaves_traces(auditor, pictured, wang):
    client = signed_in(auditor)
    client.get(f"/traces/{pictured.pk}/")
    client.get(f"/traces/{pictured.pk}/live.jpg")

    assert line("trace.see").about == wang.key
    assert line("picture.see").officer == auditor


def test_pictures_are_for_the_auditor_of_the_county_alone(sun, officer, pictured):
    manager = officer("feng", "冯主任", "county", "hall_manager")

    assert signed_in(manager).get(f"/traces/{pictured.pk}/live.jpg").status_code == 403
    assert signed_in(sun).get(f"/traces/{pictured.pk}/").status_code == 404
    assert signed_in(sun).get(f"/traces/{pictured.pk}/live.jpg").status_code == 404


@pytest.mark.usefixtures("story")
def test_workbook_holds_the_lines_asked_for_and_who_took_it(auditor, wang):
    client = signed_in(auditor)
    answer = client.post("/traces/export", {"person": wang.pk, "purpose": "verify"})

    sheets = load_workbook(io.BytesIO(answer.content))
    texts = [str(cell.value) for row in sheets.worksheets[-1] for cell in row if cell.value]
    taken = line("trace.export")
    assert "item.finish" not in texts  # in words
    assert "办结事项" in texts
    assert any("zheng" in text and str(taken.pk) in text for text in texts)
    assert not any(wang.name in text or wang.number in text for text in texts)
    assert (taken.about, taken.detail["purpose"]) == (wang.key, "verify")


def test_nothing_is_taken_without_a_purpose(auditor):
    answer = signed_in(auditor).post("/traces/export", {})

    assert answer.status_code == 409
    assert line("trace.export").outcome == "purpose_needed"


def test_looks_without_business_and_figures_are_for_the_auditor(auditor, officer, qian, wang):
    record.seen("dossier.open", about=wang.key, officer=qian)
    manager = officer("feng", "冯主任", "county", "hall_manager")
    client = signed_in(auditor)

    assert 'data-action="dossier.open"' in client.get("/traces/looks").content.decode()
    assert 'data-officer="qian"' in client.get("/traces/officers").content.decode()
    for address in ("/traces/looks", "/traces/officers"):
        assert signed_in(manager).get(address).status_code == 403


def test_devices_do_not_fill_the_page_unless_asked_for(auditor, hall):
    with record.of("device.status", place=hall.place):
        pass
    client = signed_in(auditor)

    assert "device.status" not in found(client)
    assert found(client, action="device.status") == ["device.status"]
    assert "device.status" in found(client, place=hall.place)
