"""Build the person and enterprise warehouse: one SELECT per table, one file per SELECT.

    lake tables ──resolve──▶ who is who ──▶ enterprise, affiliation, … ──▶ <folder>/<version>/

The order is not written down anywhere; it is read from the SQL.  A warehouse belongs to one lake
version and knows no day: what was true on a day is the reader's question.  Built once, it is
never changed; the same version and the same files give the same rows in the same order.

A table whose SQL and what it is made of are those of an earlier warehouse is not made again: it is
the same file under both versions.  Where Spark builds, a table is a folder of files, in order;
either engine reads what the other has built.
"""

# ruff: noqa: S608 (SQL is put together from our own names)

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlglot
from sqlglot import exp

from chengxin.core import descriptions
from chengxin.core.refusal import Trouble
from chengxin.lake.engine import Engine, Versions, render
from chengxin.lake.tables import TABLES
from chengxin.warehouse import resolve

HERE = Path(__file__).parent
KEPT = 3  # versions; a reader has this many nights to let go of one, or says that it is `reading`
ROW_GROUP = 4_096  # rows; small, so that one subject is found without reading much
_KEYS = {  # columns that name a subject -> its key
    "person_id": "'person:' || person_id",
    "enterprise_id": "'enterprise:' || enterprise_id",
    "subject_key": "subject_key",
}
HOLDS = "holds"  # key ("person:…", "enterprise:…"), held_0, …: which tables have rows about it
HELD = "held_before"  # the HOLDS of an older version, while the next is made of it
TOLD = "told"  # the rows of which such a file is made, while it is made
_BITS = 62  # tables that one of its columns tells of, a bit each
PAGES = "by_subject"  # beside the tables, later: what pages read (`by_subject`)
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
            if name in (*resolve.TABLES, HOLDS, HELD):
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
            made = _Build(engine, lake, version, aside, folder).everything()
            told = {
                "version": version,
                "files": digest(),
                "made": {name: {"of": one.of, "rows": one.rows} for name, one in made.items()},
            }
            (aside / DONE).write_text(json.dumps(told, indent=1) + "\n")
            _take_place(aside, home)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        _forget_old(folder, keep=version)
    bind(engine, home)
    return home


def get_ready(engine: Engine) -> None:
    """Put the SQL of all tables into the engine's words, as every first building does."""
    for model in models().values():
        _rendered(_in_order(model), engine.dialect)
    for lookup in _lookups().values():
        for sql in lookup.parts:
            _rendered(sql, engine.dialect)


_BOUND: WeakKeyDictionary[Engine, Bound] = WeakKeyDictionary()


def bind(engine: Engine, home: Path) -> None:
    """Let `engine` see the tables of a built warehouse under their names."""
    _BOUND[engine] = Bound(home)
    for name in (*resolve.TABLES, *models(), *_lookups()):
        engine.bind(name, home / f"{name}.parquet")


@dataclass(frozen=True, eq=False)
class Bound:
    """A warehouse as an engine sees it from one `bind` to the next."""

    home: Path


def bound(engine: Engine) -> Bound | None:
    """What `bind` last let `engine` see."""
    return _BOUND.get(engine)


def newest(folder: Path) -> int | None:
    """The latest lake version that a warehouse was built for; None when there is none."""
    return max(_versions(folder), default=None)


def is_built(home: Path) -> bool:
    """Whether a complete warehouse stands here, made by these very files."""
    try:
        told = _done(home)
        return bool(told["made"]) and told["files"] == digest()
    except (OSError, ValueError, KeyError):
        return False


def made(home: Path) -> dict[str, Made]:
    """Table -> how a built warehouse knows its file; OSError, ValueError or KeyError where there
    is none."""
    told = _done(home)["made"]
    return {name: Made(home / f"{name}.parquet", **one) for name, one in told.items()}


def _done(home: Path) -> Any:
    """What is told of a built warehouse."""
    stands = os.stat(home / DONE)
    return _read_done(str(home / DONE), (stands.st_ino, stands.st_mtime_ns))


