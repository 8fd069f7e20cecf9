"""What comes due is said before it is too late, once each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from chengxin.core.calendar import add_working_days
from chengxin.risk import cases, inquiries, judging, urging
from chengxin.risk.models import Alert, Inquiry
from chengxin.trace.models import Trace
from tests.risk.test_cases import steps

pytestmark = pytest.mark.django_db

FRIDAY = date(2017, 8, 18)
STILL = {"reminded": 0, "escalated": 0, "overdue": 0, "lapsed": 0, "unanswered": 0}


@pytest.mark.parametrize(
    ("due_on", "urged"),
    [
        (date(2017, 8, 24), Alert.Urged.NOT_YET),  # four working days left
        (date(2017, 8, 23), Alert.Urged.REMINDED),  # three
        (date(2017, 8, 22), Alert.Urged.REMINDED),
        (date(2017, 8, 21), Alert.Urged.ESCALATED),  # Monday: one
        (date(2017, 8, 18), Alert.Urged.ESCALATED),  # today
        (date(2017, 8, 17), Alert.Urged.OVERDUE),
    ],
)
def test_how_far_a_task_is_urged(due_on, urged):
    assert urging.stage(due_on, FRIDAY) == urged


def test_three_working_days_before_its_day_the_holder_is_reminded(task, field):
    cases.take(task, officer=field)
    Alert.objects.update(due_on=FRIDAY)

    assert urging.run(date(2017, 8, 15)) == STILL | {"reminded": 1}
    assert steps(task)[-1] == ("alert.remind", None, "zhou")
    assert Trace.objects.get(action="alert.remind").about == task.subject


def test_each_stage_is_said_once(task):
    Alert.objects.update(due_on=FRIDAY)
    said = [urging.run(date(2017, 8, day)) for day in (14, 15, 16, 17, 18, 19, 20)]

    assert said == [
        STILL,
        STILL | {"reminded": 1},
        STILL,
        STILL | {"escalated": 1},
        STILL,
        STILL | {"overdue": 1},
        STILL,
    ]
    assert Trace.objects.filter(action="alert.urge_all").count() == 3


def test_morning_that_was_missed_is_made_up_for(task):
    Alert.objects.update(due_on=FRIDAY)
    assert urging.run(date(2017, 8, 21)) == STILL | {"overdue": 1}


def test_postponed_task_begins_anew(task, qian):
    Alert.objects.update(due_on=localdate() - timedelta(days=1))
    urging.run(localdate())
    until = cases.postpone(task, 10, "等待银行回函", officer=qian)

    assert urging.run(localdate()) == STILL
    assert urging.run(until) == STILL | {"escalated": 1}


def test_closed_task_and_hard_fact_are_not_urged(task, field, night, finding, factory):
    judging.explain(task, "父母赠与", officer=field)
    night("M07", finding("M07", factory.key))
    Alert.objects.update(due_on=FRIDAY)
    assert urging.run(FRIDAY) == STILL


def test_holder_is_told_that_no_answer_came_and_then_it_lapses(task, field):
    inquiry, _code = inquiries.ask(task, "请说明购房资金来源", 5, officer=field)
    last_day = date.fromisoformat(inquiry.last_day)
    before = last_day - timedelta(days=1)
    while add_working_days(before, 1) != last_day:
        before -= timedelta(days=1)

    assert urging.run(before)["unanswered"] == 1
    assert urging.run(last_day)["unanswered"] == 0
    assert urging.run(last_day + timedelta(days=1))["lapsed"] == 1
    assert Inquiry.objects.get().state == Inquiry.State.LAPSED
    assert [action for action, _by, _to in steps(task)] == [
        "inquiry.ask", "inquiry.remind", "inquiry.lapse"
    ]  # fmt: skip


def test_lapsed_question_lets_the_case_be_confirmed(task, field):
    inquiries.ask(task, "请说明购房资金来源", 5, officer=field)
    Inquiry.objects.update(until=now() - timedelta(days=1))
    urging.run(localdate())
    judging.confirm(task, "逾期未说明，流水显示来自账外", officer=field)
    assert not Alert.objects.open().exists()
