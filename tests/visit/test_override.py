"""放行: a section head lets one item pass, once, in his own name, and never what may not pass."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from chengxin.core.refusal import Refusal
from chengxin.hall import approvals, items, orders
from chengxin.hall.models import ItemRecord
from chengxin.offices.models import Role
from chengxin.risk import counter
from chengxin.risk.models import Directive, Override
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db
WHY = "已提供缴款凭证，待国库入库销号"


@pytest.fixture
def finding():
    """A directive as an indicator imposes it."""

    def imposed(about, indicator: str, levels: dict[str, str]) -> Directive:
        told = {"source": "finding", "reason": "请联系主管税务机关", "until": "2999-01-01T00:00Z"}
        return Directive.objects.create(
            about=about.key, subject=about.key, indicator=indicator, levels=levels, **told
        )

    return imposed


def test_section_head_lets_one_item_pass(serving, wang, factory, zhao, qian, finding):
    directive = finding(factory, "M16", {"INV": "block"})
    ticket = serving(wang, enterprise=factory)

    handled = items.begin(
        ticket, "invoice_collect", factory, officer=zhao, approved_by=qian, override=WHY
    )

    assert handled.approved_by == qian
    passed = Override.objects.get()
    assert (passed.directive, passed.person, passed.enterprise) == (
        directive,
        wang.key,
        factory.key,
    )
    assert (passed.officer, passed.approved_by, passed.why) == (zhao, qian, WHY)
    trace = Trace.objects.get(action="directive.override")
    assert (trace.about, trace.officer, trace.place) == (factory.key, zhao, ticket.window.place)
    assert trace.detail["approved_by"] == "qian"
    assert Trace.objects.get(action="item.begin").detail["overridden"] is True


def test_what_was_let_pass_once_is_restricted_again(serving, wang, factory, zhao, qian, finding):
    directive = finding(factory, "M16", {"INV": "block"})
    ticket = serving(wang, enterprise=factory)
    signed = {"officer": zhao, "approved_by": qian, "override": WHY}
    first = items.begin(ticket, "invoice_collect", factory, **signed)
    items.finish(first, officer=zhao)

    with pytest.raises(Refusal, match="restricted"):
        items.begin(ticket, "invoice_collect", factory, officer=zhao)

    directive.refresh_from_db()
    assert directive.in_force


@pytest.mark.parametrize(
    ("indicator", "item"),
    [
        ("M01", "invoice_collect"),  # a police case: a leader releases it
        ("M12", "invoice_collect"),  # proven false invoicing
        ("M20", "invoice_collect"),  # who stands here is in doubt
        ("M09", "certificate_no_arrears"),  # the certificate would be untrue
        ("M10", "certificate_no_arrears"),  # arrears of a person, and an exit ban
    ],
)
def test_what_may_not_pass_passes_for_nobody(
    serving, wang, factory, zhao, leader, finding, indicator, item
):
    finding(factory, indicator, {"*": "block", "CERT-NA": "block"})
    ticket = serving(wang, enterprise=factory)

    with pytest.raises(Refusal, match="not_overridable"):
        items.begin(ticket, item, factory, officer=zhao, approved_by=leader, override=WHY)

    assert not ItemRecord.objects.exists()
    assert not Override.objects.exists()
    assert Trace.objects.latest("pk").outcome == "not_overridable"


def test_a_police_case_beside_another_fact_is_not_let_pass_with_it(
    serving, wang, factory, zhao, qian, finding
):
    finding(factory, "M16", {"INV": "block"})
    finding(wang, "M01", {"*": "legal_rep"})
    ticket = serving(wang, enterprise=factory)

    with pytest.raises(Refusal, match="not_overridable"):
        items.begin(
            ticket, "invoice_collect", factory, officer=zhao, approved_by=qian, override=WHY
        )


@pytest.mark.parametrize("override", ["", "   "])
def test_nothing_passes_without_a_reason(serving, wang, factory, zhao, qian, finding, override):
    finding(factory, "M16", {"INV": "block"})
    ticket = serving(wang, enterprise=factory)

    with pytest.raises(Refusal) as refusal:
        items.begin(
            ticket, "invoice_collect", factory, officer=zhao, approved_by=qian, override=override
        )
    assert refusal.value.code in ("restricted", "reason_needed")
    assert not Override.objects.exists()


def test_serving_officer_does_not_sign_for_himself(serving, wang, factory, zhao, finding, officer):
    zhao.roles.create(role=Role.SECTION_HEAD)
    zhao = type(zhao).objects.get(pk=zhao.pk)
    finding(factory, "M16", {"INV": "block"})
    ticket = serving(wang, enterprise=factory)

    with pytest.raises(Refusal, match="approval_needed"):
        items.begin(
            ticket, "invoice_collect", factory, officer=zhao, approved_by=zhao, override=WHY
        )
    assert not Override.objects.exists()


def test_head_of_another_county_does_not_sign(zhao, sun, window):
    with pytest.raises(Refusal, match="approval_needed"):
        approvals.approver("sun", "yangxin-2017", officer=zhao, window=window)


def test_an_identity_that_was_not_verified_is_not_let_pass(
    serving, wang, factory, zhao, qian, finding
):
    finding(factory, "M16", {"INV": "block"})
    ticket = serving(wang, enterprise=factory, band=None)

    with pytest.raises(Refusal, match="not_identified"):
        items.begin(
            ticket, "invoice_collect", factory, officer=zhao, approved_by=qian, override=WHY
        )
    assert not Override.objects.exists()


def test_nothing_is_recorded_where_nothing_was_in_the_way(serving, wang, factory, zhao, qian):
    ticket = serving(wang, enterprise=factory)

    handled = items.begin(
        ticket, "invoice_collect", factory, officer=zhao, approved_by=qian, override=WHY
    )

    assert handled.approved_by is None
    assert not Override.objects.exists()


def test_database_keeps_who_serves_from_signing(factory, wang, zhao, finding):
    directive = finding(factory, "M16", {"INV": "block"})
    told = {"directive": directive, "person": wang.key, "item": "pay", "visit": "ticket:1"}
    with pytest.raises(IntegrityError, match="overridden_by_another_than_who_serves"):
        Override.objects.create(**told, place="x", officer=zhao, approved_by=zhao, why=WHY)


def test_directive_is_read_once_a_visit(serving, wang, factory, zhao, order):
    directive = order(factory, {"INV": "block"})
    ticket = serving(wang, enterprise=factory)

    assert orders.acknowledge(ticket, factory, [directive.pk], officer=zhao) == 1
    assert orders.acknowledge(ticket, factory, [directive.pk], officer=zhao) == 0

    assert Trace.objects.filter(action="directive.acknowledge").count() == 1
    [line] = counter.lines_about(factory.key, 10)
    assert (line.directive, line.officer, line.passed) == (directive, zhao, None)


def test_directive_that_does_not_stand_here_cannot_be_confirmed(
    serving, wang, li, factory, zhao, order
):
    elsewhere = order(li, {"INV": "block"})
    ticket = serving(wang, enterprise=factory)

    assert orders.acknowledge(ticket, factory, [elsewhere.pk], officer=zhao) == 0
    assert counter.lines_about(li.key, 10) == []
