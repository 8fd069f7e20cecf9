"""The part of a warehouse that decides about some subjects, as small tables of its own.

    subjects ──roles, ties──▶ whom they reach ──▶ scope_<table>: their rows ──▶ the same SELECTs

An indicator's SELECT is not changed: it runs over the small tables under their names.  What it
then says of a subject is what it says over everyone, because every row that it may look at for this
subject is there: his own rows, and those of whom one step of affiliation leads to, at any time, or
the indicator's ties.  Rows of others may be there too; what they seem to say is not asked.
"""

# ruff: noqa: S608 (SQL is put together from our own names and from keys)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import KINDS, Indicator, all_indicators
from chengxin.lake.engine import Engine, literal
from chengxin.warehouse import by_key
from chengxin.warehouse.build import HOLDS, about_subjects, held_by, held_columns, models

FEW = 200  # ids that are written into a query instead of laid beside it
NOT_MANY = 1_000  # ids whose rows are looked up one by one where rows stand together
# The affiliations twice, the same rows: one subject's are found where they stand together.
SORTED_BY = {"person": "affiliation", "enterprise": "enterprise_person"}

ASKED = "asked"  # the keys of a scope's subjects
# First words of the names of a scope's tables: those that are made for it and go, and the places
# that stay, in which the next few subjects' rows take the place of the last's
MADE, STAYING = "scope", "few"
AT_ONCE = 10  # subjects whose rows are put in the places that stay

# Engine -> the parts that it holds empty, with their columns
EMPTY: WeakKeyDictionary[Engine, dict[str, str]] = WeakKeyDictionary()

Ids = set[str]
Kinds = dict[str, Ids]  # kind of subject -> ids


