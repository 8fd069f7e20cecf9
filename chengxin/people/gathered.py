"""What the newest night gathered (归集), for pages of the day: the warehouse, read by SQL.

One connection for each version of the warehouse, used by one thread at a time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from chengxin.core import places
from chengxin.lake import sorted_rows
from chengxin.lake.engine import DuckDB, Row, render
from chengxin.lake.sorted_rows import SortedRows
from chengxin.warehouse import build, by_subject

MEMORY = "512MB"  # what is asked by SQL here is asked of few rows
OPEN = 256  # files that stay open: those of the newest version and of one before

_one_at_a_time = threading.Lock()


def newest() -> int | None:
    """The lake version of the newest warehouse that pages can read; None before the first night."""
    folder = places.warehouse()
    try:
        return _newest(folder, folder.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=1)
def _newest(folder: Path, _changed: int) -> int | None:  # by_subject.write touches the folder
    built = sorted(map(int, filter(str.isdigit, os.listdir(folder))), reverse=True)
    return next((one for one in built if by_subject.is_open(folder / str(one))), None)


def rows(sql: str, **params: str | date) -> list[Row]:
    """The rows that the newest warehouse gives; none where no night has run yet."""
    version = newest()
    if version is None:
        return []
    with _one_at_a_time:
        engine = _engine(str(places.warehouse()), version)
        return engine.run(render(sql, engine.dialect, params))


def counts(about: str) -> dict[str, int]:
    """Table -> its rows about one subject, of the tables that have any."""
    return {str(row["table"]): int(row["rows"]) for row in _rows(by_subject.COUNT, about)}


def about(
    table: str, about: str, *, start: int = 0, limit: int | None = None, bureau: str | None = None
) -> list[Row]:
    """A table's rows about one subject, the newest first; of one bureau, when it is named.

    Tables of the warehouse that `by_subject` keeps are asked likewise, by the subject's key.
    """
    if bureau is None:
        return _rows(table, about, start=start, limit=limit)
    own = [row for row in _rows(table, about) if row["bureau"] == bureau]
    return own[start : None if limit is None else start + limit]


def count(table: str, about: str, bureau: str) -> int:
    return sum(row["bureau"] == bureau for row in _rows(table, about))


def sums(table: str, about: str, columns: Sequence[str], limit: int) -> list[Row]:
    """The newest days of a subject with the sum of each column, the oldest first."""
    file = _file(table)
    if file is None:
        return []
    found = file.table(about, ["day", *columns]).group_by("day", use_threads=False)
    added = found.aggregate([(name, "sum") for name in columns]).to_pylist()
    dated = sorted((row for row in added if row["day"]), key=lambda row: row["day"])[-limit:]
    return [{"day": row["day"], **{name: row[f"{name}_sum"] for name in columns}} for row in dated]


def enterprise_of(number: str) -> str | None:
    """The id of the enterprise that a credit code or taxpayer number names."""
    found = _rows(by_subject.BY_NUMBER, number, limit=1)
    return str(found[0]["enterprise_id"]) if found else None


def plated(number: str, limit: int) -> list[str]:
    """The subjects to whom a number plate belongs."""
    return [str(row["about"]) for row in _rows(by_subject.BY_PLATE, number, limit=limit)]


def sharing(mark: str, limit: int) -> list[str]:
    """The subjects whose rows hold this phone or address."""
    return [str(row["about"]) for row in _rows(by_subject.BY_MARK, mark, limit=limit)]


def sharing_count(mark: str) -> int:
    file = _file(by_subject.BY_MARK)
    return file.count(mark) if file else 0


def marks(about: str) -> list[tuple[str, str]]:
    """(kind, token) of the phones and addresses of a subject."""
    return [
        (str(row["kind"]), str(row["mark"])) for row in _rows(by_subject.MARKS, about, limit=40)
    ]


def _rows(table: str, key: str, *, start: int = 0, limit: int | None = None) -> list[Row]:
    """Rows of a file of `by_subject`, in its order; none where no night has written it."""
    file = _file(table)
    return file.rows(key, start=start, limit=limit) if file else []


def _file(table: str) -> SortedRows | None:
    version = newest()
    if version is None:
        return None
    return _opened(places.warehouse() / str(version) / by_subject.FOLDER / table)


@lru_cache(maxsize=OPEN)
def _opened(path: Path) -> SortedRows | None:
    return SortedRows(path) if sorted_rows.is_there(path) else None


def percent(share: Decimal | None) -> str:
    """35%; 12.5%; nothing where the share is not known."""
    return "" if share is None else f"{(share * 100).normalize():f}%"


@lru_cache(maxsize=1)
def _engine(_folder: str, version: int) -> DuckDB:
    engine = DuckDB(memory=MEMORY, threads=1)
    engine.run("SET parquet_metadata_cache = true")  # a version's files never change
    build.bind(engine, places.warehouse() / str(version))
    return engine
