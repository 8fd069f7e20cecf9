"""Nobody sees what is not theirs; who asks leaves a trace."""

from __future__ import annotations

import pytest

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Role
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_window_officer_sees_both_bureaus_subjects_of_the_county(zhao, factory, offices, wang):
    Jurisdiction.objects.filter(about=factory.key).update(office=offices["local_branch"])
    assert access.may_see(zhao, factory.key)
    assert access.may_see(zhao, wang.key)


def test_branch_sees_its_own_subjects_only(field, officer, factory):
    other = officer("xu", "徐管户", "local_branch", Role.FIELD)
    assert access.may_see(field, factory.key)
    assert not access.may_see(other, factory.key)


def test_city_sees_its_counties_and_a_county_not_its_city(officer, enterprise, factory, offices):
    leader = officer("ma", "马局长", "city", Role.LEADER)
    there = enterprise("91371623MA3D1Q2W3X", "无棣县某厂", branch="neighbour_branch")
    assert access.may_see(leader, factory.key)
    assert access.may_see(leader, there.key)


def test_officer_of_another_county_is_refused_and_the_asking_is_traced(sun, wang):
    with pytest.raises(Refusal) as refusal:
        access.require(sun, wang.key)
    assert refusal.value.code == "not_yours"
    trace = Trace.objects.get(action="access.ask")
    assert (trace.officer, trace.about, trace.outcome) == (sun, wang.key, "not_yours")


def test_who_is_not_there_looks_like_who_is_not_yours(sun, zhao, wang):
    def said(officer, about):
        with pytest.raises(Refusal) as refusal:
            access.require(officer, about)
        return refusal.value.code, refusal.value.reason

    assert said(sun, wang.key) == said(zhao, "person:nobody")


def test_officer_without_an_office_sees_nothing(zhao, wang):
    zhao.office = None
    assert not access.may_see(zhao, wang.key)
