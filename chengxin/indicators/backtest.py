"""What an indicator would have found at many days, as it is and changed: hits, new ones, freed.

    each day × (as it is, changed) ──▶ the same SELECTs, of which equal parts run once ──▶ who, how

The runs have much in common.  Every table is read once, with the columns that are looked at.  A
part of a SELECT (`WITH … AS`) that looks at neither the day nor the changed parameter is the same
in all of them, one that looks at the day alone is the same before and after the change; what more
than one run needs is made once and kept while it is needed.  Subjects and bands are the scan's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from sqlglot import exp

from chengxin.indicators.catalogue import UNDECIDED, Indicator, Value
from chengxin.indicators.scan import literal_of
from chengxin.lake.engine import Engine, as_literal, literal
from chengxin.warehouse.build import models

KEPT = "backtest"  # tables of the session that hold what is made once

_MARK = re.compile(r"zz_(value|table)_(\w+?)_zz")  # where a value or a table's name is put

Key = tuple[object, ...]  # what a part says, by text and values
Bands = Mapping[str, frozenset[str]]  # a subject → the bands in which it is found


@dataclass(frozen=True)
class Side:
    """An indicator with the values of its parameters."""

    indicator: Indicator
    settings: Mapping[str, Value]


@dataclass(frozen=True)
class Point:
    """One day: whom the indicator finds as it is, and whom when it is changed."""

    day: date
    lake_version: int
    before: frozenset[str]
    after: frozenset[str]
    other_band: frozenset[str] = frozenset()  # found by both, in other bands

    @classmethod
    def of(cls, day: date, lake_version: int, before: Bands, after: Bands) -> Point:
        """From the bands in which each side finds whom."""
        both = before.keys() & after.keys()
        other = frozenset(key for key in both if before[key] != after[key])
        return cls(day, lake_version, frozenset(before), frozenset(after), other)

    @property
    def fresh(self) -> list[str]:
        return sorted(self.after - self.before)

    @property
    def freed(self) -> list[str]:
        return sorted(self.before - self.after)


def over(
    engine: Engine, before: Side, after: Side, days: Sequence[date], lake_version: int,
    begins: Callable[[], None] = lambda: None,
) -> list[Point]:  # fmt: skip
    """Both sides at each of the days, over the warehouse that `engine` is bound to.

    `begins` is called before each run, two a day; what it raises ends them.
    """
    runs = [_Run(side, day, engine.dialect) for day in days for side in (before, after)]
    workshop = _Workshop(engine, runs)
    found = []
    try:
        for run in runs:
            begins()
            found.append(workshop.bands(run))
    finally:
        workshop.close()
    return [
        Point.of(day, lake_version, found[2 * place], found[2 * place + 1])
        for place, day in enumerate(days)
    ]


def month_ends(until: date, months: int) -> list[date]:
    """The last days of so many months, the last of them on or before `until`; oldest first."""
    first = date(until.year, until.month, 1)
    if date.fromordinal(until.toordinal() + 1).day == 1:  # it ends with this day
        first = date.fromordinal(until.toordinal() + 1)
    ends = []
    for _ in range(months):
        end = date.fromordinal(first.toordinal() - 1)
        ends.append(end)
        first = date(end.year, end.month, 1)
    return ends[::-1]


@dataclass(frozen=True, eq=False)
class _Part:
    """One `WITH … AS` of a SELECT, or (without a name) the SELECT itself.

    Its SQL is written once, with marks where values and names of tables stand.
    """

    name: str
    sql: str
    asks: frozenset[str]  # the parameters on which it depends, however indirectly
    parts: tuple[_Part, ...]  # that it reads
    tables: frozenset[str]  # of the warehouse that it reads itself

    @cached_property
    def text(self) -> str:
        """What it says, with all that it reads."""
        return "\n".join([self.sql, *(part.text for part in self.parts)])

    @cached_property
    def everything(self) -> tuple[_Part, ...]:
        return self, *(one for part in self.parts for one in part.everything)


class _Run:
    """One side at one day."""

    def __init__(self, side: Side, day: date, dialect: str) -> None:
        self.whole = _parts(side.indicator, dialect)
        self.names = side.indicator.names
        told = {name: literal_of(value) for name, value in side.settings.items()}
        told["as_of"] = as_literal(day)
        self._values = {name: value.sql(dialect=dialect) for name, value in told.items()}

    def key(self, part: _Part) -> Key:
        return part.text, *((name, self._values[name]) for name in sorted(part.asks))

    @cached_property
    def keys(self) -> frozenset[Key]:
        return frozenset(self.key(part) for part in self.whole.everything)

    def filled(self, part: _Part, names: Mapping[str, str]) -> str:
        """The part's SQL with its values, reading the tables of these names."""
        told = {"value": self._values, "table": names}
        return _MARK.sub(lambda mark: told[mark[1]][mark[2]], part.sql)