class Scope:
    """Rows of some subjects ("person:…", "enterprise:…") and of those whom indicators reach.

    `asked` is code -> its subjects.  A table holds whom the indicators that read it reach, and
    nobody more: one that goes far does not make the tables of the others long.  Of few subjects it
    is looked up first what is known at all: an indicator that needs more finds nothing.
    """

    def __init__(
        self,
        engine: Engine,
        asked: Mapping[str, Collection[str]],
        indicators: Iterable[Indicator],
    ) -> None:
        self._engine = engine
        self.stays = len(set().union(*asked.values())) <= AT_ONCE  # its queries are planned once
        self._word = STAYING if self.stays else MADE
        self._laid: dict[str, str] = {}  # part -> its columns
        self._empty = EMPTY.setdefault(engine, {})
        self._parts: dict[frozenset[str], str] = {}
        self._asked: dict[str, str] = {}  # code -> the table of its subjects
        self._subjects: dict[frozenset[str], str] = {}
        self._held: dict[str, set[str]] = {}  # key -> the tables with rows about it
        told = [(one, frozenset(asked[one.code])) for one in indicators]
        usual = set(map(id, all_indicators()))
        self._further = tuple(one for one, _ in told if id(one) not in usual)
        self._ways = Ways(engine, [one for one, _ in told], self._part)
        whole: dict[str, Kinds] = {}  # table -> whose rows it holds
        readers: dict[str, list[Indicator]] = {}  # table -> who reads it
        for (subjects, _, _), some in _alike(told).items():
            ids = self._ways.reached(by_kind(subjects), some[0])
            there = self._there(ids)
            able = [one for one in some if there is None or all(map(there.intersection, one.needs))]
            if not able:
                continue
            table = self._asked_about(subjects)
            for one in able:
                self._asked[one.code] = table
                for name in one.reads:
                    readers.setdefault(name, []).append(one)
                    held = whole.setdefault(name, {kind: set() for kind in KINDS})
                    for kind in KINDS:
                        held[kind] |= ids[kind]
        for name, held in sorted(whole.items()):
            self._keep(name, held, readers[name])

    def _asked_about(self, subjects: frozenset[str]) -> str:
        """The table of these subjects; always the same name for the first, so that one subject's
        queries are put together once."""
        if subjects not in self._subjects:
            table = f"{self._word}_{ASKED}_{len(self._subjects)}"
            self._subjects[subjects] = table
            self._lay(table, subjects)
        return self._subjects[subjects]

    def asked(self, code: str) -> str | None:
        """The table of an indicator's subjects; None when too little is known of them."""
        return self._asked.get(code)

    def _keep(self, name: str, held: Kinds, readers: Collection[Indicator]) -> None:
        """Hold a table's part; an empty one stays for the next scope that needs it."""
        part = f"{self._word}_{name}"
        told = ", ".join(_usual(name, self._further) if self.stays else _columns(name, readers))
        if name in about_subjects():
            held = self._known(name, held)
            if not any(held.values()):
                if self._empty.get(part) != told:
                    self._hold(part, told, f"SELECT {told} FROM {name} WHERE false")
                    self._empty[part] = self._laid.pop(part)
                return
        rows = self._standing(name, held, told.split(", ")) if self.stays else None
        if rows is None:
            self._hold(part, told, self._rows(name, held, told))
        else:
            self._put(part, told, rows)

    def _hold(self, part: str, told: str, sql: str) -> None:
        if self.stays:
            self._put(part, told, self._engine.arrow(sql))
        else:
            self._engine.keep(part, sql)
            self._empty.pop(part, None)
            self._laid[part] = told

    def _put(self, part: str, told: str, rows: pa.Table) -> None:
        self._engine.put(part, rows)
        self._empty.pop(part, None)
        self._laid[part] = told

    def _standing(self, name: str, held: Kinds, told: Sequence[str]) -> pa.Table | None:
        """A table's part from where its rows stand together."""
        found: list[pa.Table] = []
        before: dict[str, Ids] = {}
        for column, ids in _named_by(name, held).items():
            rows = _standing(self._engine, name, column, ids, told)
            if rows is None:
                return None
            for other, those in before.items():  # what is found on both sides counts once
                seen = pc.is_in(rows[other], pa.array(those, pa.string()))
                rows = rows.filter(pc.invert(seen))
            before[column] = ids
            found.append(rows)
        return pa.concat_tables(found) if found else None

    def _known(self, name: str, held: Kinds) -> Kinds:
        """Those of `held` of whom the table has rows, as far as that was looked up."""
        if sum(map(len, held.values())) > len(self._held):
            return held
        return {
            kind: {one for one in ids if name in self._held.get(f"{kind}:{one}", (name,))}
            for kind, ids in held.items()
        }

    def close(self) -> None:
        for part, told in self._laid.items():
            if self.stays:
                self._engine.empty(part)
                self._empty[part] = told
            else:
                self._engine.drop(part)

    def _rows(self, name: str, held: Kinds, told: str) -> str:
        """The SELECT of a table's part: by every column that names a subject."""
        by = _named_by(name, held)
        tests = {column: f"{column} IN {self._part(column, ids)}" for column, ids in by.items()}
        if name in SORTED_BY.values():
            parts, before = [], ""
            for column, test in tests.items():
                table = SORTED_BY[column.removesuffix("_id")]
                parts.append(f"SELECT {told} FROM {table} WHERE {test}{before}")
                before = f" AND ({test}) IS NOT TRUE"  # what is found on both sides counts once
            return " UNION ALL ".join(parts)
        if name in about_subjects():
            return f"SELECT {told} FROM {name} WHERE {' OR '.join(tests.values()) or 'false'}"
        return f"SELECT {told} FROM {name}"

    def _there(self, ids: Kinds) -> set[str] | None:
        """The tables that have rows about some of few ids; None when there are too many to ask."""
        keys = _keys(ids)
        if fresh := keys - self._held.keys():
            rows = self._held_rows(fresh) if len(keys) <= NOT_MANY else None
            if rows is None:
                return None
            self._held |= {key: set() for key in fresh}
            self._held |= {row["key"]: held_by(row) for row in rows}
        untold = models().keys() - about_subjects().keys()
        return set(untold).union(*(self._held[key] for key in keys))

    def _held_rows(self, keys: Ids) -> list[dict[str, Any]] | None:
        rows = _standing(self._engine, HOLDS, "key", keys, held_columns())
        if rows is not None:
            return list(rows.to_pylist())
        if len(keys) > FEW:
            return None
        return self._engine.run(f"SELECT * FROM {HOLDS} WHERE key IN {self._part('key', keys)}")

    def _part(self, name: str, ids: Ids) -> str:
        """Ids as what stands behind IN: written out when they are few, else a table."""
        if len(ids) <= FEW:
            return f"({', '.join(map(literal, sorted(ids))) or 'NULL'})"
        frozen = frozenset(ids)
        if frozen not in self._parts:
            self._parts[frozen] = f"{self._word}_of_{len(self._parts)}"
            self._lay(self._parts[frozen], frozen)
        return f"(SELECT id FROM {self._parts[frozen]})"

    def _lay(self, table: str, ids: Collection[str]) -> None:
        rows = pa.table({"id": pa.array(ids, pa.string())})
        if self.stays:
            self._engine.put(table, rows)
        else:
            self._engine.lay(table, rows)
        self._laid[table] = "id"


