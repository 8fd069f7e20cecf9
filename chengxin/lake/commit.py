"""One commit of a table of the lake: files that come, files that go.

    Change       a delivery: its rows come, the rows that they replace go
    Compaction   the rows stay, in few files instead of many

What it writes is seen by nobody before `commit`, and by readers of the lake not before the lake
publishes the version.
"""

# ruff: noqa: S608 (SQL is put together from our own names, files and manifests)

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from chengxin.core.refusal import Trouble
from chengxin.lake import went
from chengxin.lake.engine import PARQUET, UNREADABLE, DuckDB, literal, literals, within_memory
from chengxin.lake.tables import TABLES

SMALL = 64 << 20  # bytes; a larger file is worth reading by itself
REMEMBERED = 1_000  # versions of tables whose files a process need not read from the log again


class Delivery(Protocol):
    """What `Lake.take` needs of a reading."""

    @property
    def source(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def delivery_id(self) -> str: ...
    @property
    def delivered_on(self) -> date: ...
    @property
    def rows(self) -> Path: ...  # Parquet with exactly the table's columns
    @property
    def count(self) -> int: ...
    @property
    def everything(self) -> bool: ...  # what is not in it is no more
    @property
    def beside(self) -> Sequence[Delivery]: ...  # what it says in other tables, stored with it


class Commit:
    """Files that come and files that go in one table, made visible together."""

    def __init__(self, delta: DeltaTable, name: str, engine: DuckDB | None = None) -> None:
        self.delta = delta
        self.table = TABLES[name]
        self.folder = Path(unquote(delta.table_uri.removeprefix("file://")))
        self._comes: dict[Path, int] = {}  # file -> rows
        self._goes: list[str] = []
        self._engine = engine
        self._own = engine is None

    @property
    def engine(self) -> DuckDB:
        if self._engine is None:
            self._engine = DuckDB()
        return self._engine

    def files(self) -> list[str]:
        return list(files_of(self.folder, self.delta.version()))

    def write(self, sql: str, path: Path) -> int:
        """The rows of a query as a file of this commit; how many.  No rows, no file."""
        [(rows,)] = self.engine.connection.execute(
            f"COPY ({sql}) TO {literal(str(path))} ({PARQUET})"
        ).fetchall()
        if rows:
            self.come(path, int(rows))
        else:
            path.unlink()
        return int(rows)

    def note(self, path: Path, before: Sequence[str], sql: str) -> None:
        """Keep beside a file of this commit the rows that the files before had and it has not."""
        kept = went.beside(path)
        kept.parent.mkdir(exist_ok=True)
        told = f"KV_METADATA {{{went.BEFORE}: {literal(went.footer(before))}}}"
        self.engine.run(f"COPY ({sql}) TO {literal(str(kept))} ({PARQUET}, {told})")
        sync(kept)
        sync(kept.parent)

    def come(self, path: Path, rows: int) -> None:
        sync(path)
        self._comes[path] = rows

    def go(self, file: str) -> None:
        self._goes.append(file)

    def commit(self, once: str) -> None:
        """Make it one commit of the Delta table, under the name of what brought it."""
        actions: list[AddAction | RemoveAction] = [_gone(file) for file in self._goes]
        actions += [_come(path, rows) for path, rows in self._comes.items()]
        sync(self.folder)
        self.delta.create_write_transaction(
            actions,
            "append",
            self.delta.schema(),
            commit_properties=CommitProperties(
                custom_metadata={"delivery": once}, app_transactions=[Transaction(once, 1)]
            ),
        )
        self.delta.update_incremental()
        sync(self.folder / "_delta_log")

    def close(self) -> None:
        if self._engine and self._own:
            self._engine.close()


class Change(Commit):
    """What one delivery does to one table."""

    def __init__(self, delta: DeltaTable, delivery: Delivery, engine: DuckDB | None = None) -> None:
        super().__init__(delta, delivery.table, engine)
        self.count = delivery.count
        self._delivery = delivery

    def prepare(self) -> None:
        """Write the files that this commit adds; none of them is visible yet."""
        touched = self._touched(self.files())
        rows = self._delivery.rows
        if any(newer for _, newer in touched):
            rows = self._without_late_rows([file for file, newer in touched if newer])
        for place, (file, newer) in enumerate(touched):
            if not newer:
                self._rewrite(file, place)
        if self.count:
            self._add(rows, self._path("rows"), self.count)

    def named(self) -> str:
        """What brought it; the same name never comes twice into one table."""
        delivery = self._delivery
        return f"{delivery.source}/{delivery.delivered_on}/{delivery.delivery_id}"

    def _touched(self, files: list[str]) -> list[tuple[str, bool]]:
        """(file, newer than the delivery?) of the stored rows that the delivery meets."""
        if not files:
            return []
        found = self.engine.connection.execute(
            f"SELECT filename, {self._newer} AS newer "
            f"FROM {_parquet(files)} AS old "
            f"WHERE {self._met} GROUP BY ALL ORDER BY ALL"
        )
        return [(str(file), bool(newer)) for file, newer in found.fetchall()]

    @property
    def _newer(self) -> str:
        return f"old.delivered_on > DATE '{self._delivery.delivered_on.isoformat()}'"

    @property
    def _met(self) -> str:
        """Whether an old row has its key in the delivery, or came with a list now replaced."""
        fresh = literal(str(self._delivery.rows))
        same = " AND ".join(f'fresh."{name}" = old."{name}"' for name in self.table.key)
        met = f"EXISTS (SELECT 1 FROM read_parquet({fresh}) AS fresh WHERE {same})"
        if self._delivery.everything:
            met += f" OR old.source = {literal(self._delivery.source)}"
        return f"({met})"

    def _rewrite(self, file: str, place: int) -> None:
        """The file again without the rows that the delivery replaces."""
        path = self._path(f"kept-{place}")
        rows = f"SELECT old.* EXCLUDE (filename) FROM {_parquet([file])} AS old WHERE"
        goes = f"({self._met} AND NOT {self._newer})"
        if self.write(f"{rows} NOT {goes}", path):
            self.note(path, [file], f"{rows} {goes}")
        self.go(file)

    def _without_late_rows(self, files: list[str]) -> Path:
        """The delivery's rows without those whose key came with a newer delivery already."""
        path = self._delivery.rows.with_suffix(".timely.parquet")
        same = " AND ".join(f'fresh."{name}" = old."{name}"' for name in self.table.key)
        [(self.count,)] = self.engine.connection.execute(
            f"COPY (SELECT * FROM read_parquet({literal(str(self._delivery.rows))}) AS fresh "
            f"WHERE NOT EXISTS (SELECT 1 FROM {_parquet(files)} AS old "
            f"WHERE {same} AND {self._newer})) "
            f"TO {literal(str(path))} ({PARQUET})"
        ).fetchall()
        return path

    def _add(self, rows: Path, path: Path, count: int) -> None:
        path.unlink(missing_ok=True)  # left by a writer that was killed
        try:
            os.link(rows, path)
        except OSError:
            shutil.copyfile(rows, path)
        self.come(path, count)

    def _path(self, part: str) -> Path:
        delivery = self._delivery
        day = delivery.delivered_on.isoformat()
        return self.folder / f"{delivery.source}-{day}-{delivery.delivery_id}-{part}.parquet"


class Compaction(Commit):
    """The rows of many small files in one, ordered by their key.

    Rows are not changed, so whoever compares two versions finds no difference between them.
    """

    def prepare(self, version: int) -> None:
        small = [file for file in self.files() if Path(file).stat().st_size < SMALL]
        self.engine.show("small", small, self.table.types)
        order = ", ".join(f'"{name}"' for name in self.table.key)
        path = self.folder / f"tidy-{version:08d}.parquet"
        self.write(f"SELECT * FROM small ORDER BY {order}", path)
        self.note(path, small, "SELECT * FROM small WHERE false")
        for file in small:
            self.go(file)


def _parquet(files: Sequence[str]) -> str:
    return f"read_parquet({literals(files)}, union_by_name = true, filename = true)"


def files_of(folder: Path, version: int) -> tuple[str, ...]:
    """The files of a Delta table at one of its versions; `Trouble` when one is not there."""
    with clear(folder):
        log = folder / "_delta_log" / f"{version:020}.json"
        if log.exists():
            told = log.stat()
            files = _named_by_the_same(folder, version, (told.st_ino, told.st_mtime_ns))
        else:
            files = _named_by(folder, version)
    if missing := [file for file in files if not Path(file).is_file()]:
        raise Trouble(
            f"The lake lacks {missing[0]} and {len(missing) - 1} more files; restore {folder} "
            "from its backup."
        )
    return files


@lru_cache(REMEMBERED)
def _named_by_the_same(folder: Path, version: int, _log: tuple[int, int]) -> tuple[str, ...]:
    """A version never changes; where another log file bears its number, a backup came back."""
    return _named_by(folder, version)


def _named_by(folder: Path, version: int) -> tuple[str, ...]:
    uris = DeltaTable(folder, version=version).file_uris()
    return tuple(sorted(unquote(uri.removeprefix("file://")) for uri in uris))


@contextmanager
def clear(folder: Path) -> Iterator[None]:
    """What goes wrong in a Delta table, as one sentence."""
    try:
        with within_memory():
            yield
    except (DeltaError, OSError, *UNREADABLE) as error:
        raise Trouble(
            f"The lake table {folder} cannot be read ({str(error).splitlines()[0]}); "
            "restore the folder from its backup."
        ) from error


def sync(path: Path) -> None:
    """What was written to `path` stays there, even when the power fails."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _come(path: Path, rows: int) -> AddAction:
    told = path.stat()
    changed = int(told.st_mtime * 1000)
    return AddAction(path.name, told.st_size, {}, changed, True, json.dumps({"numRecords": rows}))


def _gone(file: str) -> RemoveAction:
    path = Path(file)
    told = path.stat()
    return RemoveAction(path.name, True, int(told.st_mtime * 1000), told.st_size, {})
