"""The part of a warehouse that decides about some subjects, as small tables of its own.

    subjects ──roles, ties──▶ whom they reach ──▶ scope_<table>: their rows ──▶ the same SELECTs

An indicator's SELECT is not changed: it runs over the small tables under their names.  What it
then says of a subject is what it says over everyone, because every row that it may look at for this
subject is there: his own rows, and those of whom one step of affiliation leads to, at any time, or
the indicator's ties.  Rows of others may be there too; what they seem to say is not asked.
"""

# ruff: noqa: S608 (SQL is put together from our own names and from keys)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import pyarrow as pa
from sqlglot import exp

from chengxin.core.refusal import Trouble
from chengxin.indicators.catalogue import KINDS, Indicator
from chengxin.lake.engine import Engine, literal
from chengxin.warehouse.build import models

FEW = 200  # ids that are written into a query instead of laid beside it
# The affiliations twice, the same rows: one subject's are found where they stand together.
SORTED_BY = {"person": "affiliation", "enterprise": "enterprise_person"}

ASKED = "scope_asked"  # the keys of a scope's subjects

Ids = set[str]


class Scope:
    """Rows of `subjects` ("person:…", "enterprise:…") and of those whom `indicators` reach."""

    def __init__(
        self, engine: Engine, subjects: Collection[str], indicators: Iterable[Indicator]
    ) -> None:
        self._engine, self._indicators = engine, list(indicators)
        self._laid: set[str] = set()
        asked = by_kind(subjects)
        ways = Ways(engine, self._indicators, self._part)
        tied = asked["enterprise"] | ways.tied(asked["enterprise"])
        ids = {
            "person": asked["person"] | ways.near("enterprise", tied),
            "enterprise": tied | ways.near("person", asked["person"]),
        }
        self._ids = {kind: self._part(kind, some) for kind, some in ids.items()}
        self._keys = self._part("key", {f"{kind}:{one}" for kind in KINDS for one in ids[kind]})
        keys = pa.table({"id": pa.array(sorted(subjects), pa.string())})
        engine.lay(ASKED, keys)
        self._laid.add(ASKED)
        for name in sorted({table for one in self._indicators for table in one.reads}):
            engine.keep(f"scope_{name}", self._rows(name))
            self._laid.add(f"scope_{name}")

    def close(self) -> None:
        for name in self._laid:
            self._engine.drop(name)

    def _rows(self, name: str) -> str:
        """The SELECT of a table's part: by every column that names a subject."""
        columns = models()[name].columns
        told = ", ".join(columns)
        by = {kind: f"{kind}_id" for kind in KINDS if f"{kind}_id" in columns}
        if name in SORTED_BY.values():
            return " UNION ".join(
                f"SELECT {told} FROM {SORTED_BY[kind]} WHERE {column} IN {self._ids[kind]}"
                for kind, column in by.items()
            )
        tests = [f"{column} IN {self._ids[kind]}" for kind, column in by.items()]
        if "subject_key" in columns:
            tests.append(f"subject_key IN {self._keys}")
        where = f" WHERE {' OR '.join(tests)}" if tests else ""
        return f"SELECT {told} FROM {name}{where}"

    def _part(self, name: str, ids: Ids) -> str:
        """Ids as what stands behind IN: written out when they are few, else a table."""
        if len(ids) <= FEW:
            return f"({', '.join(map(literal, sorted(ids))) or 'NULL'})"
        table = f"scope_of_{name}"
        self._engine.lay(table, pa.table({"id": pa.array(sorted(ids), pa.string())}))
        self._laid.add(table)
        return f"(SELECT id FROM {table})"


def over_scope(query: exp.Query) -> exp.Query:
    """An indicator's SELECT over the tables of a scope, for its subjects alone."""
    tree = query.copy()
    for table in list(tree.find_all(exp.Table)):
        if table.name in models():
            table.replace(exp.to_table(f"scope_{table.name}", alias=table.alias or table.name))
    found = exp.select("*").from_(tree.subquery("found"))
    return found.where(f"subject_id IN (SELECT id FROM {ASKED})", dialect="duckdb")


