"""The lake: one Delta table for each kind of fact, and versions over all of them.

    take ──▶ heal ──▶ one commit per table ──▶ publish _versions/00000012.json
                                                        │
    version, at, files ◀── only what is published ◀─────┘
    tidy ──▶ few files instead of many, as a version of its own; versions that nobody needs go

A lake version says which version of every Delta table belongs together.  Readers follow it, so a
delivery appears completely or not at all.  Whoever is killed before publishing leaves commits
that no version names; the next writer undoes them before its own.

A row replaces the row of the same key that was delivered no later than it.  Files that hold
replaced rows are written anew, in the same commit; the old files stay for older versions, and the
rows that went stand beside the new ones (`went`).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deltalake import DeltaTable, Schema

from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.lake import went
from chengxin.lake.commit import SMALL, Change, Compaction, Delivery, clear, files_of, sync
from chengxin.lake.engine import DuckDB
from chengxin.lake.staging import locked
from chengxin.lake.tables import TABLES

Stamp = tuple[int, int, int]

MANY = 8  # small files of one table, more than which are put together

# The log is the history that evidence refers to: nothing of it may expire.
KEEP_ALL = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


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
    """The lake in one folder (default: the installation's).

    Deliveries are stored with `engine`, which stays open; each with its own when there is none.
    """

    def __init__(self, root: Path | None = None, engine: DuckDB | None = None) -> None:
        self.root = (root or places.lake()).absolute()
        self._engine = engine
        self._versions = self.root / "_versions"
        self._forgotten = self._versions / "forgotten.list"
        # What was published never changes, so it is read once; until a backup takes its place.
        self._published: dict[int, tuple[Stamp | None, Published]] = {}
        self._gone: tuple[Stamp | None, frozenset[int]] = (None, frozenset())
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
            names = [name for name in os.listdir(self._versions) if name.endswith(".json")]
            return max((int(name[:-5]) for name in names), default=0)

    def at(self, version: int | None = None) -> Published:
        """What was published as `version`; `Trouble` when there is no such version."""
        version = self.version() if version is None else version
        if version == 0:
            return Published(0, {}, ())
        stamp = stamp_of(f"{self._versions}/{version:08d}.json")
        read, published = self._published.get(version, (None, None))
        if published is None or read != stamp:
            if published is not None:
                self._published.clear()
                self._files.clear()
            published = _published(self._record(version))
            self._published[version] = stamp, published
        return published

    def files(self, table: str, version: int | None = None) -> list[str]:
        """The Parquet files of a table as of a lake version; none before its first delivery."""
        version = self.version() if version is None else version
        told = self.at(version).tables.get(table)
        if told is None:
            return []
        if version in self.forgotten():
            raise Trouble(
                f"Version {version} of the lake was tidied away, because no finding referred to "
                f"it; the versions that can be read are {_spans(self.kept())}."
            )
        if (table, told) not in self._files:
            self._files[table, told] = files_of(self.root / table, told)
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

    def kept(self) -> list[int]:
        """The versions that can be read, oldest first."""
        gone = self.forgotten()
        return [version for version in range(1, self.version() + 1) if version not in gone]

    def forgotten(self) -> frozenset[int]:
        """The versions whose rows were let go of; what came with them is still told."""
        stamp = stamp_of(str(self._forgotten))
        if stamp is None:
            return frozenset()
        if self._gone[0] != stamp:
            with self._readable():
                self._gone = stamp, frozenset(json.loads(self._forgotten.read_text("utf-8")))
        return self._gone[1]

    def check(self) -> None:
        """`Trouble` when the newest version cannot be read completely."""
        newest = self.at()
        self._files.clear()  # what was there when it was last read may be gone
        for table in newest.tables:
            self.files(table, newest.version)

    # writing

    def take(self, *deliveries: Delivery) -> int:
        """Store deliveries and publish them together; the lake version that holds them.

        What the lake holds already changes nothing: then that is the version before.
        """
        with self._writing():
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

    # tidying

    def compact(self, many: int = MANY) -> int:
        """Put the small files of each table together where there are more than `many`.

        The result is a version of its own with the same rows; the newest version when there was
        nothing to do.
        """
        with self._writing():
            before = self.at()
            tables, version = dict(before.tables), before.version + 1
            for name in before.tables:
                files = [Path(file) for file in self.files(name)]
                if sum(file.stat().st_size < SMALL for file in files) > many:
                    self._compact(name, tables, version)
            if tables == before.tables:
                return before.version
            self._publish(Published(version, tables, ()))
            return version

    def forget(self, keep: Collection[int]) -> int:
        """Let go of the files that only other versions than `keep` and the newest hold; bytes.

        That a version was there, and what was delivered with it, stays known.  A reader that is
        still at such a version ends with one sentence.
        """
        with self._writing():
            newest = self.version()
            kept = {version for version in self.kept() if version in keep or version == newest}
            gone = sorted(set(range(1, newest + 1)) - kept)
            needed = {file for one in kept for name in self.at(one).tables
                      for file in self.files(name, one)}  # fmt: skip
            self._replace(self._forgotten, json.dumps(gone) + "\n")
            freed = 0
            for name in self.at().tables:
                for file in (self.root / name).glob("*.parquet"):
                    if str(file) not in needed:
                        freed += file.stat().st_size
                        file.unlink()
                for file in (self.root / name / went.FOLDER).glob("*.parquet"):
                    if str(self.root / name / file.name) not in needed:
                        freed += file.stat().st_size
                        file.unlink()
            return freed

    def _compact(self, name: str, tables: dict[str, int], version: int) -> None:
        delta = self._healed(name, tables[name])
        compaction = Compaction(delta, name)
        try:
            with clear(self.root / name):
                compaction.prepare(version)
            compaction.commit(f"tidy/{version}")
        finally:
            compaction.close()
        tables[name] = delta.version()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Nobody else writes meanwhile."""
        self.version()  # a lake that lost its records is not begun anew
        with self._readable():
            self.root.mkdir(parents=True, exist_ok=True)
            self._versions.mkdir(exist_ok=True)
        with locked(self._versions / "lock"):
            yield

    def _store(self, delivery: Delivery, tables: dict[str, int]) -> int:
        """One commit with the delivery's rows; notes the table's new version in `tables`."""
        delta = self._healed(delivery.table, tables.get(delivery.table))
        if delivery.everything and self._overtaken(delivery):
            tables[delivery.table] = delta.version()
            return 0
        change = Change(delta, delivery, self._engine)
        try:
            with clear(self.root / delivery.table):
                change.prepare()
            change.commit(change.named())
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
        with clear(folder):
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
        self._replace(self._record(published.version), record + "\n")

    def _replace(self, path: Path, text: str) -> None:
        """The file with this text, from one moment to the next."""
        fresh = path.with_name(f".{path.stem}.{secrets.token_hex(4)}")
        with fresh.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        sync(path.parent)

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


def stamp_of(path: str) -> Stamp | None:
    """What tells a file from the one that takes its place; None when none is there."""
    try:
        told = os.stat(path)
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size


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


def _same(taken: Taken, delivery: Delivery) -> bool:
    return (taken.source, taken.delivery_id, taken.delivered_on) == (
        delivery.source,
        delivery.delivery_id,
        delivery.delivered_on,
    )


def _spans(numbers: Collection[int]) -> str:
    """1, 3–5"""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join("–".join(map(str, span)) for span in spans)
