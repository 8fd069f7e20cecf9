"""From high priority on, what one officer finds is closed only when a second one agrees."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from chengxin.offices.models import OfficerRole, Role
from chengxin.risk import directives, judging
from chengxin.risk.models import Alert, Directive
from tests.risk.test_cases import refused, steps

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("judge", [judging.confirm, judging.explain, judging.leave])
def test_grave_case_waits_for_a_second_officer(grave, field, judge):
    judge(grave, "约谈笔录", officer=field)

    grave.refresh_from_db()
    assert (grave.state, grave.proposed_by, grave.closed_by) == (Alert.State.OPEN, field, None)
    assert not Directive.objects.exists()


def test_second_officer_agrees_and_it_is_closed_as_proposed(grave, field, qian, li, losing):
    judging.confirm(grave, "约谈笔录", officer=field)
    judging.approve(grave, "同意", officer=qian)

    grave.refresh_from_db()
    assert grave.state == Alert.State.CONFIRMED
    assert (grave.closed_by, grave.approved_by, grave.proposed) == (field, qian, "")
    for firm in losing:
        verdict = directives.check("invoice_type", li.key, firm.key)
        assert verdict.decision == "legal_rep"
    assert steps(grave) == [("alert.propose", "zhou", None), ("alert.approve", "qian", None)]


def test_directive_names_who_proposed_and_who_agreed(grave, field, qian):
    judging.confirm(grave, "约谈笔录", officer=field)
    judging.approve(grave, "同意", officer=qian)
    made = Directive.objects.all()
    assert {(one.imposed_by, one.approved_by) for one in made} == {(field, qian)}


def test_second_officer_sends_it_back_with_words_and_it_is_judged_anew(grave, field, qian):
    judging.explain(grave, "称父母赠与", officer=field)
    assert refused(judging.send_back, grave, " ", officer=qian) == "words_needed"
    judging.send_back(grave, "请调取转账凭证", officer=qian)

    grave.refresh_from_db()
    assert (grave.state, grave.proposed, grave.grounds) == (Alert.State.OPEN, "", "")
    judging.explain(grave, "父母赠与，附转账凭证", officer=field)
    judging.approve(grave, officer=qian)
    grave.refresh_from_db()
    assert grave.state == Alert.State.EXPLAINED


def test_nobody_approves_what_he_proposed_himself(grave, qian):
    judging.explain(grave, "父母赠与", officer=qian)
    assert refused(judging.approve, grave, officer=qian) == "second_officer_needed"
    assert refused(judging.send_back, grave, "再查", officer=qian) == "second_officer_needed"


def test_field_officer_is_no_second_one(grave, field, xu):
    judging.explain(grave, "父母赠与", officer=field)
    assert refused(judging.approve, grave, officer=xu) == "no_role"


def test_leader_may_be_the_second_one(grave, qian, leader):
    judging.explain(grave, "父母赠与", officer=qian)
    judging.approve(grave, officer=leader)
    grave.refresh_from_db()
    assert grave.approved_by == leader


def test_who_became_section_head_meanwhile_still_does_not_approve_his_own(grave, field):
    judging.explain(grave, "父母赠与", officer=field)
    OfficerRole.objects.create(officer=field, role=Role.SECTION_HEAD)
    assert refused(judging.approve, grave, officer=field) == "second_officer_needed"


def test_database_keeps_closer_and_approver_apart(grave, field):
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(state="explained", closed_by=field, approved_by=field)


def test_nothing_is_judged_twice_while_it_waits(grave, field):
    judging.explain(grave, "父母赠与", officer=field)
    assert refused(judging.confirm, grave, "不属实", officer=field) == "review_awaited"


def test_new_facts_take_a_proposal_back(grave, field, qian, night, suspicion):
    judging.explain(grave, "父母赠与", officer=field)
    night("A01", *suspicion(contract="WQ-2017-0002", band="high"))

    grave.refresh_from_db()
    assert (grave.proposed, grave.held_by) == ("", field)
    assert refused(judging.approve, grave, officer=qian) == "nothing_proposed"


def test_fact_that_ends_closes_what_waits(grave, field, night):
    judging.explain(grave, "父母赠与", officer=field)
    night("A01")
    grave.refresh_from_db()
    assert grave.state == Alert.State.CLEARED


def test_case_of_middling_priority_needs_one_officer_only(task, field):
    judging.explain(task, "父母赠与", officer=field)
    task.refresh_from_db()
    assert (task.state, task.approved_by) == (Alert.State.EXPLAINED, None)
