"""The rule step alone: three threshold rules over features that are joined already, as JSON.

    warehouse ──DuckDB──▶ features, a row per enterprise ──▶ SQL over columns    ──▶ decisions
                                                        └──▶ zen-engine, one by one ──▶ the same

`python -m bench.rules --warehouse var/warehouse --day 2017-08-18`.  zen-engine decides one
subject at a time, so it is given its fastest ways: a static loader with `evaluate` and
`evaluate_batch`, and compiled expressions.  What it is handed (a dict of each subject) is made
before and told apart, as the features are; `same` says whether all its decisions are ours.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import zen

from chengxin.lake.engine import DuckDB, render
from chengxin.warehouse import build

# Amounts in fen, so that both sides compare whole numbers.
FEATURES = """
SELECT
    e.enterprise_id,
    COALESCE(a.arrears, 0) AS arrears,
    COALESCE(i.issued, 0) AS issued,
    COALESCE(r.declared, 0) AS declared,
    COALESCE(m.missed, 0) AS missed
FROM enterprise AS e
LEFT JOIN (
    SELECT enterprise_id, CAST(SUM(amount) * 100 AS BIGINT) AS arrears
    FROM arrears_item
    WHERE due_on < :day AND (paid_on IS NULL OR paid_on > :day)
    GROUP BY enterprise_id
) AS a ON a.enterprise_id = e.enterprise_id
LEFT JOIN (
    SELECT enterprise_id, CAST(SUM(net_amount) * 100 AS BIGINT) AS issued
    FROM issued_invoice_month
    WHERE month >= :day - INTERVAL 12 MONTH AND month <= :day
    GROUP BY enterprise_id
) AS i ON i.enterprise_id = e.enterprise_id
LEFT JOIN (
    SELECT enterprise_id, CAST(SUM(sales) * 100 AS BIGINT) AS declared
    FROM tax_return
    WHERE levy_item = '10101' AND filed_on <= :day
      AND (replaced_on IS NULL OR replaced_on > :day)
      AND period_from >= :day - INTERVAL 12 MONTH
    GROUP BY enterprise_id
) AS r ON r.enterprise_id = e.enterprise_id
LEFT JOIN (
    SELECT d.enterprise_id, COUNT(*) AS missed
    FROM tax_period_due AS d
    WHERE d.due_on < :day
      AND NOT EXISTS (
          SELECT 1
          FROM tax_return AS r
          WHERE r.enterprise_id = d.enterprise_id AND r.levy_item = d.levy_item
            AND r.period_until = d.period_until AND r.filed_on <= :day
      )
    GROUP BY d.enterprise_id
) AS m ON m.enterprise_id = e.enterprise_id
ORDER BY e.enterprise_id
"""
NAMES = ("arrears", "issued", "declared", "missed")
RULES = {  # the same words to SQL and to zen-engine
    "in_arrears": "arrears >= 10000000",
    "issued_more": "issued - declared >= 10000000 and (issued - declared) * 10 >= declared",
    "not_filed": "missed >= 3",
}
GRAPH = {
    "contentType": "application/vnd.gorules.decision",
    "nodes": [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "rules",
            "name": "rules",
            "type": "expressionNode",
            "content": {
                "expressions": [
                    {"id": name, "key": name, "value": rule} for name, rule in RULES.items()
                ]
            },
        },
        {"id": "out", "name": "out", "type": "outputNode"},
    ],
    "edges": [
        {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
        {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
    ],
}
BATCH = 1_000

Decisions = list[tuple[bool, ...]]
Contexts = list[dict[str, int]]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--warehouse", type=Path, required=True, help="folder of the versions")
    asked.add_argument("--day", type=date.fromisoformat, required=True)
    asked.add_argument("--most", type=int, default=200_000, help="subjects zen-engine decides")
    asked.add_argument("--repeat", type=int, default=3)
    told = asked.parse_args()
    engine = DuckDB()
    version = build.newest(told.warehouse)
    if version is None:
        raise SystemExit(f"There is no warehouse in {told.warehouse}; run a night first.")
    build.bind(engine, told.warehouse / str(version))
    print(json.dumps(measured(engine, told.day, told.most, told.repeat), indent=1))


def measured(engine: DuckDB, day: date, most: int, repeat: int) -> dict[str, Any]:
    began = time.perf_counter()
    engine.keep("features", render(FEATURES, engine.dialect, {"day": day}))
    built = time.perf_counter() - began
    count = engine.run("SELECT COUNT(*) AS n FROM features")[0]["n"]

    rules = ", ".join(f"{rule} AS {name}" for name, rule in RULES.items())
    seconds, columns = _best(repeat, lambda: engine.arrow(f"SELECT {rules} FROM features"))
    ours: Decisions = list(zip(*(columns[name].to_pylist() for name in RULES), strict=True))

    began = time.perf_counter()
    rows = engine.arrow(f"SELECT {', '.join(NAMES)} FROM features LIMIT {most}").to_pylist()
    handed = time.perf_counter() - began
    there = {}
    for name, decide in _ways():
        took, decisions = _best(repeat, lambda decide=decide: decide(rows))  # type: ignore[misc]
        there[name] = {
            "seconds": round(took, 3),
            "subjects_per_s": round(len(rows) / took),
            "same": decisions == ours[: len(rows)],
        }
    fastest = max(way["subjects_per_s"] for way in there.values())
    return {
        "subjects": count,
        "features_s": round(built, 3),
        "caught": {name: sum(one[i] for one in ours) for i, name in enumerate(RULES)},
        "sql_over_columns": {
            "seconds": round(seconds, 4),
            "subjects_per_s": round(count / seconds),
        },
        "zen_subjects": len(rows),
        "zen_contexts_s": round(handed, 3),
        "zen": there,
        "ratio_to_fastest_zen": round(count / seconds / fastest),
    }


def _best(repeat: int, work: Callable[[], Any]) -> tuple[float, Any]:
    took = []
    for _ in range(repeat):
        began = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - began)
    return min(took), result


def _ways() -> Iterator[tuple[str, Callable[[Contexts], Decisions]]]:
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"rules": GRAPH}}})
    compiled = [zen.compile_expression(rule) for rule in RULES.values()]

    def told(result: dict[str, bool]) -> tuple[bool, ...]:
        return tuple(result[name] for name in RULES)

    def evaluate(rows: Contexts) -> Decisions:
        return [told(engine.evaluate("rules", row)["result"]) for row in rows]

    def batch(rows: Contexts) -> Decisions:
        return [
            told(one["data"]["result"])
            for start in range(0, len(rows), BATCH)
            for one in engine.evaluate_batch(
                [{"key": "rules", "context": row} for row in rows[start : start + BATCH]]
            )
        ]

    def expressions(rows: Contexts) -> Decisions:
        return [tuple(one.evaluate(row) for one in compiled) for row in rows]

    yield "evaluate", evaluate
    yield "evaluate_batch", batch
    yield "compiled_expressions", expressions


if __name__ == "__main__":
    main()
