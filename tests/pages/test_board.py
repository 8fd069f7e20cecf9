"""大厅看板 and the hall's statistics: for those who lead it, and nobody's name but theirs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.utils.timezone import now
from openpyxl import load_workbook

from chengxin.hall import alarms, board, figures, visits, windows
from chengxin.hall.models import Evaluation, Promise, Screen, Ticket, TicketMove, Window
from chengxin.offices.models import Role
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db
PAGES = ("", "live", "today", "figures", "promises")


def body(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def manager(client, officer):
    """何主任, who manages the hall."""
    client.force_login(officer("he", "何主任", "county", Role.HALL_MANAGER))
    return client


@pytest.fixture
def served(serving, wang, zhao):
    """王守信 was served, and is gone."""
    return visits.finish(serving(wang), officer=zhao)


def waits_since(ticket: Ticket, minutes: int, monkeypatch) -> None:
    """Let the hall's clock be so many minutes after this ticket was taken."""
    moment = ticket.taken_at + timedelta(minutes=minutes)
    monkeypatch.setattr(board, "now", lambda: moment)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("hall")
def test_board_is_for_those_who_lead_the_hall(client, zhao, field, path):
    for officer in (zhao, field):
        client.force_login(officer)
        assert client.get(f"/hall-board/yangxin/{path}").status_code == 403


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("hall")
def test_hall_of_another_county_is_not_there(client, sun, path):
    client.force_login(sun)

    assert client.get(f"/hall-board/yangxin/{path}").status_code == 404
    assert Trace.objects.filter(action="access.ask", outcome="not_yours").exists()


def test_file_asks_for_the_same_rights(client, hall, sun, zhao):
    client.force_login(zhao)
    assert client.post("/hall-board/yangxin/export", {"form": "csv"}).status_code == 403
    client.force_login(sun)
    assert client.post("/hall-board/yangxin/export", {"form": "csv"}).status_code == 404


def test_city_sees_the_halls_below_it(client, hall, officer):
    client.force_login(officer("zheng2", "市局长", "city", Role.LEADER))

    assert client.get("/hall-board/").headers["Location"] == "/hall-board/yangxin/"


def test_who_has_no_hall_is_told_so(client, officer):
    client.force_login(officer("he", "何主任", "county", Role.HALL_MANAGER))

    assert "没有办税服务厅" in body(client.get("/hall-board/"))


@pytest.mark.parametrize("path", PAGES)
def test_board_shows_numbers_and_officers_but_no_person(
    manager, served, take, wang, li, zhao, path
):
    take(li)

    shown = body(manager.get(f"/hall-board/yangxin/{path}"))
    for person in (wang, li):
        for secret in (person.name, person.public_name, person.number, person.pk):
            assert secret not in shown
    assert "<script>" not in shown
    assert " style=" not in shown


def test_board_tells_who_waits_and_who_serves(manager, serving, take, wang, li, zhao):
    serving(wang)
    take(li)

    shown = body(manager.get("/hall-board/yangxin/live"))
    assert 'data-testid="board-waiting">1<' in shown
    assert "A001" in shown  # at window 3
    assert zhao.full_name in shown


def test_wait_that_grows_too_long_is_told(take, wang, hall, monkeypatch):
    ticket = take(wang).ticket
    waits_since(ticket, 31, monkeypatch)

    told = board.of(hall)
    assert told.too_long
    assert any("A001" in alert.words for alert in told.alerts if alert.level == "danger")


def test_short_wait_before_an_open_window_alerts_nobody(serving, take, wang, li, hall):
    serving(wang)
    take(li)

    assert board.of(hall).alerts == []


def test_business_that_no_open_window_serves_is_told(take, wang, hall, window):
    take(wang)

    [alert] = board.of(hall).alerts
    assert alert.level == "danger"


def test_window_that_calls_nobody_while_somebody_waits_for_it_is_told(
    served, take, li, hall, window, monkeypatch
):
    ticket = take(li).ticket
    waits_since(ticket, 11, monkeypatch)

    assert [alert.level for alert in board.of(hall).alerts] == ["warn"]


def test_window_that_cannot_serve_who_waits_is_not_blamed(
    take, wang, li, hall, window, zhao, monkeypatch
):
    Window.objects.create(hall=hall, number=4, serves="personal")
    take(wang, "personal")
    four = Window.objects.get(number=4)
    visits.finish(visits.start(visits.call_next(four, officer=zhao), officer=zhao), officer=zhao)
    take(li, "enterprise")
    waits_since(Ticket.objects.get(person=li), 12, monkeypatch)

    told = board.of(hall)
    assert {seat.window.number: seat.state for seat in told.seats} == {3: "closed", 4: "free"}
    assert [alert.level for alert in told.alerts] == ["danger"]  # nobody serves enterprises


