"""Try an indicator on rows written by hand: does it find what its cases expect, and nothing else?

Cases are a YAML file beside the SQL file, of the same name:

    as_of:   2017-08-18
    columns: [subject_id, acted_on_id, value, band]
    levels:  [[band, person or enterprise, item, effect or "free"]]     may be left out
    cases:
      - case:   what it shows
        given:  {<table of the warehouse>: [{column: value}]}           others are empty
        expect: [[a value for each of `columns`]]                       in the scan's order
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from chengxin.core import descriptions
from chengxin.core.items import effect_on
from chengxin.indicators.catalogue import Indicator
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import DuckDB, Engine
from chengxin.warehouse.build import build, models


@dataclass(frozen=True)
class Bench:
    """An engine, and the types of every table of the warehouse as a real build has them."""

    engine: Engine
    types: dict[str, dict[str, str]]


class Nothing:
    """A lake without a delivery."""

    def version(self) -> int:
        return 1

    def files(self, table: str, version: int | None = None) -> list[str]:
        return []


@contextmanager
def bench(types: dict[str, dict[str, str]] | None = None) -> Iterator[Bench]:
    """With `types` as they are known already, else as a build over nothing has them."""
    engine = DuckDB(threads=1)
    try:
        if types is not None:
            yield Bench(engine, types)
            return
        with tempfile.TemporaryDirectory() as folder:
            build(engine, Nothing(), 1, Path(folder))
            types = {
                name: {
                    row["column_name"]: row["column_type"] for row in engine.run(f"DESCRIBE {name}")
                }
                for name in models()
            }
            for name in types:
                engine.connection.execute(f"DROP VIEW IF EXISTS {name}")
            yield Bench(engine, types)
    finally:
        engine.close()


def tried(indicator: Indicator, path: Path, bench: Bench) -> tuple[int, list[str]]:
    """How many cases `path` has, and what they expect and the indicator does not do.

    KeyError, TypeError or ValueError for a file that is not understood.
    """
    told = descriptions.told(path.read_text("utf-8"))
    return len(told["cases"]), list(_differences(indicator, told, bench))


def _differences(indicator: Indicator, told: dict[str, Any], bench: Bench) -> Iterator[str]:
    for band, kind, item, effect in told.get("levels", []):
        levels = {name: one.value for name, one in indicator.bands[band].levels[kind].items()}
        does = effect_on(item, levels) or "free"
        if does != effect:
            yield f"band {band} is {does} on {item} of {kind}, expected is {effect}"
    for case in told["cases"]:
        found, expected = finds(indicator, told | case, bench), expects(case)
        if found != expected:
            yield f"case {case['case']!r} finds {found}, expected is {expected}"


def expects(case: dict[str, Any]) -> list[list[object]]:
    """What a case says must be found, as `finds` tells it."""
    return [[_plain(value) for value in row] for row in case["expect"]]


def finds(indicator: Indicator, case: dict[str, Any], bench: Bench) -> list[list[object]]:
    """The columns of a case, of everything that the indicator finds in its rows."""
    lay(indicator, case, bench)
    findings = scan(
        [indicator], bench.engine, case["as_of"], 1,
        overrides={indicator.code: case.get("overrides", {})},
    )  # fmt: skip
    return as_told(case, findings)


def lay(indicator: Indicator, case: dict[str, Any], bench: Bench) -> set[str]:
    """The rows of a case as tables of the bench; the names of those that the indicator may see."""
    engine, types = bench.engine, bench.types
    if unknown := set(case["given"]) - set(types):
        raise ValueError(f"the warehouse has no {sorted(unknown)}")
    names = {*indicator.reads, *case["given"]}
    for name in names:
        rows = case["given"].get(name, [])
        if wrong := {column for row in rows for column in row} - set(types[name]):
            raise ValueError(f"{name} has no column {sorted(wrong)}")
        exact = [{column: _exact(value) for column, value in row.items()} for row in rows]
        engine.load(name, types[name], exact)
    return names


def as_told(case: dict[str, Any], findings: Iterable[Finding]) -> list[list[object]]:
    """Findings as a case tells them."""
    return [[_plain(_flat(one)[column]) for column in case["columns"]] for one in findings]


def _flat(finding: Finding) -> dict[str, Any]:
    return {
        "subject_id": finding.subject,
        "acted_on_id": finding.acted_on,
        "value": finding.value,
        "band": finding.band,
    } | finding.evidence


def _exact(value: object) -> object:
    return Decimal(str(value)) if isinstance(value, float) else value


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return float(value)
        case bool():
            return value
        case int():
            return float(value)
        case date():
            return value.isoformat()
        case _:
            return value
