"""异议: filed by anybody restricted, answered in time by who had no part, only ever milder."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengxin.core.items import GROUPS, ITEMS, effect_on
from chengxin.core.refusal import Refusal
from chengxin.risk import directives, judging, objection_list, objections, proposals
from chengxin.risk.directives import Terms
from chengxin.risk.models import Alert, Directive, Objection
from chengxin.risk.objections import Answer
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db
TERMS = Terms(
    {"INV": "block", "DEREG": "block"}, "请联系主管税务机关", "Please contact the office."
)


@pytest.fixture
def standing(factory, field, qian) -> Directive:
    """周管户 proposed it, 钱科长 approved it."""
    return proposals.approve(
        proposals.propose(factory.key, TERMS, "核查", officer=field), officer=qian
    )


@pytest.fixture
def filed(standing, factory, zhao) -> Objection:
    return objections.file(standing, "已整改", person=factory.key, officer=zhao)


def test_answer_is_due_in_ten_working_days(monkeypatch, standing, factory, zhao):
    # from Wednesday 27 September 2017: 28, 29, Saturday 30 (worked), holidays 1 to 8 October,
    # 9 to 13, 16, 17 October (国办发明电〔2016〕17号)
    monkeypatch.setattr(objections, "localdate", lambda: date(2017, 9, 27))
    made = objections.file(standing, "已整改", person=factory.key, officer=zhao)
    assert made.due_on == date(2017, 10, 17)


def test_filing_ends_nothing_and_is_traced(filed, standing, factory, zhao):
    standing.refresh_from_db()
    assert standing.in_force
    trace = Trace.objects.get(action="objection.file")
    assert (trace.about, trace.officer) == (factory.key, zhao)


def test_what_is_added_joins_the_open_one_and_the_deadline_stays(filed, standing, factory, zhao):
    again = objections.file(standing, "补充：完税凭证", person=factory.key, officer=zhao)
    assert again == filed
    assert "已整改" in again.grounds
    assert "补充：完税凭证" in again.grounds
    assert again.due_on == filed.due_on


def test_answer_that_lifts_ends_the_directive_at_once(filed, standing, leader):
    objections.answer(filed, Answer("lifted", "异议成立"), officer=leader)
    standing.refresh_from_db()
    assert (standing.lifted_by, standing.in_force) == (leader, False)


def test_answer_that_eases_leaves_the_rest(filed, standing, factory, wang, leader):
    objections.answer(filed, Answer("eased", "减轻", eased={"INV": "approval"}), officer=leader)
    assert directives.check("invoice_collect", wang.key, factory.key).decision == "approval"
    assert directives.check("deregister", wang.key, factory.key).decision == "allowed"


@pytest.mark.parametrize(
    "eased",
    [
        {"INV": "block", "DEREG": "block"},  # the same
        {"INV": "approval", "REFUND": "remind"},  # something new
        {"*": "remind"},
        {},
        {"INV": "nonsense"},
        {"nonsense": "remind"},
    ],
)
def test_answer_never_makes_anything_stricter(filed, standing, leader, eased):
    with pytest.raises(Refusal, match="not_milder"):
        objections.answer(filed, Answer("eased", "减轻", eased=eased), officer=leader)
    standing.refresh_from_db()
    filed.refresh_from_db()
    assert (standing.eased, filed.is_open) == (None, True)


def test_milder_is_milder_for_every_item():
    """Against the catalogue: whatever `is_milder` accepts stops nothing more, item by item."""
    order = ["block", "legal_rep", "approval", "remind", None]
    before = {"INV": "block", "*": "legal_rep"}
    for name in [*GROUPS, *ITEMS, "*"]:
        for effect in ("block", "legal_rep", "approval", "remind"):
            after = before | {name: effect}
            ranks = [
                (order.index(effect_on(code, after)), order.index(effect_on(code, before)))
                for code in ITEMS
            ]
            stricter = any(new < old for new, old in ranks)
            assert not (directives.is_milder(after, before) and stricter), after


@pytest.mark.parametrize("who", ["field", "qian", "zhao"])
def test_nobody_answers_who_had_a_part_or_no_right(request, filed, who):
    with pytest.raises(Refusal) as refusal:
        objections.answer(filed, Answer("lifted", "成立"), officer=request.getfixturevalue(who))
    assert refusal.value.code in ("had_a_part", "no_role")
    assert not Directive.objects.exclude(lifted_at=None).exists()


def test_who_reviewed_it_had_a_part(filed, standing, leader):
    directives.review(standing, "仍需", directives.last_day(standing), officer=leader)
    with pytest.raises(Refusal, match="had_a_part"):
        objections.answer(filed, Answer("lifted", "成立"), officer=leader)


def test_officer_of_another_county_does_not_answer(filed, sun):
    with pytest.raises(Refusal, match="not_yours"):
        objections.answer(filed, Answer("lifted", "成立"), officer=sun)


def test_answer_is_given_once(filed, leader):
    objections.answer(filed, Answer("kept", "维持"), officer=leader)
    with pytest.raises(Refusal, match="already_answered"):
        objections.answer(filed, Answer("lifted", "成立"), officer=leader)


def test_easing_outlives_the_night_while_the_fact_is_the_same(
    night, finding, wang, factory, zhao, qian
):
    night("M16", finding("M16", factory.key, band="late", levels={"INV": "block"}))
    made = objections.file(Directive.objects.get(), "已申报", person=wang.key, officer=zhao)
    objections.answer(made, Answer("eased", "减轻", eased={"INV": "remind"}), officer=qian)

    night("M16", finding("M16", factory.key, band="late", levels={"INV": "block"}), version=2)
    assert directives.check("invoice_collect", wang.key, factory.key).decision == "remind"
    assert Directive.objects.get().ordered == {"INV": "remind"}


def test_lifted_on_an_objection_stays_lifted_while_the_fact_is_the_same(
    night, finding, wang, zhao, qian
):
    night("M16", finding("M16", wang.key, band="late"))
    made = objections.file(Directive.objects.get(), "已申报", person=wang.key, officer=zhao)
    objections.answer(made, Answer("lifted", "成立"), officer=qian)

    night("M16", finding("M16", wang.key, band="late"), version=2)
    assert not Directive.objects.in_force().exists()


def test_objection_follows_to_the_directive_that_took_the_place(night, finding, wang, zhao, qian):
    night("M16", finding("M16", wang.key, band="late"))
    made = objections.file(Directive.objects.get(), "已申报", person=wang.key, officer=zhao)
    night("M16", finding("M16", wang.key, band="later"), version=2)

    objections.answer(made, Answer("lifted", "成立"), officer=qian)
    assert not Directive.objects.in_force().exists()


def test_what_ended_meanwhile_is_answered_as_ended(night, finding, wang, zhao, qian):
    night("M16", finding("M16", wang.key))
    made = objections.file(Directive.objects.get(), "已申报", person=wang.key, officer=zhao)
    night("M16", version=2)

    assert objections.answer(made, Answer("", "已解除"), officer=qian).outcome == "ended"


@pytest.mark.parametrize("indicator", ["M01", "M02"])
def test_of_an_investigation_only_the_fixed_sentence_is_said(
    night, finding, wang, zhao, qian, leader, indicator
):
    night(indicator, finding(indicator, wang.key))
    made = objections.file(Directive.objects.get(), "不知何故", person=wang.key, officer=zhao)
    told = Answer("kept", "公安机关已立案", "The police have filed a case.")
    answered = objections.answer(made, told, officer=leader)
    assert (answered.answer, answered.answer_en) == objections.TEMPLATES["kept"]


def test_police_case_is_eased_and_lifted_by_a_leader_only(night, finding, wang, zhao, qian):
    night("M01", finding("M01", wang.key))
    made = objections.file(Directive.objects.get(), "不知何故", person=wang.key, officer=zhao)
    for told in (Answer("lifted", "成立"), Answer("eased", "减轻", eased={"INV": "remind"})):
        with pytest.raises(Refusal, match="leader_needed"):
            objections.answer(made, told, officer=qian)


def test_who_confirmed_the_finding_does_not_answer(
    night, suspicion, li, losing, zhao, qian, leader
):
    night("A01", *suspicion())
    judging.confirm(Alert.objects.get(), "属实", officer=qian)
    made = objections.file(
        Directive.objects.earliest("pk"), "资金系继承所得", person=li.key, officer=zhao
    )
    with pytest.raises(Refusal, match="had_a_part"):
        objections.answer(made, Answer("lifted", "成立"), officer=qian)
    assert objections.answer(made, Answer("lifted", "成立"), officer=leader).outcome == "lifted"


def test_who_agreed_to_the_confirmation_does_not_answer_either(
    night, suspicion, li, losing, zhao, qian, field, leader
):
    night("A01", *suspicion(band="high"))
    judging.confirm(Alert.objects.get(), "属实", officer=field)
    judging.approve(Alert.objects.get(), officer=qian)
    made = objections.file(
        Directive.objects.earliest("pk"), "资金系继承所得", person=li.key, officer=zhao
    )
    with pytest.raises(Refusal, match="had_a_part"):
        objections.answer(made, Answer("lifted", "成立"), officer=qian)
    assert objections.answer(made, Answer("lifted", "成立"), officer=leader).outcome == "lifted"


class TestWithdrawal:
    """Who objected may take it back; nothing else changes by it."""

    def test_the_directive_stands_as_it_did_and_the_trace_says_how(self, filed, standing, zhao):
        objections.withdraw(filed, "本人当面表示撤回", officer=zhao, place="hall:yangxin/window:3")
        filed.refresh_from_db()
        standing.refresh_from_db()
        assert (filed.state, filed.withdrawn_by, filed.outcome) == ("withdrawn", zhao, "")
        assert (standing.in_force, standing.eased) == (True, None)
        trace = Trace.objects.get(action="objection.withdraw")
        assert (trace.about, trace.officer, trace.place) == (
            filed.about, zhao, "hall:yangxin/window:3",
        )  # fmt: skip
        assert trace.detail["note"] == "本人当面表示撤回"

    def test_nobody_answers_what_was_taken_back(self, filed, zhao, leader):
        objections.withdraw(filed, "来电撤回", officer=zhao)
        with pytest.raises(Refusal, match="already_answered"):
            objections.answer(filed, Answer("lifted", "成立"), officer=leader)

    def test_what_was_answered_is_not_taken_back(self, filed, zhao, leader):
        objections.answer(filed, Answer("kept", "维持"), officer=leader)
        with pytest.raises(Refusal, match="already_answered"):
            objections.withdraw(filed, "来电撤回", officer=zhao)

    def test_he_may_object_anew_with_a_deadline_of_its_own(
        self, filed, standing, factory, zhao, leader
    ):
        Objection.objects.update(due_on=date(2017, 1, 1))
        objections.withdraw(filed, "来电撤回", officer=zhao)
        again = objections.file(standing, "又有新证据", person=factory.key, officer=zhao)
        assert again.pk != filed.pk
        assert again.due_on > localdate()
        assert objection_list.of(leader, "withdrawn", "1").page.object_list[0] == filed

    def test_it_is_due_no_more(self, filed, zhao, leader):
        Objection.objects.update(due_on=date(2017, 1, 1))
        objections.withdraw(filed, "来电撤回", officer=zhao)
        assert objection_list.due(leader) == {"late": 0, "soon": 0}

    def test_how_he_said_so_is_written_down(self, filed, field):
        with pytest.raises(Refusal, match="grounds_needed"):
            objections.withdraw_for(filed, "  ", officer=field)

    def test_an_officer_of_another_county_writes_nothing_down(self, filed, sun):
        with pytest.raises(Refusal, match="not_yours"):
            objections.withdraw_for(filed, "来电撤回", officer=sun)

    def test_database_keeps_how_and_by_whom(self, filed):
        with pytest.raises(IntegrityError, match="a_withdrawal_says_how"), transaction.atomic():
            Objection.objects.update(state="withdrawn")


def test_nothing_said_is_no_objection(standing, factory, zhao):
    with pytest.raises(Refusal, match="grounds_needed"):
        objections.file(standing, "  ", person=factory.key, officer=zhao)


def test_late_ones_are_counted_for_their_jurisdiction_only(filed, leader, sun):
    assert objection_list.due(leader) == {"late": 0, "soon": 0}
    Objection.objects.update(due_on=localdate())
    assert objection_list.due(leader) == {"late": 0, "soon": 1}
    Objection.objects.update(due_on=date(2017, 1, 1))
    assert objection_list.due(leader) == {"late": 1, "soon": 0}
    assert objection_list.due(sun) == {"late": 0, "soon": 0}
