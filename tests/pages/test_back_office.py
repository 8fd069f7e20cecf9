"""Dossiers and alerts open for the right officer, are traced, and are nothing to 孙外人."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chengxin.risk.models import Alert, Directive
from chengxin.trace.models import Trace
from tests.risk.conftest import finding, losing, night, suspicion

__all__ = ["finding", "losing", "night", "suspicion"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(night, suspicion) -> Alert:
    """李投资's home, waiting to be verified."""
    night("A01", *suspicion())
    return Alert.objects.get()


@pytest.fixture
def addresses(alert, li, factory, wang) -> list[str]:
    return [
        reverse("dossier-person", args=[li.pk]),
        reverse("dossier-person", args=[wang.pk]),
        reverse("dossier-enterprise", args=[factory.pk]),
        reverse("dossier-graph") + f"?about={wang.key}",
        reverse("alert", args=[alert.pk]),
        reverse("alerts-about", args=[li.key]),
    ]


def test_county_officer_opens_every_page(client, qian, addresses):
    client.force_login(qian)
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


def test_officer_of_another_county_finds_nothing_there(client, sun, addresses, li, wang):
    client.force_login(sun)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "李投资" not in answer.content.decode()
        assert "王守信" not in answer.content.decode()


def test_nobody_opens_them_without_signing_in(client, addresses):
    for address in addresses:
        assert client.get(address).status_code == 302


def test_inbox_of_another_county_is_empty(client, sun, field, alert):
    client.force_login(sun)
    assert "李投资" not in client.get(reverse("alerts")).content.decode()
    client.force_login(field)
    assert "李投资" in client.get(reverse("alerts")).content.decode()


def test_every_look_at_a_person_is_one_trace(client, qian, wang):
    client.force_login(qian)
    client.get(reverse("dossier-person", args=[wang.pk]))
    trace = Trace.objects.get(action="dossier.open")
    assert (trace.officer, trace.about) == (qian, wang.key)


def test_dossier_masks_the_number_until_a_purpose_is_given(client, qian, wang):
    client.force_login(qian)
    page = client.get(reverse("dossier-person", args=[wang.pk])).content.decode()
    assert wang.number not in page
    assert "372***********" in page

    refused = client.post(reverse("dossier-reveal", args=[wang.pk]), {"purpose": ""})
    assert refused.status_code == 409
    assert wang.number not in refused.content.decode()

    page = client.get(reverse("dossier-person", args=[wang.pk]))
    [purpose, *_] = [value for value, _ in page.context["purposes"]]
    shown = client.post(reverse("dossier-reveal", args=[wang.pk]), {"purpose": purpose})
    assert "372323 19850315" in shown.content.decode()
    trace = Trace.objects.filter(about=wang.key, outcome="done").latest("pk")
    assert trace.detail["purpose"] == purpose


@pytest.mark.parametrize("text", ["王守信", "37232319850315113"])
def test_search_finds_a_person_by_name_and_by_number(client, qian, wang, text):
    client.force_login(qian)
    asked = wang.number if text.isdigit() else text
    answer = client.post(reverse("dossier-search"), {"text": asked})
    assert answer.headers["Location"] == reverse("dossier-person", args=[wang.pk])


def test_search_of_another_county_finds_nobody(client, sun, wang):
    client.force_login(sun)
    answer = client.post(reverse("dossier-search"), {"text": wang.number})
    assert answer.status_code == 200
    assert wang.pk not in answer.content.decode()


def test_confirming_on_the_page_orders_the_counter_and_closes_the_task(client, field, alert):
    client.force_login(field)
    answer = client.post(
        reverse("judge-alert", args=[alert.pk]),
        {"outcome": "confirm", "grounds": "约谈后属实"},
    )
    assert answer.status_code == 200
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by) == (Alert.State.CONFIRMED, field)
    assert Directive.objects.in_force().count() == 2  # one for each losing enterprise


def test_closing_without_grounds_is_refused(client, field, alert):
    client.force_login(field)
    answer = client.post(
        reverse("judge-alert", args=[alert.pk]), {"outcome": "explain", "grounds": " "}
    )
    assert answer.status_code == 409
    alert.refresh_from_db()
    assert alert.state == Alert.State.OPEN


def test_window_officer_cannot_judge_an_alert(client, zhao, alert):
    client.force_login(zhao)
    answer = client.post(
        reverse("judge-alert", args=[alert.pk]), {"outcome": "explain", "grounds": "说明"}
    )
    assert answer.status_code == 403
