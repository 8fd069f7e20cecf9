"""A made-up county in a lake of its own, with the truth of who its records without a number are."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chengxin import sources
from chengxin.core.keys import Keys
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from city import county

DAY = date(2017, 8, 18)
KEYS = Keys(bytes(range(32)))
# Where the lake has the id of a record, by source: table, key, column of the person
_RECORDS = {
    "vehicle_registration": ("vehicle", "plate", "owner_id"),
    "utility_account": ("utility_account", "account_no", "holder_id"),
}


@dataclass(frozen=True)
class Label:
    """Who one record is about."""

    record_id: str
    person_id: str | None  # nobody whom a register knows
    source: str
    kind: str


@dataclass(frozen=True)
class LabelledCounty:
    lake: Lake
    labels: list[Label]


def labelled_county(folder: Path, *, persons: int, seed: int) -> LabelledCounty:
    """Write, read and label a county; only what makes its persons comparable is read."""
    county.write(folder / "county", persons=persons, seed=seed, day=DAY, keys=KEYS)
    lake = Lake(folder / "lake")
    for path in sorted((folder / "county" / "deliveries").iterdir()):
        source = sources.source_of(path)
        if source and source.comparable:
            with sources.read(path, keys=KEYS) as reading:
                lake.take(reading)
    return LabelledCounty(lake, list(_labels(lake, folder / "county" / "truth")))


def _labels(lake: Lake, truth: Path) -> Iterable[Label]:
    engine = DuckDB()
    try:
        engine.view(lake)
        records = {
            (source, row["key"]): row["record"]
            for source, (table, key, person) in _RECORDS.items()
            for row in engine.run(
                f"SELECT {key} AS key, {person} AS record FROM {table} "  # noqa: S608
                f"WHERE starts_with({person}, 'u')"
            )
        }
    finally:
        engine.close()
    with (truth / "identities.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Label(
                record_id=records.pop((row["source"], row["key"])),
                person_id=row["subject"].removeprefix("person:") or None,
                source=row["source"],
                kind=row["kind"],
            )
    if records:
        raise ValueError(f"{len(records)} records without a label, such as {min(records)}.")
