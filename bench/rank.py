"""Seconds of a ranking, and how well it puts those first whom the county's truth names.

    county ──▶ warehouse ▸ scan ▸ rank ──▶ seconds, memory
                                  └──▶ precision at k, beside plain counts, plain sums, BiRank

`python -m bench.rank --persons 200000 --seed 1`, or `--home FOLDER` with a county and warehouse.

Three questions to the same order.  `shells`: who runs shells, and which enterprises are shells, by
the truth's own list; no source says so and no indicator knows it.  `unnoticed`: the same among
those alone whom no finding is about or acts on.  `grave`: whom the truth names in a hit of M01,
M04, M06 or M12 (domain facts 4.3: red); a check of the order of levels, not of foresight.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from chengxin.core.keys import Keys
from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import DuckDB, Engine, render
from chengxin.lake.store import Lake
from chengxin.ranking import scheme
from chengxin.ranking.influence import ROLES
from chengxin.ranking.own import own, spreading
from chengxin.ranking.rank import rank
from chengxin.sources import read, source_of
from chengxin.warehouse import build
from city import county

DAY = date(2017, 8, 18)
RED = ("M01", "M04", "M06", "M12")
KINDS = ("person", "enterprise")
FIRST = (50, 100, 500, 1000)  # k
BIRANK_ROUNDS = 50

Scores = Mapping[str, float]  # subject -> the greater, the earlier


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.rank", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="with county/ and warehouse/; else one is made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chengxin-rank-") as folder:
        home = asked.home or made(Path(folder), asked.persons, asked.seed)
        engine = DuckDB()
        version = build.newest(home / "warehouse")
        if version is None:
            raise SystemExit(f"There is no warehouse in {home}; run a night first.")
        build.bind(engine, home / "warehouse" / str(version))
        findings = scan(all_indicators(), engine, DAY, version)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        ranking = rank(engine, findings, DAY, version, scheme.load(), nights=Path(folder) / "n")
        seconds = time.monotonic() - began
        began = time.monotonic()
        rank(
            engine, findings, DAY + timedelta(1), version, scheme.load(), nights=Path(folder) / "n"
        )
        told = {
            "findings": len(findings), "ranked": ranking.ranked, "levels": ranking.levels,
            "seconds": round(seconds, 2), "next night": round(time.monotonic() - began, 2),
            "mb_before": before >> 10,
            "mb_after": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
            "parquet_mb": round(ranking.path.stat().st_size / 1e6, 1),
        }  # fmt: skip
        if truth(home, "shells"):
            told["precision"] = quality(engine, findings, home, Path(folder) / "q")
        sys.stdout.write(json.dumps(told) + "\n")


def made(home: Path, persons: int, seed: int) -> Path:
    """A county, taken into a lake, with its warehouse."""
    os.environ["CHENGXIN_HOME"] = str(home)
    keys, lake = Keys.load(), Lake(home / "lake")
    county.write(home / "county", persons=persons, seed=seed, day=DAY, keys=keys)
    for path in sorted((home / "county" / "deliveries").iterdir()):
        if source_of(path):
            with read(path, keys=keys) as reading:
                lake.take(reading)
    engine = DuckDB()
    build.build(engine, lake, lake.version(), home / "warehouse")
    engine.close()
    return home


def truth(home: Path, name: str) -> list[dict[str, str]]:
    """A list of the county's own; no indicator was asked.  Empty where an older one has none."""
    path = home / "county" / "truth" / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def quality(
    engine: Engine, findings: Sequence[Finding], home: Path, nights: Path
) -> dict[str, dict[str, list[float]]]:
    """Question, kind and how many there are -> way of ranking -> precision at each of `FIRST`."""
    shells = {key for row in truth(home, "shells") for key in row.values()}
    told = truth(home, "findings")
    red = {row[whom] for row in told if row["indicator"] in RED for whom in ("subject", "acted_on")}
    noticed = {key for one in findings if not one.undecided for key in (one.subject, one.acted_on)}
    ways = orders(engine, findings, nights)
    found: dict[str, dict[str, list[float]]] = {}
    for question, wanted, without in (
        ("shells", shells, set()),
        ("unnoticed", shells - noticed, noticed),
        ("grave", red, set()),
    ):
        for kind in KINDS:
            mine = {key for key in wanted if key.startswith(f"{kind}:")}
            if mine:
                found[f"{question}, {kind} ({len(mine)})"] = {
                    way: [precision(scores, mine, kind, without, k) for k in FIRST]
                    for way, scores in ways.items()
                }
    return found


