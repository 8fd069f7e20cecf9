"""Rows of the warehouse sorted by whom they are about, where a few subjects' are found at once.

    <version>/by_key/<table>.<column>.arrow, .keys     a table's rows, sorted by that column

The same rows as the tables', once for each column by which somebody is looked for (`COLUMNS`).
They are written when a warehouse is built and bound, after what cannot wait; whoever finds none
asks the tables themselves.
"""

# ruff: noqa: S608 (SQL is put together from our own names)

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import pyarrow as pa

from chengxin.lake import sorted_rows
from chengxin.lake.engine import DuckDB, Engine, within_memory
from chengxin.lake.sorted_rows import SortedRows
from chengxin.warehouse import build

FOLDER = "by_key"
DONE = "made_of.json"  # written last: a folder without it is not read


@cache
def columns() -> dict[str, list[str]]:
    """Table -> the columns by which its rows are looked for."""
    ties = {model.by_tie: [model.ties] for model in build.models().values() if model.ties}
    return build.about_subjects() | ties | {build.HOLDS: ["key"]}


@within_memory()
def write(engine: DuckDB, home: Path) -> None:
    """The sorted files of the warehouse `home`, to which `engine` is bound.

    Files that are there are left alone; a table that is the same in another version of the
    warehouse has the same file there.
    """
    made_of, there = _made_of(home), _there(home.parent)
    if _told(home) == made_of:
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=home))
    try:
        for table, keys in columns().items():
            for key in keys:
                name = f"{table}.{key}"
                if made_of[table] in there:
                    sorted_rows.link(there[made_of[table]] / name, aside / name)
                    continue
                with engine.batches(
                    f"SELECT {key}, * EXCLUDE ({key}) FROM {table} WHERE {key} <> '' ORDER BY {key}"
                ) as rows:
                    sorted_rows.write(aside / name, rows)
        (aside / DONE).write_text(json.dumps(made_of, indent=1) + "\n")
        aside.chmod(0o755)
        shutil.rmtree(home / FOLDER, ignore_errors=True)
        aside.rename(home / FOLDER)
        _OPEN.pop(engine, None)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


class ByKey:
    """The sorted files of one warehouse, each where it was first written.

    A table that has none yet, in this version of the warehouse or in one where it is the same, is
    left out.
    """

    def __init__(self, home: Path) -> None:
        there = _there(home.parent)
        self._homes = {
            table: there[made] for table, made in _made_of(home).items() if made in there
        }
        self._open: dict[str, SortedRows] = {}

    def rows(
        self, table: str, key: str, ids: Collection[str], told: Sequence[str]
    ) -> pa.Table | None:
        """These columns of the rows whose `key` is one of `ids`; None when there are no files."""
        if table not in self._homes:
            return None
        name = f"{table}.{key}"
        try:
            if name not in self._open:
                self._open[name] = SortedRows(self._homes[table] / name)
        except FileNotFoundError:  # somebody writes them anew, or that version has gone
            del self._homes[table]
            return None
        return self._open[name].among(ids, told)


_OPEN: WeakKeyDictionary[Engine, tuple[build.Bound, ByKey]] = WeakKeyDictionary()


def of(engine: Engine) -> ByKey | None:
    """The sorted files of the warehouse that `engine` is bound to; None when it is to none."""
    bound, there = build.bound(engine), _OPEN.get(engine)
    if bound is None:
        return None
    if there is None or there[0] is not bound:
        there = _OPEN[engine] = bound, ByKey(bound.home)
    return there[1]


def _told(home: Path) -> dict[str, str] | None:
    try:
        told: dict[str, str] = json.loads((home / FOLDER / DONE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told


def _there(folder: Path) -> dict[str, Path]:
    """What the sorted files of all versions are made of -> where they are."""
    homes = [path.parent for path in folder.glob(f"*/{FOLDER}/{DONE}")]
    return {made: home for home in homes for made in (_told(home.parent) or {}).values()}


def _made_of(home: Path) -> dict[str, str]:
    """Table -> a digest of what it is made of and how it is written; empty without a warehouse."""
    try:
        made = build.made(home)
    except (OSError, ValueError, KeyError):
        return {}
    how = b"".join(Path(file).read_bytes() for file in (__file__, sorted_rows.__file__))
    return {
        name: hashlib.sha256(how + f"\0{name}\0{made[name].rows}".encode()).hexdigest()
        for name in columns()
    }
