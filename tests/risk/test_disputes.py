"""被冒名: the enterprise is protected at once, and it ends only with grounds and a second officer."""  # noqa: E501

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengxin.core.refusal import Refusal
from chengxin.hall import reverification
from chengxin.notices.models import Message
from chengxin.people import bindings
from chengxin.people.bindings import Side, Terms
from chengxin.people.models import Binding, IdentityEvent
from chengxin.risk import directives, disputes
from chengxin.risk.directives import Decision
from chengxin.risk.models import Directive, Dispute
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

WINDOW = "hall:yangxin/window:3"


@pytest.fixture
def bound(li, factory, zhao) -> Binding:
    terms = Terms("03", localdate(), letter=b"\xff\xd8\xff", scope="发票")
    made = bindings.propose(li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW)
    return bindings.confirm(made, li)


@pytest.fixture
def disputed(bound, li, wang, factory, zhao) -> Dispute:
    wang.phone = "13900002222"
    wang.save()
    return disputes.register(li, factory, "从未在该企业任职", officer=zhao, place=WINDOW)


def decision(item, person, enterprise) -> Decision:
    return directives.check(item, person.key, enterprise.key).decision


def test_invoices_and_deregistration_wait_for_the_representative_and_payment_never(
    disputed, zhang, factory
):
    for item in ("invoice_collect", "invoice_increase"):
        assert decision(item, zhang, factory) == Decision.LEGAL_REP
    for item in ("file_vat", "pay"):
        assert decision(item, zhang, factory) == Decision.ALLOWED


def test_every_item_of_the_protected_groups_and_no_other_is_reached(disputed, zhang, factory):
    from chengxin.core.items import ITEMS

    for code, item in ITEMS.items():
        expected = bool({"INV", "INV-AUTH", "DEREG"} & set(item.groups)) and not item.never_refused
        found = decision(code, zhang, factory)
        assert (found == Decision.LEGAL_REP) == expected, code


def test_who_is_named_as_representative_himself_blocks_it(wang, factory, zhao):
    disputes.register(wang, factory, "执照是冒用我的身份办的", officer=zhao, place=WINDOW)
    assert decision("invoice_collect", wang, factory) == Decision.REFUSED
    assert decision("pay", wang, factory) == Decision.ALLOWED


def test_binding_is_disputed_and_representative_and_lake_are_told(disputed, bound, wang, li):
    bound.refresh_from_db()
    assert bound.state == "disputed"
    message = Message.objects.get()
    assert message.about == wang.key
    assert "李投资" not in message.words
    event = IdentityEvent.objects.get(kind="appeal_opened")
    assert (event.person, event.appeal_no) == (li, disputed.key)


def test_words_of_the_counter_name_nobody(disputed):
    order = Directive.objects.get()
    assert "李投资" not in order.reason + order.reason_en


def test_appeal_is_said_wherever_he_comes(disputed, li):
    told = reverification.reasons(li, None, localdate())
    assert [one.code for one in told] == ["appeal"]


def test_second_appeal_while_one_is_open_is_refused(disputed, li, factory, zhao):
    with pytest.raises(Refusal, match="already_disputed"):
        disputes.register(li, factory, "再次", officer=zhao, place=WINDOW)


def test_who_is_not_named_cannot_appeal(zhang, factory, zhao):
    with pytest.raises(Refusal, match="not_bound"):
        disputes.register(zhang, factory, "与我无关", officer=zhao, place=WINDOW)
    assert not Directive.objects.exists()


def test_it_ends_with_grounds_and_another_officer_only(disputed, qian, leader):
    with pytest.raises(Refusal, match="nothing_proposed"):
        disputes.decide(disputed, officer=leader, agrees=True)
    with pytest.raises(Refusal, match="reason_needed"):
        disputes.propose(disputed, "upheld", " ", officer=qian)
    disputes.propose(disputed, "upheld", "笔迹鉴定不符", officer=qian)
    with pytest.raises(Refusal, match="second_officer_needed"):
        disputes.decide(disputed, officer=qian, agrees=True)
    assert Directive.objects.in_force().exists()
    disputes.decide(disputed, officer=leader, agrees=True)
    assert not Directive.objects.in_force().exists()


def test_window_officer_decides_nothing(disputed, zhao):
    with pytest.raises(Refusal, match="no_role"):
        disputes.propose(disputed, "upheld", "看过了", officer=zhao)


@pytest.mark.parametrize(
    ("outcome", "state", "ended_by"), [("upheld", "ended", "officer"), ("rejected", "active", "")]
)
def test_bindings_end_or_stand_again(disputed, bound, qian, leader, outcome, state, ended_by):
    disputes.propose(disputed, outcome, "查证", officer=qian)
    disputes.decide(disputed, officer=leader, agrees=True)
    bound.refresh_from_db()
    assert (bound.state, bound.ended_by) == (state, ended_by)
    closed = IdentityEvent.objects.get(kind="appeal_closed")
    assert closed.appeal_no == disputed.key
    assert Trace.objects.filter(action="dispute.decide", officer=leader).exists()


def test_sent_back_it_stays_open(disputed, qian, leader):
    disputes.propose(disputed, "rejected", "查证", officer=qian)
    disputes.decide(disputed, officer=leader, agrees=False)
    disputed.refresh_from_db()
    assert disputed.is_open
    assert Directive.objects.in_force().exists()


def test_database_keeps_the_second_officer(disputed, qian):
    disputed.proposed, disputed.proposed_by, disputed.grounds = "upheld", qian, "查证"
    disputed.state, disputed.decided_by = "upheld", qian
    with (
        pytest.raises(IntegrityError, match="ends_with_grounds_and_a_second_officer"),
        transaction.atomic(),
    ):
        disputed.save()


def test_item_begins_when_the_verified_representative_stands_there(disputed, wang, factory):
    verdict = directives.check("invoice_collect", wang.key, factory.key)
    assert directives.missing(verdict, person_is_legal_rep=True) is None
    refused = directives.missing(verdict, person_is_legal_rep=False)
    assert refused is not None
    assert refused.code == "legal_rep_needed"
