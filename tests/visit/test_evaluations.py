"""好差评: asked once after a visit, on the paired screen alone; a bad grade becomes a task."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.hall import evaluations, items, queue, screens, visits
from chengxin.hall.models import Evaluation, Redress, Screen, Window
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(officer):
    """何主任: hall manager."""
    return officer("he", "何主任", "county", "hall_manager")


@pytest.fixture
def screen(window, manager) -> Screen:
    found, _token = screens.pair(screens.invite(window, officer=manager))
    return found


@pytest.fixture
def served(serving, zhao):
    """Somebody is served at window 3 to the end of his visit."""

    def to_the_end(person):
        return visits.finish(serving(person), officer=zhao)

    return to_the_end


def refused(code: str, do, *args, **how) -> None:
    with pytest.raises(Refusal) as told:
        do(*args, **how)
    assert told.value.code == code


def state(screen: Screen) -> str:
    return evaluations.shown_on(screen).state


class TestPairing:
    def test_code_pairs_one_screen_once(self, window, manager):
        code = screens.invite(window, officer=manager)
        found, token = screens.pair(code.lower())

        assert screens.by_token(token) == found
        refused("code_unknown", screens.pair, code)

    def test_code_is_good_for_ten_minutes(self, window, manager):
        code = screens.invite(window, officer=manager)
        Screen.objects.update(until=now() - timedelta(seconds=1))
        refused("code_unknown", screens.pair, code)

    def test_newer_pairing_ends_the_one_before(self, window, manager):
        _first, old = screens.pair(screens.invite(window, officer=manager))
        second, _new = screens.pair(screens.invite(window, officer=manager))

        assert screens.by_token(old) is None
        assert screens.of_window(window) == second

    def test_screen_that_was_taken_away_answers_no_more(self, window, manager):
        _found, token = screens.pair(screens.invite(window, officer=manager))
        screens.end(window, officer=manager)
        assert screens.by_token(token) is None

    def test_neither_code_nor_token_lies_in_the_database(self, window, manager):
        code = screens.invite(window, officer=manager)
        _found, token = screens.pair(code)
        kept = str(Screen.objects.values().get())
        assert code not in kept
        assert token not in kept

    def test_guessing_a_code_ends_after_some_tries(self, window, manager):
        code = screens.invite(window, officer=manager)
        for _guess in range(screens.GUESSES):
            refused("code_unknown", screens.pair, "AAAAAAAA")
        refused("too_many_tries", screens.pair, code)


class TestAsked:
    def test_visit_is_asked_about_once_when_it_is_finished(self, screen, served, wang, zhao):
        ticket = served(wang)

        asked = Evaluation.objects.get()
        assert (asked.ticket, asked.officer, asked.screen) == (ticket, zhao, screen)
        with pytest.raises(IntegrityError), transaction.atomic():
            Evaluation.objects.create(
                ticket=ticket, window=screen.window, officer=zhao, screen=screen
            )

    def test_window_without_a_screen_asks_nothing(self, served, wang):
        served(wang)
        assert not Evaluation.objects.exists()

    def test_screen_goes_from_greeting_to_service_to_the_question_to_thanks(
        self, screen, serving, wang, zhao
    ):
        assert state(screen) == "idle"
        ticket = serving(wang)
        assert state(screen) == "serving"
        visits.finish(ticket, officer=zhao)
        assert state(screen) == "asked"
        evaluations.give(screen, Evaluation.objects.get().pk, "good")
        assert state(screen) == "thanks"
        Evaluation.objects.update(ended_at=now() - evaluations.THANKS)
        assert state(screen) == "idle"

    def test_items_are_shown_and_what_was_stopped_is_not(
        self, screen, serving, wang, factory, zhao
    ):
        ticket = serving(wang, enterprise=factory)
        items.finish(items.begin(ticket, "file_vat", factory, officer=zhao), officer=zhao)
        items.stop(items.begin(ticket, "pay", factory, officer=zhao), officer=zhao)
        items.begin(ticket, "certificate_paid", None, officer=zhao)

        shown = evaluations.shown_on(screen).items
        assert [(one.item, one.state) for one in shown] == [
            ("file_vat", "finished"),
            ("certificate_paid", "started"),
        ]

    def test_next_person_at_the_window_ends_the_question_about_the_one_before(
        self, screen, served, take, wang, li, window, zhao
    ):
        served(wang)
        take(li)
        visits.call_next(window, officer=zhao)

        assert Evaluation.objects.get().state == "lapsed"
        assert state(screen) == "serving"
        refused("too_late", evaluations.give, screen, Evaluation.objects.get().pk, "very_bad")

    def test_who_was_parked_and_comes_back_ends_it_too(
        self, screen, served, serving, wang, li, window, zhao
    ):
        parked = queue.park(serving(li), officer=zhao)
        served(wang)
        queue.resume(parked, window, officer=zhao)
        assert Evaluation.objects.get().state == "lapsed"

    def test_question_ends_after_three_minutes(self, screen, served, wang):
        served(wang)
        Evaluation.objects.update(asked_at=now() - evaluations.PATIENCE - timedelta(seconds=1))

        assert state(screen) == "idle"
        refused("too_late", evaluations.give, screen, Evaluation.objects.get().pk, "good")
        assert evaluations.sweep() == 1


class TestGiven:
    @pytest.fixture
    def asked(self, screen, served, wang) -> Evaluation:
        served(wang)
        return Evaluation.objects.get()

    @pytest.mark.parametrize("grade", ["very_good", "good", "fair"])
    def test_good_grade_is_kept_and_makes_no_task(self, screen, asked, grade):
        evaluations.give(screen, asked.pk, grade, ["attitude"])

        asked.refresh_from_db()
        assert (asked.state, asked.grade, asked.complaints) == ("given", grade, [])
        assert not Redress.objects.exists()

    @pytest.mark.parametrize("grade", ["bad", "very_bad"])
    def test_bad_grade_is_a_task_for_the_manager_within_five_working_days(
        self, screen, asked, grade, manager, monkeypatch
    ):
        monday = date(2017, 8, 14)
        monkeypatch.setattr(evaluations, "localdate", lambda: monday)
        evaluations.give(screen, asked.pk, grade, ["slow", "unclear", "nonsense"])

        [task] = evaluations.tasks_of(manager)
        assert task.due_on == date(2017, 8, 21)  # Tuesday to Friday, and Monday
        assert task.evaluation.complaints == ["slow", "unclear"]

    def test_term_is_a_setting_of_the_hall(self, screen, asked, hall, monkeypatch):
        hall.redress_days = 2
        hall.save()
        screen.refresh_from_db()
        monkeypatch.setattr(evaluations, "localdate", lambda: date(2017, 8, 14))
        evaluations.give(screen, asked.pk, "bad")
        assert Redress.objects.get().due_on == date(2017, 8, 16)

    def test_same_press_sent_twice_is_one_and_another_comes_too_late(self, screen, asked):
        evaluations.give(screen, asked.pk, "bad")
        evaluations.give(screen, asked.pk, "bad")
        refused("too_late", evaluations.give, screen, asked.pk, "good")

        assert Redress.objects.count() == 1
        assert Trace.objects.filter(action="evaluation.give", outcome="done").count() == 1

    def test_citizen_may_decline(self, screen, asked):
        evaluations.decline(screen, asked.pk)
        asked.refresh_from_db()
        assert (asked.state, asked.grade) == ("declined", "")
        refused("too_late", evaluations.give, screen, asked.pk, "good")

    def test_only_one_of_the_five_grades_counts(self, screen, asked):
        refused("grade_unknown", evaluations.give, screen, asked.pk, "excellent")

    def test_screen_of_another_window_cannot_grade(self, asked, hall, manager):
        other = Window.objects.create(hall=hall, number=4, serves="enterprise")
        stranger, _token = screens.pair(screens.invite(other, officer=manager))
        refused("not_yours", evaluations.give, stranger, asked.pk, "very_bad")

    def test_no_trace_holds_a_grade_or_stands_at_the_officers_window(self, screen, asked, window):
        evaluations.give(screen, asked.pk, "very_bad", ["attitude"])

        trace = Trace.objects.get(action="evaluation.give")
        assert "bad" not in str(trace.detail)
        assert trace.place != window.place
        assert (trace.officer, trace.about) == (None, "")

    def test_officer_sees_counts_of_days_gone_by_and_nothing_of_today(self, screen, asked, zhao):
        evaluations.give(screen, asked.pk, "fair")
        assert [count for _title, count in evaluations.counts_of(zhao)] == [0, 0, 0, 0, 0]

        Evaluation.objects.update(asked_at=now() - timedelta(days=1))
        assert [count for _title, count in evaluations.counts_of(zhao)] == [0, 0, 1, 0, 0]


class TestRedress:
    @pytest.fixture
    def task(self, screen, served, wang) -> Redress:
        served(wang)
        evaluations.give(screen, Evaluation.objects.get().pk, "bad", ["waiting"])
        return Redress.objects.get()

    def test_manager_answers_once_with_what_was_found(self, task, manager):
        done = evaluations.answer(
            task, "upheld", "已向王守信致歉", called_back=True, officer=manager
        )

        assert (done.answered_by, done.finding, done.called_back) == (manager, "upheld", True)
        refused(
            "already_answered", evaluations.answer, task, "upheld", "再答", called_back=False,
            officer=manager,
        )  # fmt: skip
        trace = Trace.objects.get(action="redress.answer", outcome="done")
        assert trace.officer == manager
        assert "王守信" not in str(trace.detail)

    @pytest.mark.parametrize(("finding", "words"), [("", "已致歉"), ("upheld", " "), ("no", "x")])
    def test_answer_names_a_finding_and_has_words(self, task, manager, finding, words):
        refused(
            "words_needed", evaluations.answer, task, finding, words, called_back=False,
            officer=manager,
        )  # fmt: skip

    def test_who_was_graded_does_not_answer_himself(self, task, zhao):
        refused(
            "second_officer_needed", evaluations.answer, task, "unfounded", "不属实",
            called_back=False, officer=zhao,
        )  # fmt: skip

    def test_manager_of_another_county_does_not_see_it(self, task, sun):
        assert not evaluations.tasks_of(sun).exists()
