"""风险评定、等级排序: the score and level of every person and enterprise, with all its parts.

    findings ──own──▶ own part ─┬──────────────────────────▶ score, level, movement
    roles ──influence──────────▶ network part, as one finding ─┘      └──▶ <night>/ranks.parquet

A night's ranking lies beside its findings.  It depends on those, on the warehouse, on the scheme,
on what offices have judged and on the newest earlier night's ranking: made again, it gives the
same rows.  Scores and all their parts are whole hundredths of a point and sum exactly.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chengxin.indicators.scan import Finding
from chengxin.lake.engine import Engine
from chengxin.ranking.influence import Influence, influence
from chengxin.ranking.own import Judged, Part, first_seen, own, spreading, sum_of, together
from chengxin.ranking.scheme import Scheme

RANKS, SEEN, RECORD = "ranks.parquet", "seen.parquet", "ranks.json"
SHOWN = 5  # neighbours whose influence is told one by one; the rest as one sum
BATCH = 20_000
_POINTS = pa.decimal128(5, 2)
SCHEMA = pa.schema(
    [
        ("subject", pa.string()),
        ("kind", pa.string()),  # "person", "enterprise"
        ("score", _POINTS),  # 0 to 100
        ("own", _POINTS),
        ("network", _POINTS),
        ("level", pa.string()),
        ("previous", _POINTS),  # of the night before; null when he was not ranked
        ("previous_level", pa.string()),
        ("industry", pa.string()),  # GB/T 4754 class of an enterprise; "" when not known
        ("parts", pa.string()),  # JSON: {"own": [...], "network": [...], "others": {...}}
    ]
)
_SEEN = pa.schema(
    [
        ("indicator", pa.string()), ("subject", pa.string()), ("band", pa.string()),
        ("first_on", pa.date32()), ("last_on", pa.date32()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Ranking:
    """One night's ranking, and where it is kept."""

    day: date
    lake_version: int
    scheme: str  # its version
    ranked: int
    levels: dict[str, int]
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / RANKS


def rank(
    engine: Engine,
    findings: Sequence[Finding],
    day: date,
    lake_version: int,
    scheme: Scheme,
    *,
    nights: Path,
    judged: Judged | None = None,
) -> Ranking:
    """Rank everyone whom `findings` or the network mark, by the warehouse bound to `engine`.

    `judged` is (indicator, subject) -> "confirmed", "explained", "inconclusive" for the same facts.
    """
    folder = nights / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    before = _night_before(nights, day)
    seen = first_seen(findings, _seen(before), day, scheme)
    firsts = {key: days[0] for key, days in seen.items()}
    parts = own(findings, scheme, day, firsts, judged or {})
    sources = {subject: points for subject, some in parts.items()
               if (points := spreading(some, scheme)) > 0}  # fmt: skip
    arrived = influence(engine, day, sources, scheme.network)
    rows = _Rows(scheme, parts, arrived, _previous(before), _industries(engine))
    levels = _write(folder / RANKS, rows)
    _write_seen(folder / SEEN, seen)
    made = Ranking(day, lake_version, scheme.version, sum(levels.values()), levels, folder)
    told = {"day": day.isoformat(), "lake_version": lake_version, "scheme": scheme.version,
            "ranked": made.ranked, "levels": levels}  # fmt: skip
    (folder / RECORD).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return made


