"""What the counter is told, whatever the back office has ordered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS, ITEMS
from chengxin.core.refusal import Refusal
from chengxin.risk import directives
from chengxin.risk.directives import Decision, Terms
from chengxin.risk.models import Directive

pytestmark = pytest.mark.django_db

LEVELS = st.dictionaries(
    st.sampled_from(["*", *GROUPS, *ITEMS]), st.sampled_from(list(Effect)), max_size=8
)


@pytest.fixture
def order(qian, leader):
    """Impose by hand what 钱科长 decided."""

    def impose(about: str, **levels: str) -> Directive:
        told = {name.replace("_AUTH", "-AUTH"): level for name, level in levels.items()}
        return directives.impose(
            about, Terms(told, "请联系主管税务机关"), officer=qian, second=leader
        )

    return impose


def test_nobody_is_stopped_without_a_directive(wang, factory):
    verdict = directives.check("invoice_collect", wang.key, factory.key)
    assert (verdict.decision, verdict.effects, verdict.reasons) == (Decision.ALLOWED, [], [])


def test_strictest_directive_comes_first(order, wang, factory):
    order(factory.key, INV="remind")
    blocked = order(factory.key, INV="block")
    order(wang.key, INV="approval")

    verdict = directives.check("invoice_collect", wang.key, factory.key)

    assert verdict.decision == Decision.REFUSED
    assert [effect for effect, _ in verdict.effects] == ["block", "approval", "remind"]
    assert verdict.effects[0][1] == blocked


def test_legal_rep_and_approval_together_ask_for_both(order, wang, factory):
    order(factory.key, INV="legal_rep")
    order(factory.key, INV="approval")

    verdict = directives.check("invoice_collect", wang.key, factory.key)

    assert verdict.decision == Decision.LEGAL_REP_APPROVAL
    assert verdict.needs_legal_rep
    assert verdict.needs_approval


def test_directive_on_the_person_counts_for_every_enterprise(order, wang, factory):
    order(wang.key, INV="block")
    decision = directives.check("invoice_collect", wang.key, factory.key).decision
    assert decision == Decision.REFUSED


def test_directive_on_another_enterprise_does_not_count(order, wang, factory, enterprise):
    other = enterprise("91371622MA3D9Q8W7X", "乙厂", (wang, "01"))
    order(other.key, INV="block")
    decision = directives.check("invoice_collect", wang.key, factory.key).decision
    assert decision == Decision.ALLOWED


def test_item_named_itself_leaves_the_rest_of_its_group_free(order, wang, factory):
    order(factory.key, invoice_increase="block")
    increase, decrease = directives.check_all(
        wang.key, factory.key, ["invoice_increase", "invoice_decrease"]
    )
    assert (increase.decision, decrease.decision) == (Decision.REFUSED, Decision.ALLOWED)


def test_star_reaches_only_what_is_not_named(order, wang, factory):
    directives_of = {"INV": "block", "*": "legal_rep"}
    order(factory.key, **directives_of)
    named, other, filing = directives.check_all(
        wang.key, factory.key, ["invoice_collect", "preference", "file_vat"]
    )
    assert named.decision == Decision.REFUSED
    assert other.decision == Decision.LEGAL_REP
    assert filing.decision == Decision.REMIND


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(on_person=LEVELS, on_enterprise=LEVELS)
def test_filing_payment_and_curing_are_never_refused(
    wang, factory, qian, leader, on_person, on_enterprise
):
    Directive.objects.all().delete()
    for about, levels in ((wang.key, on_person), (factory.key, on_enterprise)):
        Directive.objects.create(
            about=about, subject=about, source="manual", levels=levels, reason="x",
            until=now() + timedelta(days=1), imposed_by=qian, approved_by=leader,
        )  # fmt: skip
    free = [code for code, item in ITEMS.items() if item.never_refused]
    for verdict in directives.check_all(wang.key, factory.key, free):
        assert verdict.decision in (Decision.ALLOWED, Decision.REMIND)
        directives.require(verdict, person_is_legal_rep=False)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(levels=LEVELS, more=LEVELS)
def test_one_more_directive_never_makes_it_milder(wang, factory, qian, leader, levels, more):
    def decisions() -> list[int]:
        strictness = {"remind": 1, "approval": 2, "legal_rep": 2, "legal_rep_approval": 3}
        verdicts = directives.check_all(wang.key, factory.key, ITEMS)
        return [{"allowed": 0, "refused": 4, **strictness}[v.decision] for v in verdicts]

    Directive.objects.all().delete()
    until = now() + timedelta(days=1)
    told = {"about": factory.key, "subject": factory.key, "source": "manual", "until": until}
    told |= {"imposed_by": qian, "approved_by": leader}
    Directive.objects.create(levels=levels, reason="x", **told)
    before = decisions()
    Directive.objects.create(levels=more, reason="y", **told)
    assert all(new >= old for new, old in zip(decisions(), before, strict=True))


def test_legal_representative_in_person_satisfies_d2(order, wang, factory):
    order(factory.key, INV="legal_rep")
    verdict = directives.check("invoice_collect", wang.key, factory.key)

    directives.require(verdict, person_is_legal_rep=True)
    with pytest.raises(Refusal) as refusal:
        directives.require(verdict, person_is_legal_rep=False)
    assert refusal.value.code == "legal_rep_needed"


def test_only_a_section_head_or_leader_can_approve(order, wang, factory, zhao, qian, leader):
    order(factory.key, INV="approval")
    verdict = directives.check("invoice_collect", wang.key, factory.key)

    directives.require(verdict, person_is_legal_rep=False, approved_by=qian)
    directives.require(verdict, person_is_legal_rep=False, approved_by=leader)
    for nobody in (None, zhao):
        with pytest.raises(Refusal) as refusal:
            directives.require(verdict, person_is_legal_rep=True, approved_by=nobody)
        assert refusal.value.code == "approval_needed"


def test_nothing_satisfies_a_block(order, wang, factory, leader):
    order(factory.key, INV="block")
    verdict = directives.check("invoice_collect", wang.key, factory.key)
    with pytest.raises(Refusal) as refusal:
        directives.require(verdict, person_is_legal_rep=True, approved_by=leader)
    assert refusal.value.code == "restricted"


def test_in_his_own_matter_the_person_himself_is_whom_d2_asks_for(order, wang):
    order(wang.key, **{"*": "legal_rep"})
    directives.require(
        directives.check("certificate_paid", wang.key, None), person_is_legal_rep=False
    )


def test_unknown_item_is_refused_by_name(wang):
    with pytest.raises(Refusal) as refusal:
        directives.check("dance", wang.key, None)
    assert refusal.value.code == "unknown_item"


def test_all_items_are_answered_with_one_query(order, wang, factory, django_assert_num_queries):
    order(factory.key, INV="block")
    with django_assert_num_queries(1):
        directives.check_all(wang.key, factory.key, ITEMS)


def test_last_day_of_a_directive_is_inside_it(qian, leader, factory):
    last = directives.impose(
        factory.key,
        Terms({"INV": "block"}, "到期", until=localdate()),
        officer=qian,
        second=leader,
    )
    assert last.in_force
    assert last.until == directives.end_of(localdate())
