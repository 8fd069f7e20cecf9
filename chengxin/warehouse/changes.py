"""Which persons and enterprises the facts of a newer lake version are about.

    files that came or went ──▶ rows that differ ──▶ their numbers ──▶ "person:…", "enterprise:…"

A row that was replaced counts with both of its forms.  An enterprise that became another one,
because a registration or a number now leads elsewhere, counts under both names; so do the persons
of a record without a number that was joined, judged or let go.
"""

# ruff: noqa: S608 (SQL is put together from our own names)

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from chengxin.lake import went
from chengxin.lake.engine import Engine, Versions
from chengxin.lake.tables import TABLES, Kind, Table
from chengxin.warehouse import build

NUMBERS = (Kind.CREDIT, Kind.TAXPAYER, Kind.PARTY, Kind.SUBJECT)
# Tables that say who is who, and what they lead to
WHO_IS_WHO = {
    "registration_enterprise": "enterprise",
    "enterprise_number": "enterprise",
    "resolution": "person",
}
_UNTOLD = {"delivery_id", "line"}  # where a row stood says nothing about anybody


@dataclass(frozen=True)
class Changed:
    """Whom the facts that differ between two versions are about: "person:…", "enterprise:…"."""

    by_table: dict[str, set[str]]  # of the lake
    led: set[str]  # whose numbers, registrations or records lead elsewhere, in every table

    @property
    def everybody(self) -> set[str]:
        return self.led.union(*self.by_table.values())

    def read_by(self, tables: Collection[str]) -> set[str]:
        """Of whom somebody who reads these tables of the lake sees something else."""
        return self.led.union(*(self.by_table[name] for name in self.by_table.keys() & tables))


def changed_tables(lake: Versions, old: int, new: int) -> set[str]:
    """The tables of the lake whose files differ between two versions."""
    return {name for name in TABLES if _differ(lake, name, old, new)}


def changed(engine: Engine, lake: Versions, old: int, new: int, folder: Path) -> Changed:
    """All whom a fact of one of the versions, but not of the other, is about.

    Both versions must have been built in `folder`; leaves `engine` bound to the new one.
    """
    persons, names = TABLES["natural_person"], sorted(changed_tables(lake, old, new))
    found: dict[str, set[str]] = {name: set() for name in names}
    led: set[str] = set()
    for name in names:
        _lay_difference(engine, lake, TABLES[name], old, new)
    led_alike = not _differ(lake, persons.name, old, new) and same(folder, WHO_IS_WHO, old, new)
    for version in (new,) if led_alike else (old, new):
        build.bind(engine, folder / str(version))
        engine.show("registered_persons", lake.files(persons.name, version), persons.types)
        for name in names:
            found[name] |= _named(engine, TABLES[name])
    for name in names:
        engine.drop(f"differs_{name}")
    for name in WHO_IS_WHO:
        if not same(folder, [name], old, new):
            led |= _led_elsewhere(engine, name, folder / str(old), folder / str(new))
    return Changed(found, led)


def _differ(lake: Versions, name: str, old: int, new: int) -> bool:
    return lake.files(name, old) != lake.files(name, new)


def same(folder: Path, names: Iterable[str], old: int, new: int) -> bool:
    """Whether both warehouses hold the very same files of these tables."""
    return all(
        (folder / f"{old}/{name}.parquet").samefile(folder / f"{new}/{name}.parquet")
        for name in names
    )


def _led_elsewhere(engine: Engine, name: str, old: Path, new: Path) -> set[str]:
    """Whom those rows of a table lead to that only one of the warehouses has."""
    found: set[str] = set()
    kind = WHO_IS_WHO[name]
    for one, other in ((old, new), (new, old)):
        engine.bind("own", one / f"{name}.parquet")
        engine.bind("others", other / f"{name}.parquet")
        only = "SELECT * FROM own EXCEPT SELECT * FROM others"
        found |= _keys(engine, kind, f"SELECT {kind}_id AS id FROM ({only}) AS its")
    return found


def _lay_difference(engine: Engine, lake: Versions, table: Table, old: int, new: int) -> None:
    """Keep as `differs_<table>` the rows that one of the versions has, or has more often."""
    fewer, more = went.difference(lake.files(table.name, old), lake.files(table.name, new))
    engine.show("went", fewer, table.types)
    engine.show("came", more, table.types)
    told = ", ".join(name for name in table.types if name not in _UNTOLD)
    # one pass; EXCEPT ALL in both directions takes several times as long
    engine.keep(
        f"differs_{table.name}",
        f"SELECT {told} FROM (SELECT {told}, 1 AS times FROM went UNION ALL "
        f"SELECT {told}, -1 AS times FROM came) AS both_sides GROUP BY {told} "
        "HAVING SUM(times) <> 0",
    )


def _named(engine: Engine, table: Table) -> set[str]:
    """Everybody whom the rows of `differs_<table>` name, as the bound warehouse knows them."""
    found: set[str] = set()
    differs = f"differs_{table.name}"
    for name, column in table.columns.items():
        if column.kind in (Kind.PERSON, Kind.PARTY, Kind.SUBJECT):
            found |= _keys(engine, "person", f"SELECT {name} AS id FROM {differs}")
        if column.kind in NUMBERS:
            found |= _keys(engine, "enterprise", f"SELECT {name} AS id FROM {differs}")
            known = (
                "SELECT enterprise_id AS id FROM enterprise_number "
                f"JOIN {differs} ON number = {name}"
            )
            found |= _keys(engine, "enterprise", known)
        if column.kind is Kind.REGISTRATION:
            found |= _keys(
                engine,
                "enterprise",
                "SELECT e.enterprise_id AS id FROM registration_enterprise AS e "
                f"JOIN {differs} AS d ON d.bureau = e.bureau AND d.{name} = e.registration_id",
            )
            found |= _keys(
                engine,
                "person",
                f"SELECT p.person_id AS id FROM registered_persons AS p JOIN {differs} AS d "
                f"ON d.bureau = p.bureau AND d.{name} = p.registration_id",
            )
    return found


def _keys(engine: Engine, kind: str, select: str) -> set[str]:
    rows = engine.run(f"SELECT DISTINCT id FROM ({select}) AS told WHERE id <> ''")
    return {f"{kind}:{row['id']}" for row in rows}
