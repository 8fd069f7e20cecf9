"""Pages of objections: filed at the window and by an officer, answered, printed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chengxin.risk.models import Objection

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_window(client, serving, wang, factory, zhao, order):
    """王守信 stands at window 3 for a factory that may not collect invoices."""
    directive = order(factory, {"INV": "block"})
    ticket = serving(wang, enterprise=factory)
    client.force_login(zhao)
    return ticket, directive


@pytest.fixture
def filed(client, at_window) -> Objection:
    ticket, directive = at_window
    told = {"directive": directive.pk, "grounds": "已提交整改材料"}
    assert client.post(reverse("object", args=[ticket.window.pk]), told).status_code == 200
    return Objection.objects.get()


@pytest.fixture
def head(officer):
    """A leader who had no part in it."""
    return officer("lin", "林局长", "county", "leader")


def test_window_files_and_shows_the_deadline(client, at_window, filed, wang):
    ticket, _directive = at_window
    assert (filed.person, filed.place) == (wang.key, ticket.window.place)
    told = client.get(reverse("window", args=[ticket.window.pk])).content.decode()
    assert f"{filed.due_on:%Y-%m-%d}" in told


def test_window_files_about_nobody_else(client, at_window, li, order):
    ticket, _directive = at_window
    elsewhere = order(li, {"INV": "block"})
    for told in (str(elsewhere.pk), "", "gestern", "9" * 40):
        answer = client.post(
            reverse("object", args=[ticket.window.pk]), {"directive": told, "grounds": "不服"}
        )
        assert answer.status_code == 404
    assert not Objection.objects.exists()


def test_who_objected_takes_it_back_at_the_window(client, at_window, filed, zhao):
    ticket, directive = at_window
    shown = client.get(reverse("window", args=[ticket.window.pk])).content.decode()
    assert 'data-testid="withdraw-objection"' in shown
    address = reverse("window-withdraw-objection", args=[ticket.window.pk, filed.pk])
    told = client.post(address).content.decode()
    filed.refresh_from_db()
    directive.refresh_from_db()
    assert (filed.state, filed.withdrawn_by) == ("withdrawn", zhao)
    assert directive.in_force
    assert 'data-testid="objection"' not in told
    assert client.post(address).status_code == 409


def test_nobody_elses_is_taken_back_at_the_window(client, at_window, filed, li):
    ticket, _directive = at_window
    Objection.objects.update(person=li.key)
    shown = client.get(reverse("window", args=[ticket.window.pk])).content.decode()
    assert 'data-testid="withdraw-objection"' not in shown
    address = reverse("window-withdraw-objection", args=[ticket.window.pk, filed.pk])
    assert client.post(address).status_code == 404
    filed.refresh_from_db()
    assert filed.is_open


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_officer_writes_down_what_came_by_telephone(client, filed, field, sun, zhao, language):
    client.cookies["django_language"] = language
    address = reverse("withdraw-objection", args=[filed.pk])
    for other, code in ((sun, 404), (zhao, 403)):
        client.force_login(other)
        assert client.post(address, {"how": "来电撤回"}).status_code == code
    client.force_login(field)
    assert (
        'data-testid="withdraw"'
        in client.get(reverse("objection", args=[filed.pk])).content.decode()
    )
    assert client.post(address, {"how": ""}).status_code == 409
    assert client.post(address, {"how": "八月二日来电撤回"}).status_code == 204
    shown = client.get(reverse("objection", args=[filed.pk])).content.decode()
    assert "八月二日来电撤回" in shown
    assert 'data-testid="answer"' not in shown
    assert (
        "八月二日来电撤回"
        in client.get(reverse("directive-history", args=[filed.about])).content.decode()
    )
    tab = client.get(reverse("objections") + "?tab=withdrawn").content.decode()
    assert reverse("objection", args=[filed.pk]) in tab
    assert client.get(reverse("objection-paper", args=[filed.pk])).status_code == 404


def test_answer_is_read_and_printed_at_the_window(client, at_window, filed, head, zhao):
    ticket, _directive = at_window
    paper = reverse("window-objection-paper", args=[ticket.window.pk, filed.pk])
    assert client.get(paper).status_code == 404  # not answered yet

    client.force_login(head)
    client.post(
        reverse("answer-objection", args=[filed.pk]),
        {"outcome": "kept", "answer": "经复核予以维持", "answer_en": "Kept after review."},
    )
    client.force_login(zhao)
    assert (
        "经复核予以维持" in client.get(reverse("window", args=[ticket.window.pk])).content.decode()
    )
    printed = client.get(paper).content.decode()
    assert "经复核予以维持" in printed
    assert "已提交整改材料" in printed


def test_form_eases_to_what_is_ticked(client, filed, at_window, head):
    _ticket, directive = at_window
    client.force_login(head)
    answer = client.post(
        reverse("answer-objection", args=[filed.pk]),
        {"outcome": "eased", "answer": "减轻", "kept": ["INV", "FILE"], "effect": "approval"},
    )
    directive.refresh_from_db()
    assert (answer.status_code, directive.eased) == (204, {"INV": "approval"})


def test_officer_files_for_a_taxpayer_who_wrote(client, at_window, field):
    _ticket, directive = at_window
    client.force_login(field)
    client.post(reverse("file-objection", args=[directive.pk]), {"grounds": "来信异议"})
    filed = Objection.objects.get()
    assert (filed.person, filed.received_by) == (directive.about, field)


def test_pages_open_for_the_county_and_for_nobody_else(client, filed, factory, head, sun, zhao):
    pages = [
        reverse("objections"),
        reverse("objections") + "?tab=answered",
        reverse("objection", args=[filed.pk]),
    ]
    client.force_login(head)
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert factory.name in client.get(pages[0]).content.decode()
    client.force_login(sun)
    assert factory.name not in client.get(pages[0]).content.decode()
    assert client.get(pages[2]).status_code == 404
    client.force_login(zhao)
    assert [client.get(page).status_code for page in pages] == [403, 403, 403]


def test_who_approved_it_is_offered_no_answer(client, filed, qian, leader, head):
    for officer, offered in ((qian, False), (leader, False), (head, True)):
        client.force_login(officer)
        told = client.get(reverse("objection", args=[filed.pk])).content.decode()
        assert ('data-testid="answer"' in told) is offered