def _columns(name: str, readers: Collection[Indicator]) -> list[str]:
    """The columns of a table that some indicators can look at, and those that tell rows apart."""
    model, told = models()[name], [one.names for one in readers]
    apart = {f"{kind}_id" for kind in KINDS} | {"subject_key"}
    return [
        column
        for column in model.columns
        if column in apart or any(names is None or column in names for names in told)
    ]


@lru_cache(maxsize=512)
def _usual(name: str, further: tuple[Indicator, ...]) -> list[str]:
    """The columns that stay the same whoever of all indicators, and of `further`, is asked."""
    return _columns(name, [*all_indicators(), *further])


def over_scope(query: exp.Query, asked: str) -> exp.Query:
    """An indicator's SELECT over the tables of a scope, for the subjects in the table `asked`."""
    tree, word = query.copy(), asked.partition("_")[0]
    for table in list(tree.find_all(exp.Table)):
        if table.name in models():
            table.replace(exp.to_table(f"{word}_{table.name}", alias=table.alias or table.name))
    found = exp.select("*").from_(tree.subquery("found"))
    return found.where(f"subject_id IN (SELECT id FROM {asked})", dialect="duckdb")


def _named_by(name: str, held: Kinds) -> dict[str, Ids]:
    """A table's columns that name subjects, and whom of `held` they can name: nobody is left out,
    for an empty side would keep the other from being looked up."""
    by = {}
    for column in about_subjects().get(name, ()):
        ids = _keys(held) if column == "subject_key" else held[column.removesuffix("_id")]
        if ids:
            by[column] = ids
    return by


def _standing(
    engine: Engine, table: str, key: str, ids: Ids, told: Sequence[str]
) -> pa.Table | None:
    """These columns of a table's rows whose `key` is one of `ids`, from where they stand together;
    None when the ids are many or nobody has sorted the rows."""
    files = by_key.of(engine) if len(ids) <= NOT_MANY else None
    return files.rows(table, key, ids, told) if files else None


class Ways:
    """The ways on which some indicators pass from their subject to others; each asked once."""

    def __init__(
        self,
        engine: Engine,
        indicators: Iterable[Indicator],
        part: Callable[[str, Ids], str],
    ) -> None:
        self._engine, self._part = engine, part
        self._roles = sorted({role for one in indicators for role in one.reach})
        self._known: dict[str, dict[str, list[tuple[str, str]]]] = {kind: {} for kind in KINDS}

    def reached(self, asked: Kinds, like: Indicator) -> Kinds:
        """`asked`, and whom such an indicator may look at for them."""
        tied = asked["enterprise"] | self._tied(asked["enterprise"], like)
        return {
            "person": asked["person"] | self._near("enterprise", tied, like),
            "enterprise": tied | self._near("person", asked["person"], like),
        }

    def reaching(self, changed: Kinds, like: Indicator) -> Kinds:
        """Of whom such an indicator may say something else when facts about `changed` are others.

        Those themselves, those whom one step of the reach leads to, and those whom ties lead to.
        """
        persons = changed["person"] | self._near("enterprise", changed["enterprise"], like)
        enterprises = changed["enterprise"] | self._near("person", changed["person"], like)
        enterprises |= self._behind(enterprises, like)
        enterprises |= self._tied(enterprises, like)
        return {"person": persons, "enterprise": enterprises}

    def _near(self, kind: str, ids: Ids, like: Indicator) -> Ids:
        """Whom a role binds to those of this kind, at any time."""
        if not like.reach:
            return set()
        known, roles = self._known[kind], set(like.reach)
        if fresh := ids - known.keys():
            known |= {one: [] for one in fresh}
            other, table = KINDS[1 - KINDS.index(kind)], SORTED_BY[kind]
            told = (f"{kind}_id", "role", f"{other}_id")
            roles_told = f" AND role IN ({', '.join(map(literal, self._roles))})"
            rows = self._rows(table, told[0], fresh, told, roles_told)
            for own, role, one in zip(*(rows[name].to_pylist() for name in told), strict=True):
                known[own].append((role, one))
        return {one for own in ids for role, one in known[own] if role in roles}

    def _tied(self, enterprises: Ids, like: Indicator) -> Ids:
        """The enterprises to which ties lead from these, as far as the indicator follows them."""
        found: Ids = set()
        for table, hops in like.through.items():
            circle, edge = set(enterprises), set(enterprises)
            for _hop in range(hops):
                edge = self._meets(table, edge) - circle if edge else edge
                circle |= edge
            found |= circle
        return found

    def _behind(self, enterprises: Ids, like: Indicator) -> Ids:
        """The enterprises with a tie of these in the tables that their ties are chosen from.

        Who comes or goes there can make or end a tie between two others.
        """
        tables = {table for name in like.through for table in _chosen_from(name)}
        return {one for table in sorted(tables) for one in self._meets(table, enterprises)}

    def _meets(self, table: str, enterprises: Ids) -> Ids:
        tie, by_tie = models()[table].ties, models()[table].by_tie
        if len(enterprises) <= NOT_MANY:  # their ties are found where they stand together
            own = self._rows(table, "enterprise_id", enterprises, [tie], f" AND {tie} IS NOT NULL")
            ties = set(own[tie].to_pylist()) - {None}
            rows = self._rows(by_tie, tie, ties, ["enterprise_id"])
        else:
            rows = self._engine.arrow(
                f"SELECT DISTINCT enterprise_id FROM {by_tie} WHERE {tie} IN (SELECT {tie} "
                f"FROM {table} WHERE enterprise_id IN {self._part('edge', enterprises)})"
            )
        return set(rows["enterprise_id"].to_pylist())

    def _rows(
        self, table: str, key: str, ids: Ids, told: Sequence[str], further: str = ""
    ) -> pa.Table:
        """These columns of the rows whose `key` is one of `ids`; at least those for which
        `further` is true, too."""
        rows = _standing(self._engine, table, key, ids, told)
        if rows is None:
            rows = self._engine.arrow(
                f"SELECT DISTINCT {', '.join(told)} FROM {table} "
                f"WHERE {key} IN {self._part('key', ids)}{further}"
            )
        return rows


