"""Who may act for whom: one side proposes, only the other confirms; a dispute stops him."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from chengxin.core.refusal import Refusal
from chengxin.people import bindings
from chengxin.people.bindings import Side, Terms
from chengxin.people.models import Affiliation, Binding, Letter
from chengxin.people.moving import Because
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

WINDOW = "hall:yangxin/window:3"
JPEG = b"\xff\xd8\xff letter with a seal"


@pytest.fixture
def by_letter(li, factory, zhao):
    """李投资 is proposed by 守信食品 as its tax handler, with a letter."""

    def proposed(role: str = "03", **changed) -> Binding:
        told = {"valid_from": localdate(), "letter": JPEG, "scope": "发票领用"} | changed
        return bindings.propose(
            li, factory, Terms(role, **told), side=Side.ENTERPRISE, officer=zhao, place=WINDOW
        )

    return proposed


@pytest.fixture
def claimed(li, factory, zhao) -> Binding:
    """李投资 says himself that he acts for 守信食品."""
    terms = Terms("03", localdate())
    return bindings.propose(li, factory, terms, side=Side.PERSON, officer=zhao, place=WINDOW)


def may(person, enterprise) -> bool:
    return bindings.may_act(person, enterprise, localdate())


def test_nothing_may_be_done_before_the_other_side_agrees(by_letter, li, factory):
    bound = by_letter()
    assert not may(li, factory)
    bindings.confirm(bound, li)
    assert may(li, factory)


def test_person_cannot_confirm_what_he_claims_himself(claimed, li, zhang, wang, factory):
    for anybody in (li, zhang):
        with pytest.raises(Refusal, match="other_side_needed"):
            bindings.confirm(claimed, anybody)
    bindings.confirm(claimed, wang)  # its legal representative
    assert may(li, factory)


def test_representative_cannot_say_yes_for_the_person(by_letter, wang):
    with pytest.raises(Refusal, match="other_side_needed"):
        bindings.confirm(by_letter(), wang)


def test_enterprise_speaks_by_letter_unless_it_registered_him(li, wang, factory, zhao):
    terms = Terms("03", localdate())
    with pytest.raises(Refusal, match="letter_needed"):
        bindings.propose(li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW)
    assert bindings.propose(
        wang, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW
    ).is_pending


def test_letter_lies_sealed_with_scope_and_last_day(by_letter, django_db_blocker):
    from django.db import connection

    bound = by_letter(until=localdate() + timedelta(days=90))
    letter = Letter.objects.get()
    assert (letter.scope, letter.until) == ("发票领用", bound.until)
    assert letter.jpeg == JPEG
    with connection.cursor() as cursor:
        cursor.execute("SELECT jpeg FROM people_letter")
        [(kept,)] = cursor.fetchall()
    assert JPEG not in bytes(kept)


def test_binding_without_an_end_is_good_for_a_year_and_none_for_longer(by_letter):
    assert by_letter().until == localdate() + timedelta(days=365)
    with pytest.raises(Refusal, match="wrong_end"):
        by_letter("04", until=localdate() + timedelta(days=366))


@pytest.mark.parametrize("letter", [b"", b"GIF89a", b"\xff\xd8\xff" + b"x" * 3_000_001])
def test_image_that_is_no_letter_is_refused(by_letter, letter):
    with pytest.raises(Refusal):
        by_letter(letter=letter)


def test_second_binding_of_the_same_days_is_refused_and_one_after_it_is_not(by_letter):
    first = by_letter(until=localdate() + timedelta(days=30))
    with pytest.raises(Refusal, match="already_bound"):
        by_letter(valid_from=localdate() + timedelta(days=30))
    assert by_letter(valid_from=first.until + timedelta(days=1)).is_pending
    assert by_letter("08").is_pending  # another role


def test_who_ended_a_binding_stays_known(by_letter, li, zhao):
    bound = bindings.confirm(by_letter(), li)
    because = Because.of_officer("企业申请解除", zhao, WINDOW)
    bindings.end(bound, Binding.EndedBy.ENTERPRISE, because)
    bound.refresh_from_db()
    assert (bound.state, bound.ended_by) == ("ended", "enterprise")
    assert Trace.objects.filter(action="binding.end", about=li.key, officer=zhao).exists()
    with pytest.raises(Refusal, match="wrong_state"):
        bindings.end(bound, Binding.EndedBy.PERSON, because)


def test_step_without_a_reason_is_refused(by_letter, li, zhao):
    bound = bindings.confirm(by_letter(), li)
    with pytest.raises(Refusal, match="reason_needed"):
        bindings.freeze(bound, Because.of_officer(" ", zhao))


def test_role_that_the_bureaus_deliver_is_stopped_by_a_dispute_here(li, factory, zhao):
    Affiliation.objects.create(person=li, enterprise=factory, role="03")
    terms = Terms("03", localdate())
    bindings.confirm(
        bindings.propose(li, factory, terms, side=Side.ENTERPRISE, officer=zhao, place=WINDOW), li
    )
    assert may(li, factory)
    bindings.dispute_all(li, factory, Because.of_officer("非本人", zhao))
    assert not may(li, factory)
    bindings.settle_all(li, factory, Because.of_officer("不成立", zhao), his=True)
    assert may(li, factory)


def test_night_says_a_month_before_what_ends_and_lets_it_end(by_letter, li, factory):
    bound = bindings.confirm(by_letter(until=localdate() + timedelta(days=100)), li)
    states = []
    for left in (31, 30, 0, -1):
        bindings.come_to_an_end(bound.until - timedelta(days=left))
        bound.refresh_from_db()
        states.append(bound.state)
    assert states == ["active", "expiring", "expiring", "expired"]


def test_what_nobody_confirmed_is_refused_when_its_time_is_over(by_letter):
    bound = by_letter(until=localdate() + timedelta(days=10))
    bindings.come_to_an_end(bound.until + timedelta(days=1))
    bound.refresh_from_db()
    assert bound.state == "refused"


def test_page_of_ones_own_opens_with_its_code_alone_and_not_for_ever(by_letter):
    bound = by_letter()
    code = bindings.page_code(bound)
    assert bindings.behind(code) == bound
    assert bindings.behind(code[:-1] + "x") is None
    assert code not in Binding.objects.get().page_code
    bound.proposed_at -= timedelta(days=7)
    bound.save()
    assert bindings.behind(code) is None
