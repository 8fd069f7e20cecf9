"""Without which rows an indicator finds nothing, which columns it looks at: told from its SQL, and
true."""

from pathlib import Path

import pytest
import sqlglot

from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.needs import named, needs
from chengxin.indicators.scan import select
from chengxin.lake.engine import DuckDB
from chengxin.warehouse import build
from tests.indicators.counties import DAY, county
from tests.paper import PaperLake

SAID = [
    ("SELECT x FROM a", [{"a"}]),
    ("SELECT x FROM a JOIN b ON a.i = b.i, c", [{"a"}, {"b"}, {"c"}]),
    ("SELECT x FROM a LEFT JOIN b ON a.i = b.i", [{"a"}]),
    ("SELECT x FROM a SEMI JOIN b ON a.i = b.i", [{"a"}, {"b"}]),
    ("SELECT x FROM a ANTI JOIN b ON a.i = b.i", [{"a"}]),
    ("SELECT x FROM a FULL JOIN b ON a.i = b.i", []),
    ("SELECT x FROM a RIGHT JOIN b ON a.i = b.i", []),
    ("SELECT x FROM a UNION ALL SELECT x FROM b", [{"a", "b"}]),
    ("SELECT x FROM a JOIN b USING (i) UNION SELECT x FROM a", [{"a"}]),
    ("SELECT x FROM a EXCEPT SELECT x FROM b", [{"a"}]),
    ("SELECT COUNT(*) AS n FROM a", []),
    ("SELECT x, COUNT(*) AS n FROM a GROUP BY x", [{"a"}]),
    ("SELECT SUM(x) OVER (PARTITION BY i) AS n FROM a", [{"a"}]),
    ("SELECT x, (SELECT MAX(y) FROM b) AS y FROM a", [{"a"}]),
    ("SELECT x FROM (SELECT x FROM a) AS t WHERE x IN (SELECT x FROM b)", [{"a"}]),
    ("WITH t AS (SELECT x FROM a), u AS (SELECT x FROM t JOIN b USING (x)) SELECT x FROM u",
     [{"a"}, {"b"}]),
    ("WITH a AS (SELECT 1 AS x) SELECT x FROM a", []),
    ("WITH RECURSIVE t AS (SELECT x FROM a UNION SELECT b.x FROM t JOIN b ON b.x = t.x) "
     "SELECT x FROM t", [{"a", "b"}]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), SAID)
def test_needs_are_read_from_the_query(sql: str, expected: list[set[str]]) -> None:
    found = needs(sqlglot.parse_one(sql, read="duckdb"))

    assert found == {frozenset(one) for one in expected}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("needs")
    lake = PaperLake(folder, county(3), 1)
    return build.build(DuckDB(threads=1), lake, 1, folder / "warehouse")


@pytest.mark.parametrize("indicator", all_indicators(), ids=lambda one: one.code)
def test_an_indicator_finds_nothing_without_what_it_needs(indicator, home: Path) -> None:
    engine = DuckDB(threads=1)
    build.bind(engine, home)

    for lacking in indicator.needs:
        for name in lacking:
            engine.run(f"CREATE OR REPLACE TEMP VIEW {name} AS "
                       f"SELECT * FROM '{home / name}.parquet' WHERE false")  # fmt: skip
        assert engine.run(select(indicator, "duckdb", DAY, indicator.settings({}))) == []
        build.bind(engine, home)


UNNAMED = [
    "SELECT * FROM a",
    "SELECT x, a.* FROM a",
    "SELECT COLUMNS('x.*') FROM a",
    "SELECT x FROM a NATURAL JOIN b",
]


@pytest.mark.parametrize("sql", UNNAMED)
def test_columns_that_are_looked_at_without_a_name_are_not_told(sql: str) -> None:
    assert named(sqlglot.parse_one(sql, read="duckdb")) is None


def test_named_columns_are_told_wherever_they_stand() -> None:
    sql = (
        "SELECT a.x, COUNT(*) AS n FROM t AS a JOIN u USING (y) WHERE Z > 1 GROUP BY a.x "
        "HAVING MAX(v) > 1"
    )

    found = named(sqlglot.parse_one(sql, read="duckdb"))

    assert found is not None
    assert found >= {"x", "y", "z", "v"}


@pytest.mark.parametrize("indicator", all_indicators(), ids=lambda one: one.code)
def test_what_stands_in_columns_without_a_name_changes_nothing(indicator, home: Path) -> None:
    engine = DuckDB(threads=1)
    build.bind(engine, home)
    sql = select(indicator, "duckdb", DAY, indicator.settings({}))
    before = engine.run(sql)

    assert indicator.names is not None
    for table in indicator.reads:
        columns = [
            name if name in indicator.names else f"NULL AS {name}"
            for name in build.models()[table].columns
        ]
        engine.run(f"CREATE OR REPLACE TEMP VIEW {table} AS "
                   f"SELECT {', '.join(columns)} FROM '{home / table}.parquet'")  # fmt: skip

    assert sorted(map(str, engine.run(sql))) == sorted(map(str, before))
