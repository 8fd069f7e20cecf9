"""The managing office looked: confirmed, explained, inconclusive."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from chengxin.core.refusal import Refusal
from chengxin.risk import directives, judging
from chengxin.risk.models import Alert, Directive
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


def test_confirmed_suspicion_limits_every_enterprise_acted_on(task, field, li, losing):
    judging.confirm(task, "资金来源不明，账外收入购房", officer=field)

    for enterprise in losing:
        verdict = directives.check("invoice_type", li.key, enterprise.key)
        assert verdict.decision == "legal_rep"
    assert Trace.objects.filter(action="directive.impose", officer=field).count() == 2
    task.refresh_from_db()
    assert (task.state, task.closed_by) == (Alert.State.CONFIRMED, field)


def test_confirmed_directive_outlives_the_finding(task, night, field, li, losing):
    judging.confirm(task, "属实", officer=field)
    night("A01")
    assert directives.check("invoice_type", li.key, losing[0].key).decision == "legal_rep"


def test_confirmed_facts_open_no_second_task(task, night, suspicion, field):
    judging.confirm(task, "属实", officer=field)
    night("A01", *suspicion(), version=2)
    assert Alert.objects.count() == 1


def test_new_facts_confirmed_again_replace_the_directives(task, night, suspicion, field):
    judging.confirm(task, "属实", officer=field)
    night("A01", *suspicion(contract="WQ-2017-0002"))

    judging.confirm(Alert.objects.open().get(), "又购一套", officer=field)

    assert Directive.objects.in_force().count() == 2
    assert Directive.objects.exclude(lifted_at=None).count() == 2


def test_explained_facts_are_not_raised_again_for_180_days(task, night, suspicion, field):
    judging.explain(task, "父母赠与，已提供转账凭证", officer=field)
    assert not Directive.objects.exists()

    night("A01", *suspicion(), version=2)
    assert not Alert.objects.open().exists()

    Alert.objects.update(closed_at=now() - timedelta(days=181))
    night("A01", *suspicion(), version=3)
    assert Alert.objects.open().count() == 1


def test_other_facts_are_raised_at_once(task, night, suspicion, field):
    judging.explain(task, "父母赠与", officer=field)
    night("A01", *suspicion(contract="WQ-2017-0002"))
    assert Alert.objects.open().count() == 1


def test_inconclusive_imposes_nothing(task, field):
    judging.leave(task, "当事人外出，无法核实", officer=field)
    task.refresh_from_db()
    assert task.state == Alert.State.INCONCLUSIVE
    assert not Directive.objects.exists()


@pytest.mark.parametrize("outcome", [judging.confirm, judging.explain, judging.leave])
def test_no_outcome_without_grounds(task, field, outcome):
    with pytest.raises(Refusal) as refusal:
        outcome(task, "  ", officer=field)
    assert refusal.value.code == "grounds_needed"
    assert Alert.objects.open().exists()


def test_hard_fact_is_not_a_matter_of_opinion(night, finding, factory, field):
    night("M07", finding("M07", factory.key))
    with pytest.raises(Refusal) as refusal:
        judging.explain(Alert.objects.get(), "我认为不是", officer=field)
    assert refusal.value.code == "hard_fact"


def test_closed_alert_is_not_closed_again(task, field, qian):
    judging.explain(task, "父母赠与", officer=field)
    with pytest.raises(Refusal) as refusal:
        judging.confirm(task, "属实", officer=qian)
    assert refusal.value.code == "already_handled"
    assert Trace.objects.get(action="alert.confirm").outcome == "already_handled"


@pytest.mark.django_db(transaction=True)
def test_two_officers_confirm_at_once_and_one_wins(task, field, qian):
    start, outcomes = threading.Barrier(2), []

    def confirm(officer) -> None:
        try:
            start.wait(5)
            judging.confirm(task, "属实", officer=officer)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[one]) for one in (field, qian)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["already_handled", "done"]
    assert Directive.objects.in_force().count() == 2
