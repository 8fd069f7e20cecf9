from __future__ import annotations

import pytest
from django.db import IntegrityError

from chengxin.core.refusal import Refusal
from chengxin.hall import approvals, identify, items, visits
from chengxin.hall.models import Business, ItemRecord
from chengxin.risk.models import Directive
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def refused(code: str, *args: object, **how: object) -> Trace:
    """`begin_item` refuses with `code`; the trace it left."""
    with pytest.raises(Refusal) as refusal:
        items.begin(*args, **how)
    assert refusal.value.code == code
    return Trace.objects.filter(action="item.begin").latest("pk")


def test_item_without_directives_is_begun_and_finished(serving, wang, factory, zhao):
    ticket = serving(wang, enterprise=factory)

    handled = items.begin(ticket, "invoice_collect", factory, officer=zhao)
    items.finish(handled, officer=zhao)

    kept = ItemRecord.objects.get()
    assert (kept.item, kept.state, kept.enterprise) == ("invoice_collect", "finished", factory)


def test_pressing_twice_begins_once(serving, wang, factory, zhao):
    ticket = serving(wang, enterprise=factory)

    first = items.begin(ticket, "invoice_collect", factory, officer=zhao)
    second = items.begin(ticket, "invoice_collect", factory, officer=zhao)

    assert first == second
    assert Trace.objects.filter(action="item.begin").count() == 1


def test_database_keeps_a_personal_matter_from_being_open_twice(serving, wang, zhao):
    ticket = serving(wang, business=Business.PERSONAL)
    once = {"ticket": ticket, "item": "certificate_paid", "enterprise": None, "officer": zhao}
    ItemRecord.objects.create(**once)

    with pytest.raises(IntegrityError, match="an_item_is_handled_once_at_a_time"):
        ItemRecord.objects.create(**once)


def test_blocked_item_is_refused_and_the_attempt_is_traced(serving, wang, factory, zhao, order):
    directive = order(factory, {"INV": "block"})
    ticket = serving(wang, enterprise=factory)

    trace = refused("restricted", ticket, "invoice_collect", factory, officer=zhao)

    assert (trace.outcome, trace.officer, trace.about) == ("restricted", zhao, wang.key)
    assert trace.detail["directives"] == [directive.pk]
    assert trace.detail["enterprise"] == factory.pk
    assert not ItemRecord.objects.exists()


@pytest.mark.parametrize("item", ["file_vat", "pay", "objection", "lift_non_normal"])
def test_filing_paying_curing_and_objecting_are_never_refused(
    serving, wang, factory, zhao, order, item
):
    everything = {"*": "block", "FILE": "block", "PAY": "block", "CURE": "block"}
    order(factory, {"INV": "block"})  # by hand they cannot be chosen: as a finding might say it
    Directive.objects.update(levels=everything)
    ticket = serving(wang, enterprise=factory)

    assert items.begin(ticket, item, factory, officer=zhao).item == item


def test_legal_representative_in_person_meets_the_order(serving, wang, factory, zhao, order):
    order(factory, {"INV": "legal_rep"})
    ticket = serving(wang, enterprise=factory)  # 王守信 is the representative

    assert items.begin(ticket, "invoice_collect", factory, officer=zhao)


def test_handler_is_told_to_bring_the_legal_representative(
    serving, wang, zhang, enterprise, zhao, order
):
    firm = enterprise("91371622MA3D1Q2W5T", "阳信县远行商贸有限公司", (wang, "01"), (zhang, "03"))
    order(firm, {"INV": "legal_rep"})
    ticket = serving(zhang, enterprise=firm)

    refused("legal_rep_needed", ticket, "invoice_collect", firm, officer=zhao)


def test_section_head_approves_on_the_spot(serving, wang, factory, zhao, qian, order):
    order(factory, {"INV": "approval"})
    ticket = serving(wang, enterprise=factory)
    refused("approval_needed", ticket, "invoice_collect", factory, officer=zhao)

    head = approvals.approver("qian", "yangxin-2017", officer=zhao, window=ticket.window)
    handled = items.begin(ticket, "invoice_collect", factory, officer=zhao, approved_by=head)

    assert handled.approved_by == qian
    assert Trace.objects.filter(action="item.begin").latest("pk").detail["approved_by"] == "qian"


