"""指标分布: how many each indicator finds now, by priority or by office, and what share that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext

from chengxin.indicators.catalogue import all_indicators
from chengxin.offices.models import Office, Officer
from chengxin.panorama import administered, drawing
from chengxin.panorama.asked import Asked, in_tongue, shorter, title
from chengxin.risk import caselist
from chengxin.risk.models import Alert

NAMES = 30.0  # hundredths for the indicators' names
BARS = 52.0  # hundredths for the bars
TOTALS = 13.0  # hundredths for numbers and shares at the right
ROW, BAR = 28, 16  # pixels
HEAD, HIGH_HEAD = 30, 112  # pixels of the headings: lying, or slanting
SLANTING = 150  # pixels of an office's name
COLUMNS = 12  # offices that are drawn; all are in the table


@dataclass(frozen=True)
class Column:
    """A priority or an office."""

    key: str
    name: str
    full_name: str
    style: str  # of its colour
    x: str = ""  # of its heading


@dataclass(frozen=True)
class Part:
    """A piece of an indicator's bar, or its bar for one office."""

    column: Column
    count: int
    query: str
    x: float
    width: float

    @property
    def number(self) -> str:
        return f"{self.count:,}"

    @property
    def at(self) -> dict[str, str]:
        return {
            "x": drawing.hundredths(self.x),
            "width": drawing.hundredths(self.width),
            "after": drawing.hundredths(self.x + self.width + 0.4),
        }


@dataclass(frozen=True)
class Bar:
    """One indicator."""

    code: str
    count: int
    query: str
    whole: int  # of the administered whom it looks at
    parts: list[Part]
    top: int  # pixels

    @property
    def title(self) -> str:
        return title(self.code)

    @property
    def number(self) -> str:
        return f"{self.count:,}"

    @property
    def share(self) -> str:
        return drawing.percent(self.count, self.whole)

    @property
    def name(self) -> str:
        return drawing.fit(self.title, NAMES / 100 * drawing.WIDE - 48)

    @property
    def spoken(self) -> str:
        told = {
            "code": self.code, "title": self.title, "count": self.number, "share": self.share,
        }  # fmt: skip
        return gettext("%(code)s %(title)s：%(count)s，占所辖 %(share)s") % told

    @property
    def y(self) -> dict[str, int]:
        return {
            "top": self.top,
            "bar": self.top + (ROW - BAR) // 2,
            "words": self.top + ROW // 2 + 5,
        }


@dataclass(frozen=True)
class Spread:
    by: str  # priority | office
    columns: list[Column]
    drawn: list[Column]
    bars: list[Bar]
    whole: dict[str, int]  # person | enterprise → how many
    asked: administered.Asked

    thick, row = BAR, ROW

    @property
    def height(self) -> int:
        return self.head + len(self.bars) * ROW + 4

    @property
    def head(self) -> int:
        return HIGH_HEAD if self.by == "office" else HEAD

    @property
    def head_words(self) -> int:
        return self.head - 10

    @property
    def left_out(self) -> int:
        return len(self.columns) - len(self.drawn)

    @property
    def lines(self) -> list[tuple[Bar, list[Part | None]]]:
        """For the table: every column of every bar."""
        return [
            (bar, [next((p for p in bar.parts if p.column == one), None) for one in self.columns])
            for bar in self.bars
        ]

    @property
    def wholes(self) -> list[tuple[str, str, str]]:
        """(kind, how many are administered, address of their list)."""
        return [
            (str(caselist.WHO[kind]), f"{count:,}", self.asked.with_(who=kind).query)
            for kind, count in self.whole.items()
            if count
        ]


