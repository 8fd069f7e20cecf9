"""Whose case it is, what is said in it, and that nothing of it is rewritten."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils.timezone import localdate

from chengxin.core.calendar import add_working_days, working_days_to
from chengxin.core.refusal import Refusal
from chengxin.risk import cases, judging
from chengxin.risk.models import Alert, CaseStep
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def refused(action, *args, **told) -> str:
    with pytest.raises(Refusal) as refusal:
        action(*args, **told)
    return refusal.value.code


def steps(alert) -> list[tuple[str, str | None, str | None]]:
    """(action, by whom, to whom) of a case, the oldest first."""
    return [
        (one.action, one.officer and one.officer.username, one.to and one.to.username)
        for one in alert.steps.order_by("pk")
    ]


def test_taking_what_nobody_holds_makes_it_ones_own(task, field):
    cases.take(task, officer=field)

    task.refresh_from_db()
    assert task.held_by == field
    assert steps(task) == [("alert.take", "zhou", "zhou")]
    trace = Trace.objects.get(action="alert.take")
    assert (trace.about, trace.officer) == (task.subject, field)
    assert trace.detail["step"] == task.steps.get().pk


def test_taking_twice_is_one_step(task, field):
    cases.take(task, officer=field)
    cases.take(task, officer=field)
    assert task.steps.count() == 1


def test_case_of_another_officer_is_not_taken(task, field, xu):
    cases.take(task, officer=field)
    assert refused(cases.take, task, officer=xu) == "held_by_other"
    assert Trace.objects.filter(action="alert.take", outcome="held_by_other").count() == 1


def test_officer_of_another_county_cannot_take_it(task, sun):
    assert refused(cases.take, task, officer=sun) == "may_not_hold"


def test_window_officer_cannot_hold_a_case(task, zhao, qian):
    assert refused(cases.take, task, officer=zhao) == "may_not_hold"
    assert refused(cases.assign, task, zhao, officer=qian) == "may_not_hold"


def test_section_head_assigns_and_reassigns(task, field, xu, qian):
    cases.assign(task, field, officer=qian, words="请本周约谈")
    cases.assign(task, xu, officer=qian)

    task.refresh_from_db()
    assert task.held_by == xu
    assert steps(task) == [("alert.assign", "qian", "zhou"), ("alert.assign", "qian", "xu")]
    assert task.steps.order_by("pk").first().words == "请本周约谈"


def test_field_officer_assigns_nobody(task, field, xu):
    assert refused(cases.assign, task, xu, officer=field) == "no_role"


def test_holder_hands_over_with_a_reason(task, field, xu):
    cases.take(task, officer=field)
    assert refused(cases.hand_over, task, xu, " ", officer=field) == "words_needed"
    cases.hand_over(task, xu, "涉及地税管户", officer=field)

    task.refresh_from_db()
    assert task.held_by == xu
    assert steps(task)[-1] == ("alert.hand_over", "zhou", "xu")


def test_only_the_holder_hands_over(task, field, xu):
    cases.take(task, officer=field)
    assert refused(cases.hand_over, task, xu, "给我", officer=xu) == "not_holder"


def test_only_who_holds_it_judges_it(task, field, xu):
    cases.take(task, officer=field)
    assert refused(judging.explain, task, "父母赠与", officer=xu) == "held_by_other"


def test_judging_what_nobody_holds_makes_it_ones_own(task, field):
    judging.explain(task, "父母赠与", officer=field)
    task.refresh_from_db()
    assert task.held_by == field


def test_words_of_a_case_lie_sealed(task, field):
    cases.comment(task, "约谈李投资，称借款购房", officer=field, attached=[])

    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM risk_casestep")
        [[raw]] = cursor.fetchall()
    assert "李投资".encode() not in bytes(raw)
    assert task.steps.get().words == "约谈李投资，称借款购房"


def test_empty_comment_is_refused(task, field):
    assert refused(cases.comment, task, "  ", officer=field, attached=[]) == "words_needed"


@pytest.mark.parametrize("change", ["update", "delete"])
def test_database_refuses_to_change_what_was_written(task, field, change):
    cases.comment(task, "约谈", officer=field, attached=[])
    found = CaseStep.objects.filter(alert=task)
    changes = {
        "update": lambda: found.update(action="alert.take"),
        "delete": lambda: found._raw_delete("default"),
    }
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        changes[change]()


def test_section_head_allows_more_working_days(task, qian):
    before = task.due_on
    cases.postpone(task, 5, "当事人住院", officer=qian)

    task.refresh_from_db()
    assert task.due_on == add_working_days(before, 5)
    assert task.steps.get().due_on == task.due_on


def test_overdue_case_is_postponed_from_today(task, qian):
    Alert.objects.update(due_on=localdate() - timedelta(days=30))
    assert cases.postpone(task, 3, "补充资料", officer=qian) == add_working_days(localdate(), 3)


@pytest.mark.parametrize("days", [0, 21])
def test_postponement_has_a_limit(task, qian, days):
    assert refused(cases.postpone, task, days, "补充资料", officer=qian) == "wrong_days"


def test_field_officer_postpones_nothing(task, field):
    assert refused(cases.postpone, task, 5, "忙", officer=field) == "no_role"


def test_working_days_to_a_deadline_leave_out_the_holiday():
    assert working_days_to(date(2017, 9, 29), date(2017, 10, 9)) == 2  # 30 September was worked
    assert working_days_to(date(2017, 8, 18), date(2017, 8, 18)) == 0
    assert working_days_to(date(2017, 8, 21), date(2017, 8, 18)) == -1


def test_who_may_hold_it_are_the_officers_of_its_offices(task, field, xu, qian, zhao, sun, leader):
    assert {one.username for one in cases.may_hold(task)} == {"zhou", "xu", "qian"}


def test_two_open_cases_of_one_subject_and_indicator_cannot_be(task):
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            indicator=task.indicator, subject=task.subject, kind=task.kind, band="normal",
            value=1, because="", findings=[], as_of=task.as_of, lake_version=1,
        )  # fmt: skip


def test_high_risk_comes_first_in_the_list(night, suspicion, finding, factory):
    night("A04", finding("A04", factory.key, band="excess"))
    night("A01", *suspicion(band="high"))

    listed = list(Alert.objects.open().most_urgent_first())
    assert [one.indicator for one in listed] == ["A01", "A04"]
    assert listed[0].priority == Alert.Priority.HIGH


@pytest.mark.parametrize(
    ("code", "levels", "priority"),
    [
        ("M01", {"INV": "block"}, 4),
        ("M07", {"INV": "block"}, 3),
        ("M09", {"INV": "legal_rep"}, 2),
        ("M09", {"INV": "approval"}, 2),
        ("M16", {"INV": "remind"}, 1),
        ("A06", {"INV": "block"}, 3),
        ("A03", {}, 1),
    ],
)
def test_priority_follows_what_the_counter_is_ordered(
    night, finding, factory, code, levels, priority
):
    night(code, finding(code, factory.key, levels=levels))
    assert Alert.objects.get().priority == priority


@pytest.mark.django_db(transaction=True)
def test_two_officers_take_at_once_and_one_holds_it(task, field, xu):
    start, outcomes = threading.Barrier(2), []

    def take(officer) -> None:
        try:
            start.wait(5)
            cases.take(task, officer=officer)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[one]) for one in (field, xu)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["done", "held_by_other"]
    assert CaseStep.objects.count() == 1
