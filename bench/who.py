"""How well and how fast records without a number find their person, as JSON.

    python -m bench.who [--persons 200000] [--seed 7]

A labelled county that the model was not trained on: what was joined without a person, how much of
it is right, and for each kind of record how many were joined, put to a person rightly, or missed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from chengxin.lake.engine import DuckDB
from chengxin.warehouse import resolve
from tools.labelled_county import LabelledCounty, labelled_county


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        county = labelled_county(Path(folder), persons=asked.persons, seed=asked.seed)
        engine = DuckDB()
        engine.view(county.lake)
        began = time.perf_counter()
        resolve.resolve(engine, Path(folder))
        seconds = time.perf_counter() - began
        figures = measured(engine, Path(folder), county)
        engine.close()
    told = {"persons": asked.persons, "seed": asked.seed, "seconds": round(seconds, 2)}
    print(json.dumps(told | figures, ensure_ascii=False, indent=1))


def measured(engine: DuckDB, folder: Path, county: LabelledCounty) -> dict[str, Any]:
    joined = {
        row["record_id"]: row["person_id"]
        for row in engine.run(
            f"SELECT record_id, person_id FROM read_parquet('{folder}/resolution.parquet')"
        )
    }
    asked: dict[str, set[str]] = defaultdict(set)
    for row in engine.run(
        f"SELECT record_id, person_id FROM read_parquet('{folder}/unsure_pair.parquet')"
    ):
        asked[row["record_id"]].add(row["person_id"])
    kinds: dict[str, dict[str, int]] = defaultdict(
        lambda: {"records": 0, "known": 0, "joined": 0, "wrong": 0, "asked_rightly": 0, "asked": 0}
    )
    for label in county.labels:
        row, got = kinds[label.kind], joined.get(label.record_id)
        row["records"] += 1
        row["known"] += label.person_id is not None
        row["joined"] += got is not None
        row["wrong"] += got is not None and got != label.person_id
        row["asked"] += label.record_id in asked
        row["asked_rightly"] += got is None and label.person_id in asked[label.record_id]
        if not asked[label.record_id]:
            del asked[label.record_id]
    whole = {name: sum(row[name] for row in kinds.values()) for name in next(iter(kinds.values()))}
    right = whole["joined"] - whole["wrong"]
    return {
        "precision": round(right / whole["joined"], 6) if whole["joined"] else None,
        "recall_joined": round(right / whole["known"], 4),
        "recall_with_a_person": round((right + whole["asked_rightly"]) / whole["known"], 4),
        "questions": sum(map(len, asked.values())),
        "whole": whole,
        "kinds": dict(sorted(kinds.items())),
    }


if __name__ == "__main__":
    main()