def orders(engine: Engine, findings: Sequence[Finding], nights: Path) -> dict[str, Scores]:
    """The ways to rank that are compared."""
    how = scheme.load()
    rank(engine, findings, DAY, 0, how, nights=nights)
    rows = pq.read_table(nights / DAY.isoformat() / "ranks.parquet").to_pylist()
    parts = own(findings, how, DAY, {}, {})
    sources = {subject: spreading(some, how) for subject, some in parts.items()}
    return {
        "score": {row["subject"]: float(row["score"]) for row in rows},
        "own part alone": {key: sum(p.counts for p in some) for key, some in parts.items()},
        "count of findings": {key: len(some) for key, some in parts.items()},
        "sum of weights": {key: sum(p.weight for p in some) for key, some in parts.items()},
        "sum over roles": _neighbours(engine, sources),
        "BiRank": birank(engine, sources),
    }


def precision(scores: Scores, wanted: set[str], kind: str, without: set[str], first: int) -> float:
    """The part of the first so many that is wanted; equals count as drawn by lot."""
    at = defaultdict(list)
    for key, score in scores.items():
        if key.startswith(f"{kind}:") and key not in without and score > 0:
            at[score].append(key)
    left, hits = first, 0.0
    for score in sorted(at, reverse=True):
        group = at[score]
        hits += sum(key in wanted for key in group) * min(1.0, left / len(group))
        left -= min(left, len(group))
        if not left:
            break
    return round(hits / first, 3)


def _edges(engine: Engine) -> list[dict[str, Any]]:
    how = scheme.load().network
    return engine.run(
        render(
            ROLES.read_text("utf-8"), engine.dialect,
            {"day": DAY, "roles": list(how.roles), "weights": list(how.roles.values())},
        )
    )  # fmt: skip


def _neighbours(engine: Engine, sources: Scores) -> Scores:
    """Own points and those of everyone one role away, added."""
    added: dict[str, float] = defaultdict(float, sources)
    for row in _edges(engine):
        added[row["person"]] += sources.get(row["enterprise"], 0)
        added[row["enterprise"]] += sources.get(row["person"], 0)
    return added


def birank(engine: Engine, sources: Scores) -> Scores:
    """BiRank (He et al. 2017) with the same weights and damping, to its end."""
    rows, how = _edges(engine), scheme.load().network
    place = {key: at for at, key in enumerate(
        dict.fromkeys(str(row[side]) for side in KINDS for row in rows))}  # fmt: skip
    person = np.array([place[str(row["person"])] for row in rows])
    firm = np.array([place[str(row["enterprise"])] for row in rows])
    weight = np.array([row["weight"] for row in rows], float)
    size = len(place)
    degree = np.bincount(person, weight, size) + np.bincount(firm, weight, size)
    passes = weight / np.sqrt(degree[person] * degree[firm])
    query = np.array([sources.get(key, 0) for key in place], float)
    score = query.copy()
    for _ in range(BIRANK_ROUNDS):
        to_firms = np.bincount(firm, passes * score[person], size)
        to_persons = np.bincount(person, passes * score[firm], size)
        score = how.damping * (to_firms + to_persons) + (1 - how.damping) * query
    alone = {key: (1 - how.damping) * value for key, value in sources.items()}
    return alone | dict(zip(place, score.tolist(), strict=True))


if __name__ == "__main__":
    main()