@pytest.mark.usefixtures("qian")
def test_wrong_password_approves_nothing(zhao, window):
    with pytest.raises(Refusal, match="wrong_password"):
        approvals.approver("qian", "guess", officer=zhao, window=window)


@pytest.mark.usefixtures("qian")
def test_sixth_guess_is_not_even_looked_at(zhao, window):
    for _ in range(5):
        with pytest.raises(Refusal, match="wrong_password"):
            approvals.approver("qian", "guess", officer=zhao, window=window)

    with pytest.raises(Refusal, match="locked_out"):
        approvals.approver("qian", "yangxin-2017", officer=zhao, window=window)


def test_colleague_without_the_office_cannot_approve(zhao, window, officer):
    officer("feng", "冯窗口", "county", "window")

    with pytest.raises(Refusal, match="approval_needed"):
        approvals.approver("feng", "yangxin-2017", officer=zhao, window=window)


def test_head_of_another_county_cannot_approve(zhao, sun, window):
    with pytest.raises(Refusal, match="approval_needed"):
        approvals.approver("sun", "yangxin-2017", officer=zhao, window=window)


def test_nobody_approves_his_own_work(qian, window):
    with pytest.raises(Refusal, match="approval_needed"):
        approvals.approver("qian", "yangxin-2017", officer=qian, window=window)


def test_unidentified_person_gets_nothing_but_what_is_never_refused(serving, wang, factory, zhao):
    ticket = serving(wang, enterprise=factory, band="reject")

    refused("not_identified", ticket, "invoice_collect", factory, officer=zhao)
    assert items.begin(ticket, "pay", factory, officer=zhao)


def test_officer_who_compared_the_document_by_hand_opens_the_way(serving, wang, factory, zhao):
    ticket = serving(wang, enterprise=factory, band="staff")

    identify.verify_by_hand(ticket, "本人与证件一致", officer=zhao)

    assert items.begin(ticket, "invoice_collect", factory, officer=zhao)


def test_representative_who_is_not_verified_does_not_meet_the_order(
    serving, wang, factory, zhao, order
):
    order(factory, {"*": "legal_rep"})
    ticket = serving(wang, enterprise=factory, band="staff")

    refused("not_identified", ticket, "invoice_collect", factory, officer=zhao)


def test_item_of_an_enterprise_needs_one(serving, wang, zhao):
    ticket = serving(wang)

    refused("enterprise_needed", ticket, "invoice_collect", None, officer=zhao)


def test_stranger_cannot_act_for_an_enterprise(serving, zhang, factory, zhao):
    ticket = serving(zhang)

    refused("not_bound", ticket, "invoice_collect", factory, officer=zhao)


def test_personal_matter_asks_for_no_enterprise(serving, wang, zhao):
    ticket = serving(wang)

    assert items.begin(ticket, "home_trade", None, officer=zhao)


def test_item_before_the_visit_began_is_refused(take, wang, factory, window, zhao):
    take(wang, enterprise=factory)
    ticket = visits.call_next(window, officer=zhao)

    refused("wrong_state", ticket, "invoice_collect", factory, officer=zhao)


def test_item_ends_once(serving, wang, factory, zhao):
    handled = items.begin(
        serving(wang, enterprise=factory), "invoice_collect", factory, officer=zhao
    )
    items.stop(handled, officer=zhao)

    with pytest.raises(Refusal, match="wrong_state"):
        items.finish(handled, officer=zhao)


def test_second_officer_looks_too_with_his_own_password(serving, wang, zhao, officer):
    feng = officer("feng", "冯窗口", "county", "window")
    ticket = serving(wang, band="staff")

    second = approvals.colleague("feng", "yangxin-2017", officer=zhao, window=ticket.window)
    made = identify.verify_by_hand(ticket, "本人与证件一致", officer=zhao, second=second)

    assert (made.officer, made.second_officer) == (zhao, feng)
    told = Trace.objects.filter(action="person.verify_by_hand").latest("pk").detail
    assert told["second_officer"] == "feng"


def test_second_officer_is_another_one_who_serves_or_leads_in_this_county(
    zhao, sun, window, officer
):
    officer("data", "钱数据", "county", "data")
    for number in ("zhao", "sun", "data"):
        with pytest.raises(Refusal, match="second_officer_needed"):
            approvals.colleague(number, "yangxin-2017", officer=zhao, window=window)
    with pytest.raises(Refusal, match="wrong_password"):
        approvals.colleague("zhao", "guess", officer=zhao, window=window)
