from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.core.refusal import Refusal
from chengxin.risk import directives
from chengxin.risk.models import Directive
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_directive_by_hand_has_an_end_a_reason_and_an_officer(factory, qian):
    directive = directives.impose(factory.key, {"INV": "block"}, "实地核查无人", officer=qian)

    assert timedelta(days=179) < directive.until - now() <= timedelta(days=180)
    trace = Trace.objects.get(action="directive.impose")
    assert (trace.about, trace.officer, trace.detail["directive"]) == (
        factory.key, qian, directive.pk
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
def test_order_that_cannot_be_obeyed_is_not_imposed(factory, qian, levels, reason, until, code):
    with pytest.raises(Refusal) as refusal:
        directives.impose(
            factory.key, levels, reason, officer=qian, until=localdate() + timedelta(days=until)
        )
    assert refusal.value.code == code
    assert not Directive.objects.exists()


def test_window_officer_cannot_order_the_counter(factory, zhao):
    with pytest.raises(Refusal) as refusal:
        directives.impose(factory.key, {"INV": "block"}, "理由", officer=zhao)
    assert refusal.value.code == "no_role"


def test_who_imposed_does_not_lift(factory, qian, leader):
    directive = directives.impose(factory.key, {"INV": "block"}, "理由", officer=qian)

    with pytest.raises(Refusal) as refusal:
        directives.lift(directive, "已整改", officer=qian)
    assert refusal.value.code == "second_officer_needed"

    directives.lift(directive, "已整改", officer=leader)
    directive.refresh_from_db()
    assert (directive.lifted_by, directive.in_force) == (leader, False)


def test_directive_is_lifted_once(factory, qian, leader):
    directive = directives.impose(factory.key, {"INV": "block"}, "理由", officer=qian)
    directives.lift(directive, "已整改", officer=leader)
    with pytest.raises(Refusal) as refusal:
        directives.lift(directive, "再次", officer=leader)
    assert refusal.value.code == "already_lifted"


def test_directive_past_its_end_falls_with_a_trace(factory, qian):
    directive = directives.impose(factory.key, {"INV": "block"}, "理由", officer=qian)
    Directive.objects.update(until=now() - timedelta(seconds=1))

    assert directives.expire() == 1
    assert directives.expire() == 0
    directive.refresh_from_db()
    assert directive.lifted_because == directives.EXPIRED
    assert Trace.objects.filter(action="directive.lift", about=factory.key).count() == 1
