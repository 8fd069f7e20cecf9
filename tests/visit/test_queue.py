"""What else may become of a ticket: each step as an officer or the clock makes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.core.refusal import Refusal
from chengxin.hall import identify, items, queue, visits
from chengxin.hall.models import Business, Hall, Priority, Ticket, TicketMove, Window
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db
State = Ticket.State


@pytest.fixture
def other(hall) -> Window:
    return Window.objects.create(hall=hall, number=4, serves="enterprise,personal,enrolment")


@pytest.fixture
def missed(take, window, zhao):
    def at_window(person) -> Ticket:
        take(person)
        return visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    return at_window


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# pre-call


def test_precalled_person_is_kept_for_the_window_while_it_still_serves(
    serving, take, wang, li, zhang, window, other, zhao
):
    serving(wang)
    take(li)
    take(zhang)
    ready = queue.precall(window, officer=zhao)

    assert (ready.person, ready.state) == (li, State.READY)
    assert visits.call_next(other, officer=zhao).person == zhang
    visits.finish(Ticket.objects.get(person=wang), officer=zhao)
    assert visits.call_next(window, officer=zhao).person == li


def test_precall_pressed_twice_keeps_one_person(serving, take, wang, li, zhang, window, zhao):
    serving(wang)
    take(li)
    take(zhang)

    assert queue.precall(window, officer=zhao) == queue.precall(window, officer=zhao)
    assert Ticket.objects.filter(state=State.READY).count() == 1


def test_precall_with_nobody_waiting_does_nothing(window, zhao):
    assert queue.precall(window, officer=zhao) is None
    assert not Trace.objects.exists()


def test_released_person_waits_again_at_his_old_place(take, wang, li, window, other, zhao):
    take(wang)
    take(li)
    queue.release(queue.precall(window, officer=zhao), officer=zhao)

    assert visits.call_next(other, officer=zhao).person == wang


def test_precalled_person_is_not_opened_at_another_window(take, wang, window, other, zhao):
    taken = take(wang)
    queue.precall(window, officer=zhao)

    with pytest.raises(Refusal, match="other_window"):
        visits.open_by_token(other, taken.token, officer=zhao)
    assert visits.open_by_token(window, taken.token, officer=zhao).state == State.SERVING


# missed and back


def test_missed_number_comes_back_behind_three_who_wait(missed, take, person, wang, window, zhao):
    ticket = missed(wang)
    for n in range(5):
        take(person(f"路人{n}", f"3723231985031500{n}"))
    queue.give_back(ticket, officer=zhao)

    called = []
    for _ in range(5):
        one = visits.call_next(window, officer=zhao)
        called.append(one.person.name)
        visits.miss(one, officer=zhao)
    assert called == ["路人0", "路人1", "路人2", "王守信", "路人3"]


def test_missed_number_comes_back_first_when_nobody_waits(missed, wang, window, zhao):
    queue.give_back(missed(wang), officer=zhao)
    assert visits.call_next(window, officer=zhao).person == wang


def test_number_missed_a_second_time_is_given_up(missed, wang, window, zhao):
    queue.give_back(missed(wang), officer=zhao)
    again = visits.miss(visits.call_next(window, officer=zhao), officer=zhao)

    assert fresh(again).state == State.ABANDONED
    with pytest.raises(Refusal, match="wrong_state"):
        queue.give_back(again, officer=zhao)


def test_missed_number_does_not_come_back_after_half_an_hour(missed, wang, zhao):
    ticket = missed(wang)
    Ticket.objects.update(ended_at=now() - timedelta(minutes=31))

    with pytest.raises(Refusal, match="too_late"):
        queue.give_back(ticket, officer=zhao)


def test_clock_gives_up_what_was_missed_half_an_hour_ago_and_says_so(missed, wang, li):
    old, young = missed(wang), missed(li)
    Ticket.objects.filter(pk=old.pk).update(ended_at=now() - timedelta(minutes=31))

    assert queue.sweep() == 1
    assert (fresh(old).state, fresh(young).state) == (State.ABANDONED, State.MISSED)
    trace = Trace.objects.get(action="ticket.abandon")
    assert (trace.about, trace.officer, trace.detail["by_time"]) == (wang.key, None, True)
    assert TicketMove.objects.get(step="abandon").officer is None


def test_clock_closes_what_yesterday_left_waiting_but_nobody_who_is_served(
    serving, take, wang, li, zhang
):
    serving(wang)
    take(li)
    Ticket.objects.update(day=localdate() - timedelta(days=1))
    take(zhang)

    assert queue.sweep() == 1
    states = dict(Ticket.objects.values_list("person__pk", "state"))
    assert states == {wang.pk: "serving", li.pk: "abandoned", zhang.pk: "waiting"}


def test_who_takes_a_new_number_gives_the_missed_one_up(missed, take, wang):
    old = missed(wang)
    take(wang)

    assert fresh(old).state == State.ABANDONED


def test_missed_number_does_not_come_back_beside_a_new_one(missed, take, wang, zhao):
    old = missed(wang)
    new = take(wang).ticket

    with pytest.raises(Refusal, match="wrong_state"):
        queue.give_back(old, officer=zhao)
    assert fresh(new).state == State.WAITING


# park


def test_parked_person_frees_the_window_and_goes_on_at_any(
    serving, take, wang, li, window, other, zhao
):
    ticket = queue.park(serving(wang), officer=zhao)
    take(li)
    assert visits.call_next(window, officer=zhao).person == li

    back = queue.resume(ticket, other, officer=zhao)
    assert (back.state, back.window) == (State.SERVING, other)


def test_nobody_parked_is_called_by_itself(serving, wang, window, other, zhao):
    queue.park(serving(wang), officer=zhao)

    assert visits.call_next(window, officer=zhao) is None
    assert visits.call_next(other, officer=zhao) is None


def test_parked_person_is_not_put_onto_a_window_with_somebody(
    serving, take, wang, li, window, zhao
):
    ticket = queue.park(serving(wang), officer=zhao)
    take(li)
    visits.call_next(window, officer=zhao)

    with pytest.raises(Refusal, match="window_busy"):
        queue.resume(ticket, window, officer=zhao)


def test_scanned_code_of_a_parked_person_goes_on_with_his_visit(take, wang, window, zhao):
    taken = take(wang)
    visits.open_by_token(window, taken.token, officer=zhao)
    queue.park(taken.ticket, officer=zhao)

    assert visits.open_by_token(window, taken.token, officer=zhao).state == State.SERVING


# transfer


def test_transferred_person_keeps_his_place_before_those_who_came_later(
    serving, take, wang, li, window, other, zhao
):
    ticket = serving(wang)
    take(li, Business.PERSONAL)
    queue.transfer(ticket, business=Business.PERSONAL, officer=zhao)

    called = visits.call_next(other, officer=zhao)
    assert (called.person, called.number, called.business) == (wang, "A001", Business.PERSONAL)


def test_person_sent_to_one_window_is_called_by_no_other(serving, wang, window, other, zhao):
    queue.transfer(serving(wang), to_window=other, officer=zhao)

    assert visits.call_next(window, officer=zhao) is None
    assert visits.call_next(other, officer=zhao).person == wang


def test_after_the_state_item_the_rest_goes_to_the_local_window(take_for, hall, wang, zhao):
    state = Window.objects.create(hall=hall, number=8, serves="personal", groups=["CERT"])
    local = Window.objects.create(hall=hall, number=9, serves="personal", groups=["NAT"])
    take_for(wang, ["certificate_paid", "home_trade"])
    ticket = visits.start(visits.call_next(state, officer=zhao), officer=zhao)
    identify.verify_by_hand(ticket, "本人", officer=zhao)
    items.finish(items.begin(ticket, "certificate_paid", None, officer=zhao), officer=zhao)
    queue.transfer(ticket, officer=zhao)

    assert visits.call_next(state, officer=zhao) is None
    assert visits.call_next(local, officer=zhao).person == wang


def test_nobody_is_sent_to_a_window_that_does_not_serve_him(serving, wang, hall, offices, zhao):
    ticket = serving(wang)
    personal = Window.objects.create(hall=hall, number=8, serves="personal")
    elsewhere = Hall.objects.create(code="wudi", name="无棣", office=offices["neighbour"])
    far = Window.objects.create(hall=elsewhere, number=1, serves="enterprise")

    for to_window in (personal, far, ticket.window):
        with pytest.raises(Refusal):
            queue.transfer(ticket, to_window=to_window, officer=zhao)
    assert fresh(ticket).state == State.SERVING


def test_nobody_is_sent_on_with_an_item_open(serving, wang, factory, other, zhao):
    ticket = serving(wang, enterprise=factory)
    items.begin(ticket, "pay", factory, officer=zhao)

    with pytest.raises(Refusal, match="item_open"):
        queue.transfer(ticket, to_window=other, officer=zhao)


def test_nobody_is_sent_into_a_queue_in_which_he_stands_already(serving, take, wang, zhao):
    ticket = serving(wang)
    take(wang, Business.PERSONAL)

    with pytest.raises(Refusal, match="already_waiting"):
        queue.transfer(ticket, business=Business.PERSONAL, officer=zhao)


# merge


def test_two_numbers_of_one_person_become_one_visit(serving, take_for, wang, zhao):
    ticket = serving(wang)
    other = take_for(wang, ["home_trade"])
    merged = queue.merge(ticket, other, officer=zhao)

    assert merged.planned == ["home_trade"]
    assert (fresh(other).state, fresh(other).merged_into) == (State.MERGED, ticket)
    items.begin(ticket, "home_trade", None, officer=zhao)  # of the other number's business


def test_number_of_somebody_else_is_not_merged(serving, take, wang, li, zhao):
    ticket, other = serving(wang), take(li).ticket

    with pytest.raises(Refusal, match="not_his"):
        queue.merge(ticket, other, officer=zhao)


# giving up, priority


def test_given_up_number_is_not_called(take, wang, li, window, zhao):
    queue.abandon(take(wang).ticket)
    take(li)

    assert visits.call_next(window, officer=zhao).person == li


def test_disabled_person_is_put_forward_by_an_officer(take, wang, li, window, zhao):
    take(wang)
    queue.prioritise(take(li).ticket, Priority.DISABLED, officer=zhao)

    assert visits.call_next(window, officer=zhao).person == li
    trace = Trace.objects.get(action="ticket.prioritise")
    assert (trace.about, trace.detail["priority"]) == (li.key, "disabled")


def test_priority_nobody_knows_is_refused(take, wang, zhao):
    with pytest.raises(Refusal, match="priority_unknown"):
        queue.prioritise(take(wang).ticket, "friend", officer=zhao)
