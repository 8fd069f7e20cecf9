"""On a Spark cluster the same files find what they find in DuckDB, to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from chengxin import nightly
from chengxin.core.keys import Keys
from chengxin.indicators import cases
from chengxin.indicators.catalogue import Indicator, all_indicators, cases_of
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import DuckDB, render
from chengxin.lake.spark import Spark
from chengxin.lake.store import Lake
from chengxin.sources import read, source_of
from chengxin.warehouse import build
from city import county
from tests.spark.together import apart, together

pytestmark = pytest.mark.spark

DAY = date(2017, 8, 18)


@pytest.fixture(scope="module")
def bench(spark: Spark) -> Iterator[cases.Bench]:
    """Spark, and the types that the tables of the warehouse have."""
    with cases.bench() as empty:
        yield cases.Bench(spark, empty.types)


@pytest.mark.parametrize("indicator", all_indicators(), ids=lambda one: one.name)
def test_indicator_finds_what_its_cases_expect(indicator: Indicator, bench: cases.Bench) -> None:
    told = yaml.safe_load(cases_of(indicator))
    every = [told | case for case in told["cases"]]
    alone = [case for case in every if not case["given"]]
    for some in together([case for case in every if case["given"]]):
        found = apart(cases.finds(indicator, some, bench))
        # whom others of the same day would change is asked again by himself
        alone += [
            case for tag, case in some["cases"].items() if found.get(tag, []) != cases.expects(case)
        ]
    for case in alone:
        assert cases.finds(indicator, case, bench) == cases.expects(case), case["case"]
    assert every


def test_both_workers_work(spark: Spark) -> None:
    context = spark.session.sparkContext
    executors = context._jsc.sc().statusTracker().getExecutorInfos()  # type: ignore[union-attr]
    assert context.master.startswith("spark://127.0.0.1:")
    assert len(executors) == 3  # the driver and two more


class TestRendering:
    """What SQLGlot leaves out of Spark's dialect."""

    def both(self, spark: Spark, sql: str) -> None:
        duckdb = DuckDB(threads=1)
        expected = duckdb.run(sql)
        duckdb.close()
        assert spark.run(render(sql, spark.dialect, {})) == expected

    @pytest.mark.parametrize(
        "wanted",
        [
            "ARRAY_AGG(x ORDER BY a, b)",
            "ARRAY_AGG(x ORDER BY a DESC, b DESC)",
            "ARRAY_AGG(x ORDER BY b NULLS FIRST, a)",
            "ARRAY_AGG(DISTINCT x ORDER BY x)",
            "ARRAY_AGG(DISTINCT x ORDER BY x DESC) FILTER (WHERE a > 1)",
            "ARRAY_AGG(x ORDER BY a, b) FILTER (WHERE a > 9)",
            "STRING_AGG(DISTINCT x, ',' ORDER BY x)",
            "STRING_AGG(x, ';' ORDER BY a DESC, b) FILTER (WHERE a < 3)",
            "STRING_AGG(x, ',' ORDER BY a) FILTER (WHERE x IS NULL)",
            "STRING_AGG(DISTINCT x, ',' ORDER BY x) || COUNT(DISTINCT a) FILTER (WHERE b > 0)",
            "MIN_BY(x, a) FILTER (WHERE b IS NOT NULL)",
        ],
    )
    def test_aggregate(self, wanted: str, spark: Spark) -> None:
        rows = "(1, 2, 'p'), (1, NULL, 'q'), (3, 1, 'p'), (2, 1, NULL), (NULL, 7, '诚')"
        self.both(spark, f"SELECT {wanted} AS found FROM (VALUES {rows}) AS t(a, b, x)")

    @pytest.mark.parametrize(
        "wanted",
        [
            "CAST(DATE '2017-08-31' - INTERVAL (6) MONTH AS DATE)",
            "CAST(DATE '2016-02-29' + INTERVAL 1 DAY AS DATE)",
            "7 / 2",
            "CAST(1 AS DECIMAL(18, 2)) / 3",
            "LEAST(NULL, 3, 2)",
            "CAST(LEAST(100, 1.005 * CAST(3 AS DOUBLE) / 3) AS DECIMAL(5, 2))",
            "CAST(50 * CAST(1000100 AS DOUBLE) / 1000000 AS DECIMAL(5, 2))",
            "'诚' || NULL",
        ],
    )
    def test_expression(self, wanted: str, spark: Spark) -> None:
        self.both(spark, f"SELECT {wanted} AS found")


