"""What a hall did, counted by one statement from the ledger and slowly again from the traces."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import localdate

from bench import recount
from chengxin.hall import figures, ledger, queue, visits
from chengxin.hall.models import Business, Hall, Ticket, TicketMove, Window
from chengxin.people.models import Verification
from chengxin.trace import models as trace_models
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The hall's clock, which stands until it is moved: clock(minutes)."""
    start = datetime.combine(localdate(), datetime.min.time(), UTC) + timedelta(hours=1)
    moment = [start]

    def moved(minutes: float) -> None:
        moment[0] += timedelta(minutes=minutes)

    for module in (ledger, visits, queue):
        monkeypatch.setattr(module, "now", lambda: moment[0])
    for model, name in (
        (Ticket, "taken_at"), (TicketMove, "at"), (trace_models.Trace, "at"), (Verification, "at"),
    ):  # fmt: skip
        monkeypatch.setattr(model._meta.get_field(name), "_get_default", lambda: moment[0])
    return moved


@pytest.fixture
def other(hall) -> Window:
    return Window.objects.create(hall=hall, number=4, serves="personal")


@pytest.fixture
def chen(officer):
    """陈窗口, of the local bureau, at window 4."""
    return officer("chen", "陈窗口", "local", "window")


def today(hall) -> figures.Figures:
    return figures.day(hall, localdate())


def test_wait_is_from_the_number_to_its_first_call(clock, take, wang, li, hall, window, zhao):
    take(wang)
    clock(4)
    take(li)
    clock(6)
    first = visits.call_next(window, officer=zhao)
    clock(3)
    visits.recall(first, officer=zhao)
    clock(2)
    visits.miss(first, officer=zhao)
    visits.call_next(window, officer=zhao)

    told = today(hall).total
    assert (told.called, told.wait_mean, told.wait_median) == (2, 10.5 * 60, 10.5 * 60)
    assert (told.wait_longest, told.calls, told.misses) == (11 * 60, 3, 1)
    assert told.wait_p90 == pytest.approx((10 + 0.9) * 60)


def test_service_is_the_time_at_windows_and_not_the_time_between(
    clock, take, wang, hall, window, other, zhao, chen
):
    take(wang)
    ticket = visits.call_next(window, officer=zhao)
    clock(1)
    ticket = visits.start(ticket, officer=zhao)
    clock(5)
    ticket = queue.park(ticket, officer=zhao)
    clock(20)
    ticket = queue.resume(ticket, window, officer=zhao)
    clock(2)
    queue.transfer(ticket, officer=zhao, business=Business.PERSONAL, to_window=other)
    clock(30)
    ticket = visits.start(visits.call_next(other, officer=chen), officer=chen)
    clock(4)
    visits.finish(ticket, officer=chen)

    found = today(hall)
    assert (found.total.taken, found.total.finished, found.total.transfers) == (1, 1, 1)
    assert found.total.service_mean == 11 * 60
    assert found.total.wait_mean == 0
    by_window = {one.title: (one.served, one.service_mean) for one in found.by_window}
    assert by_window == {"3": (1, 7 * 60), "4": (1, 4 * 60)}
    by_officer = {one.title: (one.calls, one.busy) for one in found.by_officer}
    assert by_officer == {"赵窗口": (1, 7 * 60), "陈窗口": (1, 4 * 60)}
    by_bureau = {one.bureau: (one.called, one.finished) for one in found.by_bureau}
    assert by_bureau == {"state": (1, 0), "local": (0, 1)}


def test_visit_that_goes_on_has_no_service_yet(clock, serving, wang, hall):
    serving(wang)
    clock(9)

    assert today(hall).total.service_mean is None
    assert today(hall).total.finished == 0


def test_share_given_up_is_of_the_numbers_given(clock, take, wang, li, hall, window, zhao):
    take(wang)
    take(li)
    visits.finish(visits.start(visits.call_next(window, officer=zhao), officer=zhao), officer=zhao)
    queue.abandon(Ticket.objects.get(person=li))

    assert today(hall).total.abandoned_share == 0.5


