"""注销或死亡: two officers end an identity, and with it everything that rests on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from chengxin.core.identifiers import DocumentKind
from chengxin.core.refusal import Refusal
from chengxin.hall import closings
from chengxin.hall.models import Appointment, Ticket
from chengxin.offices.models import Role
from chengxin.people import bindings, identity
from chengxin.people.bindings import Signed, Terms
from chengxin.people.identity import CardRead
from chengxin.people.models import Binding, Closing, IdentityMove, Person
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

WINDOW = "hall:yangxin/window:3"
PAPER = "居民死亡医学证明书 0412号 阳信县人民医院"


@pytest.fixture
def dead(li, field) -> Closing:
    """周管户 enters that 李投资 died."""
    return closings.propose(li, "close", "death", PAPER, officer=field)


@pytest.fixture
def bound(li, factory, zhao) -> Binding:
    terms = Terms("03", localdate(), None, b"\xff\xd8\xff", "发票领用")
    made = bindings.propose(li, factory, terms, side="enterprise", officer=zhao, place=WINDOW)
    return bindings.confirm(made, li, signed=Signed(zhao, WINDOW))


def code_of(call, *args, **how) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **how)
    return refusal.value.code


def test_nothing_changes_before_another_officer_has_looked(dead, li, bound):
    li.refresh_from_db()
    assert li.state == Person.State.VERIFIED
    assert bindings.may_act(li, bound.enterprise, localdate())


def test_approved_death_ends_identity_bindings_numbers_and_appointments(
    dead, li, bound, factory, hall, take, leader
):
    ticket = take(li, enterprise=factory).ticket
    Appointment.objects.create(
        hall=hall, person=li, business="personal", day=localdate() + timedelta(days=2),
        at=now() + timedelta(days=2),
    )  # fmt: skip

    closings.approve(dead, "证明原件已核", officer=leader)

    for row in (li, bound, ticket, dead):
        row.refresh_from_db()
    assert (li.state, bound.state, bound.ended_by) == ("closed", "ended", "officer")
    assert ticket.state == Ticket.State.ABANDONED
    assert Appointment.objects.get().state == "cancelled"
    assert not bindings.may_act(li, factory, localdate())
    move = IdentityMove.objects.filter(person=li).latest("pk")
    assert (move.step, move.officer, move.reason) == ("close", leader, "证明原件已核")
    trace = Trace.objects.get(action="closing.approve")
    assert (trace.about, trace.detail["numbers"]) == (li.key, [ticket.number])


def test_delivered_roles_of_a_closed_person_count_no_more(wang, factory, field, leader):
    made = closings.propose(wang, "close", "death", PAPER, officer=field)
    closings.approve(made, "已核", officer=leader)
    wang.refresh_from_db()

    assert bindings.acting(wang, localdate()) == []
    assert not bindings.represents(wang, factory, localdate())


def test_who_is_closed_is_given_no_number_and_his_card_opens_nothing(dead, li, take, leader):
    closings.approve(dead, "已核", officer=leader)
    li.refresh_from_db()

    chip = CardRead(DocumentKind.RESIDENT, li.number, li.name, None, None)

    assert code_of(take, li, business="personal") == "identity_closed"
    assert code_of(identity.meet, chip, place=WINDOW) == "identity_closed"
    assert not Ticket.objects.exists()


def test_who_entered_it_does_not_approve_it(qian, li):
    made = closings.propose(li, "close", "cancelled", "户口注销证明 7号", officer=qian)
    assert code_of(closings.approve, made, "已核", officer=qian) == "second_officer_needed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.update(verdict="approved", decided_by=qian, decided_at=now())


def test_window_officer_neither_enters_nor_approves(dead, li, wang, zhao):
    assert code_of(closings.propose, wang, "close", "death", PAPER, officer=zhao) == "no_role"
    assert code_of(closings.approve, dead, "已核", officer=zhao) == "no_role"


@pytest.mark.parametrize(
    ("step", "ground", "paper", "code"),
    [
        ("close", "mistake", PAPER, "ground_needed"),
        ("reopen", "death", PAPER, "ground_needed"),
        ("close", "", PAPER, "paper_needed"),
        ("close", "death", "  ", "paper_needed"),
        ("reopen", "mistake", PAPER, "wrong_state"),  # he is not closed
    ],
)
def test_ground_and_paper_fit_the_step(li, field, step, ground, paper, code):
    assert code_of(closings.propose, li, step, ground, paper, officer=field) == code
    assert not Closing.objects.exists()


def test_second_entry_waits_for_the_first(dead, li, field):
    again = code_of(closings.propose, li, "close", "death", PAPER, officer=field)
    assert again == "already_proposed"


def test_who_is_being_served_in_this_name_is_looked_at_first(dead, li, serving, leader):
    serving(li, business="personal")

    assert code_of(closings.approve, dead, "已核", officer=leader) == "being_served"

    li.refresh_from_db()
    assert li.state == Person.State.VERIFIED
    assert Closing.objects.get().is_open


def test_refused_entry_changes_nothing_and_says_why(dead, li, leader):
    assert code_of(closings.refuse, dead, " ", officer=leader) == "reason_needed"
    closings.refuse(dead, "证明不是本人的", officer=leader)

    li.refresh_from_db()
    assert li.state == Person.State.VERIFIED
    assert code_of(closings.approve, dead, "已核", officer=leader) == "already_answered"


def test_mistake_is_corrected_by_two_and_he_is_verified_and_bound_anew(
    dead, li, bound, field, qian, leader, take
):
    closings.approve(dead, "已核", officer=leader)
    li.refresh_from_db()
    made = closings.propose(li, "reopen", "mistake", "公安机关证明：同名", officer=field)

    assert code_of(closings.approve, made, "已核", officer=field) == "no_role"
    closings.approve(made, "公安机关证明已核", officer=qian)

    li.refresh_from_db()
    bound.refresh_from_db()
    assert li.state == Person.State.CAPTURED  # to be verified anew
    assert bound.state == "ended"  # what ended stays ended
    assert take(li, business="personal").ticket.state == Ticket.State.WAITING


def test_roles_that_approve_are_heads_only(officer, dead):
    risk = officer("feng", "冯风险", "county", Role.RISK)
    assert code_of(closings.approve, dead, "已核", officer=risk) == "no_role"
