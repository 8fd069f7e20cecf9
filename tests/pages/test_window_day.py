"""The officer's window through the day: paused, handed over, and a call for help on other pages."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from chengxin.hall import alarms, queue, windows
from chengxin.hall.models import Alarm, HandOver, Ticket, Window

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(officer):
    return officer("chen", "陈窗口", "local", "window")


@pytest.fixture
def manager(officer):
    return officer("he", "何主任", "county", "hall_manager")


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


class TestPause:
    def test_page_offers_the_reasons_and_then_the_way_on(self, zhaos, window):
        shown = body(zhaos.get(f"/windows/{window.pk}/"))
        for reason in ("lunch", "meeting", "equipment", "away"):
            assert f'data-testid="pause-{reason}"' in shown

        paused = body(zhaos.post(f"/windows/{window.pk}/pause", {"reason": "lunch"}))
        assert "暂停服务 · 用餐" in paused
        assert 'data-testid="window-open"' in paused
        assert 'data-testid="paused"' not in body(zhaos.post(f"/windows/{window.pk}/open"))

    def test_hall_is_told_which_window_is_paused_and_why(self, client, zhaos, window):
        zhaos.post(f"/windows/{window.pk}/pause", {"reason": "equipment"})

        shown = body(client.get("/display/yangxin/calls"))
        assert 'data-testid="paused-window"' in shown
        assert "3 号窗口" in shown
        assert "设备故障" in shown
        zhaos.post(f"/windows/{window.pk}/open")
        assert "设备故障" not in body(client.get("/display/yangxin/calls"))


class TestHandOver:
    def test_form_says_what_is_open_and_names_nobody(self, zhaos, serving, wang, window):
        serving(wang)

        shown = body(zhaos.get(f"/windows/{window.pk}/hand-over/form"))
        assert "A001" in shown
        assert "王守信" not in shown

    def test_both_sign_and_each_finds_the_paper(
        self, zhaos, signed_in, serving, wang, window, chen
    ):
        serving(wang)
        told = {"note": "税盘在三号柜", "work_number": "chen", "password": "yangxin-2017"}

        answer = zhaos.post(f"/windows/{window.pk}/hand-over", told)

        paper = answer.headers["HX-Redirect"]
        made = HandOver.objects.get()
        for client in (zhaos, signed_in(chen)):
            shown = body(client.get(paper))
            for what in ("税盘在三号柜", "A001", "赵窗口", "陈窗口"):
                assert what in shown
        assert Ticket.objects.get().officer == made.taking == chen

    def test_wrong_password_hands_nothing_over(self, zhaos, window, chen):
        told = {"work_number": "chen", "password": "guess"}

        answer = zhaos.post(f"/windows/{window.pk}/hand-over", told)
        assert answer.status_code == 409
        assert not HandOver.objects.exists()

    def test_who_took_over_sees_the_note_and_a_third_one_does_not(
        self, zhaos, signed_in, window, zhao, chen, officer
    ):
        made = windows.hand_over(window, "税盘在三号柜", taking=chen, officer=zhao)

        assert "税盘在三号柜" in body(signed_in(chen).get(f"/windows/{window.pk}/"))
        third = signed_in(officer("feng", "冯窗口", "county", "window"))
        assert "税盘在三号柜" not in body(third.get(f"/windows/{window.pk}/"))
        assert third.get(f"/windows/{window.pk}/hand-overs/{made.pk}/").status_code == 404


class TestTransfer:
    def test_next_window_sees_what_was_done_what_is_left_and_what_was_said(
        self, zhaos, signed_in, serving, hall, wang, window, zhao, chen
    ):
        local = Window.objects.create(hall=hall, number=4, serves="enterprise", bureau="local")
        ticket = serving(wang)
        ticket.planned = ["certificate_paid", "home_trade"]
        ticket.save(update_fields=["planned"])
        done = {"item": "certificate_paid"}
        body(zhaos.post(f"/windows/{window.pk}/items", done))
        handled = ticket.items.get()
        body(zhaos.post(f"/windows/{window.pk}/items/{handled.pk}/finish"))
        sent = {"to": "window:4", "note": "契税材料已核"}
        body(zhaos.post(f"/windows/{window.pk}/transfer", sent))

        shown = body(signed_in(chen).post(f"/windows/{local.pk}/call-next"))
        shown = body(signed_in(chen).post(f"/windows/{local.pk}/start"))

        sent_here = shown[shown.index('data-testid="sent-here"') :]
        for what in (
            "3 号窗口",
            "赵窗口",
            "契税材料已核",
            "存量房交易、契税申报",
            "开具税收完税证明",
        ):
            assert what in sent_here
        assert "不到 1 分钟" in sent_here

    def test_word_of_an_earlier_transfer_goes_with_the_next_one(self, serving, wang, zhao, hall):
        other = Window.objects.create(hall=hall, number=4, serves="enterprise")
        ticket = serving(wang)
        queue.transfer(ticket, to_window=other, note="材料已核", officer=zhao)
        assert Ticket.objects.get().passed_on == "材料已核"


class TestItems:
    def test_each_item_says_who_may_do_it_and_what_to_bring(
        self, zhaos, serving, wang, factory, window
    ):
        serving(wang, enterprise=factory)
        shown = body(zhaos.get(f"/windows/{window.pk}/"))

        def row(item: str) -> str:
            return shown[shown.index(f'data-item="{item}"') :].split("</li>")[0]

        assert "须实名核验" in row("invoice_collect")
        assert "税控设备" in row("invoice_collect")
        assert "不得拒办" in row("file_vat")
        assert "本人办理" in row("home_trade")

    def test_several_items_of_a_visit_show_begin_end_and_time_of_each(
        self, zhaos, serving, wang, factory, window
    ):
        ticket = serving(wang, enterprise=factory)
        for item in ("file_vat", "pay", "invoice_collect"):
            told = {"item": item, "enterprise": factory.pk}
            body(zhaos.post(f"/windows/{window.pk}/items", told))
        first = ticket.items.order_by("pk").first()
        shown = body(zhaos.post(f"/windows/{window.pk}/items/{first.pk}/finish"))

        assert shown.count('data-testid="handled"') == 3
        assert shown.count("data-since=") == 2  # two go on
        assert "–<time" in shown


class TestAlarm:
    def call(self, client, window, id=None):
        told = {"id": str(id or uuid.uuid4()), "delay": "0"}
        return client.post(f"/windows/{window.pk}/alarm", told)

    def test_page_of_the_window_carries_the_key(self, zhaos, window):
        shown = body(zhaos.get(f"/windows/{window.pk}/"))
        assert 'data-key="Pause"' in shown
        assert f'data-alarm="/windows/{window.pk}/alarm"' in shown

    def test_call_is_told_to_have_arrived_and_is_on_the_managers_pages(
        self, zhaos, signed_in, window, manager
    ):
        assert "called_at" in self.call(zhaos, window).json()

        he = signed_in(manager)
        assert 'data-strip="/alarms/"' in body(he.get("/traces/"))
        strip = body(he.get("/alarms/"))
        assert "3 号窗口紧急呼叫" in strip
        assert 'data-testid="alarm-answer"' in strip

    def test_answer_is_seen_by_the_one_who_called(self, zhaos, signed_in, window, manager):
        self.call(zhaos, window)
        alarm = Alarm.objects.get()
        assert 'data-testid="alarm-answer"' not in body(zhaos.get("/alarms/"))

        body(signed_in(manager).post(f"/alarms/{alarm.pk}/answer"))
        assert "何主任" in body(zhaos.get("/alarms/"))
        body(signed_in(manager).post(f"/alarms/{alarm.pk}/end"))
        assert "alarm-open" not in body(zhaos.get("/alarms/"))

    def test_same_call_sent_again_answers_the_same(self, zhaos, window, nonce):
        assert self.call(zhaos, window, nonce).json() == self.call(zhaos, window, nonce).json()

    def test_another_county_neither_sees_nor_answers(self, zhaos, signed_in, window, sun):
        self.call(zhaos, window)
        suns = signed_in(sun)

        assert "alarm-open" not in body(suns.get("/alarms/"))
        assert suns.post(f"/alarms/{Alarm.objects.get().pk}/answer").status_code == 404
        assert self.call(suns, window).status_code == 404

    def test_who_cannot_help_hears_nothing(self, signed_in, auditor):
        assert 'id="alarms"' not in body(signed_in(auditor).get("/traces/"))
        assert signed_in(auditor).get("/alarms/").status_code == 403
        assert Client().get("/alarms/stream").status_code == 401

    def test_display_of_the_hall_says_nothing_of_it(self, client, zhaos, window):
        self.call(zhaos, window)
        assert "紧急" not in body(client.get("/display/yangxin/"))

    def test_number_that_is_no_id_is_not_there(self, zhaos, window):
        told = {"id": "x", "delay": "0"}
        assert zhaos.post(f"/windows/{window.pk}/alarm", told).status_code == 404
        assert not alarms.Alarm.objects.exists()