class _Rows:
    """Every subject that is ranked or was, by key."""

    def __init__(
        self,
        scheme: Scheme,
        parts: Mapping[str, list[Part]],
        arrived: Influence,
        previous: Mapping[str, tuple[Decimal, str]],
        industries: Mapping[str, str],
    ) -> None:
        self._scheme, self._parts, self._arrived = scheme, parts, arrived
        self._previous, self._industries = previous, industries
        # where each target's arrivals begin and end; what is too little to be ranked is left out
        targets, starts = np.unique(arrived.target, return_index=True)
        ends = np.append(starts, len(arrived.target))[1:]
        total = np.bincount(arrived.target, arrived.points, len(arrived.keys))[targets]
        self._spans: dict[str, list[int]] = {
            key: span
            for target, points, *span in zip(
                targets.tolist(), total.tolist(), starts.tolist(), ends.tolist(), strict=True
            )
            if (key := arrived.keys[target]) in parts or points >= scheme.least
        }

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for subject in sorted({*self._parts, *self._spans, *self._previous}):
            if row := self._row(subject):
                yield row

    def _row(self, subject: str) -> dict[str, Any] | None:
        mine = self._parts.get(subject, [])
        own_part = sum_of(mine)
        network = self._network(subject, mine, own_part)
        score = own_part + network.counts
        if score < 100 * self._scheme.least:
            own_part, score, mine, network = 0, 0, [], _Arrivals()
        before = self._previous.get(subject)
        if not score and (before is None or not before[0]):
            return None
        return {
            "subject": subject,
            "kind": subject.partition(":")[0],
            "score": _points(score),
            "own": _points(own_part),
            "network": _points(network.counts),
            "level": self._scheme.level(score / 100).code if score else "",
            "previous": before[0] if before else None,
            "previous_level": before[1] if before else None,
            "industry": self._industries.get(subject, ""),
            "parts": _json({"own": list(map(_told, mine)), **network.told}),
        }

    def _network(self, subject: str, mine: Sequence[Part], own_part: int) -> _Arrivals:
        """The network part: what arrives, below its cap, counted as one more finding of his."""
        if subject not in self._spans:
            return _Arrivals()
        arrived, cap, (start, end) = self._arrived, self._scheme.network.cap, self._spans[subject]
        points = arrived.points[start:end].tolist()
        total = sum(points)
        by_others = cap * (1 - exp(-total / cap))
        strongest_first = sorted([by_others, *(part.points for part in mine)], reverse=True)
        whole = together(strongest_first, self._scheme)[-1] - own_part
        counts, told, so_far = [], 0, 0.0
        for one in points:
            so_far += one
            upto = min(whole, round(whole * so_far / total))
            counts.append(upto - told)
            told = upto
        counts[0] += whole - told
        shown = min(SHOWN, sum(map(bool, counts)))
        through = [self._arrival(start + at, counts[at]) for at in range(shown)]
        return _Arrivals(whole, through, len(points) - shown, sum(counts[shown:]))

    def _arrival(self, at: int, counts: int) -> dict[str, Any]:
        arrived, points = self._arrived, float(self._arrived.points[at])
        direct = round(counts * min(1.0, float(arrived.direct[at]) / points))
        return {
            "through": arrived.keys[int(arrived.source[at])],
            "role": arrived.role[at],
            "arrives": round(points, 2),
            "direct": direct / 100,
            "beyond": (counts - direct) / 100,
            "counts": counts / 100,
        }


@dataclass(frozen=True)
class _Arrivals:
    """A network part: whole, over the greatest neighbours one by one, over the rest together."""

    counts: int = 0
    through: Sequence[dict[str, Any]] = ()
    others: int = 0
    others_count: int = 0

    @property
    def told(self) -> dict[str, Any]:
        rest = {"subjects": self.others, "counts": self.others_count / 100}
        return {"network": list(self.through), "others": rest}


def _told(part: Part) -> dict[str, Any]:
    return {
        "indicator": part.indicator,
        "band": part.band,
        "about": part.about,
        "weight": part.weight,
        "excess": round(part.excess, 3),
        "base": round(part.base, 2),
        "first_on": part.first_on.isoformat(),
        "fading": round(part.fading, 3),
        "judged": part.judged,
        "times": part.times,
        "points": round(part.points, 2),
        "counts": part.counts / 100,
    }


def _points(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _industries(engine: Engine) -> dict[str, str]:
    rows = engine.arrow(
        "SELECT 'enterprise:' || enterprise_id AS subject, industry FROM enterprise "
        "WHERE industry IS NOT NULL"
    )
    return dict(zip(rows["subject"].to_pylist(), rows["industry"].to_pylist(), strict=True))


def _night_before(nights: Path, day: date) -> Path | None:
    """The newest earlier night that left a ranking."""
    found = [path.parent for path in nights.glob(f"*/{RECORD}") if path.parent.name < str(day)]
    return max(found, default=None)


def _previous(folder: Path | None) -> dict[str, tuple[Decimal, str]]:
    if folder is None:
        return {}
    told = pq.read_table(folder / RANKS, columns=["subject", "score", "level"])
    subject, score, level = (column.to_pylist() for column in told.columns)
    return {s: (p, one) for s, p, one in zip(subject, score, level, strict=True)}


def _seen(folder: Path | None) -> dict[tuple[str, str, str], tuple[date, date]]:
    if folder is None:
        return {}
    rows = pq.read_table(folder / SEEN).to_pylist()
    return {
        (row["indicator"], row["subject"], row["band"]): (row["first_on"], row["last_on"])
        for row in rows
    }


def _write(path: Path, rows: _Rows) -> dict[str, int]:
    """The rows as Parquet, whole or not at all; how many of each level."""
    levels: dict[str, int] = {}
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with pq.ParquetWriter(aside, SCHEMA, compression="zstd") as writer:
        batch: list[dict[str, Any]] = []
        for row in rows:
            if row["level"]:
                levels[row["level"]] = levels.get(row["level"], 0) + 1
            batch.append(row)
            if len(batch) == BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
    aside.replace(path)
    return dict(sorted(levels.items()))


def _write_seen(path: Path, seen: Mapping[tuple[str, str, str], tuple[date, date]]) -> None:
    rows = [
        dict(zip(_SEEN.names, (*key, *days), strict=True)) for key, days in sorted(seen.items())
    ]
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(pa.Table.from_pylist(rows, schema=_SEEN), aside, compression="zstd")
    aside.replace(path)
