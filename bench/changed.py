"""Seconds that 1 % of changed persons and enterprises take, beside the full scan, as JSON.

    lake, warehouse ──▶ full scan ──▶ a delivery of 1 % ──▶ the warehouse of the newer version
                                                       └──▶ who, whom it reaches, their scan

`python -m bench.changed --home FOLDER --day 2017-08-18`, where FOLDER holds `lake` and `warehouse`.
The delivery is taken into that lake: give it one that may be thrown away.  Building the warehouse
is told apart from the rule step (`follow`), whose findings must be those of the full scan.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.follow import follow, lake_tables
from chengxin.indicators.scan import scan
from chengxin.indicators.scope import affected
from chengxin.lake.commit import Delivery
from chengxin.lake.engine import DuckDB, literal
from chengxin.lake.store import Lake
from chengxin.lake.tables import TABLES
from chengxin.warehouse import build, changes

# What is delivered anew: of 1 % of the subjects, the rows of a table with another amount.
ANEW = {
    "tax_due": ("registration_id", "amount"),  # enterprises
    "filing": ("registration_id", "sales"),
    "personal_income": ("person_id", "income"),  # persons
}


@dataclass(frozen=True)
class Anew:
    """Changed rows of one table, as one source delivers them."""

    source: str
    table: str
    delivery_id: str
    delivered_on: date
    rows: Path
    count: int
    everything: bool = False
    beside: Sequence[Delivery] = field(default=())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--home", type=Path, required=True, help="folder of lake and warehouse")
    asked.add_argument("--day", type=date.fromisoformat, required=True)
    asked.add_argument("--one-in", type=int, default=100)
    asked.add_argument("--repeat", type=int, default=3)
    told = asked.parse_args()
    print(json.dumps(measured(told.home, told.day, told.one_in, told.repeat), indent=1))


def measured(home: Path, day: date, one_in: int, repeat: int) -> dict[str, Any]:
    engine, lake, warehouse = DuckDB(), Lake(home / "lake"), home / "warehouse"
    indicators, old = all_indicators(), lake.version()
    build.build(engine, lake, old, warehouse)
    before = scan(indicators, engine, day, old)

    seconds: dict[str, float] = {}
    rows = 0
    with _told(seconds, "delivery"):
        deliveries = list(_anew(engine, lake, home / "anew", day, one_in))
        rows = sum(one.count for one in deliveries)
        new = lake.take(*deliveries)
    with _told(seconds, "warehouse"):
        build.build(engine, lake, new, warehouse)
    for _ in range(repeat):
        with _told(seconds, "full_scan"):
            everyone = scan(indicators, engine, day, new)
    for _ in range(repeat):
        with _told(seconds, "follow"):
            followed = follow(indicators, engine, lake, old, new, day, before, warehouse)
    # the parts of `follow`, one after the other
    with _told(seconds, "who_changed"):
        changed = changes.changed(engine, lake, old, new, warehouse)
    with _told(seconds, "whom_it_reaches"):
        asked = [one for one in indicators if one.code in followed.asked]
        named = {one.code: changed.read_by(lake_tables(one)) for one in asked}
        for version in (old, new):
            build.bind(engine, warehouse / str(version))
            affected(engine, named, asked)
    with _told(seconds, "their_scan"):
        scan(asked, engine, day, new, subjects=followed.asked)
    same = [one.to_json() for one in followed.findings] == [one.to_json() for one in everyone]
    return {
        "rows_delivered": rows,
        "changed": len(changed.everybody),
        "reached": len(followed.subjects),
        "indicators": {code: len(some) for code, some in followed.asked.items()},
        "seconds": {name: round(took, 3) for name, took in seconds.items()},
        "findings": {"before": len(before), "after": len(everyone)},
        "same": same,
    }


@contextmanager
def _told(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Keep the best time of a part."""
    began = time.perf_counter()
    yield
    took = time.perf_counter() - began
    seconds[name] = min(took, seconds.get(name, took))


def _anew(engine: DuckDB, lake: Lake, folder: Path, day: date, one_in: int) -> Iterator[Anew]:
    """Of one in so many subjects, their rows of each table with one yuan more."""
    folder.mkdir(exist_ok=True)
    for table, (subject, amount) in ANEW.items():
        types = TABLES[table].types
        engine.show("held", lake.files(table), types)
        for row in engine.run("SELECT DISTINCT source FROM held ORDER BY source"):
            source = row["source"]
            told = ", ".join(
                f"CAST({amount} + 1 AS {kind}) AS {amount}" if name == amount
                else f"CAST({literal(str(day + timedelta(days=1)))} AS DATE) AS {name}"
                if name == "delivered_on"
                else f"'bench' AS {name}" if name == "delivery_id"
                else name
                for name, kind in types.items()
            )  # fmt: skip
            path = folder / f"{table}-{source}.parquet"
            chosen = (
                f"SELECT {told} FROM held WHERE source = {literal(source)} "
                f"AND hash({subject}) % {one_in} = 0"
            )
            engine.run(f"COPY ({chosen}) TO {literal(str(path))} (FORMAT parquet)")
            count = engine.run(f"SELECT COUNT(*) AS n FROM read_parquet({literal(str(path))})")
            yield Anew(
                source, table, f"bench-{table}", day + timedelta(days=1), path, count[0]["n"]
            )


if __name__ == "__main__":
    main()
