"""The lake: one Delta table for each kind of fact, and versions over all of them.

    take ──▶ heal ──▶ one commit per table ──▶ publish _versions/00000012.json
                                                        │
    version, at, files ◀── only what is published ◀─────┘

A lake version says which version of every Delta table belongs together.  Readers follow it, so a
delivery appears completely or not at all.  Whoever is killed before publishing leaves commits
that no version names; the next writer undoes them before its own.

A row replaces the row of the same key that was delivered no later than it.  Files that hold
replaced rows are written anew, in the same commit; the old files stay for older versions.
"""

# ruff: noqa: S608 (SQL is put together from our own names, files and manifests)

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.lake.engine import PARQUET, UNREADABLE, DuckDB, literal, literals
from chengxin.lake.staging import locked
from chengxin.lake.tables import TABLES

# The log is the history that evidence refers to: nothing of it may expire.
KEEP_ALL = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


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


@dataclass(frozen=True)
class Taken:
    """One delivery that the lake holds."""

    source: str
    table: str
    delivery_id: str
    delivered_on: date
    rows: int  # stored; fewer than delivered when newer ones were there already
    version: int  # the lake version that it appeared with


@dataclass(frozen=True)
class Published:
    """One lake version: the version of each Delta table, and what came with it."""

    version: int
    tables: dict[str, int]
    taken: tuple[Taken, ...]