class _Workshop:
    """Makes what several runs need once, and lets go of it after the last one."""

    def __init__(self, engine: Engine, runs: Sequence[_Run]) -> None:
        self._engine = engine
        self._needed = Counter(key for run in runs for key in run.keys)
        self._left = Counter(self._needed)
        self._readers: dict[Key, set[Key]] = {}
        for run in runs:
            for part in run.whole.everything:
                for other in part.parts:
                    self._readers.setdefault(run.key(other), set()).add(run.key(part))
        self._kept: dict[Key, str] = {}
        self._number = 0
        self._tables: dict[str, str] = {}
        for name in sorted({n for run in runs for p in run.whole.everything for n in p.tables}):
            self._tables[name] = self._keep(f'SELECT {_columns(name, runs)} FROM "{name}"')  # noqa: S608

    def bands(self, run: _Run) -> Bands:
        """The bands in which the run finds each subject."""
        asked = self._select(run, run.whole)
        rows = self._engine.run(
            f"SELECT DISTINCT subject_id, band FROM ({asked}) AS found "  # noqa: S608
            f"WHERE band <> {literal(UNDECIDED)}"
        )
        self._left.subtract(run.keys)
        for key in [key for key in self._kept if not self._left[key]]:
            self._engine.drop(self._kept.pop(key))
        told: dict[str, set[str]] = {}
        for row in rows:
            told.setdefault(row["subject_id"], set()).add(row["band"])
        return {subject: frozenset(some) for subject, some in told.items()}

    def close(self) -> None:
        for name in (*self._kept.values(), *self._tables.values()):
            self._engine.drop(name)

    def _select(self, run: _Run, part: _Part) -> str:
        """The part's SQL: what more runs need stands in tables, the rest before it in WITH."""
        inside: dict[str, str] = {}
        body = self._filled(run, part, part, inside)
        if not inside:
            return body
        return f"WITH {', '.join(f'{name} AS ({told})' for name, told in inside.items())} {body}"

    def _filled(self, run: _Run, part: _Part, maker: _Part, inside: dict[str, str]) -> str:
        """The part's SQL; what it reads and is not kept by itself goes `inside`, in order."""
        names = dict(self._tables)
        for other in part.parts:
            key = run.key(other)
            by_many = self._needed[key] > 1 and len(self._readers[key]) > 1
            if by_many or self._needed[key] > self._needed[run.key(maker)]:
                names[other.name] = self._made(run, other, key)
            else:
                names[other.name] = other.name
                if other.name not in inside:
                    inside[other.name] = self._filled(run, other, maker, inside)
        return run.filled(part, names)

    def _made(self, run: _Run, part: _Part, key: Key) -> str:
        if key not in self._kept:
            self._kept[key] = self._keep(self._select(run, part))
        return self._kept[key]

    def _keep(self, sql: str) -> str:
        self._number += 1
        name = f"{KEPT}_{self._number}"
        self._engine.keep(name, sql)
        return name


@lru_cache(maxsize=64)
def _parts(indicator: Indicator, dialect: str) -> _Part:
    """The SELECT in its parts; as one, where its parts cannot be told from each other."""
    tree = indicator.query.copy()
    names = [cte.alias for cte in tree.find_all(exp.CTE)]
    with_ = tree.args.get("with_")
    if with_ is None:
        return _part("", tree, {}, dialect)
    simple = (
        not with_.recursive
        and len(with_.expressions) == len(names) == len(set(names))
        and not set(names) & set(models())
        and not any(cte.args["alias"].columns for cte in with_.expressions)
    )
    if not simple:
        return _part("", tree, {}, dialect)
    with_.pop()
    known: dict[str, _Part] = {}
    for cte in with_.expressions:
        known[cte.alias] = _part(cte.alias, cte.this, known, dialect)
    return _part("", tree, known, dialect)


def _part(name: str, body: exp.Expr, known: Mapping[str, _Part], dialect: str) -> _Part:
    own = {cte.alias for cte in body.find_all(exp.CTE)}
    read = {table.name for table in body.find_all(exp.Table)} - own
    parts = tuple(part for other, part in known.items() if other in read)
    asks = frozenset(mark.name for mark in body.find_all(exp.Placeholder))
    sql = _marked(body, own).sql(dialect=dialect)
    return _Part(
        name, sql, asks.union(*(part.asks for part in parts)), parts,
        frozenset(read - known.keys()),
    )  # fmt: skip


def _marked(body: exp.Expr, own: Collection[str]) -> exp.Expr:
    """The body with marks; what it calls a table, its columns go on calling it."""
    told = body.copy()
    for table in list(told.find_all(exp.Table)):
        if table.name not in own:
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(f"zz_table_{table.name}_zz"))
    marks = {mark.name for mark in told.find_all(exp.Placeholder)}
    return exp.replace_placeholders(
        told, **{name: exp.Var(this=f"zz_value_{name}_zz") for name in marks}
    )


def _columns(table: str, runs: Sequence[_Run]) -> str:
    """The columns of a table that a run can look at: all where that cannot be told."""
    columns = models()[table].columns
    named = [run.names for run in runs]
    if all(named):
        looked_at = frozenset[str]().union(*filter(None, named))
        columns = [name for name in columns if name in looked_at] or columns[:1]
    return ", ".join(f'"{name}"' for name in columns)
