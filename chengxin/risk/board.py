"""核实看板: what the officers of one's offices hold, how far it is, what comes due.

Reads only.  Every number is a list (`caselist`) counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.offices import access
from chengxin.offices.models import Office, Officer, Role
from chengxin.risk import caselist
from chengxin.risk.caselist import NOBODY, Asked
from chengxin.risk.cases import JUDGES
from chengxin.risk.models import Alert

SUPERVISES = (Role.SECTION_HEAD, Role.RISK, Role.LEADER)
LATELY = "30"  # days back for what was closed

# column → title, its conditions
COLUMNS: dict[str, tuple[str | Promise, Asked]] = {
    "open": (_("待核实"), Asked(stage="open")),
    "new": (_("未分派"), Asked(stage="new")),
    "held": (_("核实中"), Asked(stage="held")),
    "asked": (_("待纳税人说明"), Asked(stage="asked")),
    "second": (_("待复核"), Asked(stage="second")),
    "near": (_("临近期限"), Asked(due="near")),
    "overdue": (_("已逾期"), Asked(due="overdue")),
    "confirmed": (_("属实"), Asked(stage="confirmed", closed=LATELY)),
    "explained": (_("已说明"), Asked(stage="explained", closed=LATELY)),
    "inconclusive": (_("无法认定"), Asked(stage="inconclusive", closed=LATELY)),
}
LOUD = {"near": "warn", "overdue": "danger"}


@dataclass(frozen=True)
class Number:
    """A count, and the address of its list."""

    column: str
    count: int
    query: str

    @property
    def title(self) -> str:
        return str(COLUMNS[self.column][0])

    @property
    def tone(self) -> str:
        return LOUD.get(self.column, "") if self.count else ""


@dataclass(frozen=True)
class Line:
    """One officer's cases, nobody's, or all of them."""

    holder: str
    title: str
    office: Office | None
    numbers: list[Number]


@dataclass(frozen=True)
class Board:
    lines: list[Line]
    total: Line

    @property
    def columns(self) -> list[str]:
        return [str(title) for title, _asked in COLUMNS.values()]

    @property
    def days(self) -> str:
        return LATELY


def of(officer: Officer) -> Board:
    tasks = caselist.seen_by(officer).filter(kind=Alert.Kind.ANALYSIS)
    counts: dict[str, Any] = {
        name: Count("pk", filter=asked.condition) for name, (_t, asked) in COLUMNS.items()
    }
    found: Any = tasks.order_by().values("held_by").annotate(**counts)
    by_holder: dict[int | None, dict[str, int]] = {one["held_by"]: one for one in found}
    lines = [_line(NOBODY, gettext("未分派"), None, by_holder.get(None))]
    lines += [
        _line(str(one.pk), one.full_name, one.office, by_holder.get(one.pk))
        for one in _officers(officer, by_holder)
    ]
    everyone = {name: sum(one[name] for one in by_holder.values()) for name in COLUMNS}
    return Board(lines, _line("", gettext("合计"), None, everyone))


def _line(holder: str, title: str, office: Office | None, counts: dict[str, int] | None) -> Line:
    numbers = [
        Number(
            name,
            counts[name] if counts else 0,
            asked.with_(holder=holder, kind=str(Alert.Kind.ANALYSIS)).query,
        )
        for name, (_title, asked) in COLUMNS.items()
    ]
    return Line(holder, title, office, numbers)


def _officers(officer: Officer, holders: Iterable[int | None]) -> list[Officer]:
    """Those who judge in his offices, and whoever else holds a case there."""
    judging = Q(office__in=access.offices_of(officer), roles__role__in=JUDGES, is_active=True)
    held = Q(pk__in=[one for one in holders if one is not None])
    found = Officer.objects.filter(judging | held).select_related("office")
    return list(found.order_by("office", "username").distinct())