class TestTables:
    def test_what_is_laid_is_there_until_it_is_dropped(self, spark: Spark) -> None:
        spark.load(
            "some", {"id": "VARCHAR", "sum": "DECIMAL(18,2)"}, [{"sum": Decimal("1.50")}, {}]
        )
        spark.keep("kept", "SELECT COUNT(*) AS rows, COUNT(id) AS ids, SUM(sum) AS all FROM some")
        assert spark.run("SELECT * FROM kept") == [{"rows": 2, "ids": 0, "all": Decimal("1.50")}]
        spark.drop("kept")
        spark.drop("kept")
        assert not spark.session.catalog.tableExists("kept")

    def test_duckdb_reads_what_spark_wrote_in_its_order(self, spark: Spark, tmp_path: Path) -> None:
        spark.load("some", {"id": "VARCHAR", "n": "INTEGER"}, [{"id": "b"}, {"id": "a", "n": 1}])
        folder = tmp_path / "某 folder%"
        spark.write(folder, "SELECT * FROM some ORDER BY id")

        duckdb = DuckDB(threads=1)
        duckdb.bind("written", folder)
        spark.bind("written", folder)

        expected = [{"id": "a", "n": 1}, {"id": "b", "n": None}]
        assert duckdb.run("SELECT * FROM written") == expected
        assert spark.run("SELECT * FROM written") == expected
        duckdb.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("county")


@pytest.fixture(scope="module")
def lake(home: Path) -> Lake:
    """The deliveries of a county of 20,000 persons."""
    keys = Keys(bytes(range(32)))
    county.write(home, persons=20_000, seed=11, day=DAY, keys=keys)
    lake = Lake(home / "lake")
    for path in sorted((home / "deliveries").iterdir()):
        if source_of(path):
            with read(path, keys=keys) as reading:
                lake.take(reading)
    return lake


@pytest.fixture(scope="module")
def here(home: Path, lake: Lake) -> list[Finding]:
    """What DuckDB finds, in a warehouse that DuckDB built."""
    engine = DuckDB()
    build.build(engine, lake, lake.version(), home / "duckdb")
    findings = scan(all_indicators(), engine, DAY, lake.version())
    engine.close()
    return findings


@pytest.fixture(scope="module")
def there(spark: Spark, home: Path, lake: Lake) -> list[Finding]:
    """What Spark finds, in a warehouse that Spark built."""
    build.build(spark, lake, lake.version(), home / "spark")
    return scan(all_indicators(), spark, DAY, lake.version())


class TestCounty:
    """From the deliveries to the findings, on both engines."""

    def test_findings_are_the_same_bytes(self, here: list[Finding], there: list[Finding]) -> None:
        assert [one.to_json() for one in there] == [one.to_json() for one in here]
        assert {one.indicator for one in here} == {one.code for one in all_indicators()}

    def test_every_table_holds_the_same_rows_in_the_same_order(
        self, home: Path, lake: Lake, here: list[Finding], there: list[Finding]
    ) -> None:
        engine, rows = DuckDB(), {}
        for built in ("duckdb", "spark"):
            build.bind(engine, home / built / str(lake.version()))
            rows[built] = {name: engine.run(f"SELECT * FROM {name}") for name in build.models()}
        engine.close()
        for name in build.models():
            assert rows["spark"][name] == rows["duckdb"][name], name

    def test_one_subject_is_found_as_among_everyone(
        self, spark: Spark, lake: Lake, there: list[Finding]
    ) -> None:
        one = there[len(there) // 2]
        asked = [indicator for indicator in all_indicators() if indicator.code == one.indicator]
        assert scan(asked, spark, DAY, lake.version(), subject=one.subject) == [
            other
            for other in there
            if (other.indicator, other.subject) == (one.indicator, one.subject)
        ]

    def test_nights_audit_asks_duckdb_over_what_spark_wrote(
        self, home: Path, lake: Lake, there: list[Finding]
    ) -> None:
        engine = DuckDB()
        try:
            build.bind(engine, home / "spark" / str(lake.version()))
            told = nightly.audited(engine, there, DAY, lake.version())
        finally:
            engine.close()
        assert (told.asked >= nightly.SAMPLE // 2, told.different) == (True, [])
