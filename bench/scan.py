"""Seconds that all indicators take over a whole county, beside the same SQL in PostgreSQL.

    warehouse (Parquet) ──▶ DuckDB                              ──▶ seconds, best of --repeat
                       └──▶ PostgreSQL: COPY, indexes, ANALYZE ──▶ the same SELECTs, the same rows

PostgreSQL runs every SELECT with its JIT compiler and without, and the better one counts.

`python bench/scan.py --warehouse var/warehouse --day 2017-08-18 [--dsn postgresql://…]`.  The
tables go to a schema of their own in that database, which is dropped before and after.  Loading
and indexing are told, but not counted as scan.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlglot import exp

from chengxin.indicators.catalogue import Indicator, all_indicators
from chengxin.indicators.scan import scan, select
from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build, by_key

SCHEMA = "bench_scan"
SUBJECTS = 400  # asked one by one

# What a careful administrator would index besides the columns that name a subject (`_indexes`).
SPECIFIC = {
    "affiliation": ["(person_id, role)", "(enterprise_id, role)"],
    "arrears_item": [
        "(enterprise_id) INCLUDE (amount, bureau, due_on, paid_on, voucher) WHERE kind = 'tax'"
    ],
    "assessment": ["(started_on) WHERE ended_on IS NULL"],
    "card_state": ["(state)"],
    "court_listing": ["(published_on) WHERE removed_on IS NULL"],
    "enterprise_cit_year": ["(tax_year, enterprise_id)", "(enterprise_id, tax_year DESC)"],
    "enterprise_contact": ["(contact, enterprise_id)"],
    "enterprise_credit": ["(grade, credit_year)"],
    "enterprise_tie": ["(tie, enterprise_id)"],
    "inspection": ["(enterprise_id) WHERE closed_on IS NULL"],
    "issued_invoice_month": ["(enterprise_id, month)"],
    "market_status": ["(status)"],
    "non_normal_state": ["(bureau, registration_id, delivered_on DESC)"],
    "person_home": ["(signed_on, own_price) INCLUDE (person_id, contract_no)"],
    "person_income_year": ["(person_id, tax_year) INCLUDE (income, unknown_rows)"],
    "police_filing": ["(crime, filed_on)"],
    "split_tie": ["(tie, enterprise_id)"],
    "tax_period_due": ["(enterprise_id, levy_item, period_until) INCLUDE (due_on)", "(due_on)"],
    "tax_return": [
        "(enterprise_id, levy_item, period_until) INCLUDE (period_from, filed_on, replaced_on)"
    ],
    "trade_cycle": ["(cycle)"],
    "trade_day": ["(enterprise_id, buyer_id, issued_on)", "(buyer_id)"],
    "watch_entry": ["(valid_from)"],
}
SUBJECT_COLUMNS = ("person_id", "enterprise_id", "subject_key")
WIDEST = 20  # columns of an index that holds the whole row
# What he would set for a machine of this size; the rest is as PostgreSQL comes.
SETTINGS = ("work_mem = '256MB'", "maintenance_work_mem = '512MB'", "random_page_cost = 1.1")

Keys = list[tuple[str, str, str]]
Found = TypeVar("Found", bound="Keys | None")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--warehouse", type=Path, required=True, help="folder of the versions")
    asked.add_argument("--day", type=date.fromisoformat, required=True)
    asked.add_argument("--dsn", help="PostgreSQL to compare with; left out without it")
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--timeout", type=int, default=600, help="seconds for one SELECT there")
    asked.add_argument("--json", action="store_true")
    told = asked.parse_args()

    engine = DuckDB()
    version = build.newest(told.warehouse)
    if version is None:
        raise SystemExit(f"There is no warehouse in {told.warehouse}; run a night first.")
    build.bind(engine, told.warehouse / str(version))

    result: dict[str, Any] = {"rows": _rows(engine)}
    result["duckdb"], found = _timed(told.repeat, lambda one: _found(engine, one, told.day))
    began = time.perf_counter()
    by_key.write(engine, told.warehouse / str(version))
    result["sorted_by_key"] = round(time.perf_counter() - began, 1)
    build.bind(engine, told.warehouse / str(version))
    result["one_subject_ms"] = _one_by_one(engine, told.day, version)
    if told.dsn:
        with loaded(told.dsn, engine, told.timeout) as (connection, seconds):
            result["postgresql_loading"] = seconds
            ways, same, unended = [], True, set(found)
            for jit in ("off", "on"):
                connection.execute(f"SET jit = {jit}".encode())
                took, there = _timed(
                    min(told.repeat, 2), lambda one: _found_there(connection, one, told.day)
                )
                result[f"postgresql_jit_{jit}"] = took
                ways.append(took)
                ended = {code: keys for code, keys in there.items() if keys is not None}
                unended &= there.keys() - ended.keys()
                same &= all(keys == found[code] for code, keys in ended.items())
            best = {code: min(way[code] for way in ways) for code in found}
            result["postgresql"] = best | {"all": round(sum(best.values()), 3)}
            result["not_ended_there"] = sorted(unended)
            result["same"] = same
    print(json.dumps(result, indent=2) if told.json else _as_text(result))


def _rows(engine: DuckDB) -> dict[str, int]:
    return {
        name: engine.run(f"SELECT COUNT(*) AS n FROM {name}")[0]["n"] for name in build.models()
    }


def _timed(
    repeat: int, find: Callable[[Indicator], Found]
) -> tuple[dict[str, float], dict[str, Found]]:
    """Best seconds of each indicator and of all one after the other; and what they found."""
    best, found = {}, {}
    for one in all_indicators():
        took = []
        for _ in range(repeat):
            began = time.perf_counter()
            found[one.code] = find(one)
            took.append(time.perf_counter() - began)
        best[one.code] = round(min(took), 3)
    return best | {"all": round(sum(best.values()), 3)}, found


def _found(engine: DuckDB, one: Indicator, day: date) -> Keys:
    rows = engine.run(select(one, "duckdb", day, one.settings({})))
    return sorted((row["subject_id"], row["acted_on_id"], row["band"]) for row in rows)


def _found_there(connection: psycopg.Connection[Any], one: Indicator, day: date) -> Keys | None:
    """None where the statement's time ran out: its seconds are then a lower bound."""
    asked = select(one, "postgres", day, one.settings({}))
    try:
        rows = connection.execute(asked.encode()).fetchall()
    except psycopg.errors.QueryCanceled:
        return None
    return sorted((subject, acted_on, band) for subject, acted_on, _, band, *_ in rows)


