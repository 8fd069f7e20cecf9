"""A person's dossier says how each of his enterprises stands, as far as the reader may know."""

from __future__ import annotations

from datetime import date

import pytest

from chengxin.people import dossier
from tests.people.test_sections import LOCAL, REGISTRATIONS, STATE

pytestmark = pytest.mark.django_db

DAY = date(2017, 7, 14)
AT_STATE = {"bureau": "state", "registration_id": STATE}
AT_LOCAL = {"bureau": "local", "registration_id": LOCAL}
SPRING, SUMMER = date(2017, 4, 1), date(2017, 6, 1)
GRADES = [
    AT_STATE | {"grade_id": "1", "credit_year": 2015, "grade": "A", "graded_on": SPRING},
    AT_STATE | {"grade_id": "2", "credit_year": 2016, "grade": "C", "graded_on": SPRING},
    AT_LOCAL | {"grade_id": "3", "credit_year": 2016, "grade": "B", "graded_on": SUMMER},
]
RETURNS = [
    AT_STATE | {"filing_id": "1", "filed_on": DAY, "voided": False},
    AT_STATE | {"filing_id": "2", "filed_on": date(2017, 8, 1), "voided": True},
]
VIOLATIONS = [
    AT_STATE | {"violation_id": "1", "stage": "closed"},
    AT_LOCAL | {"violation_id": "2", "stage": "decided"},
]
CASES = [AT_LOCAL | {"case_id": "1", "filed_on": DAY}]


def facts(officer, person, factory) -> list[str]:
    (bound, told), *others = dossier.PersonDossier(person, officer).standing
    assert bound.enterprise == factory
    assert not others
    return [fact.text for fact in told]


def test_grade_is_the_one_given_last_for_the_newest_year(told, qian, wang, factory):
    told({"registration": REGISTRATIONS, "credit_grade": GRADES})
    assert facts(qian, wang, factory) == ["信用 B（2016 年）"]


def test_return_that_was_voided_is_not_the_last_one(told, qian, wang, factory):
    told({"registration": REGISTRATIONS, "filing": RETURNS})
    assert facts(qian, wang, factory) == ["最近申报 2017-07-14"]


def test_violations_of_both_bureaus_are_counted_with_those_not_finished(told, qian, wang, factory):
    told({"registration": REGISTRATIONS, "violation": VIOLATIONS})
    assert facts(qian, wang, factory) == ["违法违章 2 条（未结 1）"]


def test_case_is_told_to_a_risk_officer_and_not_at_the_window(told, qian, zhao, wang, factory):
    told({"registration": REGISTRATIONS, "inspection_case": CASES})
    assert facts(qian, wang, factory) == ["案件与名单 1 条"]
    assert facts(zhao, wang, factory) == []


def test_branch_of_one_bureau_is_not_told_cases_of_the_other(told, field, wang, factory):
    told({"registration": REGISTRATIONS, "inspection_case": CASES})  # of the local bureau
    assert facts(field, wang, factory) == []


def test_enterprise_of_another_county_says_nothing(told, sun, wang, factory):
    told({"registration": REGISTRATIONS, "credit_grade": GRADES})
    assert facts(sun, wang, factory) == []
