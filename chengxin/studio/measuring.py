"""What the worker finds out for a proposal: its effect on the last night, or on twelve months.

    waiting ──carry_out──▶ running ──▶ ended: the proposal has its effect, or why there is none
       └── stop ──▶ stopped ◀── stop ──┘ └── killed: `left` without an end; ask again

While it runs it says how far it is.  It puts nothing in force and alerts nobody.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Refusal, Trouble
from chengxin.indicators.backtest import Side, month_ends
from chengxin.indicators.catalogue import Indicator, indicator
from chengxin.indicators.sandbox import Limits, Sandbox, Stopped
from chengxin.indicators.scan import Finding
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.offices.models import Jurisdiction
from chengxin.studio import running, weighing
from chengxin.studio.models import Measurement, Tuning
from chengxin.studio.weighing import Change
from chengxin.trace import record

MEASURE = "chengxin.exchange.tasks.measure"  # the worker's task that carries one out
MONTHS = 12
SCANS = 2  # as it is, and with the new value
BATCH = 5_000
_LOCK = 0x57D2  # with a measurement's number: whoever runs it holds it


class Unwanted(Exception):
    """Somebody stopped it, or the worker ends."""


@dataclass(frozen=True)
class Course:
    """One measurement under way: whether to go on, and how far it is."""

    pk: int
    may_go_on: Callable[[], bool]

    @property
    def wanted(self) -> bool:
        still = Measurement.objects.filter(pk=self.pk, state=Measurement.State.RUNNING)
        return self.may_go_on() and still.exists()

    def begins(self, step: int) -> None:
        """The `step`th of its steps begins, counted from 1."""
        if not self.wanted:
            raise Unwanted
        Measurement.objects.filter(pk=self.pk).update(step=step)


def carry_out(pk: int, *, may_go_on: Callable[[], bool] = lambda: True) -> None:
    """What the worker does with a measurement that was asked for.  One that is stopped, or run by
    somebody else, it leaves alone."""
    with running.held(_LOCK, pk) as mine:
        waiting = Measurement.objects.filter(pk=pk, state=Measurement.State.WAITING)
        if not mine or not waiting.update(state=Measurement.State.RUNNING):
            return
        measurement = Measurement.objects.select_related("tuning", "officer").get(pk=pk)
        course = Course(pk, may_go_on)
        found: dict[str, Any] = {}
        began = time.monotonic()
        try:
            found = _MEASURES[measurement.kind](measurement.tuning, course)
        except Unwanted:
            return
        except Stopped as stopped:
            measurement.trouble = {
                "code": stopped.code, "zh": stopped.words.zh, "en": stopped.words.en,
            }  # fmt: skip
        except Refusal as refusal:
            measurement.trouble = {
                "code": refusal.code, "zh": refusal.reason, "en": "",
            }  # fmt: skip
        if course.wanted:
            measurement.seconds = time.monotonic() - began
            _end(measurement, found)


def left(measurements: Iterable[Measurement]) -> set[int]:
    """Those that are running and that nobody runs: the worker was killed."""
    state = Measurement.State.RUNNING
    return running.left(_LOCK, {one.pk for one in measurements if one.state == state})


def _end(measurement: Measurement, found: dict[str, Any]) -> None:
    """The proposal with what was found, or nothing of it."""
    officer, tuning = measurement.officer, measurement.tuning
    with record.of("tuning.measured", officer=officer, place="studio") as trace:
        trace.detail |= {"tuning": tuning.pk, "kind": measurement.kind}
        still = Measurement.objects.select_for_update(of=("self",)).filter(
            pk=measurement.pk, state=Measurement.State.RUNNING
        )
        if not still.exists():
            trace.drop()
            return
        Tuning.objects.filter(pk=tuning.pk).update(**found)
        measurement.state = Measurement.State.ENDED
        measurement.save(update_fields=["state", "trouble", "seconds"])


def _effect(tuning: Tuning, course: Course) -> dict[str, Any]:
    """The last night as it is and with the other value, and what the judged cases say of it."""
    one = _indicator(tuning)
    sandbox = Sandbox(
        places.warehouse() / str(tuning.lake_version), Limits(), lambda: course.wanted
    )
    course.begins(1)
    was = _found(one, {}, tuning, sandbox)
    course.begins(2)
    then = _found(one, {tuning.param: tuning.after}, tuning, sandbox)
    rising = weighing.decides(was, then, tuning.before, tuning.after)
    if not tuning.by_hand and rising is None:
        raise Refusal(
            "not_of_the_value",
            _("该参数不直接决定命中的数值，不能按已判结果建议，可自行填写数值试算"),
        )
    told = weighing.judged(one.code)
    outcome = weighing.expected(told, tuning.before, tuning.after, rising, was, then)
    return {"effect": compared(was, then) | vars(outcome)}


def _months(tuning: Tuning, course: Course) -> dict[str, Any]:
    """Hits at the last twelve month ends, as it is and with the other value."""
    one = _indicator(tuning)
    lake, engine = Lake(), DuckDB()
    steps = iter(range(1, SCANS * MONTHS + 1))
    changed: dict[str, object] = {tuning.param: tuning.after}
    try:
        points = nightly.backtest(
            engine, lake, Side(one, one.settings({})), Side(one, one.settings(changed)),
            month_ends(tuning.as_of, MONTHS), warehouse=places.warehouse(),
            nights=places.nights(), kept=lake.kept(), begins=lambda: course.begins(next(steps)),
        )  # fmt: skip
    finally:
        engine.close()
    return {
        "months": [
            {
                "day": point.day.isoformat(), "lake_version": point.lake_version,
                "before": len(point.before), "after": len(point.after),
                "fresh": len(point.fresh), "freed": len(point.freed),
                "other_band": len(point.other_band),
            }
            for point in points
        ]
    }  # fmt: skip


_MEASURES: dict[str, Callable[[Tuning, Course], dict[str, Any]]] = {
    Measurement.Kind.EFFECT: _effect,
    Measurement.Kind.MONTHS: _months,
}


def compared(was: Mapping[str, Change], then: Mapping[str, Change]) -> dict[str, Any]:
    """How many subjects fall away, appear, change their band; by the offices that manage them."""
    fallen, appeared = was.keys() - then.keys(), then.keys() - was.keys()
    other = {key for key in was.keys() & then.keys() if was[key].bands != then[key].bands}
    parts = {"before": set(was), "fallen": fallen, "appeared": appeared, "other_band": other}
    counted: dict[str, Counter[str]] = {name: Counter() for name in parts}
    keys = sorted(was.keys() | then.keys())
    for start in range(0, len(keys), BATCH):
        some = Jurisdiction.objects.filter(about__in=keys[start : start + BATCH])
        for about, office in some.values_list("about", "office"):
            for name, subjects in parts.items():
                counted[name][office] += about in subjects
    offices = sorted({office for some in counted.values() for office in some})
    return {
        "found": len(was), "found_after": len(then), "fallen": len(fallen),
        "appeared": len(appeared), "other_band": len(other),
        "offices": [
            {"office": office, **{name: counted[name][office] for name in parts}}
            for office in offices
        ],
    }  # fmt: skip


def _found(
    one: Indicator, changed: Mapping[str, object], tuning: Tuning, sandbox: Sandbox
) -> dict[str, Change]:
    found = sandbox.found(one, tuning.as_of, one.settings(changed), tuning.lake_version)
    told: dict[str, list[Finding]] = {}
    for finding in found:
        if not finding.undecided:
            told.setdefault(finding.subject, []).append(finding)
    return {
        subject: Change(frozenset(one.band for one in some), max(one.value for one in some))
        for subject, some in told.items()
    }


def _indicator(tuning: Tuning) -> Indicator:
    """The indicator, unless another version of it came in force while this waited."""
    try:
        one = indicator(tuning.code)
    except Trouble as trouble:
        raise Refusal("no_such_indicator", _("没有这个指标")) from trouble
    if one.version != tuning.version:
        raise Refusal("indicator_changed", _("该指标已有新的生效版本，请重新测算"))
    return one
