"""名单: who may put whom on a list, for how long, and how an entry ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from chengxin.core.refusal import Refusal
from chengxin.offices.models import Jurisdiction, Role
from chengxin.risk import criteria, list_facts, lists
from chengxin.risk.list_models import ListedPerson, ListEntry, ListRequest
from chengxin.risk.list_terms import EarlyStop, Publication, Watch, cases_within_five_years
from chengxin.risk.models import Alert
from chengxin.trace.models import Trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(officer):
    """孙风控: risk officer of the county, below a section head."""
    return officer("risk", "孙风控", "county", Role.RISK)


@pytest.fixture
def mayor(officer):
    """魏局长: leader of the city bureau."""
    return officer("wei", "魏局长", "city", Role.LEADER)


def today(months: int = 0, days: int = 0) -> date:
    return criteria.months_after(localdate(), months) + timedelta(days=days)


def watch(**more) -> Watch:
    return Watch(**({"reason": "走逃嫌疑", "until": today(6)} | more))


def published(**more) -> Publication:
    """Served and published seven months ago."""
    usual = {
        "criterion": "tax_evasion",
        "case_no": "滨税稽罚〔2026〕1号",
        "document_no": "滨税失信〔2026〕1号",
        "served_on": today(-7),
        "published_on": today(-7),
        "tax": Decimal("1200000"),
        "share": Decimal("0.35"),
    }
    return Publication(**(usual | more))


def refused(act) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def waiting(entry: ListEntry) -> ListRequest:
    return entry.requests.get(state=ListRequest.State.WAITING)


@pytest.fixture
def listed(factory, risk, qian):
    """`listed(terms)`: an entry in force, proposed by 孙风控, approved by 钱科长."""

    def make(terms=None, about: str = "") -> ListEntry:
        entry = lists.propose(about or factory.key, terms or published(), "稽查卷宗", officer=risk)
        return lists.approve(waiting(entry), officer=qian)

    return make


def told(source: str) -> list[str]:
    return next(
        (text.splitlines()[1:] for name, text, _ in list_facts.told() if name == source), []
    )


# two officers


def test_proposed_entry_is_no_fact_before_a_second_officer_agrees(factory, risk, qian):
    entry = lists.propose(factory.key, watch(), "实地核查笔录", officer=risk)
    assert told("own_watch") == []

    made = lists.approve(waiting(entry), "同意", officer=qian)

    assert (made.state, made.valid_from, made.approved_by) == ("in_force", localdate(), qian)
    [line] = told("own_watch")
    assert line.startswith(f"{entry.pk:08d},enterprise,{factory.pk},走逃嫌疑,risk,qian,")
    steps = Trace.objects.filter(about=factory.key, outcome="done").order_by("pk")
    assert [(step.action, step.officer) for step in steps] == [
        ("list.propose", risk), ("list.approve", qian),
    ]  # fmt: skip


def test_nobody_decides_what_he_asked(factory, qian, leader):
    entry = lists.propose(factory.key, watch(), "笔录", officer=qian)
    assert refused(lambda: lists.approve(waiting(entry), officer=qian)) == "second_officer_needed"
    assert Trace.objects.filter(action="list.approve", outcome="second_officer_needed").exists()
    lists.approve(waiting(entry), officer=leader)


def test_who_decides_is_not_below_who_asks(factory, risk, qian):
    entry = lists.propose(factory.key, watch(), "笔录", officer=qian)
    assert refused(lambda: lists.approve(waiting(entry), officer=risk)) == "authority_too_low"


def test_blacklist_is_decided_by_a_section_head_or_leader(factory, officer, risk, leader):
    other = officer("other", "另风控", "county", Role.RISK)
    entry = lists.propose(factory.key, published(), "卷宗", officer=risk)
    assert refused(lambda: lists.approve(waiting(entry), officer=other)) == "no_role"
    lists.approve(waiting(entry), officer=leader)


@pytest.mark.parametrize("who", ["zhao", "field", "auditor"])
def test_only_the_risk_section_and_its_heads_propose(request, factory, who):
    someone = request.getfixturevalue(who)
    assert refused(lambda: lists.propose(factory.key, watch(), "x", officer=someone)) == "no_role"


def test_another_county_proposes_and_decides_nothing(factory, risk, sun):
    assert refused(lambda: lists.propose(factory.key, watch(), "x", officer=sun)) == "not_yours"
    entry = lists.propose(factory.key, watch(), "x", officer=risk)
    assert refused(lambda: lists.approve(waiting(entry), officer=sun)) == "not_yours"


def test_refusal_needs_a_reason_and_ends_the_entry(factory, risk, qian):
    entry = lists.propose(factory.key, watch(), "x", officer=risk)
    assert refused(lambda: lists.refuse(waiting(entry), " ", officer=qian)) == "reason_needed"
    asked = waiting(entry)
    lists.refuse(asked, "证据不足", officer=qian)
    entry.refresh_from_db()
    assert entry.state == "refused"
    assert refused(lambda: lists.approve(asked, officer=qian)) == "already_decided"


def test_only_who_proposed_withdraws(factory, risk, qian):
    entry = lists.propose(factory.key, watch(), "x", officer=risk)
    assert refused(lambda: lists.withdraw(waiting(entry), officer=qian)) == "not_the_proposer"
    lists.withdraw(waiting(entry), officer=risk)
    entry.refresh_from_db()
    assert entry.state == "withdrawn"


def test_database_keeps_no_entry_and_no_decision_of_one_officer(factory, risk, listed):
    entry = listed(watch())
    with pytest.raises(IntegrityError, match="listed_only_with"), transaction.atomic():
        ListEntry.objects.filter(pk=entry.pk).update(approved_by=risk)
    with pytest.raises(IntegrityError, match="list_decided_by"), transaction.atomic():
        ListRequest.objects.update(decided_by=risk)


# periods


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (watch(until=today(12)), ""),
        (watch(until=today(12, 1)), "wrong_term"),
        (watch(until=today(0, -1)), "wrong_term"),
        (watch(begins_on=today(1), until=today(13)), ""),
        (watch(begins_on=today(1), until=today(13, 1)), "wrong_term"),
        (watch(begins_on=today(0, -1)), "wrong_term"),
        (watch(reason=" "), "reason_needed"),
        (watch(groups=("FILE",)), "wrong_levels"),
        (watch(groups=("PAY", "INV")), "wrong_levels"),
        (published(), ""),
        (published(served_on=today(0, 1)), "wrong_term"),
        (published(published_on=today(-7, -1)), "wrong_term"),
        (published(published_on=today(-37), served_on=today(-37)), "wrong_term"),
        (published(violated_from=today(-8), violated_until=today(-9)), "wrong_term"),
        (published(violated_until=today(-6)), "wrong_term"),
        (published(criterion="rude"), "wrong_criterion"),
        (published(case_no=""), "document_needed"),
        (published(tax=Decimal("999999")), "below_threshold"),
        (published(share=Decimal("-0.1")), "below_threshold"),
        (published(share=Decimal("35")), "below_threshold"),
        (published(paid_on=today(-7, -1)), "paid_before"),
        (published(paid_on=today(-6)), ""),
        (published(criterion="export_refund_fraud", paid_on=today(-7, -1)), ""),
        (published(criterion="absconded", paid_on=today(-7, -1)), "paid_before"),
        (published(criterion="absconded", variant=True, paid_on=today(-7, -1)), ""),
        (published(responsible=(("person:x", "13"),)), "not_yours"),
    ],
)
def test_what_the_law_does_not_know_is_not_proposed(factory, risk, terms, code):
    if code:
        assert refused(lambda: lists.propose(factory.key, terms, "卷宗", officer=risk)) == code
        assert not ListEntry.objects.exists()
    else:
        lists.propose(factory.key, terms, "卷宗", officer=risk)


def test_determinations_before_the_law_are_not_measured_by_its_amounts(factory, risk, monkeypatch):
    monkeypatch.setattr(criteria, "SINCE", today(-6))
    lists.propose(factory.key, published(tax=Decimal("200000")), "卷宗", officer=risk)


def test_publication_cannot_be_planned_later_than_the_law_asks(factory, risk):
    due = criteria.publish_by(localdate())
    lists.propose(
        factory.key, published(served_on=localdate(), published_on=due), "卷宗", officer=risk
    )
    late = published(case_no="另案", served_on=localdate(), published_on=due + timedelta(days=1))
    assert refused(lambda: lists.propose(factory.key, late, "卷宗", officer=risk)) == "wrong_term"


def test_publication_is_told_with_the_day_on_which_it_stops_by_itself(listed):
    entry = listed()
    [line] = told("own_blacklist")
    first, last = today(-7), criteria.months_after(today(-7), 36)
    assert f",{first},{last + timedelta(days=1)},term,risk,qian" in line
    assert entry.until == last


def test_subject_is_not_watched_twice_at_once_but_may_be_again(factory, risk, listed):
    listed(watch())
    again = watch(until=today(9))
    assert refused(lambda: lists.propose(factory.key, again, "x", officer=risk)) == "already_listed"
    lists.propose(
        factory.key, watch(begins_on=today(6, 1), until=today(9)), "仍有嫌疑", officer=risk
    )
    third = watch(begins_on=today(6, 1), until=today(8))
    assert (
        refused(lambda: lists.propose(factory.key, third, "x", officer=risk)) == "already_proposed"
    )


def test_entry_that_waited_past_its_end_is_not_approved(factory, risk, qian):
    entry = lists.propose(factory.key, watch(), "x", officer=risk)
    ListEntry.objects.update(until=today(0, -1))
    assert refused(lambda: lists.approve(waiting(entry), officer=qian)) == "wrong_term"


def test_expired_on_the_day_after_its_last_and_only_once(factory, risk, listed):
    entry = listed(watch())
    before = told("own_watch")
    ListEntry.objects.update(until=today(), valid_from=today(-1))
    assert lists.expire(today()) == 0
    ListEntry.objects.update(until=today(0, -1))
    asked = lists.ask_removal(entry, "no_longer", "已核实", officer=risk)

    assert (lists.expire(today(0, -1)), lists.expire(today()), lists.expire(today())) == (0, 1, 0)

    entry.refresh_from_db()
    asked.refresh_from_db()
    assert (entry.state, asked.state) == ("expired", "withdrawn")
    assert Trace.objects.filter(action="list.expire", about=factory.key).count() == 1
    assert len(told("own_watch")) == len(before) == 1


# removal


def test_removal_needs_evidence_a_cause_and_a_second_officer(risk, qian, listed):
    entry = listed(watch())
    assert refused(lambda: lists.ask_removal(entry, "no_longer", "", officer=risk)) == (
        "grounds_needed"
    )
    assert refused(lambda: lists.ask_removal(entry, "revoked", "x", officer=risk)) == "wrong_cause"
    asked = lists.ask_removal(entry, "no_longer", "已恢复经营", officer=risk)
    assert refused(lambda: lists.ask_removal(entry, "no_longer", "再", officer=qian)) == (
        "already_proposed"
    )
    assert told("own_watch")[0].endswith(",")

    lists.approve(asked, officer=qian)

    entry.refresh_from_db()
    assert (entry.state, entry.ended_on) == ("removed", localdate())
    assert told("own_watch")[0].endswith(f",{localdate()}")
    assert refused(lambda: lists.ask_removal(entry, "no_longer", "x", officer=risk)) == (
        "not_in_force"
    )


def test_no_two_states_of_a_list_have_the_same_text(factory, risk, qian, listed):
    texts = [tuple(told("own_watch"))]
    for _ in range(2):
        entry = listed(watch())
        texts.append(tuple(told("own_watch")))
        lists.approve(lists.ask_removal(entry, "mistaken", "录错", officer=risk), officer=qian)
        texts.append(tuple(told("own_watch")))
    assert len(set(texts)) == len(texts) == 5


def test_responsible_persons_are_told_until_the_entry_is_taken_off(factory, li, risk, qian, listed):
    entry = listed(published(responsible=((li.key, "13"),)))
    assert ListedPerson.objects.get().about == li.key
    assert told("own_responsible") == [f"{entry.pk:08d},{factory.pk},{li.pk},13,"]

    lists.approve(lists.ask_removal(entry, "revoked", "判决撤销", officer=risk), officer=qian)

    assert told("own_responsible") == [f"{entry.pk:08d},{factory.pk},{li.pk},13,{localdate()}"]


def test_a_person_has_no_responsible_persons(wang, li, risk):
    terms = published(responsible=((li.key, "13"),))
    assert refused(lambda: lists.propose(wang.key, terms, "卷宗", officer=risk)) == "wrong_person"


# early stop, 第十八条至第二十二条


def stop(**more) -> EarlyStop:
    usual = {
        "cause": "paid",
        "received_on": today(),
        "fulfilled_on": today(-1),
        "document_no": "完税证明第12号",
        "approval_no": "滨税停公〔2026〕3号",
        "committed": True,
        "unpunished": True,
    }
    return EarlyStop(**(usual | more))


@pytest.mark.parametrize(
    ("published_on", "told_stop", "code"),
    [
        (today(-7), stop(), ""),
        (today(-6), stop(), ""),
        (today(-5), stop(), "too_early"),
        (today(-7), stop(committed=False), "document_needed"),
        (today(-7), stop(document_no=" "), "document_needed"),
        (today(-7), stop(unpunished=False), "stop_refused"),
        (today(-7), stop(received_on=today(0, 1)), "wrong_term"),
        (today(-7), stop(fulfilled_on=today(0, 1)), "wrong_term"),
        (today(-7), stop(cause="no_longer"), "wrong_cause"),
        # the court's ruling: at once, and whatever came after (第二十二条第二款)
        (today(-1), stop(cause="bankrupt", committed=False, unpunished=False), ""),
        (today(-1), stop(cause="contributed", committed=False), ""),
        (today(-1), stop(cause="contributed", unpunished=False), "stop_refused"),
    ],
)
def test_conditions_of_an_early_stop(risk, leader, listed, published_on, told_stop, code):
    entry = listed(published(served_on=published_on, published_on=published_on))
    if code:
        assert refused(lambda: lists.ask_early_stop(entry, told_stop, "x", officer=risk)) == code
        return
    lists.approve(lists.ask_early_stop(entry, told_stop, "申请表", officer=risk), officer=leader)
    entry.refresh_from_db()
    assert (entry.state, entry.ended_on) == ("stopped", localdate())
    assert f",{localdate()},early_stop," in told("own_blacklist")[0]


def test_determined_twice_in_five_years_is_not_stopped_early(factory, risk, listed):
    entry = listed()
    listed(published(case_no="另案", criterion="tax_resistance"))
    assert refused(lambda: lists.ask_early_stop(entry, stop(), "x", officer=risk)) == "stop_refused"
    lists.ask_early_stop(entry, replace(stop(), cause="bankrupt"), "裁定书", officer=risk)


def test_a_case_of_the_delivered_list_counts_too(factory, risk, listed):
    entry = listed()
    Alert.objects.create(
        indicator="M04", kind="monitoring", subject=factory.key, band="published", value=2,
        because="x", as_of=localdate(), lake_version=1,
        findings=[{"evidence": {"case_nos": [entry.case_no, "市局案"]}}],
    )  # fmt: skip
    assert cases_within_five_years(entry) == 2


@pytest.mark.parametrize(
    ("who", "cause", "approval_no", "code"),
    [
        ("qian", "paid", "文号", "no_role"),
        ("leader", "paid", "", "authority_too_low"),
        ("leader", "paid", "滨税停公〔2026〕3号", ""),
        ("mayor", "paid", "", ""),
        ("mayor", "bankrupt", "", "authority_too_low"),
        ("mayor", "bankrupt", "鲁税授权〔2026〕1号", ""),
    ],
)
def test_early_stop_is_approved_or_authorised_at_the_level_of_the_law(
    request, offices, factory, risk, listed, who, cause, approval_no, code
):
    someone, entry = request.getfixturevalue(who), listed()
    Jurisdiction.objects.get_or_create(about=factory.key, office=offices["branch"])
    asked = lists.ask_early_stop(
        entry, stop(cause=cause, approval_no=approval_no), "申请表", officer=risk
    )
    if code:
        assert refused(lambda: lists.approve(asked, officer=someone)) == code
    else:
        assert lists.approve(asked, officer=someone).state == "stopped"


def test_watch_has_no_early_stop(risk, listed):
    entry = listed(watch())
    assert refused(lambda: lists.ask_early_stop(entry, stop(), "x", officer=risk)) == "wrong_cause"


# files


def test_file_is_proposed_whole_or_not_at_all(factory, wang, li, risk, qian):
    good = [(factory.key, watch(), "笔录"), (wang.key, watch(), "笔录")]
    with pytest.raises(Refusal):
        lists.propose_all([*good, (li.key, watch(reason=""), "x")], "a.csv", "d", officer=risk)
    assert not ListEntry.objects.exists()

    made = lists.propose_all(good, "a.csv", "d", officer=risk)
    assert refused(lambda: lists.approve_import(made, officer=risk)) == "second_officer_needed"
    assert lists.approve_import(made, "同意", officer=qian) == 2
    assert ListEntry.objects.in_force().count() == 2
    assert refused(lambda: lists.approve_import(made, officer=qian)) == "already_decided"