@lru_cache(maxsize=2 * KEPT)
def _read_done(path: str, _stands: tuple[int, int]) -> Any:
    return json.loads(Path(path).read_text("utf-8"))


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

    @cached_property
    def reads(self) -> list[str]:
        return sorted({table for sql in self.parts for table in tables_of(_parsed(sql))})


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


@cache
def held_columns() -> list[str]:
    """The columns of HOLDS."""
    return ["key", *(f"held_{word}" for word in range(len(about_subjects()) // _BITS + 1))]


def held_by(row: Mapping[str, Any]) -> set[str]:
    """The tables of which a row of HOLDS tells."""
    return {
        name
        for place, name in enumerate(about_subjects())
        if row[f"held_{place // _BITS}"] >> place % _BITS & 1
    }


def _holds() -> Lookup:
    """Of whom the tables have rows: what one subject's scan need not look for."""
    told = ", ".join(f"BIT_OR({word}) AS {word}" for word in held_columns()[1:])
    sql = f"SELECT key, {told} FROM {TOLD} GROUP BY key ORDER BY key"
    return Lookup(tuple(_held_parts().values()), sql)


@cache
def _held_parts() -> dict[str, str]:
    """Table -> of whom it has rows, and its bit."""
    parts = {}
    for name, columns in about_subjects().items():
        bits = ", ".join(
            f"CAST({bit} AS BIGINT) AS held_{word}" for word, bit in enumerate(_bits([name]))
        )
        parts[name] = " UNION ".join(
            f"SELECT {_KEYS[column]} AS key, {bits} FROM {name} WHERE {column} <> ''"
            for column in columns
        )
    return parts


def _held_of(tables: Collection[str]) -> str:
    """What the HOLDS that stands as HELD tells of these tables."""
    bits = [f"held_{word} & {bit}" for word, bit in enumerate(_bits(tables))]
    told = ", ".join(f"CAST({one} AS BIGINT) AS held_{word}" for word, one in enumerate(bits))
    return f"SELECT key, {told} FROM {HELD} WHERE {' OR '.join(f'({one}) <> 0' for one in bits)}"


def _bits(tables: Collection[str]) -> list[int]:
    """The bits of some tables, for each column of HOLDS."""
    bits = [0] * (len(held_columns()) - 1)
    for place, name in enumerate(about_subjects()):
        if name in tables:
            bits[place // _BITS] |= 1 << place % _BITS
    return bits


@dataclass(frozen=True)
class Made:
    """A file of a warehouse, or a folder of files."""

    path: Path
    of: str  # digest of its SQL and of all behind it
    rows: str  # digest of what is in it; `of` where no other table is made of it


class _Build:
    """The tables of one lake version, made in `aside` or found in the warehouses of `folder`.

    A table whose SQL and what is behind it were there before is that file.  So is one that was made
    anew and turned out the same: what is made of it is then not made again either.
    """

    def __init__(
        self, engine: Engine, lake: Versions, version: int, aside: Path, folder: Path
    ) -> None:
        self._engine, self._lake, self._version, self._aside = engine, lake, version, aside
        self._folder = folder
        self._made: dict[str, Made] = {}
        self._shown: set[str] = set()
        self._asked: dict[str, list[str]] = {}
        self._known: dict[tuple[str, str], Made] = {}  # (table, either of its digests)
        for older in sorted(_versions(folder)):
            with suppress(OSError, ValueError, KeyError):
                for name, one in made(folder / str(older)).items():
                    if one.path.exists():
                        self._known |= {(name, one.of): one, (name, one.rows): one}

    def everything(self) -> dict[str, Made]:
        """Fill the folder; `engine` is bound to all but the lookups."""
        self._who_is_who()
        for name, model in models().items():
            of = _digest(model.sql, [self._behind(table) for table in model.reads])
            if not self._linked(name, of):
                for table in model.reads:
                    self._show(table)
                self._engine.write(self._path(name), self._rendered(_in_order(model)), ROW_GROUP)
                self._note(name, of)
            self._bind(name)
        for name, lookup in _lookups().items():  # last: they are made of all the others
            of = _digest(lookup, [self._behind(table) for table in lookup.reads])
            if not self._linked(name, of):
                parts = self._what_is_held() if name == HOLDS else lookup.parts
                self._engine.gather(TOLD, [self._rendered(sql) for sql in parts])
                self._engine.write(self._path(name), lookup.sql, ROW_GROUP)
                self._note(name, of)
        self._engine.drop(TOLD)
        return self._made

    def _what_is_held(self) -> list[str]:
        """The rows of which HOLDS is made: what the newest HOLDS tells of the tables that are the
        same there, and what the others tell anew."""
        parts = _held_parts()
        home = self._folder / str(max(_versions(self._folder), default=0))
        if not is_built(home):
            return list(parts.values())
        older = made(home)
        same = {name for name in parts if older[name].rows == self._made[name].rows}
        self._engine.bind(HELD, older[HOLDS].path)
        return [_held_of(same), *(sql for name, sql in parts.items() if name not in same)]

    def _who_is_who(self) -> None:
        behind = [self._behind(table) for table in resolve.READS]
        of = {name: _digest(name, resolve.digest(), behind) for name in resolve.TABLES}
        if not all((name, told) in self._known for name, told in of.items()):
            for table in resolve.READS:
                self._show(table)
            resolve.resolve(self._engine, self._aside)
            for name, told in of.items():
                self._note(name, told)
        for name, told in of.items():
            self._linked(name, told)
            self._bind(name)

    def _behind(self, table: str) -> object:
        """By what a table is known to one that is made of it."""
        if table in self._made:
            return self._made[table].rows
        return TABLES[table].types, self._files(table)

    def _files(self, table: str) -> list[str]:
        if table not in self._asked:
            self._asked[table] = self._lake.files(table, self._version)
        return self._asked[table]

    def _show(self, table: str) -> None:
        if table in TABLES and table not in self._shown:
            self._engine.show(table, self._files(table), TABLES[table].types)
            self._shown.add(table)

    def _linked(self, name: str, digest: str) -> bool:
        """Whether the file is one that is there; then it stands in `aside` too."""
        one = self._known.get((name, digest))
        if one and name not in self._made:
            _link(one.path, self._path(name))
            self._made[name] = one
        return name in self._made

    def _note(self, name: str, of: str) -> None:
        """A file has been made; where its rows are an older one's, that takes its place."""
        path = self._path(name)
        rows = _content(path) if name in _read_by_others() else of
        one = self._known.get((name, rows))
        if one:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            _link(one.path, path)
        self._made[name] = Made(one.path if one else path, of, rows)

    def _bind(self, name: str) -> None:
        """Let the engine see a table: where it stood before, if it did, and so is seen already."""
        self._engine.bind(name, self._made[name].path)

    def _path(self, name: str) -> Path:
        return self._aside / f"{name}.parquet"

    def _rendered(self, sql: str) -> str:
        return _rendered(sql, self._engine.dialect)


def _in_order(model: Model) -> str:
    return f"{model.sql}\nORDER BY {', '.join(model.grain)}"


@cache
def _rendered(sql: str, dialect: str) -> str:
    return render(sql, dialect, {})


@cache
def _read_by_others() -> frozenset[str]:
    return frozenset(resolve.TABLES) | {table for one in models().values() for table in one.reads}


def _digest(*told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _content(path: Path) -> str:
    """SHA-256 over a file, or over the files of a folder in order."""
    told = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        with file.open("rb") as opened:
            told.update(hashlib.file_digest(opened, "sha256").digest())
    return told.hexdigest()


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


@contextmanager
def reading(home: Path) -> Iterator[None]:
    """While the block runs, nobody removes this warehouse, however many newer ones come."""
    held = os.open(home / DONE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield
    finally:
        os.close(held)


def _is_read(home: Path) -> bool:
    try:
        held = os.open(home / DONE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


def _forget_old(folder: Path, keep: int) -> None:
    """All but the newest few go, and the newest that pages can read: they may lag behind."""
    versions = sorted(_versions(folder), reverse=True)
    paged = next((one for one in versions if (folder / str(one) / PAGES).is_dir()), keep)
    for version in versions[KEPT:]:
        home = folder / str(version)
        if version not in (keep, paged) and not _is_read(home):
            shutil.rmtree(home, ignore_errors=True)
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
