"""Judgements on who a record is about: kept with author and time, withdrawn, never deleted."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Role
from chengxin.people import judgements
from chengxin.people.models import Judgement, Unidentified, UnsurePair
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

SAME, DIFFERENT = Judgement.Verdict.SAME, Judgement.Verdict.DIFFERENT


@pytest.fixture
def feng(officer):
    """冯数据: data keeper of the county."""
    return officer("feng", "冯数据", "county", Role.DATA)


@pytest.fixture
def other(officer):
    """陈数据: another data keeper."""
    return officer("chen", "陈数据", "county", Role.DATA)


@pytest.fixture
def car(db) -> Unidentified:
    return Unidentified.objects.create(
        pk="u" + "a" * 26, source="vehicle_registration", name="王守心", phone="15400000001",
        birth="19850315", delivered_on=date(2017, 8, 18),
    )  # fmt: skip


@pytest.fixture
def unsure(car, wang, li):
    """王守心 may be 王守信, or, less likely, 李投资."""
    for person, confidence in ((wang, "0.97"), (li, "0.2")):
        UnsurePair.objects.create(
            record=car, person=person, confidence=confidence, name_agrees="sound"
        )


def queued(officer) -> list[str]:
    return [pair.person.name for pair in judgements.queue(officer)]


def test_queue_begins_with_the_likeliest(feng, unsure):
    assert queued(feng) == ["王守信", "李投资"]


def test_queue_of_another_county_is_empty_and_its_officer_may_not_judge(sun, unsure, car, wang):
    assert queued(sun) == []
    with pytest.raises(Refusal) as refused:
        judgements.judge(car.pk, wang.pk, SAME, officer=sun)
    assert refused.value.code == "not_yours"


def test_judgement_keeps_author_time_and_reason_and_leaves_a_trace(feng, unsure, car, wang):
    made = judgements.judge(car.pk, wang.pk, SAME, officer=feng, reason="电话核实")

    assert (made.officer, made.reason, made.withdrawn_at) == (feng, "电话核实", None)
    trace = Trace.objects.get(action="identity.judge")
    assert (trace.officer, trace.about, trace.outcome) == (feng, wang.key, "done")
    assert (trace.detail["record"], trace.detail["verdict"]) == (car.pk, "same")


def test_who_is_found_to_be_the_same_ends_every_question_about_the_record(feng, unsure, car, wang):
    judgements.judge(car.pk, wang.pk, SAME, officer=feng)

    assert queued(feng) == []


def test_who_is_found_to_be_another_leaves_the_other_candidates(feng, unsure, car, wang):
    judgements.judge(car.pk, wang.pk, DIFFERENT, officer=feng)

    assert queued(feng) == ["李投资"]


def test_later_goes_to_the_end_of_the_queue(feng, unsure, car, wang):
    judgements.put_off(car.pk, wang.pk, officer=feng)

    assert queued(feng) == ["李投资", "王守信"]


def test_record_is_one_person_until_that_is_withdrawn(feng, unsure, car, wang, li):
    first = judgements.judge(car.pk, wang.pk, SAME, officer=feng)
    with pytest.raises(Refusal) as refused:
        judgements.judge(car.pk, li.pk, SAME, officer=feng)
    assert refused.value.code == "already_judged"

    judgements.withdraw(first.pk, officer=feng, reason="看错了")

    assert judgements.judge(car.pk, li.pk, SAME, officer=feng).person == li


def test_pair_is_not_judged_twice(feng, unsure, car, wang):
    judgements.judge(car.pk, wang.pk, DIFFERENT, officer=feng)

    with pytest.raises(Refusal) as refused:
        judgements.judge(car.pk, wang.pk, SAME, officer=feng)

    assert refused.value.code == "already_judged"
    assert Trace.objects.filter(outcome="already_judged").count() == 1


def test_withdrawn_judgement_stays_with_both_authors_and_opens_the_question_again(
    feng, other, unsure, car, wang
):
    made = judgements.judge(car.pk, wang.pk, SAME, officer=feng)

    judgements.withdraw(made.pk, officer=other, reason="本人来电说明不是其车辆")

    kept = Judgement.objects.get()
    assert (kept.officer, kept.withdrawn_by) == (feng, other)
    assert kept.withdrawn_because == "本人来电说明不是其车辆"
    assert kept.withdrawn_at >= kept.at
    assert queued(feng) == ["王守信", "李投资"]


@pytest.mark.parametrize("reason", ["", "   "])
def test_withdrawal_needs_a_reason(feng, unsure, car, wang, reason):
    made = judgements.judge(car.pk, wang.pk, SAME, officer=feng)

    with pytest.raises(Refusal) as refused:
        judgements.withdraw(made.pk, officer=feng, reason=reason)

    assert refused.value.code == "reason_needed"
    assert Judgement.objects.in_force().count() == 1


def test_judgement_is_withdrawn_once(feng, unsure, car, wang):
    made = judgements.judge(car.pk, wang.pk, SAME, officer=feng)
    judgements.withdraw(made.pk, officer=feng, reason="看错了")

    with pytest.raises(Refusal) as refused:
        judgements.withdraw(made.pk, officer=feng, reason="又看错了")

    assert refused.value.code == "already_withdrawn"


def test_database_keeps_a_record_with_one_person(feng, car, wang, li):
    Judgement.objects.create(record=car, person=wang, verdict=SAME, officer=feng)

    with pytest.raises(IntegrityError, match="record_is_one_person"), transaction.atomic():
        Judgement.objects.create(record=car, person=li, verdict=SAME, officer=feng)


def test_lake_is_told_of_every_judgement_the_withdrawn_ones_too(feng, unsure, car, wang, li):
    assert judgements.told() is None
    first = judgements.judge(car.pk, wang.pk, SAME, officer=feng)
    judgements.withdraw(first.pk, officer=feng, reason="看错了")
    judgements.judge(car.pk, li.pk, DIFFERENT, officer=feng)

    text, _day = judgements.told()

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["person_id"], row["verdict"], row["judged_by"]) for row in rows] == [
        (wang.pk, "same", "feng"),
        (li.pk, "different", "feng"),
    ]
    assert [bool(row["withdrawn_at"]) for row in rows] == [True, False]
    assert "王守" not in text