class Lake:
    """The lake in one folder (default: the installation's)."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or places.lake()).absolute()
        self._versions = self.root / "_versions"
        # What was published never changes, so it is read once.
        self._published: dict[int, Published] = {}
        self._files: dict[tuple[str, int], tuple[str, ...]] = {}

    # reading

    def version(self) -> int:
        """The newest published version; 0 when nothing was ever delivered."""
        with self._readable():
            if not self._versions.is_dir():
                begun = self.root.exists() and any(self.root.iterdir())
                if not begun:
                    return 0
                if not self._versions.is_dir():  # a first writer makes it before all else
                    raise Trouble(
                        f"The lake {self.root} has lost its version records (_versions); "
                        "restore the folder from its backup."
                    )
            names = [path.stem for path in self._versions.glob("*.json")]
            return max(map(int, names), default=0)

    def at(self, version: int | None = None) -> Published:
        """What was published as `version`; `Trouble` when there is no such version."""
        version = self.version() if version is None else version
        if version == 0:
            return Published(0, {}, ())
        if version not in self._published:
            self._published[version] = _published(self._record(version))
        return self._published[version]

    def files(self, table: str, version: int | None = None) -> list[str]:
        """The Parquet files of a table as of a lake version; none before its first delivery."""
        told = self.at(version).tables.get(table)
        if told is None:
            return []
        if (table, told) not in self._files:
            self._files[table, told] = _files(self.root / table, told)
        return list(self._files[table, told])

    def deliveries(self) -> list[Taken]:
        """Every delivery the lake holds, in the order they were taken."""
        return [taken for n in range(1, self.version() + 1) for taken in self.at(n).taken]

    def holds(self, source: str, delivery_id: str, delivered_on: date) -> bool:
        """Whether taking this delivery would change nothing.

        So it is when it was taken before, or when the source's last delivery until that day had
        the same content.
        """
        past = [taken for taken in self.deliveries() if taken.source == source]
        until = [taken for taken in past if taken.delivered_on <= delivered_on]
        last = max(until, key=lambda taken: (taken.delivered_on, taken.version), default=None)
        return (last is not None and last.delivery_id == delivery_id) or any(
            (taken.delivery_id, taken.delivered_on) == (delivery_id, delivered_on) for taken in past
        )

    def check(self) -> None:
        """`Trouble` when the newest version cannot be read completely."""
        for table in self.at().tables:
            self.files(table)

    # writing

    def take(self, *deliveries: Delivery) -> int:
        """Store deliveries and publish them together; the lake version that holds them.

        What the lake holds already changes nothing: then that is the version before.
        """
        self.version()  # a lake that lost its records is not begun anew
        with self._readable():
            self.root.mkdir(parents=True, exist_ok=True)
            self._versions.mkdir(exist_ok=True)
        with locked(self._versions / "lock"):
            before = self.at()
            tables = dict(before.tables)
            version = before.version + 1
            taken: list[Taken] = []
            for delivery in deliveries:
                if self.holds(delivery.source, delivery.delivery_id, delivery.delivered_on):
                    continue
                if any(_same(one, delivery) for one in taken):
                    continue
                rows = self._store(delivery, tables)
                for other in delivery.beside:
                    self._store(other, tables)
                taken.append(
                    Taken(
                        source=delivery.source,
                        table=delivery.table,
                        delivery_id=delivery.delivery_id,
                        delivered_on=delivery.delivered_on,
                        rows=rows,
                        version=version,
                    )
                )
            if not taken:
                return before.version
            self._publish(Published(version, tables, tuple(taken)))
            return version

    def _store(self, delivery: Delivery, tables: dict[str, int]) -> int:
        """One commit with the delivery's rows; notes the table's new version in `tables`."""
        delta = self._healed(delivery.table, tables.get(delivery.table))
        if delivery.everything and self._overtaken(delivery):
            tables[delivery.table] = delta.version()
            return 0
        change = _Change(delta, delivery)
        try:
            with _clear(self.root / delivery.table):
                change.prepare()
            change.commit()
        finally:
            change.close()
        tables[delivery.table] = delta.version()
        return change.count

    def _overtaken(self, delivery: Delivery) -> bool:
        """Whether the source has sent a newer complete list."""
        return any(
            taken.source == delivery.source and taken.delivered_on > delivery.delivered_on
            for taken in self.deliveries()
        )

    def _healed(self, name: str, version: int | None) -> DeltaTable:
        """The table as `version` has it, with commits undone that were never published."""
        folder, table = self.root / name, TABLES[name]
        schema = Schema.from_arrow(table.schema)
        with _clear(folder):
            if version is None:
                return DeltaTable.create(
                    folder, schema, mode="overwrite", name=name, configuration=KEEP_ALL
                )
            delta = DeltaTable(folder)
            if delta.version() != version:
                delta.restore(version)
            there = {field.name for field in delta.schema().fields}
            if younger := [field for field in schema.fields if field.name not in there]:
                delta.alter.add_columns(younger)
            return delta

    def _publish(self, published: Published) -> None:
        """Write the version record; from then on readers see it."""
        record = json.dumps(asdict(published), ensure_ascii=False, indent=1, default=str)
        fresh = self._versions / f".{published.version:08d}.{secrets.token_hex(4)}"
        with fresh.open("x", encoding="utf-8") as file:
            file.write(record + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self._record(published.version))
        _sync(self._versions)

    def _record(self, version: int) -> Path:
        return self._versions / f"{version:08d}.json"

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            raise Trouble(
                f"The lake folder {self.root} cannot be used ({error}); mend it, or restore it "
                "from its backup."
            ) from error


class _Change:
    """What one delivery does to one table: files that go, files that come, one commit."""

    def __init__(self, delta: DeltaTable, delivery: Delivery) -> None:
        self.count = delivery.count
        self._delta = delta
        self._delivery = delivery
        self._table = TABLES[delivery.table]
        self._folder = Path(unquote(delta.table_uri.removeprefix("file://")))
        self._comes: dict[Path, int] = {}  # file -> rows
        self._goes: list[str] = []
        self._engine: DuckDB | None = None

    @property
    def engine(self) -> DuckDB:
        if self._engine is None:
            self._engine = DuckDB()
        return self._engine

    def prepare(self) -> None:
        """Write the files that this commit adds; none of them is visible yet."""
        files = list(_files(self._folder, self._delta.version()))
        touched = self._touched(files)
        rows = self._delivery.rows
        if any(newer for _, newer, _ in touched):
            rows = self._without_late_rows([file for file, newer, _ in touched if newer])
        for place, (file, newer, count) in enumerate(touched):
            if not newer:
                self._rewrite(file, count, place)
        if self.count:
            self._add(rows, self._path("rows"), self.count)

    def commit(self) -> None:
        """Make it one commit of the Delta table, named after the delivery."""
        actions: list[AddAction | RemoveAction] = [self._gone(file) for file in self._goes]
        actions += [self._come(path, rows) for path, rows in self._comes.items()]
        delivery = self._delivery
        once = f"{delivery.source}/{delivery.delivered_on}/{delivery.delivery_id}"
        _sync(self._folder)
        self._delta.create_write_transaction(
            actions,
            "append",
            self._delta.schema(),
            commit_properties=CommitProperties(
                custom_metadata={"delivery": once}, app_transactions=[Transaction(once, 1)]
            ),
        )
        self._delta.update_incremental()
        _sync(self._folder / "_delta_log")

    def close(self) -> None:
        if self._engine:
            self._engine.close()

    def _touched(self, files: list[str]) -> list[tuple[str, bool, int]]:
        """(file, newer than the delivery?, rows) of the stored rows that the delivery meets."""
        if not files:
            return []
        found = self.engine.connection.execute(
            f"SELECT filename, {self._newer} AS newer, count(*) AS rows "
            f"FROM {_parquet(files)} AS old "
            f"WHERE {self._met} GROUP BY ALL ORDER BY ALL"
        )
        return [(str(file), bool(newer), int(rows)) for file, newer, rows in found.fetchall()]

    @property
    def _newer(self) -> str:
        return f"old.delivered_on > DATE '{self._delivery.delivered_on.isoformat()}'"

    @property
    def _met(self) -> str:
        """Whether an old row has its key in the delivery, or came with a list now replaced."""
        fresh = literal(str(self._delivery.rows))
        same = " AND ".join(f'fresh."{name}" = old."{name}"' for name in self._table.key)
        met = f"EXISTS (SELECT 1 FROM read_parquet({fresh}) AS fresh WHERE {same})"
        if self._delivery.everything:
            met += f" OR old.source = {literal(self._delivery.source)}"
        return f"({met})"

    def _rewrite(self, file: str, replaced: int, place: int) -> None:
        """The file again without the rows that the delivery replaces."""
        path = self._path(f"kept-{place}")
        [(kept,)] = self.engine.connection.execute(
            f"COPY (SELECT old.* EXCLUDE (filename) FROM {_parquet([file])} AS old "
            f"WHERE NOT ({self._met} AND NOT {self._newer})) "
            f"TO {literal(str(path))} ({PARQUET})"
        ).fetchall()
        self._goes.append(file)
        if kept:
            self._comes[path] = kept
        else:
            path.unlink()

    def _without_late_rows(self, files: list[str]) -> Path:
        """The delivery's rows without those whose key came with a newer delivery already."""
        path = self._delivery.rows.with_suffix(".timely.parquet")
        same = " AND ".join(f'fresh."{name}" = old."{name}"' for name in self._table.key)
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
        _sync(path)
        self._comes[path] = count

    def _path(self, part: str) -> Path:
        delivery = self._delivery
        day = delivery.delivered_on.isoformat()
        return self._folder / f"{delivery.source}-{day}-{delivery.delivery_id}-{part}.parquet"

    def _come(self, path: Path, rows: int) -> AddAction:
        told = path.stat()
        changed = int(told.st_mtime * 1000)
        return AddAction(
            path.name, told.st_size, {}, changed, True, json.dumps({"numRecords": rows})
        )

    def _gone(self, file: str) -> RemoveAction:
        path = Path(file)
        told = path.stat()
        return RemoveAction(path.name, True, int(told.st_mtime * 1000), told.st_size, {})