def _keys(ids: Kinds) -> set[str]:
    return {f"{kind}:{one}" for kind in KINDS for one in ids[kind]}


def affected(
    engine: Engine, changed: Mapping[str, Collection[str]], indicators: Iterable[Indicator]
) -> dict[str, set[str]]:
    """Of whom each indicator may say something else; `changed` is code -> whose facts are others.

    The result, too, is by code, and names only the kinds of subject that the indicator judges.
    """
    laid: list[str] = []

    def part(name: str, ids: Ids) -> str:
        laid.append(f"changed_{name}_{len(laid)}")
        engine.lay(laid[-1], pa.table({"id": pa.array(ids, pa.string())}))
        return f"(SELECT id FROM {laid[-1]})"

    told = [(one, frozenset(changed[one.code])) for one in indicators]
    ways = Ways(engine, [one for one, _ in told], part)
    found: dict[str, set[str]] = {}
    for (subjects, _, _), some in _alike(told).items():
        ids = ways.reaching(by_kind(subjects), some[0])
        for one in some:
            found[one.code] = {f"{kind}:{id_}" for kind in one.subject for id_ in ids[kind]}
    for name in laid:
        engine.drop(name)
    return found


def ways_of(indicators: Iterable[Indicator]) -> set[str]:
    """The tables in which `affected` finds whom these indicators reach."""
    tied = {name for one in indicators for name in one.through}
    tied |= {name for one in tied for name in _chosen_from(one)}
    return {*SORTED_BY.values(), *tied, *(models()[name].by_tie for name in tied)}


Alike = tuple[frozenset[str], tuple[str, ...], tuple[tuple[str, int], ...]]


def _alike(told: Iterable[tuple[Indicator, frozenset[str]]]) -> dict[Alike, list[Indicator]]:
    """The indicators that go the same ways from the same subjects, together."""
    found: dict[Alike, list[Indicator]] = {}
    for one, subjects in told:
        way = (subjects, tuple(sorted(one.reach)), tuple(sorted(one.through.items())))
        found.setdefault(way, []).append(one)
    return found


def _chosen_from(name: str) -> set[str]:
    """The tables of ties from which those of this one are chosen, step by step."""
    found = {table for table in models()[name].reads if table in models() and models()[table].ties}
    return found.union(*map(_chosen_from, found))


def by_kind(keys: Collection[str]) -> Kinds:
    """The ids of persons and of enterprises; `Trouble` for a key that is neither."""
    found: Kinds = {kind: set() for kind in KINDS}
    for key in keys:
        kind, _, one = key.partition(":")
        if kind not in found or not one:
            raise Trouble(f"{key} is no subject; write person:<id> or enterprise:<id>.")
        found[kind].add(one)
    return found