def _one_by_one(engine: DuckDB, day: date, version: int) -> dict[str, float]:
    """p50 and p99 milliseconds of all indicators over one person or enterprise, by an engine that
    has been asked about others before: what it plans once is planned."""
    keys = [
        f"{kind}:{row['id']}"
        for kind in ("person", "enterprise")
        for row in engine.run(f"SELECT DISTINCT {kind}_id AS id FROM affiliation ORDER BY id")
    ]
    for key in random.Random(8).sample(keys, min(SUBJECTS, len(keys))):
        scan(all_indicators(), engine, day, version, subject=key)
    took = []
    for key in random.Random(7).sample(keys, min(SUBJECTS, len(keys))):
        began = time.perf_counter()
        scan(all_indicators(), engine, day, version, subject=key)
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"p50": round(took[len(took) // 2], 1), "p99": round(took[len(took) * 99 // 100], 1)}


@contextmanager
def loaded(
    dsn: str, engine: DuckDB, timeout: int
) -> Iterator[tuple[psycopg.Connection[Any], float]]:
    """The tables that the indicators read, in PostgreSQL with indexes; and the seconds it took."""
    began = time.perf_counter()
    tables = sorted({table for one in all_indicators() for table in one.reads})
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        connection.execute(f"SET search_path = {SCHEMA}")
        try:
            with TemporaryDirectory() as folder:
                for table in tables:
                    _copy(connection, engine, table, Path(folder) / f"{table}.csv")
            for setting in SETTINGS:
                connection.execute(f"SET {setting}".encode())
            for table in tables:
                for index in _indexes(table):
                    connection.execute(f"CREATE INDEX ON {table} {index}".encode())
            connection.execute("VACUUM ANALYZE")
            connection.execute(f"SET statement_timeout = '{timeout}s'")
            yield connection, round(time.perf_counter() - began, 1)
        finally:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _indexes(table: str) -> Iterator[str]:
    """By each column that names a subject, with the whole row beside it; and the table's own."""
    columns = build.models()[table].columns
    for key in SUBJECT_COLUMNS:
        if key in columns:
            others = [name for name in columns if name != key] if len(columns) <= WIDEST else []
            yield f"({key})" + (f" INCLUDE ({', '.join(others)})" if others else "")
    yield from SPECIFIC.get(table, [])


def _copy(connection: psycopg.Connection[Any], engine: DuckDB, table: str, path: Path) -> None:
    columns = {row["column_name"]: row["column_type"] for row in engine.run(f"DESCRIBE {table}")}
    spec = ", ".join(
        f'"{name}" {exp.DataType.build(kind, dialect="duckdb").sql("postgres")}'
        for name, kind in columns.items()
    )
    connection.execute(f"CREATE UNLOGGED TABLE {table} ({spec})".encode())
    told = ", ".join(
        f"'{{' || array_to_string({name}, ',') || '}}' AS {name}" if kind.endswith("[]") else name
        for name, kind in columns.items()
    )
    engine.run(f"COPY (SELECT {told} FROM {table}) TO '{path}' (FORMAT csv, HEADER false)")
    copy = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(table))
    with path.open("rb") as file, connection.cursor().copy(copy) as target:
        while block := file.read(1 << 20):
            target.write(block)
    path.unlink()


def _as_text(result: dict[str, Any]) -> str:
    lines = [f"{'rows':<22}{sum(result['rows'].values()):>12,}"]
    lines += [f"  {name:<20}{count:>12,}" for name, count in result["rows"].items()]
    there = result.get("postgresql")
    lines.append(f"\n{'seconds':<10}{'DuckDB':>10}" + (f"{'PostgreSQL':>14}" if there else ""))
    for code, seconds in result["duckdb"].items():
        beside = f"{there[code]:>14.3f}{there[code] / seconds:>9.1f} ×" if there else ""
        lines.append(f"{code:<10}{seconds:>10.3f}{beside}")
    one = result["one_subject_ms"]
    lines.append(f"\none subject, all of them: p50 {one['p50']} ms, p99 {one['p99']} ms")
    if there:
        lines.append(f"PostgreSQL was loaded and indexed in {result['postgresql_loading']} s.")
        lines.append("Both find the same." if result["same"] else "THEY DO NOT FIND THE SAME.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