def _parquet(files: Sequence[str]) -> str:
    return f"read_parquet({literals(files)}, union_by_name = true, filename = true)"


def _files(folder: Path, version: int) -> tuple[str, ...]:
    with _clear(folder):
        uris = DeltaTable(folder, version=version).file_uris()
    files = tuple(sorted(unquote(uri.removeprefix("file://")) for uri in uris))
    if missing := [file for file in files if not Path(file).is_file()]:
        raise Trouble(
            f"The lake lacks {missing[0]} and {len(missing) - 1} more files; restore {folder} "
            "from its backup."
        )
    return files


def _published(record: Path) -> Published:
    try:
        told: dict[str, Any] = json.loads(record.read_text("utf-8"))
        taken = tuple(
            Taken(**(one | {"delivered_on": date.fromisoformat(one["delivered_on"])}))
            for one in told["taken"]
        )
        return Published(told["version"], told["tables"], taken)
    except FileNotFoundError as error:
        raise Trouble(
            f"The lake has no version {record.stem.lstrip('0')}; name another one, or restore "
            f"{record} from its backup."
        ) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Trouble(
            f"The lake's version record {record} cannot be read; restore it from its backup."
        ) from error


@contextmanager
def _clear(folder: Path) -> Iterator[None]:
    """What goes wrong in a Delta table, as one sentence."""
    try:
        yield
    except (DeltaError, OSError, *UNREADABLE) as error:
        raise Trouble(
            f"The lake table {folder} cannot be read ({str(error).splitlines()[0]}); "
            "restore the folder from its backup."
        ) from error


def _same(taken: Taken, delivery: Delivery) -> bool:
    return (taken.source, taken.delivery_id, taken.delivered_on) == (
        delivery.source,
        delivery.delivery_id,
        delivery.delivered_on,
    )


def _sync(path: Path) -> None:
    """What was written to `path` stays there, even when the power fails."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
