"""A window is open while an officer sits there and it is not paused, however long it called nobody;
and the wait that is told counts the windows that are open."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate, make_aware

from chengxin.hall import attendance, board, estimates, visits, windows
from chengxin.hall.models import Business, Promise, Ticket, Window, WindowMove
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(officer):
    return officer("chen", "陈窗口", "county", "window")


@pytest.fixture
def other(hall) -> Window:
    return Window.objects.create(hall=hall, number=4, serves="enterprise,personal")


@pytest.fixture(autouse=True)
def _yesterday(hall, window, person, officer):
    """Six enterprise visits of ten minutes each, yesterday: who sat there says nothing of today."""
    day = localdate() - timedelta(days=1)
    at = make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=9)
    somebody = officer("sun-2", "昨日窗口", "county", "window")
    for n in range(6):
        Ticket.objects.create(
            hall=hall, day=day, number=f"B{n}", person=person(f"先到{n}", f"3723231985031530{n}"),
            business=Business.ENTERPRISE, state="finished", window=window, officer=somebody,
            token=f"earlier-{n}", nonce=f"00000000-0000-0000-0000-00000000000{n}",
            called_at=at, started_at=at, ended_at=at + timedelta(minutes=10),
        )  # fmt: skip
    WindowMove.objects.create(window=window, step="come", officer=somebody, at=at)


@pytest.fixture
def told(take):
    """What somebody who takes an enterprise number now is expected to wait, in seconds."""

    def waits(person) -> float | None:
        taken = take(person)
        return Promise.objects.get(ticket=taken.ticket).expected

    return waits


def opens(client: Client, officer, window: Window) -> None:
    client.force_login(officer, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/windows/{window.pk}/").status_code == 200


def test_nothing_is_said_while_nobody_sits_anywhere_today(told, wang):
    assert told(wang) is None


def test_window_that_was_opened_and_has_called_nobody_is_open(
    client, told, wang, li, zhang, zhao, window
):
    opens(client, zhao, window)
    # free at once, then after one visit of 600 s, then after two
    assert [told(wang), told(li), told(zhang)] == [0, 600, 1200]
    assert Trace.objects.filter(action="window.come", officer=zhao, place=window.place).count() == 1


def test_window_quiet_for_hours_shares_the_queue_with_the_busy_one(
    told, wang, li, zhang, zhao, chen, window, other, monkeypatch
):
    attendance.come(window, officer=zhao)
    attendance.come(other, officer=chen)
    later = estimates.now() + timedelta(hours=3)  # in which nobody came
    monkeypatch.setattr(estimates, "now", lambda: later)
    # two free windows: the first and the second at once, the third when one visit is over
    assert [told(wang), told(li), told(zhang)] == [0, 0, 600]


def test_paused_window_is_not_open_until_it_goes_on(told, wang, li, zhang, zhao, window, hall):
    attendance.come(window, officer=zhao)
    windows.pause(window, "lunch", officer=zhao)
    assert told(wang) is None
    windows.resume(window, officer=zhao)
    assert told(li) == 600  # after 王守信, who waits already


def test_two_windows_of_which_one_is_paused_are_one(
    told, wang, li, zhang, zhao, chen, window, other
):
    attendance.come(window, officer=zhao)
    attendance.come(other, officer=chen)
    windows.pause(other, "meeting", officer=chen)
    assert [told(wang), told(li), told(zhang)] == [0, 600, 1200]


def test_window_whose_officer_signed_out_is_not_open(client, told, wang, zhao, window):
    opens(client, zhao, window)
    client.logout()
    assert told(wang) is None
    assert Trace.objects.filter(action="window.go", officer=zhao).count() == 1


def test_signing_out_somewhere_else_takes_nobody_from_his_window(client, told, wang, zhao, chen,
                                                                window):  # fmt: skip
    attendance.come(window, officer=chen)
    client.force_login(zhao)
    client.logout()
    assert told(wang) == 0


def test_officer_sits_at_one_window_only(hall, zhao, window, other):
    attendance.come(window, officer=zhao)
    attendance.come(other, officer=zhao)
    attendance.come(other, officer=zhao)  # the page loaded anew
    assert set(attendance.staffed(hall)) == {other.pk}
    rows = WindowMove.objects.filter(officer=zhao).order_by("pk").values_list("step", "window")
    assert list(rows) == [("come", window.pk), ("go", window.pk), ("come", other.pk)]


def test_who_calls_sits_there_without_having_opened_the_page(hall, take, wang, li, zhao, window):
    take(wang)
    visits.call_next(window, officer=zhao)
    assert attendance.staffed(hall)[window.pk].officer == zhao.pk


def test_who_takes_over_sits_there_and_who_leaves_does_not(hall, zhao, chen, window):
    attendance.come(window, officer=zhao)
    windows.hand_over(window, "", taking=chen, officer=zhao)
    assert attendance.staffed(hall)[window.pk].officer == chen.pk
    assert attendance.of(zhao).window is None


def test_sitting_down_is_no_pause(hall, zhao, window):
    attendance.come(window, officer=zhao)
    windows.pause(window, "lunch", officer=zhao)
    windows.resume(window, officer=zhao)
    attendance.go(zhao)
    assert set(windows.paused_on(window, localdate())) == {"lunch"}


def test_board_shows_the_idle_window_with_its_officer_and_the_empty_one_closed(
    hall, zhao, window, other
):
    attendance.come(window, officer=zhao)
    told = {seat.window.number: (seat.state, seat.officer) for seat in board.of(hall).seats}
    assert told == {3: ("free", "赵窗口"), 4: ("closed", "")}


def test_idle_window_is_not_blamed_for_whom_it_could_not_know(
    hall, take, wang, zhao, window, monkeypatch
):
    attendance.come(window, officer=zhao)
    ticket = take(wang).ticket
    for minutes, levels in ((9, []), (11, ["warn"])):
        moment = ticket.taken_at + timedelta(minutes=minutes)
        monkeypatch.setattr(board, "now", lambda: moment)  # noqa: B023
        assert [alert.level for alert in board.of(hall).alerts] == levels
