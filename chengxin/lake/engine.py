"""Where SQL runs: DuckDB, inside the process; Spark, beyond one machine (`lake.spark`).

All SQL in this project is written once, in DuckDB's dialect, and rendered for the engine at
hand; nothing outside these two files knows which one it has.  Relations keep no result between
calls, so every result is fetched at once.
"""

# ruff: noqa: S608 (SQL is put together from our own names, files and manifests)

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.lake.staging import Staging
from chengxin.lake.tables import TABLES

Row = dict[str, Any]

# How rows are written: small, quick to write, quick to read.
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"

ROW_GROUP = 122_880  # rows that are read at once, where nobody asks for fewer

PLANS = 500  # that one session keeps at once

# What the engine raises over a file that is not there, or not whole.
UNREADABLE = (duckdb.InvalidInputException, duckdb.IOException)

_SIZE = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B)", re.IGNORECASE)


class Versions(Protocol):
    """What an engine needs of the lake."""

    def version(self) -> int: ...
    def files(self, table: str, version: int | None = None) -> list[str]: ...


class Engine(Protocol):
    dialect: str

    def load(self, table: str, types: Mapping[str, str], rows: Sequence[Row]) -> None: ...
    def run(self, sql: str) -> list[Row]: ...
    def arrow(self, sql: str) -> pa.Table: ...
    def keep(self, name: str, sql: str) -> None: ...
    def gather(self, name: str, queries: Sequence[str]) -> None: ...
    def lay(self, name: str, table: pa.Table) -> None: ...
    def drop(self, name: str) -> None: ...
    def put(self, name: str, rows: pa.Table) -> None: ...
    def empty(self, name: str) -> None: ...
    def again(self, sql: str) -> list[Row]: ...
    def view(self, lake: Versions, version: int | None = None) -> int: ...
    def show(self, name: str, files: list[str], types: Mapping[str, str]) -> None: ...
    def write(self, path: Path, sql: str, row_group: int = ROW_GROUP) -> None: ...
    def bind(self, name: str, path: Path) -> None: ...
    def close(self) -> None: ...


def render(sql: str, dialect: str, params: Mapping[str, object]) -> str:
    """The SQL for one engine, with every `:name` replaced by a literal.

    Values may be text, numbers, decimals, dates, None, and lists of them (`x IN :names`).
    A `:name` without a value is an error.
    """
    tree = exp.replace_placeholders(
        _parsed(sql), **{name: as_literal(value) for name, value in params.items()}
    )
    if missing := sorted({p.name for p in tree.find_all(exp.Placeholder) if p.name}):
        raise ValueError(f"No value for :{', :'.join(missing)}.")
    return tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)


@lru_cache(maxsize=256)
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


def as_literal(value: object) -> exp.Expr:
    """A value of Python as SQL writes it."""
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "timestamp")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, list | tuple | set | frozenset):
        return exp.array(*map(as_literal, value))
    return exp.convert(value)


@contextmanager
def within_memory() -> Iterator[None]:
    """Work for which DuckDB's memory, or the disk it goes on on, is too small: one sentence."""
    try:
        yield
    except (duckdb.OutOfMemoryException, pa.ArrowException, OSError) as error:
        # the latter two while Arrow reads what a query gives, batch by batch
        told = str(error)
        if "Out of Memory Error" not in told:
            raise
        said = told.splitlines()[0].rpartition("Out of Memory Error: ")[2]
        if "max_temp_directory_size" in told:
            raise Trouble(
                f"The disk of {places.home() / 'staging'} is full ({said}); make room there, where "
                "DuckDB goes on when its memory is used up, or allow more by CHENGXIN_MEMORY, now "
                f"{memory_setting()}."
            ) from error
        raise Trouble(
            f"The memory of one DuckDB is too small for this work ({said}); allow more by "
            f"CHENGXIN_MEMORY, now {memory_setting()}, or fewer threads by CHENGXIN_THREADS, now "
            f"{threads_setting()}."
        ) from error


