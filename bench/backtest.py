"""Seconds of a back-test: a changed threshold at twelve month ends, beside two naive ways.

    county ──▶ warehouse ──▶ twelve months × (as it is, changed)
                   ├──▶ indicators.backtest: what several runs need is made once
                   ├──▶ the scan over everyone, 24 times over the published files
                   └──▶ PostgreSQL with its best indexes, the same 24 SELECTs

`python -m bench.backtest --persons 200000 --seed 1`, or `--home FOLDER` with a warehouse in it.
All three must find the same subjects at each month end, else nothing is told.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from bench.rank import made
from bench.scan import loaded
from chengxin.indicators import backtest
from chengxin.indicators.backtest import Side, month_ends
from chengxin.indicators.catalogue import UNDECIDED, indicator
from chengxin.indicators.scan import scan, select
from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build
from chengxin.web import database

DAY = date(2017, 8, 18)
MONTHS = 12
CHANGES: dict[str, dict[str, object]] = {  # code -> parameter -> what it is raised to
    "A01": {"min_price": 1_500_000},
    "A03": {"min_difference": 2_000_000},
    "A04": {"min_excess": 300_000},
    "A05": {"min_amount": 1_000_000},
    "A06": {"increase_pieces": 20},
    "A07": {"min_sales": 10_000_000},
    "M16": {"least_periods": 4},
}

Found = list[tuple[frozenset[str], frozenset[str]]]  # of each month: as it is, changed


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.backtest", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--persons", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="folder with a warehouse; else one is made")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one SELECT there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder:
        os.environ["CHENGXIN_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        warehouse = (asked.home or made(Path(folder), asked.persons, asked.seed)) / "warehouse"
        engine = DuckDB()
        version = build.newest(warehouse)
        if version is None:
            raise SystemExit(f"There is no warehouse in {warehouse}; run a night first.")
        build.bind(engine, warehouse / str(version))
        dsn = database.ensure(Path(folder) / "postgres")
        json.dump(measured(engine, version, dsn, asked.repeat, asked.timeout), sys.stdout, indent=1)
        print()


def measured(engine: DuckDB, version: int, dsn: str, repeat: int, timeout: int) -> dict[str, Any]:
    days = month_ends(DAY, MONTHS)
    told: dict[str, Any] = {"months": [str(days[0]), str(days[-1])], "indicators": {}}
    with loaded(dsn, engine, timeout) as (connection, seconds):
        told["postgresql_loading"] = seconds
        for code, changed in CHANGES.items():
            one = indicator(code)
            sides = (Side(one, one.settings({})), Side(one, one.settings(changed)))
            ours, found = _best(repeat, lambda s=sides: _ours(engine, s, days, version))
            naive, again = _best(repeat, lambda s=sides: _scans(engine, s, days, version))
            there, foreign = _best(1, lambda s=sides: _postgresql(connection, s, days))
            if found != again or foreign not in (None, found):
                raise SystemExit(f"{code}: they do not find the same.")
            told["indicators"][code] = {
                "changed": changed,
                "seconds": {"backtest": ours, "scans": naive, "postgresql": there},
                "ended_there": foreign is not None,
                "hits": [[len(before), len(after)] for before, after in found or []],
            }
    parts = [one["seconds"] for one in told["indicators"].values()]
    told["all"] = {name: round(sum(one[name] for one in parts), 2) for name in parts[0]}
    return told


def _best(repeat: int, run: Callable[[], Found | None]) -> tuple[float, Found | None]:
    """The least seconds of so many runs, and what was found."""
    took, found = [], None
    for _ in range(repeat):
        began = time.perf_counter()
        found = run()
        took.append(time.perf_counter() - began)
    return round(min(took), 3), found


def _ours(engine: DuckDB, sides: tuple[Side, Side], days: list[date], version: int) -> Found:
    told = backtest.over(engine, *sides, days, version)
    return [(point.before, point.after) for point in told]


def _scans(engine: DuckDB, sides: tuple[Side, Side], days: list[date], version: int) -> Found:
    """Month by month, as the night scans: no run knows of another."""

    def subjects(side: Side, day: date) -> frozenset[str]:
        overrides = {side.indicator.code: side.settings}
        found = scan([side.indicator], engine, day, version, overrides=overrides)
        return frozenset(one.subject for one in found if not one.undecided)

    return [(subjects(sides[0], day), subjects(sides[1], day)) for day in days]


def _postgresql(
    connection: psycopg.Connection[Any], sides: tuple[Side, Side], days: list[date]
) -> Found | None:
    """The same SELECTs there; None where the time of one ran out."""

    def subjects(side: Side, day: date) -> frozenset[str]:
        asked = select(side.indicator, "postgres", day, side.settings)
        told = f"SELECT DISTINCT subject_id FROM ({asked}) AS found WHERE band <> '{UNDECIDED}'"
        return frozenset(key for (key,) in connection.execute(told.encode()).fetchall())

    try:
        return [(subjects(sides[0], day), subjects(sides[1], day)) for day in days]
    except psycopg.errors.QueryCanceled:
        return None


if __name__ == "__main__":
    main()
