from __future__ import annotations

import uuid

import pytest

from chengxin.core.refusal import Refusal
from chengxin.hall import codes
from chengxin.hall.models import Business, Ticket
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_first_person_of_the_day_gets_number_one_of_the_business(take, wang):
    assert take(wang, Business.ENTERPRISE).ticket.number == "A001"
    assert take(wang, Business.PERSONAL).ticket.number == "D001"
    assert take(wang, Business.ENROLMENT).ticket.number == "K001"


def test_numbers_begin_anew_each_day(take, wang, li):
    take(wang)
    Ticket.objects.update(day="2017-08-17")
    from chengxin.hall.models import TicketCounter

    TicketCounter.objects.update(day="2017-08-17")

    assert take(li).ticket.number == "A001"


def test_resent_swipe_returns_the_same_ticket_the_same_code_and_one_trace(take, wang, nonce):
    first, second = take(wang, nonce=nonce), take(wang, nonce=nonce)

    assert first.ticket == second.ticket
    assert first.token == second.token
    assert Trace.objects.filter(action="ticket.take").count() == 1


def test_resent_swipe_after_the_visit_still_returns_its_ticket(take, wang, nonce):
    taken = take(wang, nonce=nonce)
    Ticket.objects.update(state=Ticket.State.FINISHED)

    assert take(wang, nonce=nonce).ticket == taken.ticket


def test_person_already_waiting_is_told_his_number(take, wang):
    take(wang)

    with pytest.raises(Refusal, match="already_waiting") as refusal:
        take(wang)

    assert "A001" in refusal.value.reason
    trace = Trace.objects.get(action="ticket.take", outcome="already_waiting")
    assert (trace.about, trace.place) == (wang.key, "hall:yangxin")


def test_face_that_does_not_match_still_gets_a_number_marked_for_an_officer(take, zhang):
    assert not take(zhang, band="reject").ticket.identified


def test_person_without_a_face_comparison_is_marked_for_an_officer(take, zhang):
    assert not take(zhang, band=None).ticket.identified


def test_restricted_enterprise_gets_a_number_because_filing_is_never_refused(
    take, wang, factory, order
):
    order(factory, {"*": "block"})

    assert take(wang, enterprise=factory).ticket.number == "A001"


def test_nobody_gets_a_number_for_whom_nothing_could_be_done(take, wang, order):
    order(wang, {"ID": "block"})

    with pytest.raises(Refusal, match="restricted") as refusal:
        take(wang, Business.ENROLMENT)

    assert "联系主管" not in refusal.value.reason  # the kiosk is a public screen
    assert not Ticket.objects.exists()


def test_stranger_cannot_take_a_number_for_an_enterprise(take, zhang, factory):
    with pytest.raises(Refusal, match="not_bound"):
        take(zhang, enterprise=factory)


def test_investor_alone_does_not_handle_an_enterprise(take, li, enterprise):
    owned = enterprise("91371622MA3D1Q2W4M", "阳信县投资有限公司", (li, "06"))

    with pytest.raises(Refusal, match="not_bound"):
        take(li, enterprise=owned)


def test_code_on_the_ticket_holds_no_id_and_is_kept_only_as_a_digest(take, wang, nonce):
    taken = take(wang, nonce=nonce)

    assert taken.token.startswith("CX1-")
    assert len(taken.token) == 30
    for known in (wang.pk, wang.number, str(nonce), nonce.hex, taken.ticket.number):
        assert known.upper() not in taken.token
    assert taken.token not in taken.ticket.token


def test_every_ticket_has_its_own_code():
    made = {codes.qr_text(uuid.uuid4()) for _ in range(100)}
    assert len(made) == 100


def test_people_ahead_are_those_of_the_same_business(take, wang, li, zhang):
    take(wang, Business.PERSONAL)
    take(li)

    assert take(zhang).ticket.ahead == 1