def of(officer: Officer, asked: Asked) -> Spread:
    """What stands open now."""
    every = administered.Asked(
        **{name: asked.told.get(name, "") for name in ("bureau", "office", "who")}
    )
    persons, enterprises = administered.numbers(officer, every).all
    whole = {"person": persons, "enterprise": enterprises}
    wholes = {
        one.code: sum(count for kind, count in whole.items() if kind in one.subject)
        for one in all_indicators()
    }
    base = asked.cases.with_(stage="open")
    by = asked.told["by"]
    counts = _by_office(officer, every, base) if by == "office" else _by_priority(officer, base)
    totals = _by_indicator(officer, base) if by == "office" else _summed(counts)
    columns = _offices(asked, counts) if by == "office" else _priorities()
    drawn = columns[:COLUMNS]
    head = HIGH_HEAD if by == "office" else HEAD
    bars = []
    for place, code in enumerate(sorted(totals, key=lambda code: (-totals[code], code))):
        one = base.with_(indicator=code)
        mine = {key: count for (its, key), count in counts.items() if its == code}
        if by == "office":
            parts = _beside(one, mine, columns, max(counts.values()))
        else:
            parts = _stacked(one, mine, columns, max(totals.values()))
        bars.append(
            Bar(code, totals[code], one.query, wholes.get(code, 0), parts, head + place * ROW)
        )
    return Spread(by, columns, drawn, bars, whole, every)


def _stacked(
    one: caselist.Asked, counts: dict[str, int], columns: list[Column], most: int
) -> list[Part]:
    """The priorities of one indicator, one after the other in one bar."""
    parts, left = [], NAMES
    for column in columns:
        if count := counts.get(column.key, 0):
            width = max(count / most * BARS, 0.25)
            parts.append(Part(column, count, one.with_(priority=column.key).query, left, width))
            left += width
    return parts


def _beside(
    one: caselist.Asked, counts: dict[str, int], columns: list[Column], most: int
) -> list[Part]:
    """One indicator's bar for each office, in the office's column."""
    step = _step(columns)
    return [
        Part(
            column,
            count,
            one.with_(office=column.key).query,
            NAMES + number * step,
            max(count / most * step * 0.5, 0.25),
        )
        for number, column in enumerate(columns)
        if (count := counts.get(column.key, 0))
    ]


def _by_indicator(officer: Officer, base: caselist.Asked) -> dict[str, int]:
    rows: Any = base.within(officer).order_by().values("indicator").annotate(n=Count("pk"))
    return {row["indicator"]: row["n"] for row in rows}


def _summed(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for (code, _key), count in counts.items():
        totals[code] += count
    return totals


def _by_priority(officer: Officer, base: caselist.Asked) -> dict[tuple[str, str], int]:
    found: Any = base.within(officer).order_by()
    rows = found.values("indicator", "priority").annotate(n=Count("pk"))
    return {(row["indicator"], str(row["priority"])): row["n"] for row in rows}


def _by_office(
    officer: Officer, every: administered.Asked, base: caselist.Asked
) -> dict[tuple[str, str], int]:
    """One that was sent to several offices counts with each; whoever may see one of the offices
    may see what was sent there."""
    codes = every.codes(officer)
    sent: Any = Alert.objects.filter(base.condition, offices__in=codes).order_by()
    rows = sent.values("indicator", "offices").annotate(n=Count("pk"))
    return {(row["indicator"], row["offices"]): row["n"] for row in rows}


def _priorities() -> list[Column]:
    found = []
    for value in sorted(Alert.Priority.values, reverse=True):
        level = str(Alert.Priority(value).label)
        full = gettext("优先级%(level)s") % {"level": level}
        found.append(Column(str(value), level, full, f"level-{value}"))
    return found


def _offices(asked: Asked, counts: dict[tuple[str, str], int]) -> list[Column]:
    """Those with findings, as they are numbered; of more than can be drawn the greatest first."""
    many: Counter[str] = Counter()
    for (_code, key), count in counts.items():
        many[key] += count
    keys = sorted(many)
    if len(keys) > COLUMNS:
        keys.sort(key=lambda key: -many[key])
    known = {str(one.pk): one for one in asked.offices}
    step = _step(keys)
    return [
        Column(
            key,
            drawing.fit(shorter(known[key]), SLANTING),
            in_tongue(known[key]),
            "level-2" if known[key].bureau == Office.Bureau.LOCAL else "level-3",
            drawing.hundredths(NAMES + place * step),
        )
        for place, key in enumerate(keys)
    ]


def _step(columns: Sized) -> float:
    """Hundredths of the width for one office."""
    return (100 - NAMES - TOTALS) / max(min(len(columns), COLUMNS), 1)
