"""双人复核: one officer asks, a second decides, and nobody does two of the steps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Role
from chengxin.risk import directives, proposals
from chengxin.risk.directives import Terms
from chengxin.risk.models import Directive, Proposal
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db

TERMS = Terms({"INV": "block"}, "请联系主管税务机关", "Please contact the tax office in charge.")
LESS = Terms({"INV": "approval"}, "请补充材料", "Please bring further papers.")


def decision(person, factory) -> str:
    return directives.check("invoice_collect", person.key, factory.key).decision


def refused(act) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def test_proposal_restricts_nobody_before_it_is_approved(wang, factory, field, qian):
    asked = proposals.propose(factory.key, TERMS, "实地核查笔录", officer=field)
    assert decision(wang, factory) == "allowed"

    directive = proposals.approve(asked, "同意", officer=qian)

    assert decision(wang, factory) == "refused"
    asked.refresh_from_db()
    assert (asked.state, asked.made, asked.decided_by) == ("approved", directive, qian)
    assert (directive.imposed_by, directive.approved_by) == (field, qian)
    assert directive.reason_en == TERMS.reason_en


def test_who_proposes_does_not_approve(factory, qian):
    asked = proposals.propose(factory.key, TERMS, "笔录", officer=qian)
    assert refused(lambda: proposals.approve(asked, officer=qian)) == "second_officer_needed"
    assert Trace.objects.filter(
        action="proposal.approve", outcome="second_officer_needed", officer=qian
    ).exists()
    assert not Directive.objects.exists()


@pytest.mark.parametrize(
    ("terms", "grounds", "code"),
    [
        (TERMS, " ", "grounds_needed"),
        (Terms({"INV": "block"}, "只有中文"), "笔录", "reason_needed"),
        (Terms({"FILE": "remind"}, "x", "x"), "笔录", "never_refused"),
    ],
)
def test_proposal_that_could_not_stand_is_not_made(factory, qian, terms, grounds, code):
    assert refused(lambda: proposals.propose(factory.key, terms, grounds, officer=qian)) == code
    assert not Proposal.objects.exists()


def test_window_officer_and_other_county_propose_nothing(factory, zhao, sun):
    for someone, code in ((zhao, "no_role"), (sun, "not_yours")):
        assert (
            refused(lambda who=someone: proposals.propose(factory.key, TERMS, "x", officer=who))
            == code
        )


def test_officer_of_another_county_approves_nothing(factory, field, sun):
    asked = proposals.propose(factory.key, TERMS, "笔录", officer=field)
    assert refused(lambda: proposals.approve(asked, officer=sun)) == "not_yours"


def test_field_officer_is_nobodys_second_officer(factory, field, officer):
    other = officer("xu", "徐管户", "branch", Role.FIELD)
    asked = proposals.propose(factory.key, TERMS, "笔录", officer=field)
    assert refused(lambda: proposals.approve(asked, officer=other)) == "no_role"


def test_refusal_needs_a_reason_and_ends_the_proposal(factory, field, qian, leader):
    asked = proposals.propose(factory.key, TERMS, "笔录", officer=field)
    assert refused(lambda: proposals.refuse(asked, " ", officer=qian)) == "reason_needed"

    proposals.refuse(asked, "证据不足", officer=qian)

    assert refused(lambda: proposals.approve(asked, officer=leader)) == "already_decided"
    assert not Directive.objects.exists()


def test_only_who_proposed_withdraws(factory, field, qian):
    asked = proposals.propose(factory.key, TERMS, "笔录", officer=field)
    assert refused(lambda: proposals.withdraw(asked, officer=qian)) == "not_the_proposer"
    proposals.withdraw(asked, officer=field)
    assert refused(lambda: proposals.approve(asked, officer=qian)) == "already_decided"


def test_change_replaces_the_directive_at_once(wang, factory, field, qian):
    first = proposals.approve(
        proposals.propose(factory.key, TERMS, "笔录", officer=field), officer=qian
    )
    asked = proposals.ask_change(first, LESS, "已提供部分材料", officer=field)
    assert decision(wang, factory) == "refused"

    second = proposals.approve(asked, officer=qian)

    assert decision(wang, factory) == "approval"
    first.refresh_from_db()
    assert (first.lifted_because, second.in_force) == (proposals.CHANGED, True)


def test_lift_needs_evidence_and_a_second_officer(wang, factory, field, qian):
    standing = proposals.approve(
        proposals.propose(factory.key, TERMS, "笔录", officer=field), officer=qian
    )
    assert refused(lambda: proposals.ask_lift(standing, "", officer=field)) == "grounds_needed"
    asked = proposals.ask_lift(standing, "已整改，见核查笔录", officer=field)
    assert refused(lambda: proposals.ask_lift(standing, "再", officer=qian)) == "already_proposed"
    assert decision(wang, factory) == "refused"

    proposals.approve(asked, officer=qian)

    assert decision(wang, factory) == "allowed"
    standing.refresh_from_db()
    assert (standing.lift_asked_by, standing.lifted_by) == (field, qian)
    assert standing.lifted_because == "已整改，见核查笔录"


def test_directive_of_a_fact_is_not_changed_by_hand(night, finding, factory, qian):
    night("M07", finding("M07", factory.key))
    standing = Directive.objects.get()
    assert (
        refused(lambda: proposals.ask_change(standing, LESS, "x", officer=qian))
        == "follows_its_fact"
    )


def test_review_by_another_sets_the_next_one(factory, field, qian, leader):
    standing = proposals.approve(
        proposals.propose(factory.key, TERMS, "笔录", officer=qian), officer=leader
    )
    day = localdate() + timedelta(days=30)
    assert (
        refused(lambda: directives.review(standing, "仍需", day, officer=qian))
        == "second_officer_needed"
    )
    late = localdate() + timedelta(days=400)
    assert (
        refused(lambda: directives.review(standing, "仍需", late, officer=leader)) == "wrong_review"
    )
    directives.review(standing, "仍未整改", day, officer=leader)
    standing.refresh_from_db()
    assert standing.review_on == day
    assert Trace.objects.get(action="directive.review", outcome="done").officer == leader


def test_database_keeps_no_decision_by_who_proposed(factory, field):
    asked = proposals.propose(factory.key, TERMS, "笔录", officer=field)
    with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
        Proposal.objects.filter(pk=asked.pk).update(state="refused", decided_by=field)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "change", "lift", "approve", "refuse", "review", "expire"]),
        st.integers(0, 3),  # which officer
        st.integers(0, 5),  # which proposal or directive
    ),
    max_size=14,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_no_order_of_steps_leaves_a_directive_of_one_officer_or_without_ground(
    factory, field, qian, leader, risk, steps
):
    Proposal.objects.all().delete()
    Directive.objects.all().delete()
    officers = [field, risk, qian, leader]
    for step, who, which in steps:
        officer = officers[who]
        asked = list(Proposal.objects.order_by("pk"))
        made = list(Directive.objects.order_by("pk"))
        try:
            match step:
                case "propose":
                    proposals.propose(factory.key, TERMS, "笔录", officer=officer)
                case "expire":
                    Directive.objects.filter(
                        pk__in=[one.pk for one in made[which : which + 1]]
                    ).update(until=directives.start_of(localdate()))
                    directives.expire()
                case "approve" | "refuse" if asked:
                    decide = {"approve": proposals.approve, "refuse": proposals.refuse}[step]
                    decide(asked[which % len(asked)], "意见", officer=officer)
                case "change" if made:
                    proposals.ask_change(made[which % len(made)], LESS, "证据", officer=officer)
                case "lift" if made:
                    proposals.ask_lift(made[which % len(made)], "证据", officer=officer)
                case "review" if made:
                    on = localdate() + timedelta(days=20)
                    directives.review(made[which % len(made)], "仍需", on, officer=officer)
        except Refusal:
            pass

        for one in Directive.objects.all():
            assert one.proposal.grounds
            assert one.proposal.state == "approved"
            assert one.until
            assert one.review_on
            assert len({one.imposed_by_id, one.approved_by_id, None}) == 3
            if one.lifted_by_id:
                assert one.lifted_by_id not in (one.lift_asked_by_id, one.imposed_by_id)
                assert one.proposals.filter(state="approved").count() == 1
            elif one.lifted_at:
                assert one.lifted_because == directives.EXPIRED
        for one in Proposal.objects.exclude(decided_by=None):
            assert one.decided_by_id != one.proposed_by_id


@pytest.fixture
def risk(officer):
    """孙风控: risk officer of the county, below a section head."""
    return officer("risk", "孙风控", "county", Role.RISK)
