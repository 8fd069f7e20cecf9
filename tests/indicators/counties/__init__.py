"""Small random counties, full of edges: days around the day, amounts around the limits, nulls,
ties, both bureaus, old and new numbers, shared ones and wrong ones.

One module for each table of the lake, under its name: `rows(dice, world)`.  A table's rows depend
on the seed and its own name alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from tests.indicators.counties import registration
from tests.indicators.counties.world import DAY, Dice, Rows, World

__all__ = ["DAY", "Rows", "county"]

TABLES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if path.stem not in ("__init__", "world")
)


def county(seed: int) -> Mapping[str, Rows]:
    dice = Dice(f"{seed}/persons")
    persons = [f"p{n}" for n in range(dice.one([1, 2, 4, 6]))]
    world = World(persons, registration.registrations(Dice(f"{seed}/registrations"), persons))
    rows = {
        table: import_module(f"{__name__}.{table}").rows(Dice(f"{seed}/{table}"), world)
        for table in TABLES
    }
    for table, some in rows.items():
        dice = Dice(f"{seed}/{table} delivered")
        for row in some:
            row.setdefault("delivered_on", DAY - timedelta(dice.one([0, 1, 1, 1, 5])))
    return rows
