"""What changed gives what everyone gives: on random counties, after random changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.follow import follow
from chengxin.indicators.scan import scan
from chengxin.lake.engine import DuckDB
from chengxin.lake.tables import TABLES
from chengxin.warehouse import build
from tests.indicators.counties import DAY, county
from tests.indicators.counties.world import Rows
from tests.paper import PaperLake

COUNTIES = 30


class TwoVersions:
    """A lake with an older and a newer version; a table that is the same is the same file."""

    def __init__(self, folder: Path, old: Mapping[str, Rows], new: Mapping[str, Rows]) -> None:
        self._lakes = {
            1: PaperLake(folder / "lake-1", old, 1),
            2: PaperLake(folder / "lake-2", new, 2),
        }
        self._same = {name for name in old if old[name] == new[name]}

    def version(self) -> int:
        return 2

    def files(self, table: str, version: int | None = None) -> list[str]:
        return self._lakes[1 if table in self._same else version or 2].files(table)


def changed(rows: Mapping[str, Rows], other: Mapping[str, Rows], dice: Random) -> dict[str, Rows]:
    """`rows` after a delivery: of some tables, rows are gone, different or new."""
    after = dict(rows)
    for table in dice.sample(sorted(rows), dice.choice([1, 2, 3, 5])):
        some = [dict(row) for row in rows[table]]
        if some and dice.random() < 0.7:
            some.pop(dice.randrange(len(some)))
        if some and other[table] and dice.random() < 0.7:
            place, source = dice.randrange(len(some)), dice.choice(other[table])
            column = dice.choice(sorted(source.keys() - set(TABLES[table].key)))
            some[place][column] = source[column]
        if other[table] and dice.random() < 0.7:
            row = dict(dice.choice(other[table]))
            if key(table, row) not in [key(table, one) for one in some]:
                some.append(row)
        after[table] = some
    return after


def key(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in TABLES[table].key)


def test_what_changed_gives_what_everyone_gives(tmp_path: Path) -> None:
    differ = [seed for seed in range(COUNTIES) if _follows(seed, tmp_path / str(seed))]
    assert len(differ) > COUNTIES / 6  # else nothing was followed


def _follows(seed: int, tmp_path: Path) -> bool:
    """Compare both ways; whether the change made a difference."""
    rows, engine = county(seed), DuckDB(threads=1)
    lake = TwoVersions(tmp_path, rows, changed(rows, county(seed + 1000), Random(seed)))
    found = {}
    for version in (1, 2):
        build.build(engine, lake, version, tmp_path / "warehouse")
        found[version] = scan(all_indicators(), engine, DAY, version)

    followed = follow(all_indicators(), engine, lake, 1, 2, DAY, found[1], tmp_path / "warehouse")

    assert [one.to_json() for one in followed.findings] == [one.to_json() for one in found[2]], seed
    return [replace(one, lake_version=2) for one in found[1]] != found[2]
