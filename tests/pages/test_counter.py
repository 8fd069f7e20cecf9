"""At the window: directives are confirmed as read, and a section head lets one item pass."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chengxin.risk.models import Acknowledgement, Directive, Override

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_window(client, serving, wang, factory, zhao, order, qian):
    """王守信 stands at window 3 for a factory that may not collect invoices."""
    directive = order(factory, {"INV": "block"})
    ticket = serving(wang, enterprise=factory)
    client.force_login(zhao)
    return ticket, directive


def test_directive_is_confirmed_by_a_key_and_then_shown_as_read(client, at_window, factory):
    ticket, directive = at_window
    page = reverse("window", args=[ticket.window.pk])
    told = client.get(page).content.decode()
    assert 'data-key="F10"' in told
    assert f'name="directive" value="{directive.pk}"' in told

    answer = client.post(
        reverse("acknowledge", args=[ticket.window.pk]),
        {"directive": [directive.pk, "gestern", "9" * 30]},
    )

    assert 'data-key="F10"' not in answer.content.decode()
    assert "本窗口已确认阅读" in answer.content.decode()
    assert Acknowledgement.objects.get().directive == directive


def test_override_needs_the_heads_own_number_and_password(client, at_window, qian, factory):
    ticket, _directive = at_window
    asked = {"item": "invoice_collect", "enterprise": factory.pk, "why": "已缴清，待入库"}
    address = reverse("begin-item", args=[ticket.window.pk])

    alone = client.post(address, asked)
    wrong = client.post(address, asked | {"work_number": "qian", "password": "guess"})
    assert (alone.status_code, wrong.status_code) == (409, 409)
    assert not Override.objects.exists()

    signed = client.post(address, asked | {"work_number": "qian", "password": "yangxin-2017"})
    assert signed.status_code == 200
    assert Override.objects.get().approved_by == qian


def test_override_is_in_the_history_and_in_the_persons_dossier(
    client, at_window, qian, wang, factory
):
    ticket, _directive = at_window
    client.post(
        reverse("begin-item", args=[ticket.window.pk]),
        {
            "item": "invoice_collect",
            "enterprise": factory.pk,
            "why": "已缴清，待入库",
            "work_number": "qian",
            "password": "yangxin-2017",
        },
    )
    client.force_login(qian)
    for page in ("directive-history", "alerts-about"):
        for about in (factory, wang) if page == "alerts-about" else (factory,):
            told = client.get(reverse(page, args=[about.key])).content.decode()
            assert "已缴清，待入库" in told
            assert "3 号窗口" in told


@pytest.mark.parametrize(("indicator", "shown"), [("M01", False), ("M02", False), ("M16", True)])
def test_window_names_no_case_and_offers_what_a_head_may_let_pass(
    client, at_window, indicator, shown
):
    ticket, directive = at_window
    Directive.objects.filter(pk=directive.pk).update(
        indicator=indicator, source="finding", imposed_by=None, approved_by=None
    )
    told = client.get(reverse("window", args=[ticket.window.pk])).content.decode()
    assert (f'<span class="mono">{indicator}</span>' in told) is shown
    offered = 'data-testid="override-invoice_collect"' in told
    assert offered is (indicator != "M01")
