"""Seconds from the lake to the findings, by DuckDB and by a Spark cluster on loopback.

    county ──▶ lake ─┬▶ DuckDB:                 warehouse ▸ scan ──▶ seconds, findings
                     └▶ Spark, so many workers: warehouse ▸ scan ──▶ seconds, the same findings?

`python -m bench.scale --persons 200000 2000000 --workers 1 2`.  A worker has one core.  On
one machine this measures what the cluster costs and how it grows, not what more machines bring.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from chengxin.core.keys import Keys
from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB, Engine
from chengxin.lake.spark import Spark
from chengxin.lake.store import Lake
from chengxin.sources import read, source_of
from chengxin.warehouse import build
from city import county
from tools.spark_cluster import cluster

DAY = date(2017, 8, 18)
SETTINGS = {
    "spark.executor.cores": "1",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "60s",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale")
    parser.add_argument("--persons", type=int, nargs="+", default=[200_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[2])
    parser.add_argument("--memory", default="1500m", help="of one worker")
    parser.add_argument("--partitions", default="8", help="of a shuffle")
    asked = parser.parse_args()
    for persons in asked.persons:
        with tempfile.TemporaryDirectory(prefix="chengxin-scale-") as folder:
            home = Path(folder)
            os.environ["CHENGXIN_HOME"] = folder
            lake, rows = stored(home, persons)
            duckdb, expected = timed(DuckDB(), lake, home / "duckdb")
            size = sum(file.stat().st_size for file in (home / "lake").rglob("*.parquet"))
            tell(persons=persons, rows=rows, lake_mb=size >> 20, engine="duckdb", **duckdb)
            for workers in asked.workers:
                with cluster(workers, memory=asked.memory) as master:
                    settings = SETTINGS | {
                        "spark.executor.memory": asked.memory,
                        "spark.sql.shuffle.partitions": asked.partitions,
                    }
                    spark = Spark(master, memory="2GB", settings=settings)
                    took, found = timed(spark, lake, home / f"spark-{workers}")
                tell(
                    persons=persons, engine="spark", workers=workers, **took,
                    same=found == expected,
                )  # fmt: skip


def stored(home: Path, persons: int) -> tuple[Lake, int]:
    """A county's deliveries, taken into a lake."""
    keys, lake = Keys.load(), Lake(home / "lake")
    made = county.write(home / "county", persons=persons, seed=1, day=DAY, keys=keys)
    for path in sorted((home / "county" / "deliveries").iterdir()):
        if source_of(path):
            with read(path, keys=keys) as reading:
                lake.take(reading)
    return lake, sum(made.rows.values())


def timed(engine: Engine, lake: Lake, folder: Path) -> tuple[dict[str, object], list[str]]:
    """Seconds to build and to scan, and the findings as they are kept."""
    version = lake.version()
    began = time.monotonic()
    build.build(engine, lake, version, folder)
    built = time.monotonic()
    found = [one.to_json() for one in scan(all_indicators(), engine, DAY, version)]
    scanned = time.monotonic()
    engine.close()
    seconds = {"warehouse_s": round(built - began, 1), "scan_s": round(scanned - built, 1)}
    return seconds | {"findings": len(found)}, found


def tell(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
