"""A small world for rankings, and the score once more: slow, obvious, walk by walk.

Written from the scheme's own words, without the program's arithmetic: a network part is the sum
over every walk of roles, not longer than the scheme's steps and never straight back, from somebody
caught to the subject.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from math import exp, log2, sqrt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from chengxin.indicators.scan import Finding
from chengxin.lake.engine import DuckDB
from chengxin.ranking import scheme
from chengxin.ranking.rank import RANKS, rank
from chengxin.ranking.scheme import Scheme

DAY = date(2017, 8, 18)
AFFILIATION = {
    "person_id": "VARCHAR", "enterprise_id": "VARCHAR", "role": "VARCHAR",
    "share": "DECIMAL(9, 6)", "valid_from": "DATE", "until": "DATE",
}  # fmt: skip
Tie = tuple[str, str, str]  # person, enterprise, role
Row = dict[str, Any]


@cache
def _engine() -> DuckDB:
    return DuckDB(threads=1)


def finding(
    indicator: str, subject: str, band: str, value: float = 1, acted_on: str = ""
) -> Finding:
    kind = "analysis" if indicator.startswith("A") else "monitoring"
    return Finding(
        indicator=indicator, name=indicator.lower(), kind=kind, version="0" * 12, subject=subject,
        acted_on=acted_on or subject, value=Decimal(str(value)), band=band, evidence={}, params={},
        as_of=DAY, lake_version=1, because="", levels={},
    )  # fmt: skip


def ranked(
    nights: Path,
    findings: Sequence[Finding],
    ties: Iterable[Tie | Row] = (),
    *,
    day: date = DAY,
    judged: Mapping[tuple[str, str], str] | None = None,
    industries: Mapping[str, str] | None = None,
) -> dict[str, Row]:
    """Subject -> its row of the ranking, with the parts read."""
    rows = [
        tie if isinstance(tie, dict)
        else dict(zip(("person_id", "enterprise_id", "role"), tie, strict=True))
        for tie in ties
    ]  # fmt: skip
    engine = _engine()
    engine.load("affiliation", AFFILIATION, rows)
    told = [{"enterprise_id": k, "industry": v} for k, v in (industries or {}).items()]
    engine.load("enterprise", {"enterprise_id": "VARCHAR", "industry": "VARCHAR"}, told)
    rank(engine, findings, day, 1, scheme.load(), nights=nights, judged=judged)
    made = pq.read_table(nights / day.isoformat() / RANKS).to_pylist()
    return {row["subject"]: row | {"parts": json.loads(row["parts"])} for row in made}


def expected(
    findings: Sequence[Finding], ties: Iterable[Tie], how: Scheme
) -> dict[str, tuple[float, float]]:
    """Subject -> own and network part of fresh, unjudged findings, without any rounding."""
    own_points: dict[str, dict[str, float]] = {}
    reached: dict[str, dict[str, float]] = {}  # of others, whose findings act on these
    for one in findings:
        if one.band == "undecided":
            continue
        weighs = how.indicators[one.indicator]
        times = 1 + weighs.per_doubling * log2(max(1, float(one.value) / weighs.least))
        worth = min(weighs.cap, weighs.bands[one.band] * times)
        for whom, mine in ((one.subject, own_points), (one.acted_on, reached)):
            if mine is own_points or (weighs.acted_on and whom != one.subject):
                by_code = mine.setdefault(whom, {})
                by_code[one.indicator] = max(worth, by_code.get(one.indicator, 0))

    def together(some: Iterable[float]) -> float:
        left = 1.0
        for worth in some:
            left *= 1 - worth / 100
        return 100 * (1 - left)

    def within_level(some: Iterable[float]) -> float:
        first, *others = sorted(some, reverse=True) or [0]
        ends = {85: 100, 70: 84.99, 40: 69.99, 20: 39.99, 0: 19.99}
        end = max(first, next(ends[least] for least in ends if first >= least))
        return first + (end - first) * together(others) / 100

    weights: dict[tuple[str, str], float] = {}
    for person, firm, role in ties:
        weight = how.network.roles[role] * (0.5 if role == "06" else 1)
        pair = (f"person:{person}", f"enterprise:{firm}")
        weights[pair] = max(weight, weights.get(pair, 0))
    neighbours: dict[str, dict[str, float]] = {}
    for (one, other), weight in weights.items():
        neighbours.setdefault(one, {})[other] = weight
        neighbours.setdefault(other, {})[one] = weight
    sums = {key: sum(others.values()) for key, others in neighbours.items()}

    def walks(at: str, came_from: str, carried: float, left: int) -> Iterator[tuple[str, float]]:
        for other, weight in neighbours.get(at, {}).items():
            if other == came_from or not left:
                continue
            passed = carried * how.network.damping * weight / sqrt(sums[at] * sums[other])
            yield other, passed
            yield from walks(other, at, passed, left - 1)

    arrived: dict[str, float] = {}
    for source, mine in own_points.items():
        spread = together(worth for code, worth in mine.items() if how.indicators[code].spreads)
        for target, passed in walks(source, "", spread, how.network.steps):
            arrived[target] = arrived.get(target, 0) + passed
    found = {}
    for subject in {*own_points, *reached, *arrived}:
        by_code = dict(reached.get(subject, {}))
        for code, worth in own_points.get(subject, {}).items():
            by_code[code] = max(worth, by_code.get(code, 0))
        mine = by_code.values()
        own, cap = within_level(mine), how.network.cap
        others = cap * (1 - exp(-arrived.get(subject, 0) / cap))
        found[subject] = (own, within_level([*mine, others]) - own)
    return found
