"""Where SQL runs for tables beyond one machine: Spark, on a cluster or in one process.

    the same .sql files ──render──▶ Spark SQL ──▶ driver ──▶ workers ──▶ the same rows

Lake, warehouse and staging lie in folders that the driver and every worker see under the same
path.  What DuckDB says by one function and Spark by another is rendered here, once for all files;
nothing is translated by hand.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp
from sqlglot.dialects.spark import Spark as SparkSQL
from sqlglot.generators.spark import SparkGenerator

from chengxin.core.refusal import Trouble
from chengxin.lake.engine import ROW_GROUP, Row, Versions, as_literal, memory_setting
from chengxin.lake.tables import TABLES

try:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.pandas.types import from_arrow_schema
except ImportError as error:
    raise Trouble(
        "Spark is not installed here; install it by `make spark`, or use --engine duckdb."
    ) from error

HERE = "local[*]"  # in this process, when no cluster is named

# What makes Spark's SQL mean what DuckDB's means.
MEANING = {
    "spark.sql.ansi.enabled": "true",  # what overflows or is no number is an error
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",  # days stay days
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}


class Rendered(SparkSQL):
    """Spark's dialect, with what SQLGlot leaves out."""

    class Generator(SparkGenerator):
        TRANSFORMS = SparkGenerator.TRANSFORMS | {
            exp.ArrayAgg: lambda self, tree: self.sql(_in_order(tree)),
            exp.GroupConcat: lambda self, tree: self.sql(_in_order(tree)),
            exp.Filter: lambda self, tree: _filtered(self, tree),
            exp.Interval: lambda self, tree: _interval(self, tree),
            exp.Div: lambda self, tree: _divided(self, tree),
            exp.Cast: lambda self, tree: _cast(self, tree),
        }


def _filtered(generator: Any, tree: exp.Filter) -> str:
    if isinstance(tree.this, exp.ArrayAgg | exp.GroupConcat):
        return str(generator.sql(_in_order(tree.this, where=tree.expression)))
    return str(SparkGenerator.filter_sql(generator, tree))


def _in_order(tree: exp.ArrayAgg | exp.GroupConcat, where: exp.Expr | None = None) -> exp.Expr:
    """`ARRAY_AGG([DISTINCT] x ORDER BY …) [FILTER …]`, which Spark collects without an order.

    Rows are collected with what they are ordered by and sorted afterwards, nulls last as the files
    mean it; without any row it is null and not empty.  `STRING_AGG` is the same, joined:
    Spark's own fails beside another distinct aggregate.
    """
    collected = tree.this
    keys = collected.expressions if isinstance(collected, exp.Order) else []
    if keys:
        collected = collected.this
    distinct = isinstance(collected, exp.Distinct)
    if distinct:
        [collected] = collected.expressions
    fields = {f"o{place}": key.this for place, key in enumerate(keys)} | {"v": collected}
    told = ", ".join(f"'{name}', {field.sql(Rendered)}" for name, field in fields.items())
    condition = f" FILTER({where.sql(Rendered)})" if where else ""
    rows = f"COLLECT_LIST({'DISTINCT ' if distinct else ''}NAMED_STRUCT({told})){condition}"
    if keys:
        rows = f"ARRAY_SORT({rows}, (l, r) -> CASE {_compared(keys)} ELSE 0 END)"
    found, counted = f"TRANSFORM({rows}, one -> one.v)", "*"
    if isinstance(tree, exp.GroupConcat):
        found = f"ARRAY_JOIN({found}, {tree.args['separator'].sql(Rendered)})"
        counted = collected.sql(Rendered)
    return exp.Var(this=f"CASE WHEN COUNT({counted}){condition} > 0 THEN {found} END")


def _compared(keys: Sequence[exp.Ordered]) -> str:
    parts = []
    for place, key in enumerate(keys):
        left, right = f"l.o{place}", f"r.o{place}"
        less, more = (1, -1) if key.args.get("desc") else (-1, 1)
        null, known = (-1, 1) if key.args.get("nulls_first") else (1, -1)
        parts.append(
            f"WHEN {left} < {right} THEN {less} WHEN {left} > {right} THEN {more} "
            f"WHEN {left} IS NULL AND {right} IS NOT NULL THEN {null} "
            f"WHEN {left} IS NOT NULL AND {right} IS NULL THEN {known}"
        )
    return " ".join(parts)


def _interval(generator: Any, tree: exp.Interval) -> str:
    amount = tree.this.unnest()
    return f"INTERVAL '{amount.name}' {generator.sql(tree, 'unit')}"


def _divided(generator: Any, tree: exp.Div) -> str:
    """DuckDB's `/` is of floating numbers, also between amounts and whole numbers."""
    left, right = (f"CAST({generator.sql(side)} AS DOUBLE)" for side in (tree.left, tree.right))
    return f"{left} / {right}"


def _cast(generator: Any, tree: exp.Cast) -> str:
    """A float that becomes an amount is rounded as DuckDB rounds it: 1.005 is 1.00, not 1.01."""
    told: exp.DataType = tree.to
    if told.this != exp.DataType.Type.DECIMAL or not _is_float(tree.this):
        return str(SparkGenerator.cast_sql(generator, tree))
    [_, scale] = told.expressions
    rounded = f"ROUND(({generator.sql(tree.this)}) * 1E{scale.name}) / 1E{scale.name}"
    return f"CAST({rounded} AS {generator.sql(told)})"


# What gives a float when one of its parts is one.
PASSING = (
    exp.Binary, exp.Least, exp.Greatest, exp.Coalesce, exp.Paren, exp.Neg, exp.AggFunc,
)  # fmt: skip


