"""How fast deliveries are read, checked and stored: rows a second, as JSON.

    python -m bench.ingest [--rows 2000000] [--threads 2]

Three made-up deliveries, each read from a cold engine and taken into an empty lake:
returns of the state bureau (12 columns, GBK, no persons), the same of the local bureau (UTF-8,
thousands separators) and registrations (17 columns, one person, one address and two codes a row).
The target of `design.md`, 500,000 rows a second on 2 cores, is meant for the first.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from chengxin.core.identifiers import resident_check_digit
from chengxin.core.keys import Keys
from chengxin.lake.store import Lake
from chengxin.sources import Source, all_sources, read

DAY = date(2017, 8, 18)
RETURNS = """
    SELECT upper(replace(uuid()::VARCHAR, '-', '')) AS a,
        '1011371622' || lpad((i % 300000)::VARCHAR, 10, '0') AS b,
        '10101' AS c, '101010101' AS d,
        strftime(DATE '2016-08-01' + (i % 12 * 30)::INTEGER, {day}) AS e,
        strftime(DATE '2016-08-28' + (i % 12 * 30)::INTEGER, {day}) AS f,
        strftime(DATE '2016-09-10' + (i % 360)::INTEGER, {day}) AS g,
        {sales} AS h, {payable} AS i, '0' AS j, 'N' AS k, '06' AS l
    FROM range({rows}) AS t (i)
"""
REGISTRATIONS = """
    SELECT '1011371622' || lpad(i::VARCHAR, 10, '0'), '371622' || lpad(i::VARCHAR, 9, 'A'), '',
        '阳信' || chr((19968 + i % 8000)::INTEGER) || chr((20000 + i % 7001)::INTEGER) || '商贸',
        '王' || chr((19968 + i % 9001)::INTEGER), '201', numbers[1 + i % len(numbers)],
        '山东省滨州市阳信县劳店镇' || (i % 90000) || '号', '371622101', '173', '5191', '03',
        '13716220100', '13716220012', '20100105', '20100105', '20160101'
    FROM range({rows}) AS t (i), (SELECT list(number) AS numbers FROM people)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    os.environ["CHENGXIN_THREADS"] = str(asked.threads)
    sources = all_sources()
    figures = []
    for name, source, write in (
        ("state returns, 12 columns, GBK", _wider(sources["golden_tax_state_filing"]), _state),
        ("local returns, 12 columns, UTF-8", _wider(sources["golden_tax_local_filing"]), _local),
        ("registrations, 17 columns, GBK", sources["golden_tax_state_registration"], _people),
    ):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["CHENGXIN_HOME"] = folder
            path = Path(folder) / "delivery.csv"
            write(path, source, asked.rows)
            figures.append({"delivery": name} | _timed(path, source, asked.rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"threads": asked.threads, "peak_mb": peak, "figures": figures}, indent=1))


def _timed(path: Path, source: Source, rows: int) -> dict[str, float | int]:
    keys, lake = Keys(bytes(32)), Lake()
    start = time.perf_counter()
    with read(path, keys=keys, source=source, delivered_on=DAY) as reading:
        read_in = time.perf_counter() - start
        assert (reading.count, reading.rejected) == (rows, 0), reading
        lake.take(reading)
    seconds = time.perf_counter() - start
    return {
        "rows": rows,
        "megabytes": path.stat().st_size // 1_000_000,
        "read_seconds": round(read_in, 2),
        "store_seconds": round(seconds - read_in, 2),
        "rows_per_second": round(rows / seconds),
    }


def _wider(source: Source) -> Source:
    """The source with two more columns, which it ignores."""
    return replace(source, ignore=["ZSPM_DM", "SBQX_DM"], expect=replace(source.expect, min=1))


def _state(path: Path, source: Source, rows: int) -> None:
    money = "(random() * 1e6)::DECIMAL(18, 2)"
    select = RETURNS.format(rows=rows, day="'%Y%m%d'", sales=money, payable=money)
    _write(path, source, select, "gb18030", ("ZSPM_DM", 3), ("SBQX_DM", 11))


def _local(path: Path, source: Source, rows: int) -> None:
    money = "format('{:,.2f}', random() * 1e6)"
    select = RETURNS.replace("{sales}", money).replace("{payable}", money)
    select = select.replace("{day}", "'%Y-%m-%d'").replace("{rows}", str(rows))
    _write(path, source, select, "utf-8", ("ZSPM_DM", 3), ("SBQX_DM", 11))


def _people(path: Path, source: Source, rows: int) -> None:
    _write(path, source, REGISTRATIONS.format(rows=rows), "gb18030")


def _write(path: Path, source: Source, select: str, encoding: str, *more: tuple[str, int]) -> None:
    headings = list(source.columns)
    for heading, place in more:
        headings.insert(place, heading)
    engine = duckdb.connect()
    engine.execute("CREATE TABLE people (number VARCHAR)")
    first = (
        f"371622{1950 + n % 60}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}" for n in range(5000)
    )
    engine.executemany(
        "INSERT INTO people VALUES (?)", [[f + resident_check_digit(f)] for f in first]
    )
    plain = path.with_suffix(".utf8")
    engine.execute(f"COPY ({select}) TO '{plain}' (HEADER false)")
    with plain.open(encoding="utf-8") as lines, path.open("w", encoding=encoding) as file:
        file.write(",".join(headings) + "\n")
        while text := lines.read(1 << 22):
            file.write(text)
    plain.unlink()


if __name__ == "__main__":
    main()
