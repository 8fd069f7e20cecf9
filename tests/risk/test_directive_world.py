"""Whatever happens, in whatever order: no directive without its ground, no ground without its
directive, and filing and payment are never refused.

Nights, follow-ups, nights that are killed, lifts, releases, objections answered and taken back,
stopped runs, other limits for them and the end of time are drawn at random and told to the system
and to a slow model beside it: a few dictionaries, written from the rules (docs/decisions 0023,
0026, 0027 and the head of risk.alerts), not from the code.  After every step both must say the
same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chengxin.core.items import ITEMS
from chengxin.risk import alerts, brake, directives, limits, objections, proposals, stops
from chengxin.risk.directives import Terms
from chengxin.risk.models import Alert, Directive, Stop, Stopped
from chengxin.risk.objections import Answer
from tests.risk.conftest import DAY

pytestmark = pytest.mark.django_db

Fact = tuple[str, int]  # indicator, place of the subject
INDICATORS = ("M01", "M16")
MOST = 2  # newly restricted at once, in this small county
BY_HAND = Terms({"*": "block", "INV": "block"}, "请联系主管税务机关", "Please contact us.")

FACTS = st.dictionaries(
    st.tuples(st.sampled_from(INDICATORS), st.integers(0, 3)), st.sampled_from("ab"), max_size=7
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("night"), FACTS),
        st.tuples(st.just("night"), FACTS),
        st.tuples(st.just("killed"), FACTS),
        st.tuples(st.just("follow"), st.integers(0, 3), FACTS),
        st.tuples(st.just("limit"), st.integers(1, 4)),
        st.tuples(
            st.sampled_from(
                [
                    "lift",
                    "release",
                    "ease",
                    "uphold",
                    "keep",
                    "take back",
                    "let",
                    "forbid",
                    "impose",
                    "over",
                ]
            ),
            st.integers(0, 7),
        ),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Order:
    """A directive of a fact that stands in the model."""

    band: str
    over: bool = False  # its last day is past; the next run writes it down
    ended: bool = False  # the fact ended; a leader has yet to release it
    eased: bool = False


@dataclass
class Slow:
    """What must be the case, kept in dictionaries."""

    facts: dict[Fact, str] = field(default_factory=dict)
    told: dict[Fact, int] = field(default_factory=dict)  # open alert → its number
    orders: dict[Fact, Order] = field(default_factory=dict)
    spared: set[tuple[Fact, int, str]] = field(default_factory=set)  # people decided: not this one
    waiting: dict[str, dict[Fact, str]] = field(default_factory=dict)
    alerts: int = 0
    most: int = MOST

    @property
    def standing(self) -> dict[Fact, str]:
        return {fact: order.band for fact, order in self.orders.items() if not order.over}

    def run(self, found: dict[Fact, str], subjects: set[int]) -> None:
        first = self.alerts == 0
        asked = [(code, place) for code in INDICATORS for place in sorted(subjects)]
        # one that is over is made anew when its subject is asked about again, and not before
        self.orders = {
            fact: one for fact, one in self.orders.items() if not (one.over and fact in asked)
        }
        for fact in asked:
            self.facts.pop(fact, None)
            if fact in found:
                self.facts[fact] = found[fact]
                if fact not in self.told:
                    self.alerts += 1
                    self.told[fact] = self.alerts
                continue
            self.waiting.get(fact[0], {}).pop(fact, None)
            if fact[0] == "M01" and fact in self.orders:
                self.orders[fact].ended = True  # stays until a leader releases it
            else:
                self.orders.pop(fact, None)
                self.told.pop(fact, None)
        self.waiting = {code: held for code, held in self.waiting.items() if held}
        for code in INDICATORS:
            self._impose(
                [fact for fact in asked if fact in found and fact[0] == code], found, first
            )

    def _impose(self, asked: list[Fact], found: dict[Fact, str], first: bool) -> None:
        fresh = []
        for fact in asked:
            band = found[fact]
            if fact in self.orders:
                self.orders[fact].ended = False
                if self.orders[fact].band != band:
                    self.orders[fact] = Order(band)
            elif fact in self.waiting.get(fact[0], {}):
                self.waiting[fact[0]][fact] = band
            elif (fact, self.told[fact], band) not in self.spared:
                fresh.append(fact)
        if not fresh:
            return
        code = fresh[0][0]
        if not first and (code in self.waiting or len(fresh) > self.most):
            self.waiting.setdefault(code, {}).update({fact: found[fact] for fact in fresh})
        else:
            self.orders |= {fact: Order(found[fact]) for fact in fresh}

    def spare(self, fact: Fact) -> None:
        """People ended it although the fact may stand."""
        self.spared.add((fact, self.told[fact], self.orders.pop(fact).band))

    def grounds(self) -> None:
        """The promise itself, in the model's own words."""
        for fact, order in self.orders.items():
            assert order.over or order.ended or self.facts.get(fact) == order.band
        for fact, band in self.facts.items():
            assert (
                (fact in self.orders)
                or fact in self.waiting.get(fact[0], {})
                or (fact, self.told[fact], band) in self.spared
            )


class Undone(Exception):
    """The end of one example: nothing of it stays."""