def _is_float(tree: exp.Expr | None) -> bool:
    """Whether a value is a floating number, as far as its expression shows."""
    match tree:
        case exp.Div():
            return True
        case exp.Cast():
            return bool(tree.to.this == exp.DataType.Type.DOUBLE)
        case exp.Case():
            values = [one.args["true"] for one in tree.args["ifs"]]
            return any(map(_is_float, [*values, tree.args.get("default")]))
        case _ if isinstance(tree, PASSING):
            return any(map(_is_float, tree.iter_expressions()))
        case _:
            return False


class Spark:
    """A session of Spark.

    CHENGXIN_SPARK names the master (default: this process).  CHENGXIN_MEMORY bounds the driver;
    what the workers have is the cluster's own setting (spark-defaults.conf).
    """

    dialect = "rendered"

    def __init__(
        self,
        master: str | None = None,
        *,
        memory: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        master = master or os.environ.get("CHENGXIN_SPARK") or HERE
        if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
            raise Trouble("Spark needs Java 17 or 21; install it, or use --engine duckdb.")
        told = MEANING | {
            "spark.driver.memory": _jvm_memory(memory or memory_setting()),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        if master.startswith("local") or "//127." in master:
            told |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        building = SparkSession.builder.appName("chengxin").master(master)
        for name, value in (told | dict(settings or {})).items():
            building = building.config(name, value)
        self.session: SparkSession = building.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        logging.getLogger("py4j").setLevel(logging.WARNING)  # it tells of each connection's end
        self._held: dict[str, DataFrame] = {}

    def load(self, table: str, types: Mapping[str, str], rows: Sequence[Row]) -> None:
        """A table of just these rows; a column that a row leaves out is null."""
        told = ", ".join(
            "({})".format(
                ", ".join(
                    f"CAST({as_literal(row.get(name)).sql(Rendered)} AS {_type(kind)})"
                    for name, kind in types.items()
                )
            )
            for row in (rows or [{}])
        )
        names = ", ".join(f"`{name}`" for name in types)
        frame = self.session.sql(f"SELECT * FROM VALUES {told} AS told({names})")  # noqa: S608
        self._view(table, frame if rows else frame.limit(0))

    def run(self, sql: str) -> list[Row]:
        rows: list[Row] = self.arrow(sql).to_pylist()
        return rows

    def arrow(self, sql: str) -> pa.Table:
        return self.session.sql(sql).toArrow()

    def keep(self, name: str, sql: str) -> None:
        """What a query gives, held by the workers under `name`."""
        self._hold(name, self.session.sql(sql).cache())

    def gather(self, name: str, queries: Sequence[str]) -> None:
        """The rows of all these queries, held by the workers under `name`."""
        self.keep(name, " UNION ALL ".join(queries))

    def lay(self, name: str, table: pa.Table) -> None:
        """These rows as a table of this session under `name`."""
        self._hold(name, self.session.createDataFrame(table))

    def drop(self, name: str) -> None:
        """Let go of what `keep` or `lay` holds; nothing when it holds none."""
        if held := self._held.pop(name, None):
            held.unpersist()
            self.session.catalog.dropTempView(name)

    def put(self, name: str, rows: pa.Table) -> None:
        """These rows in the place `name`, which stays."""
        self.lay(name, rows)

    def empty(self, name: str) -> None:
        """Let go of the rows in a place, which stays."""
        self.keep(name, f"SELECT * FROM {name} WHERE false")  # noqa: S608

    def again(self, sql: str) -> list[Row]:
        """The rows of a query that is asked again and again."""
        return self.run(sql)

    def view(self, lake: Versions, version: int | None = None) -> int:
        """A view for every table of the lake as it was at `version`; returns that version."""
        version = lake.version() if version is None else version
        for table in TABLES.values():
            self.show(table.name, lake.files(table.name, version), table.types)
        return version

    def show(self, name: str, files: list[str], types: Mapping[str, str]) -> None:
        """A view under `name` of the rows in these files; a column they lack is null."""
        schema = ", ".join(f"`{column}` {_type(kind)}" for column, kind in types.items())
        if files:
            self._view(name, self.session.read.schema(schema).parquet(*map(_address, files)))
        else:
            self.load(name, types, [])

    def write(self, path: Path, sql: str, row_group: int = ROW_GROUP) -> None:
        """What a query gives as a folder of Parquet files at `path`, in the query's order."""
        writer = self.session.sql(sql).write.mode("overwrite")
        writer.option("parquet.block.row.count.limit", row_group).parquet(_address(str(path)))

    def bind(self, name: str, path: Path) -> None:
        """A view under `name` of what an engine wrote at `path`."""
        first = min(path.glob("*.parquet")) if path.is_dir() else path
        schema = from_arrow_schema(pq.read_schema(first))  # else Spark runs a job to ask
        self._view(name, self.session.read.schema(schema).parquet(_address(str(path))))

    def close(self) -> None:
        self.session.stop()

    def _hold(self, name: str, frame: DataFrame) -> None:
        self.drop(name)
        self._held[name] = frame
        self._view(name, frame)

    def _view(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)


def _type(kind: str) -> str:
    """A SQL type of ours as Spark names it."""
    return sqlglot.exp.DataType.build(kind, dialect="duckdb").sql(Rendered)


def _address(path: str) -> str:
    return f"file://{path}"


def _jvm_memory(size: str) -> str:
    """A size as Java writes it: 4GB is 4096m."""
    amount, unit = size.upper().removesuffix("B").removesuffix("I").strip(), ""
    amount, unit = amount[:-1], amount[-1]
    return f"{int(float(amount) * 1024 ** ('KMGT'.index(unit) - 1))}m"
