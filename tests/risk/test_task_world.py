"""Whatever happens, in whatever order: a suspicion restricts nobody until an officer confirmed it,
a confirmed one restricts until somebody ended it, and what was judged is not raised again.

Nights and follow-ups with other or the same facts, the four ways to close a case, second officers
who agree or not, lifts, objections and the end of time are drawn at random and told to the system
and to a slow model of three dictionaries, written from the rules (the heads of risk.alerts and
risk.judging, domain facts 4.2).  After every step both must say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.core.items import ITEMS
from chengxin.risk import alerts, directives, judging, objections, proposals
from chengxin.risk.models import Alert, Directive
from chengxin.risk.objections import Answer
from tests.risk.conftest import DAY

pytestmark = pytest.mark.django_db

GRAVE = "c"  # these facts need a second officer
FACTS = st.dictionaries(st.integers(0, 2), st.sampled_from("abc"))
WHICH = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("night"), FACTS),
        st.tuples(st.just("follow"), st.integers(0, 2), FACTS),
        st.tuples(st.sampled_from(["confirm", "confirm", "explain", "leave"]), WHICH),
        st.tuples(st.sampled_from(["agree", "agree", "disagree"]), WHICH),
        st.tuples(st.sampled_from(["lift", "uphold", "over"]), WHICH),
    ),
    min_size=4,
    max_size=16,
)


@dataclass
class Slow:
    """Place of the subject -> facts."""

    tasks: dict[int, str] = field(default_factory=dict)  # open
    proposed: dict[int, str] = field(default_factory=dict)  # place -> outcome that waits
    orders: dict[int, str] = field(default_factory=dict)  # confirmed, in force
    judged: set[tuple[int, str]] = field(default_factory=set)

    def run(self, found: dict[int, str], places: set[int]) -> None:
        for place in places:
            facts = found.get(place)
            if self.tasks.get(place) != facts:
                self.proposed.pop(place, None)  # it was said of other facts
            if facts is None:
                self.tasks.pop(place, None)
            elif place in self.tasks or (place, facts) not in self.judged:
                self.tasks[place] = facts

    def judge(self, place: int, outcome: str) -> None:
        if self.tasks[place] == GRAVE:
            self.proposed[place] = outcome
        else:
            self.close(place, outcome)

    def close(self, place: int, outcome: str) -> None:
        facts = self.tasks.pop(place)
        self.judged.add((place, facts))
        if outcome == "confirm":
            self.orders[place] = facts


class Undone(Exception):
    """The end of one example: nothing of it stays."""


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_suspicion_restricts_only_once_confirmed_and_until_somebody_ends_it(
    finding, wang, li, factory, field, qian, leader, zhao, steps
):
    cast = [wang.key, li.key, factory.key]
    slow = Slow()

    def hand_over(found: dict[int, str], places: set[int] | None = None) -> None:
        shown = {
            place: facts for place, facts in found.items() if places is None or place in places
        }
        alerts.receive_all(
            [
                finding(
                    "A01",
                    cast[place],
                    band="high" if facts == GRAVE else "normal",
                    evidence={"contract_no": facts},
                )
                for place, facts in shown.items()
            ],
            as_of=DAY,
            lake_version=1,
            indicators=["A01"],
            subjects=None if places is None else [cast[place] for place in places],
        )

    def act(step: tuple) -> None:
        tasks = list(Alert.objects.open().order_by("subject"))
        free = [task for task in tasks if not task.proposed]
        waiting = [task for task in tasks if task.proposed]
        in_force = list(Directive.objects.in_force().order_by("about"))
        match step:
            case ("night", found):
                hand_over(found)
                slow.run(found, {0, 1, 2})
            case ("follow", place, found):
                hand_over(found, {place})
                slow.run(found, {place})
            case ("confirm" | "explain" | "leave" as outcome, which) if free:
                task = free[which % len(free)]
                getattr(judging, outcome)(task, "约谈笔录", officer=field)
                slow.judge(cast.index(task.subject), outcome)
            case ("agree", which) if waiting:
                task = waiting[which % len(waiting)]
                judging.approve(task, officer=qian)
                place = cast.index(task.subject)
                slow.close(place, slow.proposed.pop(place))
            case ("disagree", which) if waiting:
                task = waiting[which % len(waiting)]
                judging.send_back(task, "请再核实", officer=qian)
                del slow.proposed[cast.index(task.subject)]
            case ("lift" | "uphold" | "over" as way, which) if in_force:
                order = in_force[which % len(in_force)]
                if way == "lift":
                    asked = proposals.ask_lift(order, "已整改", officer=field)
                    proposals.approve(asked, officer=leader)
                elif way == "uphold":
                    made = objections.file(order, "不服", person=order.about, officer=zhao)
                    objections.answer(made, Answer("lifted", "经复核"), officer=leader)
                else:
                    past = now() - timedelta(seconds=1)
                    Directive.objects.filter(pk=order.pk).update(until=past)
                del slow.orders[cast.index(order.about)]

    def compare() -> None:
        standing = Directive.objects.in_force().select_related("alert")
        assert {
            cast.index(one.about): one.alert.findings[0]["evidence"]["contract_no"]
            for one in standing
            if one.alert
        } == slow.orders
        assert len(standing) == len(slow.orders)
        for one in standing:
            assert one.alert is not None
            assert one.alert.state == Alert.State.CONFIRMED
            assert one.imposed_by == field
            assert one.approved_by == (
                qian if slow.orders[cast.index(one.about)] == GRAVE else None
            )
        tasks = list(Alert.objects.open())
        assert {
            cast.index(task.subject): task.findings[0]["evidence"]["contract_no"] for task in tasks
        } == slow.tasks
        assert {cast.index(task.subject) for task in tasks if task.proposed} == set(slow.proposed)
        never = [code for code, item in ITEMS.items() if item.never_refused]
        for person in (wang, li):
            for verdict in directives.check_all(person.key, factory.key, never):
                assert verdict.decision in ("allowed", "remind"), verdict

    try:
        with transaction.atomic():
            for step in steps:
                act(step)
                compare()
            raise Undone
    except Undone:
        pass