class Ways:
    """The ways on which some indicators pass from their subject to others."""

    def __init__(
        self,
        engine: Engine,
        indicators: Iterable[Indicator],
        part: Callable[[str, Ids], str],
    ) -> None:
        self._engine, self._part = engine, part
        told = list(indicators)
        self._roles = sorted({role for one in told for role in one.reach})
        self._ties: dict[str, int] = {}  # the longest way counts
        for table, hops in (way for one in told for way in one.through.items()):
            self._ties[table] = max(hops, self._ties.get(table, 0))

    def near(self, kind: str, ids: Ids) -> Ids:
        """Whom a role binds to those of this kind, at any time."""
        if not ids or not self._roles:
            return set()
        other = KINDS[1 - KINDS.index(kind)]
        rows = self._engine.run(
            f"SELECT DISTINCT {other}_id AS id FROM {SORTED_BY[kind]} "
            f"WHERE {kind}_id IN {self._part('near', ids)} "
            f"AND role IN ({', '.join(map(literal, self._roles))})"
        )
        return {row["id"] for row in rows}

    def tied(self, enterprises: Ids) -> Ids:
        """The enterprises to which ties lead from these, as far as the indicators follow them."""
        found: Ids = set()
        for table, hops in self._ties.items():
            circle, edge = set(enterprises), set(enterprises)
            for _hop in range(hops):
                edge = self._meets(table, edge) - circle if edge else edge
                circle |= edge
            found |= circle
        return found

    def behind(self, enterprises: Ids) -> Ids:
        """The enterprises with a tie of these in the tables that their ties are chosen from.

        Who comes or goes there can make or end a tie between two others.
        """
        tables = {table for name in self._ties for table in _chosen_from(name)}
        return {one for table in sorted(tables) for one in self._meets(table, enterprises)}

    def _meets(self, table: str, enterprises: Ids) -> Ids:
        tie = models()[table].ties
        rows = self._engine.run(
            f"SELECT DISTINCT other.enterprise_id AS id FROM {table} AS own "
            f"JOIN {table} AS other ON other.{tie} = own.{tie} "
            f"WHERE own.enterprise_id IN {self._part('edge', enterprises)}"
        )
        return {row["id"] for row in rows}


def affected(engine: Engine, changed: Collection[str], indicators: Iterable[Indicator]) -> set[str]:
    """Of whom these indicators may say something else when the facts about `changed` are others.

    Those themselves, those whom one step of a reach leads to, and those whom ties lead to.
    """
    laid: set[str] = set()

    def part(name: str, ids: Ids) -> str:
        laid.add(f"changed_{name}")
        engine.lay(f"changed_{name}", pa.table({"id": pa.array(sorted(ids), pa.string())}))
        return f"(SELECT id FROM changed_{name})"

    ways, asked = Ways(engine, indicators, part), by_kind(changed)
    persons = asked["person"] | ways.near("enterprise", asked["enterprise"])
    enterprises = asked["enterprise"] | ways.near("person", asked["person"])
    enterprises |= ways.behind(enterprises)
    enterprises |= ways.tied(enterprises)
    for name in laid:
        engine.drop(name)
    return {f"person:{one}" for one in persons} | {f"enterprise:{one}" for one in enterprises}


def _chosen_from(name: str) -> set[str]:
    """The tables of ties from which those of this one are chosen, step by step."""
    found = {table for table in models()[name].reads if table in models() and models()[table].ties}
    return found.union(*map(_chosen_from, found))


def by_kind(keys: Collection[str]) -> dict[str, Ids]:
    """The ids of persons and of enterprises; `Trouble` for a key that is neither."""
    found: dict[str, Ids] = {kind: set() for kind in KINDS}
    for key in keys:
        kind, _, one = key.partition(":")
        if kind not in found or not one:
            raise Trouble(f"{key} is no subject; write person:<id> or enterprise:<id>.")
        found[kind].add(one)
    return found
