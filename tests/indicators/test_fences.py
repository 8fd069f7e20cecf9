"""SQL of the studio is refused in plain words before it runs, when it says what it may not."""

from __future__ import annotations

from datetime import date

import pytest

from chengxin.indicators import fences
from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import select
from chengxin.warehouse.build import models

TABLES = set(models())
GOOD = "SELECT enterprise_id FROM enterprise"


def told(sql: str) -> str:
    return " / ".join(f"{one.zh} {one.en}" for one in fences.faults(sql, TABLES))


@pytest.mark.parametrize("indicator", all_indicators(), ids=lambda one: one.code)
def test_what_the_bureaus_own_indicators_say_may_be_said(indicator) -> None:
    sql = select(indicator, "duckdb", date(2017, 8, 18), indicator.settings({}))
    assert told(sql) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO enterprise VALUES (1)",
        "UPDATE enterprise SET status = 'normal'",
        "DELETE FROM enterprise",
        "DROP VIEW enterprise",
        "CREATE TABLE mine AS SELECT 1",
        "CREATE MACRO f() AS 1",
        "COPY enterprise TO '/tmp/x.csv'",
        "COPY (SELECT * FROM enterprise) TO '/tmp/x.parquet'",
        "EXPORT DATABASE '/tmp/x'",
        "ATTACH '/tmp/x.db'",
        "TRUNCATE enterprise",
        "MERGE INTO enterprise USING enterprise AS n ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_writes_are_refused(sql: str) -> None:
    assert "不能写入" in told(sql) or "语法" in told(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SET memory_limit = '100GB'",
        "PRAGMA enable_external_access",
        "RESET ALL",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM duckdb_settings()",
        "SELECT set_config('a', 'b')",
        "SHOW TABLES",
        "DESCRIBE enterprise",
    ],
)
def test_settings_are_refused(sql: str) -> None:
    assert told(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
        "SELECT * FROM read_json_auto('http://127.0.0.1/')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "/etc/passwd"',
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM parquet_metadata('/tmp/x.parquet')",
        "SELECT (SELECT content FROM read_text('/etc/hostname')) AS x FROM enterprise",
        "SELECT enterprise_id FROM enterprise WHERE EXISTS (SELECT 1 FROM glob('/etc/*'))",
        "WITH a AS (SELECT 1 FROM read_text('/etc/passwd')) SELECT enterprise_id FROM enterprise",
    ],
)
def test_files_and_network_are_refused(sql: str) -> None:
    assert "不能" in told(sql) or "没有名为" in told(sql)


@pytest.mark.parametrize(
    "name",
    [
        "getenv('HOME')", "current_user", "session_user", "current_database()", "version()",
        "current_query()", "getvariable('x')", "pg_backend_pid()", "txid_current()",
        "current_schemas(true)", "query_table('enterprise')", "json_serialize_sql('SELECT 1')",
        "error('x')", "write_log('x')", "sleep_ms(10)", "nextval('s')",
    ],
)  # fmt: skip
def test_functions_that_read_the_machine_are_refused(name: str) -> None:
    assert told(f"SELECT {name} AS x FROM enterprise")


@pytest.mark.parametrize("name", ["now()", "current_date", "today()", "random()", "uuid()"])
def test_clock_and_dice_are_refused_and_the_day_of_the_data_is_named(name: str) -> None:
    assert ":as_of" in told(f"SELECT {name} AS x FROM enterprise")


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
        "SELECT * FROM range(1000000000000)",
        "SELECT * FROM generate_series(1, 1000000000000)",
        "SELECT unnest(range(1000000000)) FROM enterprise",
        "SELECT repeat('x', 10000000000) FROM enterprise",
        "SELECT * FROM enterprise, repeat_row(1, num_rows = 1000000000)",
    ],
)
def test_what_makes_rows_without_end_out_of_nothing_is_refused(sql: str) -> None:
    assert told(sql)


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT 1; SELECT 2", "一条 SELECT"),
        (f"{GOOD}; DROP VIEW enterprise", ""),
        ("SELECT * FROM information_schema.tables", "information_schema.tables"),
        ("SELECT * FROM duckdb_tables", "duckdb_tables"),
        ("SELECT * FROM sqlite_master", "sqlite_master"),
        ("SELECT * FROM main.enterprise", "main.enterprise"),
        ("SELECT main.abs(1) FROM enterprise", "abs"),
        ("SELECT * FROM natural_person", "natural_person"),
        ("WITH enterprise AS (SELECT 1) SELECT * FROM enterprise", "同名"),
        ("SELECT * FROM (WITH a AS (SELECT 1 AS x) SELECT x FROM a) AS b, a", "a"),
        (f"{GOOD} USING SAMPLE 10", "SAMPLE"),
        (f"{GOOD} LIMIT 10", "LIMIT"),
        ("SELECT $1 FROM enterprise", ":"),
        ("SELEC 1", "语法"),
        ("SELECT enterprise.rowid FROM enterprise", "rowid"),
    ],
)
def test_other_things_are_refused_and_named(sql: str, word: str) -> None:
    assert fences.faults(sql, TABLES)
    assert word in told(sql)


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {'(' * 5000}1{')' * 5000} FROM enterprise",
        f"SELECT {'+'.join(['1'] * 9000)} FROM enterprise",
        f"SELECT {'NOT ' * 4900}true FROM enterprise",
        f"SELECT {'CASE WHEN true THEN ' * 900}1{' END' * 900} FROM enterprise",
        "SELECT " + "x" * 30_000,
    ],
    ids=["brackets", "sum", "not", "case", "long"],
)
def test_what_would_break_a_parser_is_refused(sql: str) -> None:
    assert told(sql)


def test_a_step_is_known_where_it_was_told() -> None:
    assert (
        told("WITH a AS (SELECT enterprise_id FROM enterprise), b AS (SELECT * FROM a) FROM b")
        == ""
    )


def test_every_sentence_is_there_in_both_languages() -> None:
    for sql in (
        "DELETE FROM enterprise",
        "SELECT now()",
        "SELECT * FROM x",
        "SELECT repeat('x', 9)",
    ):
        for one in fences.faults(sql, TABLES):
            assert one.zh
            assert one.en
            assert one.zh != one.en
