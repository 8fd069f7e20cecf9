"""Build the person and enterprise warehouse: one SELECT per table, one file per SELECT.

    lake tables ──resolve──▶ who is who ──▶ enterprise, affiliation, … ──▶ <folder>/<version>/

The order is not written down anywhere; it is read from the SQL.  A warehouse belongs to one lake
version and knows no day: what was true on a day is the reader's question.  Built once, it is
never changed; the same version and the same files give the same rows in the same order.

A table whose lake files and SQL are those of an earlier warehouse is not made again: it is the
same file under both versions.  Where Spark builds, a table is a folder of files, in order; either
engine reads what the other has built.
"""

# ruff: noqa: S608 (SQL is put together from our own names)

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from chengxin.core import descriptions
from chengxin.core.refusal import Trouble
from chengxin.lake.engine import Engine, Versions, render
from chengxin.lake.tables import TABLES
from chengxin.warehouse import resolve

HERE = Path(__file__).parent
KEPT = 3  # versions; a reader has this many nights to let go of one
ROW_GROUP = 4_096  # rows; small, so that one subject is found without reading much
_KEYS = {  # columns that name a subject -> its key
    "person_id": "'person:' || person_id",
    "enterprise_id": "'enterprise:' || enterprise_id",
    "subject_key": "subject_key",
}
HOLDS = "holds"  # key ("person:…", "enterprise:…"), held_0, …: which tables have rows about it
TOLD = "told"  # the rows of which such a file is made, while it is made
_BITS = 62  # tables that one of its columns tells of, a bit each
DONE = "build.json"  # written last: a folder without it is not a warehouse


@dataclass(frozen=True)
class Model:
    """One table of the warehouse: a YAML header in the opening comment, then one SELECT."""

    name: str  # the file's name
    title: str
    title_en: str
    grain: list[str]  # one row for each; its first column is the subject, rows are sorted by it
    reads: list[str]
    sql: str
    ties: str = ""  # the column that ties the enterprises of its rows to each other
    why: str = ""

    @classmethod
    def read(cls, path: Path) -> Model:
        """The table that a file describes; TypeError for a header key that is not known."""
        header, _, sql = path.read_text("utf-8").removeprefix("/*").partition("*/")
        return cls(name=path.stem, sql=sql.strip(), **descriptions.told(header))

    @cached_property
    def columns(self) -> list[str]:
        return list(_parsed(self.sql).named_selects)

    @property
    def by_tie(self) -> str:
        """Where the enterprises of its ties stand once more, those of a tie together."""
        return f"{self.name}_by_{self.ties}"

    def problems(self) -> list[str]:
        """What is wrong with this file, in words; empty when nothing is."""
        tree = _parsed(self.sql)
        found = []
        if tree.is_star:
            found.append("must name its columns")
        if missing := set(self.grain) - set(self.columns):
            found.append(f"its grain names {sorted(missing)}, which it does not select")
        if self.ties and not {self.ties, "enterprise_id"} <= set(self.columns):
            found.append(f"ties enterprises by {self.ties}, which it does not select beside them")
        if tables_of(tree) != set(self.reads):
            found.append(f"reads {sorted(tables_of(tree))}, its header says {sorted(self.reads)}")
        if list(tree.find_all(exp.Placeholder)):
            found.append("asks for a parameter; the warehouse knows no day")
        return found


@cache
def models() -> dict[str, Model]:
    """Table name -> its file, each after the tables it reads."""
    found = dict(_all())
    if taken := found.keys() & {model.by_tie for model in found.values() if model.ties}:
        raise ValueError(f"the warehouse has a file {min(taken)} of its own; choose another name")
    after = {name: sorted(set(model.reads) & set(found)) for name, model in sorted(found.items())}
    return {name: found[name] for name in TopologicalSorter(after).static_order()}


def _paths() -> dict[str, Path]:
    return descriptions.files(HERE, "warehouse", "*.sql")


def _all() -> Iterator[tuple[str, Model]]:
    for name, path in _paths().items():
        with descriptions.understood(path):
            model = Model.read(path)
            if name in TABLES:
                raise ValueError(f"the lake has a table {name}; choose another name")
            if name in (*resolve.TABLES, HOLDS):
                raise ValueError(f"the warehouse has a file {name} of its own; choose another name")
            if descriptions.is_local(path) and (problems := model.problems()):
                raise ValueError(f"it {'; it '.join(problems)}")
            yield name, model


