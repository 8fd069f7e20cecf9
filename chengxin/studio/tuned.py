"""What a page shows of a threshold that might be moved.  Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import Indicator, Param, all_indicators, indicator
from chengxin.offices import access
from chengxin.offices.models import Office, Officer, Role
from chengxin.risk import inbox
from chengxin.risk.inbox import Known, Row
from chengxin.risk.models import Alert
from chengxin.risk.shares import wilson, written
from chengxin.risk.words import indicator_title
from chengxin.studio import measuring
from chengxin.studio.models import Measurement, Tuning
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

MOST_NAMED = 100  # confirmed cases that would be lost, by name


@dataclass(frozen=True)
class Precision:
    """Confirmed among confirmed and explained."""

    confirmed: int
    explained: int

    @property
    def percent(self) -> str:
        told = self.confirmed + self.explained
        return f"{self.confirmed / told:.0%}" if told else "—"

    @property
    def between(self) -> str:
        told = self.confirmed + self.explained
        return written(wilson(self.confirmed, told)) if told else ""


@dataclass(frozen=True)
class ByOffice:
    office: Office
    before: int
    fallen: int
    appeared: int
    other_band: int


STEPS = {Measurement.Kind.EFFECT: measuring.SCANS,
         Measurement.Kind.MONTHS: measuring.SCANS * measuring.MONTHS}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """What the worker does for a proposal, as the page shows it."""

    measurement: Measurement
    left: bool  # nobody runs it any more

    @property
    def goes_on(self) -> bool:
        return self.measurement.state in Measurement.ACTIVE and not self.left

    @property
    def unfinished(self) -> bool:
        return self.left or self.measurement.state == Measurement.State.STOPPED

    @property
    def steps(self) -> int:
        return STEPS[Measurement.Kind(self.measurement.kind)]


@dataclass(frozen=True)
class Tuned:
    """One proposal as an officer reads it."""

    tuning: Tuning
    officer: Officer

    @property
    def title(self) -> str:
        return indicator_title(self.tuning.code)

    @cached_property
    def param(self) -> Param | None:
        try:
            return indicator(self.tuning.code).params.get(self.tuning.param)
        except Trouble:  # a proposal outlives its indicator
            return None

    @property
    def param_title(self) -> str:
        return _title(self.param) if self.param else self.tuning.param

    @property
    def before(self) -> str:
        return number(self.tuning.before)

    @property
    def after(self) -> str:
        return number(self.tuning.after)

    @cached_property
    def courses(self) -> dict[str, Course]:
        """Of each kind of measurement the last one."""
        found = self.tuning.measurements.order_by("kind", "-pk").distinct("kind")
        last = list(found)
        left = measuring.left(last)
        return {one.kind: Course(one, one.pk in left) for one in last}

    @property
    def goes_on(self) -> bool:
        """Whether the worker is at it, and the page should follow."""
        return any(one.goes_on for one in self.courses.values())

    @property
    def may_look_back(self) -> bool:
        months = self.courses.get(Measurement.Kind.MONTHS)
        return (
            self.may_decline and not self.tuning.months and (months is None or not months.goes_on)
        )

    @property
    def may_measure_again(self) -> bool:
        effect = self.courses.get(Measurement.Kind.EFFECT)
        idle = effect is not None and not effect.goes_on
        return self.may_decline and not self.tuning.measured and idle

    @property
    def effect(self) -> dict[str, object]:
        return self.tuning.told

    @property
    def precision(self) -> Precision:
        told = self.tuning.told
        return Precision(told["confirmed"], told["explained"])

    @property
    def precision_after(self) -> Precision:
        told = self.tuning.told
        return Precision(told["confirmed_after"], told["explained_after"])

    @property
    def falls(self) -> tuple[int, int]:
        """Of those judged, the confirmed and the explained ones that would fall away."""
        was, then = self.precision, self.precision_after
        return was.confirmed - then.confirmed, was.explained - then.explained

    @cached_property
    def offices(self) -> list[ByOffice]:
        """The lines of the offices whose subjects the officer may see."""
        lines = self.tuning.told["offices"]
        known = access.offices_of(self.officer).in_bulk([one["office"] for one in lines])
        return [
            ByOffice(
                known[one["office"]], one["before"], one["fallen"], one["appeared"],
                one["other_band"],
            )
            for one in lines
            if one["office"] in known
        ]  # fmt: skip

    @cached_property
    def lost(self) -> list[Row]:
        """The confirmed ones that would be lost, those of his offices, by name."""
        mine = inbox.of_office(self.officer).filter(pk__in=self.tuning.told["lost"])
        listed = list(mine.select_related("control").order_by("-value", "pk")[:MOST_NAMED])
        known = Known.of(key for one in listed for key in [one.subject, *inbox.acted_on(one)])
        return [Row(one, known) for one in listed]

    @property
    def lost_elsewhere(self) -> int:
        return len(self.tuning.told["lost"]) - len(self.lost)

    @property
    def may_take(self) -> bool:
        waits = self.tuning.is_waiting and self.tuning.measured
        return waits and self.officer.holds(Role.RISK)

    @property
    def may_decline(self) -> bool:
        return self.tuning.is_waiting and self.officer.holds(Role.RISK, Role.SECTION_HEAD)


def listed(officer: Officer, most: int = 100) -> list[Tuned]:
    found = Tuning.objects.select_related("asked_by", "decided_by", "draft").order_by("-pk")
    return [Tuned(one, officer) for one in found[:most]]


def seen(tuned: Tuned) -> None:
    """Every person or enterprise whose name is shown is one trace."""
    if not tuned.tuning.measured:
        return
    record.many(
        [
            Trace(
                action="tuning.see", about=row.alert.subject, officer=tuned.officer,
                place="studio", detail={"tuning": tuned.tuning.pk, "alert": row.alert.pk},
            )
            for row in tuned.lost
        ]
    )  # fmt: skip


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Analysis indicators with their numbers: (title, [(value of the option, its words)])."""
    return [
        (f"{one.code} {indicator_title(one.code)}", _numbers(one))
        for one in all_indicators()
        if one.kind == Alert.Kind.ANALYSIS
    ]


def number(value: Decimal) -> str:
    """1,500,000 or 0.15."""
    return f"{value.normalize():,f}"


def _numbers(one: Indicator) -> list[tuple[str, str]]:
    return [
        (f"{one.code}.{name}", f"{_title(param)} ({number(param.default)})")
        for name, param in one.params.items()
        if isinstance(param.default, Decimal)
    ]


def _title(param: Param) -> str:
    return param.title_en if english() else param.title