def test_who_was_sent_on_waits_from_then(serving, wang, hall, window, zhao, monkeypatch):
    from chengxin.hall import queue

    ticket = serving(wang)
    queue.transfer(ticket, officer=zhao, business="personal")
    back = TicketMove.objects.get(step="transfer")
    monkeypatch.setattr(board, "now", lambda: back.at + timedelta(minutes=5))

    assert board.of(hall).longest == back.at


def test_statistics_of_day_and_month_stand_on_the_page(manager, served):
    for span in ("day", "month"):
        shown = body(manager.get(f"/hall-board/yangxin/figures?span={span}"))
        assert 'data-testid="taken">1<' in shown
        assert "赵窗口" in shown


def test_day_that_is_none_is_refused_in_a_sentence(manager, hall):
    answer = manager.get("/hall-board/yangxin/figures?day=yesterday")

    assert answer.status_code == 409
    assert "day_unknown" in answer.content.decode()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_file_carries_who_took_it_when_and_the_number_of_the_trace(manager, served, form):
    answer = manager.post("/hall-board/yangxin/export", {"form": form, "span": "month"})

    trace = Trace.objects.get(action="figures.export")
    assert (trace.officer.username, trace.place, trace.outcome) == ("he", "hall:yangxin", "done")
    assert trace.detail["form"] == form
    if form == "xlsx":
        sheets = load_workbook(io.BytesIO(answer.content)).worksheets
        marks = [sheet["A1"].value for sheet in sheets]
    else:
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        marks = [rows[0][0]]
        assert ["取号量", "1"] in rows
    for mark in marks:
        assert f"何主任 he · {trace.at.astimezone():%Y}" in mark
        assert str(trace.pk) in mark


def test_promise_page_counts_what_was_held(manager, take, wang, li, hall, window, zhao):
    take(wang)
    take(li)
    early = now()
    Promise.objects.filter(ticket__person=wang).update(low=0, high=5, expected=60, at=early)
    Promise.objects.filter(ticket__person=li).update(low=20, high=30, expected=1500, at=early)
    visits.miss(visits.call_next(window, officer=zhao), officer=zhao)
    visits.call_next(window, officer=zhao)

    shown = body(manager.get("/hall-board/yangxin/promises"))
    assert 'data-testid="kept-share">50.0%<' in shown
    assert "A002" in shown  # the one that was broken


def test_page_without_any_ticket_says_so(manager, hall):
    for path in PAGES:
        assert "今日还没有" in body(manager.get("/hall-board/yangxin/today"))
        assert body(manager.get(f"/hall-board/yangxin/{path}"))


def test_call_for_help_stands_first_until_it_is_over(manager, window, zhao, nonce, officer):
    alarm = alarms.call(window, nonce, officer=zhao)

    assert "3号窗口紧急呼叫，请立即到场" in body(manager.get("/hall-board/yangxin/live"))
    helper = officer("feng", "冯主任", "county", Role.HALL_MANAGER)
    alarms.answer(alarm, officer=helper)
    assert "3号窗口紧急呼叫，冯主任已响应" in body(manager.get("/hall-board/yangxin/live"))
    alarms.end(alarm, officer=helper)
    assert "紧急呼叫" not in body(manager.get("/hall-board/yangxin/live"))


def test_paused_window_says_why_and_is_not_open(hall, window, zhao):
    windows.pause(window, "lunch", officer=zhao)
    (seat,) = [one for one in board.of(hall).seats if one.window == window]

    assert (seat.state, seat.open) == ("paused", False)
    assert seat.title == window.__class__.objects.get(pk=window.pk).get_pause_display()


def test_share_of_good_grades_counts_those_that_were_given(
    hall, window, zhao, served, take_for_grade
):
    for ticket, state, grade in take_for_grade:
        Evaluation.objects.create(
            ticket=ticket, window=window, officer=zhao, state=state, grade=grade,
            screen=Screen.objects.get(),
        )  # fmt: skip

    told = figures.grades(hall, served.day, served.day)
    assert (told.asked, told.given, told.good) == (4, 3, 2)
    assert told.share == pytest.approx(2 / 3)


@pytest.fixture
def take_for_grade(take, person, window, zhao):
    """Four visits: very good, fair, bad, and one of whom nobody heard."""
    Screen.objects.create(window=window, code="c", until=now(), invited_by=zhao)
    grades = [("given", "very_good"), ("given", "fair"), ("given", "bad"), ("lapsed", "")]
    return [
        (take(person("赵某某", f"3723231980010{n:04}")).ticket, *told)
        for n, told in enumerate(grades)
    ]
