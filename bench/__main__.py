"""Every speed in one go: `make bench`, or `make bench ARGS="--persons 200000 2000000"`.

    machine ──▶ ingest ──▶ county ▸ read ▸ warehouse ▸ scan beside PostgreSQL ▸ rules ▸ changed
                     ──▶ scale (a Spark cluster on loopback beside DuckDB) ──▶ each of PARTS

One JSON object a line; nothing else should run on the machine meanwhile.  The counties are made
in a temporary folder (2,000,000 persons need about 6 GB there).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tools import java

DAY = date(2017, 8, 18)
PARTS = (
    "who",
    "check",
    "load",
    "desks",
    "push",
    "event",
    "queue",
    "estimates",
    "backtest",
    "dossier",
    "pictures",
    "face",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("--persons", type=int, nargs="*", default=[200_000])
    parser.add_argument("--rows", type=int, default=2_000_000, help="of the ingest benchmark")
    parser.add_argument("--only", choices=["ingest", "county", "scale", "day", *PARTS], default="")
    parser.add_argument(
        "--spark-persons", type=int, default=20_000, help="of the county on Spark, beside DuckDB"
    )
    asked = parser.parse_args()
    tell("machine", machine())
    if asked.only in ("", "ingest"):
        part("ingest", "--rows", str(asked.rows))
    if asked.only in ("", "county"):
        for persons in asked.persons:
            county(persons)
    if asked.only in ("", "scale"):
        if java.find():
            part("scale", "--persons", str(asked.spark_persons))
        else:
            tell("scale", "left out: there is no Java for Spark")
    for name in PARTS:
        if asked.only in ("", name):
            part(name)
    if asked.only == "day":  # an hour: only when it is asked for
        part("day")


def tell(what: str, told: object) -> None:
    sys.stdout.write(json.dumps({what: told}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def machine() -> dict[str, object]:
    import duckdb

    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    model = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processor": model[0] if model else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(pages * size / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
    }


def part(name: str, *words: str) -> None:
    """Run one benchmark as a process of its own; what it prints is passed on."""
    ended = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *words], capture_output=True, text=True, check=True
    )
    try:
        tell(name, json.loads(ended.stdout))
    except ValueError:
        for line in ended.stdout.strip().splitlines():
            tell(name, line)


def county(persons: int) -> None:
    """A county from its deliveries to the scan, beside PostgreSQL; then rules and what changed."""
    from chengxin.core.keys import Keys
    from chengxin.lake.engine import DuckDB
    from chengxin.lake.store import Lake
    from chengxin.sources import read, source_of
    from chengxin.warehouse import build
    from chengxin.web import database
    from city import county as city

    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder:
        home = Path(folder)
        os.environ["CHENGXIN_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        keys = Keys.load()
        began = time.monotonic()
        made = city.write(home / "county", persons=persons, seed=1, day=DAY, keys=keys)
        written = time.monotonic()
        lake = Lake(home / "lake")
        for path in sorted((home / "county" / "deliveries").iterdir()):
            if source_of(path):
                with read(path, keys=keys) as reading:
                    lake.take(reading)
        stored = time.monotonic()
        engine = DuckDB()
        build.build(engine, lake, lake.version(), home / "warehouse")
        engine.close()
        shutil.rmtree(home / "county")  # space for PostgreSQL
        built = time.monotonic()
        tell(
            "county",
            {
                "persons": persons,
                "enterprises": made.enterprises,
                "rows": sum(made.rows.values()),
                "write_s": round(written - began, 1),
                "read_and_store_s": round(stored - written, 1),
                "warehouse_s": round(built - stored, 1),
            },
        )
        there = ("--warehouse", str(home / "warehouse"), "--day", DAY.isoformat())
        part("scan", *there, "--dsn", database.ensure(home / "postgres"), "--json")
        part("rules", *there)
        part("changed", "--home", folder, "--day", DAY.isoformat())
        os.environ.pop("DATABASE_URL", None)


if __name__ == "__main__":
    main()
