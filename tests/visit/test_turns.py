"""Whose turn it is: priorities go forward, and nobody is passed more often than the poster says."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chengxin.core.identifiers import born_on
from chengxin.hall import turns, visits
from chengxin.hall.models import Business, Priority, Ticket, Window
from tests.conftest import number

PRIORITIES = [one.value for one in Priority]

arrival = some.tuples(some.just("come"), some.sampled_from(PRIORITIES), some.integers(0, 2))
call = some.tuples(some.just("call"), some.just(""), some.integers(0, 3))
SERVES = [{0}, {1}, {0, 1}, {0, 1, 2}]  # four windows: which of three businesses


@given(leap=some.integers(0, 10), day=some.lists(some.one_of(arrival, call), max_size=120))
def test_nobody_is_passed_by_more_than_leap_people_who_came_later(leap, day):
    waiting: list[tuple[int, int, int]] = []  # turn, seq, business
    passed: dict[int, int] = {}
    seq = 0
    for what, priority, number_ in day:
        if what == "come":
            seq += 1
            waiting.append((turns.of(seq, priority, leap), seq, number_))
            passed[seq] = 0
            continue
        here = sorted(one for one in waiting if one[2] in SERVES[number_])
        if not here:
            continue
        waiting.remove(here[0])
        for _turn, earlier, _business in here[1:]:
            passed[earlier] += earlier < here[0][1]

    assert all(count <= leap for count in passed.values())


@given(
    leap=some.integers(0, 20), seq=some.integers(1, 2000), priority=some.sampled_from(PRIORITIES)
)
def test_priority_passes_at_most_leap_people_and_exactly_so_many_of_a_full_queue(
    leap, seq, priority
):
    turn = turns.of(seq, priority, leap)
    ahead_before = range(1, seq)
    overtaken = [one for one in ahead_before if turns.of(one, Priority.NONE, leap) > turn]

    most = {Priority.NONE: 0, Priority.GRADE_A: leap // 2}.get(priority, leap)
    assert len(overtaken) == min(most, seq - 1)


def test_people_without_priority_keep_the_order_of_coming():
    given_out = [turns.of(seq, Priority.NONE, 8) for seq in range(1, 50)]
    assert given_out == sorted(set(given_out))


@pytest.mark.django_db
def test_elderly_person_is_called_before_those_who_came_just_before(
    take, person, wang, li, window, zhao
):
    elder = person("老寿星", "37232319450315113")
    take(wang)
    take(li)
    ticket = take(elder).ticket

    assert ticket.priority == Priority.ELDERLY
    assert ticket.ahead == 0
    assert visits.call_next(window, officer=zhao).person == elder


@pytest.mark.django_db
def test_elderly_person_does_not_pass_who_came_more_than_the_halls_leap_before(
    take, hall, person, wang, li, zhang, window, zhao
):
    hall.leap = 2
    hall.save()
    for someone in (wang, li, zhang):
        take(someone)
    take(person("老寿星", "37232319450315113"))

    called = []
    for _ in range(4):
        ticket = visits.call_next(window, officer=zhao)
        called.append(ticket.person.name)
        visits.miss(ticket, officer=zhao)
    assert called == ["王守信", "老寿星", "李投资", "张冒名"]


@pytest.mark.django_db
def test_window_calls_in_the_order_of_coming_across_its_businesses(
    take, wang, li, zhang, window, zhao
):
    take(wang, Business.PERSONAL)
    take(li, Business.ENTERPRISE)
    take(zhang, Business.PERSONAL)

    called = []
    for _ in range(3):
        ticket = visits.call_next(window, officer=zhao)
        called.append(ticket.number)
        visits.miss(ticket, officer=zhao)
    assert called == ["D001", "A001", "D002"]


@pytest.mark.django_db
def test_window_of_one_bureau_calls_only_who_comes_for_its_items(take_for, wang, li, hall, zhao):
    local = Window.objects.create(hall=hall, number=8, serves="personal", groups=["NAT"])
    Window.objects.create(hall=hall, number=9, serves="personal", groups=["CERT"])
    take_for(wang, ["certificate_paid"])
    take_for(li, ["home_trade"])

    assert visits.call_next(local, officer=zhao).person == li
    visits.miss(Ticket.objects.get(person=li), officer=zhao)
    assert visits.call_next(local, officer=zhao) is None


@pytest.mark.django_db
def test_items_of_both_bureaus_go_to_the_joint_window_when_there_is_one(take_for, wang, hall, zhao):
    local = Window.objects.create(hall=hall, number=8, serves="personal", groups=["NAT"])
    joint = Window.objects.create(hall=hall, number=9, serves="personal")
    take_for(wang, ["home_trade", "certificate_paid"])

    assert visits.call_next(local, officer=zhao) is None
    assert visits.call_next(joint, officer=zhao).person == wang


@pytest.mark.django_db
def test_items_that_no_window_does_together_begin_with_the_first(take_for, wang, hall, zhao):
    local = Window.objects.create(hall=hall, number=8, serves="personal", groups=["NAT"])
    Window.objects.create(hall=hall, number=9, serves="personal", groups=["CERT"])
    take_for(wang, ["home_trade", "certificate_paid"])

    assert visits.call_next(local, officer=zhao).person == wang


@pytest.mark.django_db
def test_refused_ticket_leaves_no_gap_in_the_numbers(take, wang, li, zhang, factory):
    take(wang)
    with pytest.raises(Exception, match="not_bound"):
        take(zhang, enterprise=factory)
    with pytest.raises(Exception, match="already_waiting"):
        take(wang)

    assert take(li).ticket.number == "A002"


@pytest.mark.django_db
def test_each_business_counts_for_itself_and_the_hall_counts_all(take, wang, li):
    first, second = take(wang).ticket, take(li, Business.PERSONAL).ticket

    assert (first.number, second.number) == ("A001", "D001")
    assert (first.seq, second.seq) == (1, 2)


@pytest.mark.parametrize(
    ("text", "born"),
    [
        (number("37232319850315113"), date(1985, 3, 15)),
        (number("81000019900101001"), date(1990, 1, 1)),
        ("372323850315113", date(1985, 3, 15)),
        ("E12345678", None),
        ("", None),
    ],
)
def test_birthday_is_read_from_the_number(text, born):
    assert born_on(text) == born
