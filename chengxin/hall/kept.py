"""What people were told about their wait, and what happened: how far a hall's word can be trusted.

Of the promises of some days: those whose wait lay in the range shown, those called sooner, those
called later, those told that nobody can say, and those who left or still wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengxin.hall import promises
from chengxin.hall.models import Hall, Promise

AIM = 0.8  # of the waits shall lie in the range that was shown
STEPS = ((0, 5), (5, 10), (10, 20), (20, 40), (40, None))  # minutes of the expected wait
WORST = 20  # broken promises that are listed


@dataclass
class Line:
    """Promises of one kind, counted by how they ended."""

    title: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(promises.ENDS, 0))
    widths: list[int] = field(default_factory=list)  # minutes between low and high

    @property
    def tried(self) -> int:
        """Of which it is known whether the range held."""
        return sum(self.counts[end] for end in ("kept", "early", "late"))

    @property
    def share(self) -> float | None:
        return self.counts["kept"] / self.tried if self.tried else None

    @property
    def width(self) -> float | None:
        """Minutes from low to high, on average: a range from now to evening holds everything."""
        return sum(self.widths) / len(self.widths) if self.widths else None

    @property
    def missed_aim(self) -> bool:
        return self.share is not None and self.share < AIM

    def add(self, one: Promise) -> None:
        self.counts[promises.end_of(one)] += 1
        if one.low is not None and one.high is not None:
            self.widths.append(one.high - one.low)


@dataclass(frozen=True)
class Broken:
    """One wait outside the range shown."""

    promise: Promise
    off: timedelta  # beyond the nearer end of the range

    @property
    def waited(self) -> float:
        assert self.promise.waited is not None
        return self.promise.waited.total_seconds()


@dataclass(frozen=True)
class Kept:
    total: Line
    by_wait: list[Line]
    by_hour: list[Line]
    by_place: list[Line]
    worst: list[Broken]


def of(hall: Hall, first: date, last: date) -> Kept:
    found = Promise.objects.filter(ticket__hall=hall, ticket__day__range=(first, last))
    told = list(found.select_related("ticket").order_by("at"))
    total = Line(_("合计"))
    waits = [Line(_span(low, high)) for low, high in STEPS]
    places = {False: Line(_("号票")), True: Line(_("手机页面"))}
    hours: dict[int, Line] = {}
    for one in told:
        hour = localtime(one.at).hour
        hours.setdefault(hour, Line(f"{hour:02}:00"))
        lines = [total, hours[hour], places[one.on_phone]]
        if one.expected is not None:
            lines.append(waits[_step(one.expected / 60)])
        for line in lines:
            line.add(one)
    by_hour = [hours[hour] for hour in sorted(hours)]
    return Kept(total, waits, by_hour, list(places.values()), _worst(told))


def _worst(told: Iterable[Promise]) -> list[Broken]:
    broken = [Broken(one, _off(one)) for one in told if one.kept is False]
    return sorted(broken, key=lambda one: one.off, reverse=True)[:WORST]


def _off(one: Promise) -> timedelta:
    assert one.waited is not None
    assert one.low is not None
    assert one.high is not None
    return max(timedelta(minutes=one.low) - one.waited, one.waited - timedelta(minutes=one.high))


def _step(minutes: float) -> int:
    return next(n for n, (_low, high) in enumerate(STEPS) if high is None or minutes < high)


def _span(low: int, high: int | None) -> str:
    if high is None:
        return _("%(low)s分钟以上") % {"low": low}
    return _("%(low)s–%(high)s分钟") % {"low": low, "high": high}