def test_window_is_busy_for_the_part_of_its_time_in_which_it_serves(
    clock, take, wang, li, hall, window, zhao
):
    take(wang)
    take(li)
    ticket = visits.start(visits.call_next(window, officer=zhao), officer=zhao)
    clock(6)
    visits.finish(ticket, officer=zhao)
    clock(4)
    visits.call_next(window, officer=zhao)

    [desk] = today(hall).by_window
    assert desk.busy_share == pytest.approx(0.6)


def test_half_hour_is_that_of_the_halls_own_clock(clock, take, wang, hall):
    clock(35)  # 01:35 in Greenwich
    take(wang)

    assert [one.half_hour for one in today(hall).by_half_hour] == ["09:30"]


def test_numbers_of_another_hall_or_another_day_are_not_counted(take, wang, hall, offices):
    far = Hall.objects.create(code="wudi", name="无棣县办税服务厅", office=offices["neighbour"])
    take(wang)

    assert today(far).total.taken == 0
    assert figures.day(hall, localdate() - timedelta(days=1)).total.taken == 0
    assert figures.month(hall, localdate()).total.taken == 1


def test_month_is_the_calendar_month(hall):
    told = figures.month(hall, datetime(2016, 2, 11).date())
    assert (told.first.isoformat(), told.last.isoformat()) == ("2016-02-01", "2016-02-29")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_traces_counted_slowly_give_the_same_figures(
    seed, clock, take, person, hall, window, other, zhao, chen
):
    dice = random.Random(seed)
    people = iter([person(f"路人{n}", f"3723231985031{n:04}") for n in range(100, 160)])
    desks = ((window, zhao), (other, chen))
    for _turn in range(160):
        clock(dice.uniform(0.1, 3))
        at, officer = dice.choice(desks)
        here = Ticket.objects.filter(window=at, state__in=("called", "serving")).first()
        missed = Ticket.objects.filter(state="missed", misses=1).first()
        parked = Ticket.objects.filter(state="parked").first()
        if here is None and (dice.random() < 0.3) and parked:
            queue.resume(parked, at, officer=officer)
        elif here is None and dice.random() < 0.6:
            if dice.random() < 0.2:
                queue.precall(at, officer=officer)
            visits.call_next(at, officer=officer)
        elif here is None or dice.random() < 0.4:
            if someone := next(people, None):
                take(someone, dice.choice([Business.ENTERPRISE, Business.PERSONAL]))
            waiting = Ticket.objects.filter(state="waiting").last()
            if waiting and dice.random() < 0.2:
                queue.abandon(waiting)
        elif here.state == "called":
            step = dice.choice([visits.recall, visits.start, visits.start, visits.miss])
            step(here, officer=officer)
        else:
            step = dice.choice(["finish", "finish", "finish", "park", "transfer"])
            if step == "transfer":
                queue.transfer(here, officer=officer, business=Business.PERSONAL)
            else:
                {"finish": visits.finish, "park": queue.park}[step](here, officer=officer)
        if missed and dice.random() < 0.5:
            queue.give_back(missed)

    told = today(hall)
    counted = recount.visits(Trace.objects.order_by("pk").select_related("officer"))
    assert len(counted) > 25
    assert list(recount.differences(told.total, counted.values(), 0.001)) == []
    spent: dict[tuple[str, str], float] = {}
    for visit in counted.values():
        for key, seconds in visit.at.items():
            spent[key] = spent.get(key, 0.0) + seconds
    at_windows = {one.window.place: one.busy for one in told.by_window if one.busy}
    assert at_windows == pytest.approx({place: s for (place, _officer), s in spent.items()})
    for business in (Business.ENTERPRISE, Business.PERSONAL):
        taken = Trace.objects.filter(action="ticket.take", detail__business=business)
        numbers = {trace.detail["ticket"] for trace in taken}
        [line] = [one for one in told.by_business if one.business == business]
        of_it = [visit for number, visit in counted.items() if number in numbers]
        assert list(recount.differences(line, of_it, 0.001)) == []