def build(engine: Engine, lake: Versions, version: int, folder: Path) -> Path:
    """The warehouse of this lake version, `<folder>/<version>/<table>.parquet`, bound to `engine`.

    One that is there is used; else all tables are made in a folder aside, which takes its name
    when it is complete: nobody sees half a warehouse.  Older ones than the newest few are removed.
    """
    home = folder / str(version)
    if not is_built(home):
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{version}-", dir=folder))
        try:
            made_of = _made_of(lake, version)
            there = _there(folder)
            for name in _read_anew(made_of, there):
                engine.show(name, lake.files(name, version), TABLES[name].types)
            _fill(engine, aside, made_of, there)
            told = {"version": version, "files": digest(), "made_of": made_of}
            (aside / DONE).write_text(json.dumps(told, indent=1) + "\n")
            _take_place(aside, home)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        _forget_old(folder, keep=version)
    bind(engine, home)
    return home


def bind(engine: Engine, home: Path) -> None:
    """Let `engine` see the tables of a built warehouse under their names."""
    for name in (*resolve.TABLES, *models(), *_lookups()):
        engine.bind(name, home / f"{name}.parquet")


def newest(folder: Path) -> int | None:
    """The latest lake version that a warehouse was built for; None when there is none."""
    return max(_versions(folder), default=None)


def is_built(home: Path) -> bool:
    """Whether a complete warehouse stands here, made by these very files."""
    try:
        return bool(json.loads((home / DONE).read_text("utf-8"))["files"] == digest())
    except (OSError, ValueError, KeyError):
        return False


def made_of(home: Path) -> dict[str, str]:
    """Table -> a digest of its SQL and of all behind it, as a built warehouse tells."""
    told: dict[str, str] = json.loads((home / DONE).read_text("utf-8"))["made_of"]
    return told


@cache
def digest() -> str:
    """SHA-256 over all files of the warehouse: other SQL is another warehouse."""
    told = hashlib.sha256()
    for path in _paths().values():
        told.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    told.update(str(_lookups()).encode())
    told.update(resolve.digest().encode())
    return told.hexdigest()


def tables_of(tree: exp.Expr) -> set[str]:
    """The tables that a parsed query reads, without its own CTEs."""
    return {table.name for table in tree.find_all(exp.Table)} - {
        cte.alias for cte in tree.find_all(exp.CTE)
    }


def lake_tables(name: str) -> frozenset[str]:
    """The tables of the lake that a table of the warehouse is made of, however indirectly."""
    if name in resolve.TABLES:
        return frozenset(resolve.READS)
    model = models().get(name)
    if model is None:
        return frozenset([name])
    return frozenset().union(*map(lake_tables, model.reads))


def _read_anew(made_of: dict[str, str], there: dict[str, Path]) -> set[str]:
    """The tables of the lake behind those that must be made."""
    made = {name for name, told in made_of.items() if told not in there}
    if made & set(resolve.TABLES):
        made |= set(resolve.READS)
    behind = {table for name in made & models().keys() for table in models()[name].reads}
    return (made | behind) & TABLES.keys()


def _fill(engine: Engine, aside: Path, made_of: dict[str, str], there: dict[str, Path]) -> None:
    if all(made_of[name] in there for name in resolve.TABLES):
        for name in resolve.TABLES:
            _link(there[made_of[name]], aside / f"{name}.parquet")
    else:
        resolve.resolve(engine, aside)
    for name in resolve.TABLES:
        engine.bind(name, aside / f"{name}.parquet")
    for name, model in models().items():
        path = aside / f"{name}.parquet"
        if same := there.get(made_of[name]):
            _link(same, path)
        else:
            sql = f"{model.sql}\nORDER BY {', '.join(model.grain)}"
            engine.write(path, render(sql, engine.dialect, {}), ROW_GROUP)
        engine.bind(name, path)
    for name, lookup in _lookups().items():  # last: they are made of all the others
        path = aside / f"{name}.parquet"
        if same := there.get(made_of[name]):
            _link(same, path)
        else:
            engine.gather(TOLD, [render(sql, engine.dialect, {}) for sql in lookup.parts])
            engine.write(path, lookup.sql, ROW_GROUP)
    engine.drop(TOLD)


@cache
def about_subjects() -> dict[str, list[str]]:
    """Table -> its columns that name a subject; only of these does HOLDS tell."""
    told = {
        name: [one for one in _KEYS if one in model.columns] for name, model in models().items()
    }
    return {name: columns for name, columns in told.items() if columns}


