"""What the newest night gathered (归集), for pages of the day: the warehouse, read by SQL.

One connection for each version of the warehouse, used by one thread at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from chengxin.core import places
from chengxin.lake.engine import DuckDB, Row, literal, render
from chengxin.warehouse import build, by_subject

MEMORY = "512MB"  # a dossier reads few rows, found by their sorted subject

_one_at_a_time = threading.Lock()


def newest() -> int | None:
    """The lake version that the newest warehouse was built for; None before the first night."""
    return build.newest(places.warehouse())


def rows(sql: str, **params: str | date) -> list[Row]:
    """The rows that the newest warehouse gives; none where no night has run yet."""
    version = newest()
    if version is None:
        return []
    with _one_at_a_time:
        engine = _opened(str(places.warehouse()), version)
        return engine.run(render(sql, engine.dialect, params))


def counts(about: str) -> dict[str, int]:
    """Table -> its rows about one subject, of the tables that have any."""
    file = _file(by_subject.COUNT)
    return dict(_counts(file, about)) if file else {}


@lru_cache(maxsize=64)  # a page asks several times; a version's files never change
def _counts(_file: Path, about: str) -> dict[str, int]:
    found = _read(by_subject.COUNT, "about = ?", [about])
    return {str(row["table"]): int(row["rows"]) for row in found}


def about(
    table: str, about: str, *, start: int = 0, limit: int, bureau: str | None = None
) -> list[Row]:
    """A table's rows about one subject, the newest first; of one bureau, when it is named."""
    where, given = "about = ?", [about]
    if bureau:
        where, given = "about = ? AND bureau = ?", [about, bureau]
    return _read(table, f"{where} LIMIT {int(limit)} OFFSET {int(start)}", given)


def count(table: str, about: str, bureau: str) -> int:
    found = _read(table, "about = ? AND bureau = ?", [about, bureau], "count(*) AS n")
    return int(found[0]["n"]) if found else 0


def sums(table: str, about: str, columns: Sequence[str], limit: int) -> list[Row]:
    """The newest days of a subject with the sum of each column, the oldest first."""
    what = ", ".join(f'sum("{name}") AS "{name}"' for name in columns)
    where = f'about = ? AND "day" IS NOT NULL GROUP BY "day" ORDER BY "day" DESC LIMIT {int(limit)}'
    return _read(table, where, [about], f'"day", {what}')[::-1]


def holding(table: str, column: str, value: str, limit: int) -> list[str]:
    """The subjects of the rows in which `column` says `value`."""
    where = f'"{column}" = ? ORDER BY about LIMIT {int(limit)}'
    return [str(row["about"]) for row in _read(table, where, [value], "DISTINCT about")]


def sharing(mark: str, limit: int) -> list[str]:
    """The subjects whose rows hold this phone or address."""
    found = _read(by_subject.BY_MARK, f"mark = ? LIMIT {int(limit)}", [mark])
    return [str(row["about"]) for row in found]


def sharing_count(mark: str) -> int:
    found = _read(by_subject.BY_MARK, "mark = ?", [mark], "count(*) AS n")
    return int(found[0]["n"]) if found else 0


def marks(about: str) -> list[tuple[str, str]]:
    """(kind, token) of the phones and addresses of a subject."""
    found = _read(by_subject.MARKS, "about = ? LIMIT 40", [about])
    return [(str(row["kind"]), str(row["mark"])) for row in found]


def _read(table: str, where: str, given: Sequence[str], what: str = "*") -> list[Row]:
    """Rows of a file of `by_subject`, in the file's order; none where no night has written it."""
    file = _file(table)
    if file is None:
        return []
    with _one_at_a_time:
        return _opened(str(places.warehouse()), newest() or 0).ask(
            f"SELECT {what} FROM read_parquet({literal(str(file))}) "  # noqa: S608 (our own names)
            f"WHERE {where}",
            given,
        )


def _file(table: str) -> Path | None:
    version = newest()
    if version is None:
        return None
    file = places.warehouse() / str(version) / by_subject.FOLDER / f"{table}.parquet"
    return file if file.exists() else None


def percent(share: Decimal | None) -> str:
    """35%; 12.5%; nothing where the share is not known."""
    return "" if share is None else f"{(share * 100).normalize():f}%"


@lru_cache(maxsize=1)
def _opened(_folder: str, version: int) -> DuckDB:
    engine = DuckDB(memory=MEMORY, threads=1)
    engine.run("SET parquet_metadata_cache = true")  # a version's files never change
    build.bind(engine, places.warehouse() / str(version))
    return engine