class Killed(BaseException):
    """The process ends in the middle of a night."""


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(steps=[("night", {("M16", 0): "a"}), ("over", 0), ("follow", 1, {})])
@given(steps=STEPS)
def test_no_directive_without_ground_and_no_ground_without_directive(
    monkeypatch, finding, wang, li, zhang, factory, field, qian, leader, zhao, steps
):
    monkeypatch.setattr(brake, "LEAST", MOST)
    cast = [wang.key, li.key, zhang.key, factory.key]
    slow = Slow()

    def hand_over(found: dict[Fact, str], subjects: list[str] | None) -> None:
        alerts.receive_all(
            [
                finding(code, cast[place], band=band, evidence={"band": band})
                for (code, place), band in found.items()
                if subjects is None or cast[place] in subjects
            ],
            as_of=DAY,
            lake_version=1,
            indicators=INDICATORS,
            subjects=subjects,
        )

    def fact_of(order: Directive) -> Fact:
        return order.indicator, cast.index(order.about)

    def act(step: tuple) -> None:
        in_force = list(Directive.objects.in_force().order_by("indicator", "about", "pk"))
        held = [one for one in in_force if one.release_needed]
        waiting = list(Stop.objects.filter(state=Stop.State.WAITING).order_by("indicator"))
        match step:
            case ("night", found):
                hand_over(found, None)
                slow.run(found, {0, 1, 2, 3})
            case ("killed", found):
                with monkeypatch.context() as patched:
                    patched.setattr(alerts.Night, "_still_there", _killed)
                    with pytest.raises(Killed):
                        hand_over(found, None)
            case ("follow", place, found):
                hand_over(found, [cast[place]])
                slow.run(found, {place})
            case ("impose", place):
                asked = proposals.propose(cast[place % 4], BY_HAND, "笔录", officer=field)
                proposals.approve(asked, officer=qian)
            case ("lift", which) if in_force:
                order = in_force[which % len(in_force)]
                if not order.proposals.waiting().exists():
                    asked = proposals.ask_lift(order, "已整改", officer=field)
                    proposals.approve(asked, officer=leader)
                    if order.indicator:
                        slow.spare(fact_of(order))
            case ("release", which) if held:
                order = held[which % len(held)]
                assert order.alert is not None
                alerts.release(order.alert, officer=leader)
                del slow.orders[fact_of(order)], slow.told[fact_of(order)]
            case ("uphold" | "ease" | "keep" as outcome, which) if in_force:
                order = in_force[which % len(in_force)]
                made = objections.file(order, "不服", person=order.about, officer=zhao)
                told = {"uphold": "lifted", "ease": "eased", "keep": "kept"}[outcome]
                milder = {name: "remind" for name in order.levels}
                if outcome == "ease" and not directives.is_milder(milder, order.ordered):
                    return  # only reminded already
                objections.answer(made, Answer(told, "经复核", eased=milder), officer=leader)
                if order.indicator and outcome == "uphold":
                    slow.spare(fact_of(order))
                if order.indicator and outcome == "ease":
                    slow.orders[fact_of(order)].eased = True
            case ("take back", which) if in_force:
                order = in_force[which % len(in_force)]
                made = objections.file(order, "不服", person=order.about, officer=zhao)
                objections.withdraw(made, "来电撤回", officer=zhao)
            case ("limit", least):
                asked = limits.propose("", "371622", least, Decimal(0), "核查", officer=qian)
                limits.approve(asked, officer=leader)
                slow.most = least
            case ("let", which) if waiting:
                stop = waiting[which % len(waiting)]
                stops.release(stop, "属实", officer=leader)
                freed = slow.waiting.pop(stop.indicator)
                slow.orders |= {fact: Order(band) for fact, band in freed.items()}
            case ("forbid", which) if waiting:
                stop = waiting[which % len(waiting)]
                stops.refuse(stop, "数据未更新", officer=leader)
                spared = slow.waiting.pop(stop.indicator)
                slow.spared |= {(fact, slow.told[fact], band) for fact, band in spared.items()}
            case ("over", which) if in_force:
                order = in_force[which % len(in_force)]
                past = now() - timedelta(seconds=1)
                Directive.objects.filter(pk=order.pk).update(until=past)
                if order.indicator:
                    slow.orders[fact_of(order)].over = True

    def compare() -> None:
        of_facts = Directive.objects.in_force().exclude(source="manual").select_related("alert")
        assert {fact_of(one): one.band for one in of_facts} == slow.standing
        assert len(of_facts) == len(slow.standing)  # none twice
        slow.grounds()
        for one in of_facts:
            order = slow.orders[fact_of(one)]
            assert one.alert is not None
            assert one.alert.state == Alert.State.OPEN
            assert (one.release_needed, one.eased is not None) == (order.ended, order.eased)
        held = Stopped.objects.filter(stop__state=Stop.State.WAITING)
        assert {((row.indicator, cast.index(row.about)), row.band) for row in held} == {
            pair for some in slow.waiting.values() for pair in some.items()
        }
        free = [code for code, item in ITEMS.items() if item.never_refused]
        for person in (wang, li, zhang):
            for enterprise in (None, factory.key):
                for verdict in directives.check_all(person.key, enterprise, free):
                    assert verdict.decision in ("allowed", "remind"), verdict

    try:
        with transaction.atomic():
            for step in steps:
                act(step)
                compare()
            raise Undone
    except Undone:
        pass


def _killed(*_args: object) -> None:
    raise Killed
