"""Directives by hand: their terms, and the two officers behind each of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS, ITEMS
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Role
from chengxin.risk import directives
from chengxin.risk.directives import NEVER_REFUSED, Terms
from chengxin.risk.models import Directive
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

INVOICES = Terms({"INV": "block"}, "实地核查无人")


def test_directive_by_hand_has_an_end_a_reason_and_two_officers(factory, qian, leader):
    directive = directives.impose(factory.key, INVOICES, officer=qian, second=leader)

    assert directive.in_force
    assert directive.until == directives.end_of(localdate() + timedelta(days=180))
    assert directive.review_on == localdate() + timedelta(days=90)
    assert (directive.imposed_by, directive.approved_by) == (qian, leader)
    trace = Trace.objects.get(action="directive.impose")
    assert (trace.about, trace.officer, trace.detail["directive"]) == (
        factory.key, leader, directive.pk
    )  # fmt: skip


@pytest.mark.parametrize(
    ("levels", "reason", "until", "code"),
    [
        ({}, "理由", 10, "wrong_levels"),
        ({"NOPE": "block"}, "理由", 10, "wrong_levels"),
        ({"INV": "forbid"}, "理由", 10, "wrong_levels"),
        ({"INV": "block"}, "  ", 10, "reason_needed"),
        ({"INV": "block"}, "理由", -1, "wrong_end"),
        ({"INV": "block"}, "理由", 400, "wrong_end"),
    ],
)
def test_order_that_cannot_be_obeyed_is_not_imposed(
    factory, qian, leader, levels, reason, until, code
):
    terms = Terms(levels, reason, until=localdate() + timedelta(days=until))
    with pytest.raises(Refusal) as refusal:
        directives.impose(factory.key, terms, officer=qian, second=leader)
    assert refusal.value.code == code
    assert not Directive.objects.exists()


def test_filing_payment_curing_and_advice_cannot_be_chosen():
    assert {"FILE", "PAY", "CURE", "NAT", "NONE"} == NEVER_REFUSED & set(GROUPS)
    assert {code for code, item in ITEMS.items() if item.never_refused} < NEVER_REFUSED


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("name", sorted(NEVER_REFUSED))
def test_what_no_law_lets_a_counter_refuse_is_not_even_proposed(name, effect):
    with pytest.raises(Refusal) as refusal:
        Terms({"INV": "block", name: effect}, "理由").require_whole()
    assert refusal.value.code == "never_refused"


def test_review_lies_between_first_day_and_last():
    day = localdate()
    late = Terms({"INV": "block"}, "理由", until=day, review_on=day + timedelta(days=1))
    with pytest.raises(Refusal) as refusal:
        late.require_whole()
    assert refusal.value.code == "wrong_review"


def test_directive_of_a_later_day_does_not_bind_before(factory, qian, leader):
    later = Terms({"INV": "block"}, "理由", begins_on=localdate() + timedelta(days=1))
    directive = directives.impose(factory.key, later, officer=qian, second=leader)
    assert not directive.in_force
    assert not Directive.objects.in_force().exists()


def test_window_officer_cannot_order_the_counter(factory, zhao, leader):
    with pytest.raises(Refusal) as refusal:
        directives.impose(factory.key, INVOICES, officer=zhao, second=leader)
    assert refusal.value.code == "no_role"


def test_nobody_is_his_own_second_officer(factory, qian):
    with pytest.raises(Refusal) as refusal:
        directives.impose(factory.key, INVOICES, officer=qian, second=qian)
    assert refusal.value.code == "second_officer_needed"


def test_second_officer_is_not_below_the_first(factory, officer, qian, leader, offices):
    risk = officer("risk", "孙风控", "county", Role.RISK)
    branch_head = officer("head", "李所长", "branch", Role.SECTION_HEAD)
    city = officer("city", "郭市局", "city", Role.RISK)
    for first, second, code in (
        (qian, risk, "authority_too_low"),  # a section head's proposal, a risk officer's word
        (risk, branch_head, "authority_too_low"),  # a county's proposal, a branch's word
        (leader, qian, "authority_too_low"),
    ):
        with pytest.raises(Refusal) as refusal:
            directives.impose(factory.key, INVOICES, officer=first, second=second)
        assert refusal.value.code == code
    assert directives.impose(factory.key, INVOICES, officer=leader, second=city).in_force


def test_database_keeps_no_directive_by_hand_of_one_officer(factory, qian):
    told = {"about": factory.key, "subject": factory.key, "source": "manual", "reason": "x"}
    for second in (None, qian):
        with pytest.raises(IntegrityError, match="by_hand_only"), transaction.atomic():
            Directive.objects.create(
                **told, levels={"INV": "block"}, until=now(), imposed_by=qian, approved_by=second
            )


def test_who_imposed_does_not_decide_its_end(factory, officer, qian, leader):
    directive = directives.impose(factory.key, INVOICES, officer=qian, second=leader)
    risk = officer("risk", "孙风控", "county", Role.RISK)

    for first, second in ((risk, qian), (qian, qian)):
        with pytest.raises(Refusal) as refusal:
            directives.lift(directive, "已整改", officer=first, second=second)
        assert refusal.value.code == "second_officer_needed"

    directives.lift(directive, "已整改", officer=risk, second=leader)
    directive.refresh_from_db()
    assert (directive.lift_asked_by, directive.lifted_by) == (risk, leader)
    assert not directive.in_force


def test_directive_is_lifted_once(factory, qian, leader):
    directive = directives.impose(factory.key, INVOICES, officer=qian, second=leader)
    directives.lift(directive, "已整改", officer=qian, second=leader)
    with pytest.raises(Refusal) as refusal:
        directives.lift(directive, "再次", officer=qian, second=leader)
    assert refusal.value.code == "already_lifted"


def test_directive_past_its_end_falls_with_a_trace(factory, qian, leader):
    directive = directives.impose(factory.key, INVOICES, officer=qian, second=leader)
    Directive.objects.update(until=now() - timedelta(seconds=1))

    assert directives.expire() == 1
    assert directives.expire() == 0
    directive.refresh_from_db()
    assert directive.lifted_because == directives.EXPIRED
    assert Trace.objects.filter(action="directive.lift", about=factory.key).count() == 1