@dataclass(frozen=True)
class Lookup:
    """A file of where one subject's scan finds whom to look for: `sql` over TOLD, which gathers
    the rows of `parts`."""

    parts: tuple[str, ...]
    sql: str


@cache
def _lookups() -> dict[str, Lookup]:
    ties = {
        model.by_tie: Lookup(
            (
                f"SELECT DISTINCT {model.ties}, enterprise_id FROM {name} "
                f"WHERE {model.ties} IS NOT NULL",
            ),
            f"SELECT {model.ties}, enterprise_id FROM {TOLD} ORDER BY {model.ties}, enterprise_id",
        )
        for name, model in models().items()
        if model.ties
    }
    return ties | {HOLDS: _holds()}


def held_by(row: Mapping[str, Any]) -> set[str]:
    """The tables of which a row of HOLDS tells."""
    return {
        name
        for place, name in enumerate(about_subjects())
        if row[f"held_{place // _BITS}"] >> place % _BITS & 1
    }


def _holds() -> Lookup:
    """Of whom the tables have rows: what one subject's scan need not look for."""
    words = range(len(about_subjects()) // _BITS + 1)
    parts = []
    for place, (name, columns) in enumerate(about_subjects().items()):
        bits = ", ".join(
            f"CAST({(word == place // _BITS) << place % _BITS} AS BIGINT) AS held_{word}"
            for word in words
        )
        one = " UNION ".join(
            f"SELECT {_KEYS[column]} AS key, {bits} FROM {name} WHERE {column} <> ''"
            for column in columns
        )
        parts.append(one)
    told = ", ".join(f"BIT_OR(held_{word}) AS held_{word}" for word in words)
    return Lookup(tuple(parts), f"SELECT key, {told} FROM {TOLD} GROUP BY key ORDER BY key")


def _made_of(lake: Versions, version: int) -> dict[str, str]:
    """Table -> a digest of its SQL, and of the files and the SQL behind it."""
    who = str([resolve.digest(), *(lake.files(table, version) for table in resolve.READS)])
    found = {name: hashlib.sha256(f"{name}\0{who}".encode()).hexdigest() for name in resolve.TABLES}
    for name, model in models().items():
        told = hashlib.sha256(model.sql.encode())
        for table in model.reads:
            behind = found.get(table) or [TABLES[table].types, lake.files(table, version)]
            told.update(f"\0{table}\0{behind}".encode())
        found[name] = told.hexdigest()
    for name, lookup in _lookups().items():
        read = {table for sql in lookup.parts for table in tables_of(_parsed(sql))}
        behind = str([lookup, *(found[table] for table in sorted(read))])
        found[name] = hashlib.sha256(behind.encode()).hexdigest()
    return found


def _there(folder: Path) -> dict[str, Path]:
    """What the tables of the complete warehouses here are made of -> their files."""
    found: dict[str, Path] = {}
    for version in _versions(folder):
        home = folder / str(version)
        with suppress(OSError, ValueError, KeyError):
            told = made_of(home)
            found |= {digest: home / f"{name}.parquet" for name, digest in told.items()}
    return {digest: path for digest, path in found.items() if path.exists()}


def _link(there: Path, path: Path) -> None:
    """The same file, or the same folder of files, under another name."""
    if there.is_dir():
        shutil.copytree(there, path, copy_function=os.link)
    else:
        os.link(there, path)


def _take_place(aside: Path, home: Path) -> None:
    """Give a finished folder its name.

    Two builds of one version make the same rows: who comes second leaves the first one's alone.
    A folder that is broken or made by older files gives way.
    """
    aside.chmod(0o755)
    if home.exists() and not is_built(home):
        home.rename(home.with_name(f".{home.name}-{os.getpid()}-old"))
    try:
        aside.rename(home)
    except OSError as error:
        if not is_built(home):
            raise Trouble(f"The warehouse {home} cannot be written ({error.strerror}).") from error


def _forget_old(folder: Path, keep: int) -> None:
    for version in sorted(_versions(folder), reverse=True)[KEPT:]:
        if version != keep:
            shutil.rmtree(folder / str(version), ignore_errors=True)
    for left in folder.glob(".*-old"):
        shutil.rmtree(left, ignore_errors=True)


def _versions(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.glob("*") if path.name.isdigit() and path.is_dir()]


def _parsed(sql: str) -> exp.Query:
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        raise ValueError(f"it is no SQL ({str(error).splitlines()[0]})") from error
    if not isinstance(tree, exp.Query):
        raise ValueError("it is no SELECT")
    return tree