class Place:
    """Rows of which others take the place later, with the same columns."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Asked by DuckDB each time it runs a plan (the Arrow PyCapsule interface)."""
        return self.rows.__arrow_c_stream__(requested_schema)


class DuckDB:
    """DuckDB under this installation's limits.

    CHENGXIN_MEMORY (default 4GB) bounds what it keeps in memory, the rest goes to a private
    folder; CHENGXIN_THREADS defaults to the machine's cores.
    """

    dialect = "duckdb"

    def __init__(
        self, path: str = ":memory:", *, memory: str | None = None, threads: int | None = None
    ) -> None:
        self._staging = Staging()
        self._bound: dict[str, Path] = {}
        self._shown: dict[str, object] = {}  # name -> the files and types that are seen under it
        self._places: dict[str, Place] = {}
        self._plans: dict[str, str | None] = {}  # SQL -> its plan; none yet when it ran once
        self._numbers = count()
        self.connection = duckdb.connect(
            path,
            config={
                "memory_limit": memory or memory_setting(),
                "threads": threads or threads_setting(),
                "temp_directory": str(self._staging.folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.connection.execute("SET parquet_metadata_cache = true")  # files are asked many times

    def _anew(self, name: str) -> None:
        """What was seen under a name is seen no more."""
        self._bound.pop(name, None)
        self._shown.pop(name, None)

    @within_memory()
    def load(self, table: str, types: Mapping[str, str], rows: Sequence[Row]) -> None:
        """A table of just these rows; a column that a row leaves out is null."""
        self._anew(table)
        spec = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        self.connection.execute(f'CREATE OR REPLACE TABLE "{table}" ({spec})')
        if rows:
            marks = ", ".join("?" for _ in types)
            self.connection.executemany(
                f'INSERT INTO "{table}" VALUES ({marks})',
                [[row.get(name) for name in types] for row in rows],
            )

    def run(self, sql: str) -> list[Row]:
        return self.ask(sql, ())

    @within_memory()
    def ask(self, sql: str, given: Sequence[object]) -> list[Row]:
        """The rows of DuckDB's own SQL, with `given` for its question marks."""
        cursor = self.connection.execute(sql, given)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @within_memory()
    def arrow(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def batches(self, sql: str) -> pa.RecordBatchReader:
        """What a query gives, piece by piece: it need not fit into memory."""
        return self.connection.sql(sql).to_arrow_reader()

    @within_memory()
    def keep(self, name: str, sql: str) -> None:
        """What a query gives, held as a table of this session under `name`."""
        self._anew(name)
        self.connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')

    def gather(self, name: str, queries: Sequence[str]) -> None:
        """The rows of all these queries, held as a table of this session under `name`.

        One query after the other: side by side in a UNION ALL, each would keep its part of the
        memory until the last is through.
        """
        first, *others = queries
        self.keep(name, first)
        for sql in others:
            self.run(f'INSERT INTO "{name}" {sql}')

    @within_memory()
    def lay(self, name: str, table: pa.Table) -> None:
        """These rows as a table of this session under `name`."""
        self.connection.register("laid", table)
        self.keep(name, "SELECT * FROM laid")
        self.connection.unregister("laid")

    def drop(self, name: str) -> None:
        """Let go of what `keep` or `lay` holds; nothing when it holds none."""
        self._anew(name)
        self.connection.execute(f'DROP TABLE IF EXISTS "{name}"')

    def put(self, name: str, rows: pa.Table) -> None:
        """These rows in the place `name`; what `again` has planned over others with the same
        columns stays planned."""
        place = self._places.get(name)
        if place and place.rows.schema == rows.schema:
            place.rows = rows
        else:
            self._anew(name)
            self._plan_anew()  # DuckDB does not see that a plan reads a place that is gone
            self._places[name] = Place(rows)
            self.connection.register(name, self._places[name])

    def empty(self, name: str) -> None:
        """Let go of the rows in a place, which stays."""
        place = self._places[name]
        place.rows = place.rows.schema.empty_table()

    def again(self, sql: str) -> list[Row]:
        """The rows of a query that is asked again and again over the rows in places.

        It is planned when it comes the second time, and then no more.  DuckDB keeps a plan that
        reads Arrow's rows and knows nothing of how many and which; one over its own tables it makes
        anew each time.
        """
        if sql not in self._plans:
            if len(self._plans) >= PLANS:
                self._plan_anew()
            self._plans[sql] = None
            return self.run(sql)
        plan = self._plans[sql]
        if plan is None:
            plan = f"plan_{next(self._numbers)}"
            self.run(f"PREPARE {plan} AS {sql}")
            self._plans[sql] = plan
        return self.run(f"EXECUTE {plan}")

    def _plan_anew(self) -> None:
        for plan in filter(None, self._plans.values()):
            self.run(f"DEALLOCATE {plan}")
        self._plans.clear()

    def view(self, lake: Versions, version: int | None = None) -> int:
        """A view for every table of the lake as it was at `version`; returns that version.

        A table without a delivery is there, empty, with its types; a column that is younger than
        the files is null.
        """
        version = lake.version() if version is None else version
        for table in TABLES.values():
            self.show(table.name, lake.files(table.name, version), table.types)
        return version

    @within_memory()
    def show(self, name: str, files: list[str], types: Mapping[str, str]) -> None:
        """A view under `name` of the rows in these files of the lake.

        Files that are seen under this name already go on being seen.
        """
        told = (tuple(files), tuple(types.items()))
        if self._shown.get(name) == told and all(map(os.path.isfile, files)):
            return
        self._anew(name)
        self.connection.execute(
            f'CREATE OR REPLACE TEMP VIEW "{name}" AS {self._select(files, types)}'
        )
        self._shown[name] = told

    def write(self, path: Path, sql: str, row_group: int = ROW_GROUP) -> None:
        """What a query gives as Parquet at `path`, in groups of so many rows."""
        self.run(
            f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, ROW_GROUP_SIZE {row_group})"
        )

    def bind(self, name: str, path: Path) -> None:
        """A view under `name` of what an engine wrote at `path`.

        A file that is seen under this name already, perhaps at another place, goes on being seen.
        """
        bound = self._bound.get(name)
        if bound and _same_file(bound, path):
            return
        self._anew(name)
        self.run(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT * FROM {parquet(path)}')
        self._bound[name] = path

    def _select(self, files: list[str], types: Mapping[str, str]) -> str:
        there: set[str] = set()
        source = "(SELECT 1) WHERE false"
        if files:
            source = f"read_parquet({literals(files)}, union_by_name = true)"
            try:
                there = {row["column_name"] for row in self.run(f"DESCRIBE FROM {source}")}
            except UNREADABLE as error:
                raise Trouble(
                    f"A file of the lake cannot be read ({str(error).splitlines()[0]}); "
                    "restore it from its backup."
                ) from error
        columns = ", ".join(
            f'"{name}"' if name in there else f'CAST(NULL AS {kind}) AS "{name}"'
            for name, kind in types.items()
        )
        return f"SELECT {columns} FROM {source}"

    def close(self) -> None:
        self.connection.close()
        self._staging.close()


def _same_file(one: Path, other: Path) -> bool:
    """Whether both are there and are one file; folders are never the same."""
    try:
        first, second = os.stat(one), os.stat(other)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(first.st_mode) and os.path.samestat(first, second)


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(literal, texts))}]"


def parquet(path: Path) -> str:
    """What DuckDB reads after FROM: its own file, or the folder of files that Spark writes."""
    return f"read_parquet({literal(str(path / '*.parquet' if path.is_dir() else path))})"


def memory_setting() -> str:
    text = os.environ.get("CHENGXIN_MEMORY") or "4GB"
    if not _SIZE.fullmatch(text):
        raise Trouble(f"CHENGXIN_MEMORY={text} is not a size; write it like 4GB or 800MB.")
    return text


def threads_setting() -> int:
    text = os.environ.get("CHENGXIN_THREADS") or str(len(os.sched_getaffinity(0)))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1024:
        raise Trouble(f"CHENGXIN_THREADS={text} is not a number of threads; write it like 2.")
    return int(text)
