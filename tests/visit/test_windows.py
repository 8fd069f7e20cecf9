"""What becomes of a window: paused with a reason, gone on, handed over with two signatures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from chengxin.core.refusal import Refusal
from chengxin.hall import approvals, items, queue, visits, windows
from chengxin.hall.models import HandOver, Ticket, Window, WindowMove
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(officer):
    """陈窗口: the officer of the local bureau who takes over."""
    return officer("chen", "陈窗口", "local", "window")


def refused(code: str, do, *args, **how) -> None:
    with pytest.raises(Refusal) as told:
        do(*args, **how)
    assert told.value.code == code


class TestPause:
    def test_paused_window_calls_nobody_until_it_goes_on(self, take, wang, window, zhao):
        take(wang)
        windows.pause(window, "lunch", officer=zhao)

        refused("window_paused", visits.call_next, window, officer=zhao)
        refused("window_paused", queue.precall, window, officer=zhao)
        windows.resume(window, officer=zhao)
        assert visits.call_next(window, officer=zhao).person == wang

    def test_scanned_ticket_does_not_open_at_a_paused_window(self, take, wang, window, zhao):
        taken = take(wang)
        windows.pause(window, "equipment", officer=zhao)

        refused("window_paused", visits.open_by_token, window, taken.token, officer=zhao)
        assert Ticket.objects.get().state == "waiting"

    def test_who_is_served_is_served_to_the_end_before_a_pause(self, serving, wang, window, zhao):
        serving(wang)
        refused("window_busy", windows.pause, window, "lunch", officer=zhao)

    def test_who_was_precalled_waits_for_any_window_again_at_his_place(
        self, take, wang, li, window, zhao
    ):
        take(wang)
        take(li)
        queue.precall(window, officer=zhao)
        windows.pause(window, "meeting", officer=zhao)

        waiting = Ticket.objects.queue_of(window)
        assert [ticket.person for ticket in waiting] == [wang, li]

    @pytest.mark.parametrize("reason", ["", "tea", "lunch; DROP"])
    def test_pause_has_one_of_the_reasons(self, window, zhao, reason):
        refused("reason_unknown", windows.pause, window, reason, officer=zhao)
        assert not WindowMove.objects.exists()

    def test_each_step_is_one_row_and_one_trace(self, window, zhao):
        windows.pause(window, "lunch", officer=zhao)
        windows.pause(window, "meeting", officer=zhao)  # it is paused already
        windows.resume(window, officer=zhao)
        windows.resume(window, officer=zhao)

        rows = WindowMove.objects.order_by("pk").values_list("step", "reason", "officer")
        assert list(rows) == [("pause", "lunch", zhao.pk), ("resume", "lunch", zhao.pk)]
        done = Trace.objects.filter(action__startswith="window.").order_by("pk")
        assert [(t.action, t.place) for t in done] == [
            ("window.pause", window.place),
            ("window.resume", window.place),
        ]

    @pytest.mark.parametrize("table", ["hall_windowmove", "hall_handover"])
    @pytest.mark.parametrize("word", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
    def test_ledger_and_hand_over_are_never_changed(self, window, zhao, chen, table, word):
        windows.pause(window, "away", officer=zhao)
        windows.hand_over(window, "", taking=chen, officer=zhao)

        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(word.format(table))

    def test_paused_time_of_a_day_is_counted_by_reason_and_cut_at_midnight(self, window, zhao):
        def at(day: int, hour: int, minute: int = 0) -> datetime:
            return datetime(2017, 8, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))

        for step, reason, when in (
            ("pause", "equipment", at(17, 23)),
            ("resume", "equipment", at(18, 1)),
            ("pause", "lunch", at(18, 12)),
            ("resume", "lunch", at(18, 12, 30)),
            ("pause", "lunch", at(18, 13)),
            ("resume", "lunch", at(18, 13, 10)),
            ("pause", "meeting", at(18, 23, 15)),
            ("resume", "meeting", at(19, 8)),
        ):
            WindowMove.objects.create(
                window=window, step=step, reason=reason, at=when, officer=zhao
            )

        assert windows.paused_on(window, date(2017, 8, 18)) == {
            "equipment": timedelta(hours=1),
            "lunch": timedelta(minutes=40),
            "meeting": timedelta(minutes=45),
        }
        assert windows.paused_on(window, date(2017, 8, 16)) == {}


class TestHandOver:
    def test_it_says_what_is_open_and_is_signed_by_both(
        self, serving, take, wang, li, zhang, factory, window, zhao, chen
    ):
        queue.park(serving(wang), officer=zhao)
        ticket = serving(li)
        items.begin(ticket, "certificate_paid", None, officer=zhao)
        take(zhang)
        made = windows.hand_over(window, "打印机纸将用完", taking=chen, officer=zhao)

        assert (made.leaving, made.taking) == (zhao, chen)
        assert HandOver.objects.get().note == "打印机纸将用完"
        assert made.open == {
            "here": "A002", "items": ["certificate_paid"], "ready": "", "parked": ["A001"],
            "waiting": 1, "paused": "",
        }  # fmt: skip
        trace = Trace.objects.get(action="window.hand_over")
        assert (trace.officer, trace.detail["taking"]) == (zhao, "chen")
        assert "打印机" not in str(trace.detail)

    def test_who_stands_there_goes_on_with_the_next_officer(
        self, serving, wang, window, zhao, chen
    ):
        ticket = serving(wang)
        windows.hand_over(window, "", taking=chen, officer=zhao)

        ticket.refresh_from_db()
        assert (ticket.officer, ticket.state) == (chen, "serving")

    def test_nobody_hands_over_to_himself(self, window, zhao):
        refused("second_officer_needed", windows.hand_over, window, "", taking=zhao, officer=zhao)

    def test_next_officer_signs_with_his_own_password(self, window, zhao, chen):
        sign = approvals.taking_over
        refused("wrong_password", sign, "chen", "guess", officer=zhao, window=window)
        assert sign("chen", "yangxin-2017", officer=zhao, window=window) == chen

    @pytest.mark.parametrize("who", ["zheng", "sun", "zhao"])
    def test_only_another_officer_of_this_counter_takes_over(self, window, zhao, auditor, sun, who):
        refused(
            "second_officer_needed", approvals.taking_over, who, "yangxin-2017", officer=zhao,
            window=window,
        )  # fmt: skip

    def test_note_is_sealed_in_the_database(self, window, zhao, chen):
        windows.hand_over(window, "王守信的材料在三号柜", taking=chen, officer=zhao)
        with connection.cursor() as cursor:
            cursor.execute("SELECT note FROM hall_handover")
            assert "王守信".encode() not in bytes(cursor.fetchone()[0])

    def test_numbers_parked_at_another_window_stay_with_that_window(
        self, serving, wang, hall, window, zhao, chen
    ):
        queue.park(serving(wang), officer=zhao)
        other = Window.objects.create(hall=hall, number=4, serves="enterprise")

        assert windows.hand_over(other, "", taking=chen, officer=zhao).open["parked"] == []
        assert Ticket.objects.get().officer == zhao
