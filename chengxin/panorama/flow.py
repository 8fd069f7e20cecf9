"""处置流向: from a finding to what became of it.

Hard facts are ordered at once and end by themselves; suspicions are taken by an officer, asked of
the taxpayer, judged.  Each of the two has a picture of its own, to its own scale.

    monitoring:  found ──▶ ordered | told only ──▶ stands | ended
    analysis:    found ──▶ taken | not taken ──▶ asked | not asked ──▶ outcome ──▶ ordered
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengxin.panorama.asked import Asked
from chengxin.panorama.history import Group
from chengxin.panorama.sankey import Drawn, Node, Stream, draw
from chengxin.risk import caselist
from chengxin.risk.models import Alert

HEIGHTS = {"monitoring": 132, "analysis": 236}  # pixels
TITLES: dict[str, str | Promise] = {
    "monitoring": _("监控指标：事实即处置，事实终结即解除"),
    "analysis": _("分析指标：先核实，后处置"),
}
# name → what it is called, how it is told apart, its tone; from top to bottom of its column
STATIONS: dict[str, dict[str, tuple[str | Promise, dict[str, str], str]]] = {
    "monitoring": {
        "found": (_("监控命中"), {}, "all"),
        "ordered": (_("已下达指令"), {"ordered": "yes"}, "done"),
        "told": (_("只作通知"), {"ordered": "no"}, "rest"),
        "open": (_("事实存续"), {"stage": "open"}, "open"),
        "cleared": (_("事实已终结"), {"stage": "cleared"}, "cleared"),
        "confirmed": (_("属实"), {"stage": "confirmed"}, "confirmed"),
        "explained": (_("已说明"), {"stage": "explained"}, "explained"),
        "inconclusive": (_("无法认定"), {"stage": "inconclusive"}, "inconclusive"),
    },
    "analysis": {
        "found": (_("分析命中"), {}, "all"),
        "taken": (_("已承办"), {"taken": "yes"}, "done"),
        "untaken": (_("未承办"), {"taken": "no"}, "rest"),
        "asked": (_("要求过说明"), {"inquired": "yes"}, "done"),
        "unasked": (_("未要求说明"), {"taken": "yes", "inquired": "no"}, "rest"),
        "confirmed": (_("属实"), {"stage": "confirmed"}, "confirmed"),
        "explained": (_("已说明"), {"stage": "explained"}, "explained"),
        "inconclusive": (_("无法认定"), {"stage": "inconclusive"}, "inconclusive"),
        "open": (_("未办结"), {"stage": "open"}, "open"),
        "cleared": (_("事实已终结"), {"stage": "cleared"}, "cleared"),
        "restricted": (_("已下达指令"), {"stage": "confirmed", "ordered": "yes"}, "confirmed"),
    },
}
COLUMNS = {
    "monitoring": {"found": 0, "ordered": 1, "told": 1},
    "analysis": {"found": 0, "taken": 1, "untaken": 1, "asked": 2, "unasked": 2, "restricted": 4},
}
PLACES = {"monitoring": (0.0, 31.5, 63.0), "analysis": (0.0, 21.0, 42.0, 63.0, 84.0)}


@dataclass(frozen=True)
class Picture:
    """One of the two flows."""

    kind: str
    drawn: Drawn

    @property
    def title(self) -> str:
        return str(TITLES[self.kind])


@dataclass(frozen=True)
class Flow:
    pictures: list[Picture]
    what: str  # the kind or indicator that is followed, in words


def of(asked: Asked, groups: Iterable[Group]) -> Flow:
    """What became of the findings of the period."""
    base = asked.followed.with_(since=asked.since.isoformat())
    counts: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for group in groups:
        if group.came:
            counts[group.kind][way(group)] += group.count
    pictures = [
        Picture(kind, _picture(kind, base.with_(kind=kind), counts[kind]))
        for kind in STATIONS
        if counts[kind]
    ]
    return Flow(pictures, asked.choice)


def way(group: Group) -> tuple[str, ...]:
    """The stations that a finding passes."""
    if group.kind == Alert.Kind.MONITORING:
        return ("found", "ordered" if group.ordered else "told", group.state)
    passed = ["found", "taken" if group.taken else "untaken"]
    if group.inquired:
        passed.append("asked")
    elif group.taken:
        passed.append("unasked")
    passed.append(group.state)
    if group.state == Alert.State.CONFIRMED and group.ordered:
        passed.append("restricted")
    return tuple(passed)


def _picture(kind: str, base: caselist.Asked, ways: Counter[tuple[str, ...]]) -> Drawn:
    nodes: Counter[str] = Counter()
    streams: Counter[tuple[str, str]] = Counter()
    for passed, count in ways.items():
        for name in passed:
            nodes[name] += count
        for pair in itertools.pairwise(passed):
            streams[pair] += count
    last = 2 if kind == "monitoring" else 3
    return draw(
        [
            Node(name, str(title), tone, COLUMNS[kind].get(name, last), nodes[name],
                 base.with_(**told).query)
            for name, (title, told, tone) in STATIONS[kind].items()
            if nodes[name]
        ],
        [
            Stream(one, other, count, base.with_(**_both(kind, one, other)).query)
            for (one, other), count in streams.items()
        ],
        PLACES[kind],
        HEIGHTS[kind],
    )  # fmt: skip


def _both(kind: str, one: str, other: str) -> dict[str, str]:
    """The conditions of a stream: of both its ends, and that it passed nothing between them."""
    told = STATIONS[kind][one][1] | STATIONS[kind][other][1]
    if one == "untaken" and other != "asked":
        told |= {"inquired": "no"}
    return told
