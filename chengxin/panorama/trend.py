"""命中趋势: findings that came, ended and stood, by night, week or month.

A time in which no night ran and nothing happened is a gap: what was true then is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Min
from django.utils.timezone import localdate
from django.utils.translation import gettext

from chengxin.panorama import drawing
from chengxin.panorama.asked import Asked, Slot
from chengxin.panorama.history import Group
from chengxin.risk import caselist
from chengxin.risk.models import RankingRun

GUTTER = 5.0  # hundredths for the axes' words
TOP, STANDING = 34, 124  # pixels: room for a word above, the strip of what stands
BETWEEN, MOVING = 52, 78  # room between the strips, one half of the strip of what moved
ZERO = TOP + STANDING + BETWEEN + MOVING
BOTTOM = ZERO + MOVING + 8
HEIGHT = BOTTOM + 36
NUMBERED = 15  # slots with their numbers written at every mark
NIGHT_WORDS = 90  # pixels that the words of a gap need


@dataclass(frozen=True)
class Mark:
    """A number with its place and the list it opens."""

    kind: str  # new | ended | stood
    count: int
    query: str
    title: str  # of its slot
    x: float
    y: float  # top of a column, middle of a point
    height: float = 0
    width: float = 0

    @property
    def name(self) -> str:
        names = {
            "new": gettext("新增"), "ended": gettext("终结"), "stood": gettext("期末存续"),
        }  # fmt: skip
        return names[self.kind]

    @property
    def spoken(self) -> str:
        return f"{self.title} {self.name} {self.count:,}"

    @property
    def number(self) -> str:
        return f"{self.count:,}"

    @property
    def place(self) -> dict[str, str]:
        return {
            "x": drawing.hundredths(self.x - self.width / 2),
            "middle": drawing.hundredths(self.x),
            "y": drawing.pixels(self.y),
            "width": drawing.hundredths(self.width),
            "height": drawing.pixels(self.height),
            "word": drawing.pixels(
                self.y + self.height + 14 if self.kind == "ended" else self.y - 7
            ),
        }


@dataclass(frozen=True)
class Line:
    """One slot: its numbers, or that nothing is known of it."""

    slot: Slot
    marks: list[Mark]  # new, ended, stood; none in a gap
    x: float

    @property
    def label_x(self) -> str:
        return drawing.hundredths(self.x)


@dataclass(frozen=True)
class Trend:
    lines: list[Line]
    what: str  # the kind or indicator that is followed, in words
    top: int  # end of the axis of what stands
    most: int  # end of the axis of what came and ended

    standing_head, moving_head = TOP - 20, ZERO - MOVING - 24
    height, top_edge, gap_height, gap_middle = HEIGHT, TOP, BOTTOM - TOP, (TOP + BOTTOM) // 2

    @property
    def known(self) -> bool:
        return any(line.marks for line in self.lines)

    @property
    def numbered(self) -> bool:
        return len(self.lines) <= NUMBERED

    @cached_property
    def written(self) -> set[Mark]:
        """The marks that have room for their number; of the line at least its last."""
        room = (100 - GUTTER) / len(self.lines) / 100 * drawing.NARROWEST - 3
        fitting: set[Mark] = {self.last} if self.last else set()
        for moving in (True, False):
            some = [one for one in self.marks if (one.kind != "stood") is moving]
            if all(drawing.width(one.number) <= room for one in some):
                fitting |= set(some)
        return fitting

    @cached_property
    def marks(self) -> list[Mark]:
        return [mark for line in self.lines for mark in line.marks]

    @property
    def last(self) -> Mark | None:
        """What stands now."""
        return next((one for one in reversed(self.marks) if one.kind == "stood"), None)

    @property
    def stretches(self) -> list[dict[str, str]]:
        """The line through what stood, broken at the gaps."""
        found = []
        for one, other in zip(self.lines, self.lines[1:], strict=False):
            if one.marks and other.marks:
                a, b = one.marks[2].place, other.marks[2].place
                found.append({"x1": a["middle"], "y1": a["y"], "x2": b["middle"], "y2": b["y"]})
        return found

    @property
    def gaps(self) -> list[dict[str, str]]:
        """Neighbouring slots of which nothing is known, as one field."""
        step = (100 - GUTTER) / len(self.lines)
        runs: list[list[int]] = []
        for place, line in enumerate(self.lines):
            if line.marks:
                continue
            if runs and runs[-1][1] == place:
                runs[-1][1] = place + 1
            else:
                runs.append([place, place + 1])
        return [
            {
                "x": drawing.hundredths(GUTTER + first * step),
                "width": drawing.hundredths((end - first) * step),
                "middle": drawing.hundredths(GUTTER + (first + end) / 2 * step),
                "words": gettext("无运行记录") if _wide(end - first, step) else "",
            }
            for first, end in runs
        ]

    @property
    def labels(self) -> list[Line]:
        """The slots that are named below the axis: all, or every third night."""
        return self.lines if self.numbered else self.lines[::-3][::-1]

    @property
    def axes(self) -> list[tuple[str, str, bool]]:
        """(down, words, whether it is a ground line)."""
        return [
            (drawing.pixels(TOP), f"{self.top:,}", False),
            (drawing.pixels(TOP + STANDING / 2), f"{self.top // 2:,}", False),
            (drawing.pixels(TOP + STANDING), "0", True),
            (drawing.pixels(ZERO - MOVING), f"{self.most:,}", False),
            (drawing.pixels(ZERO), "0", True),
            (drawing.pixels(ZERO + MOVING), f"{self.most:,}", False),
        ]


def of(asked: Asked, groups: Iterable[Group]) -> Trend:
    base, slots = asked.followed, asked.slots
    came: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    for group in groups:
        came[group.came] += group.count
        if group.ended is not None:
            ended[group.ended] += group.count
    nights = _nights(asked.since)
    stands = came[0]
    told: list[tuple[Slot, tuple[int, int, int] | None]] = []
    for number, slot in enumerate(slots, start=1):
        new, gone = came[number], ended[number]
        stands += new - gone
        ran = any(slot.first <= day <= slot.last for day in nights)
        told.append((slot, (new, gone, stands) if ran or new or gone else None))
    known = [numbers for _slot, numbers in told if numbers]
    top = drawing.ceiling(max((numbers[2] for numbers in known), default=0))
    most = drawing.ceiling(max((max(numbers[:2]) for numbers in known), default=0))
    step = (100 - GUTTER) / len(slots)
    lines = []
    for place, (slot, numbers) in enumerate(told):
        x = GUTTER + (place + 0.5) * step
        marks = _marks(base, slot, numbers, x, step, top, most) if numbers else []
        lines.append(Line(slot, marks, x))
    return Trend(lines, asked.choice, top, most)


def _marks(
    base: caselist.Asked, slot: Slot, numbers: tuple[int, int, int], x: float, step: float,
    top: int, most: int,
) -> list[Mark]:  # fmt: skip
    first, last = slot.first.isoformat(), slot.last.isoformat()
    new, gone, stands = numbers
    width = min(step * 0.56, 3.6)
    up, down = (max(count / most * MOVING, 2.0) if count else 0.0 for count in (new, gone))
    y = TOP + STANDING * (1 - stands / top)
    return [
        Mark(
            "new",
            new,
            base.with_(since=first, till=last).query,
            slot.title,
            x,
            ZERO - up,
            up,
            width,
        ),
        Mark(
            "ended",
            gone,
            base.with_(closed_since=first, closed_till=last).query,
            slot.title,
            x,
            ZERO,
            down,
            width,
        ),
        Mark("stood", stands, base.with_(stood=last).query, slot.title, x, y),
    ]


def _nights(since: date) -> set[date]:
    """The days on which a night was run for the first time, as the rankings remember it."""
    runs = RankingRun.objects.order_by().values("day").annotate(began=Min("began_at"))
    began = runs.filter(began__gte=caselist.morning(since.isoformat()))
    return {localdate(one) for one in began.values_list("began", flat=True)}


def _wide(slots: int, step: float) -> bool:
    return slots * step / 100 * drawing.NARROWEST > NIGHT_WORDS
