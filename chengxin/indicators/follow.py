"""What changed: the findings of a newer lake version from those of an older one.

    changed facts ──reach, ties──▶ the subjects concerned ──scan──▶ their findings anew

Only the indicators that read a changed table are asked, and only about those concerned; everything
else stands as it was.  The result is the one that the scan over everyone gives, evidence included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path

from chengxin.indicators.catalogue import Indicator
from chengxin.indicators.scan import Finding, scan
from chengxin.indicators.scope import affected, ways_of
from chengxin.lake.engine import Engine, Versions
from chengxin.warehouse import build, changes

_ORDER = attrgetter("indicator", "subject", "acted_on")


@dataclass(frozen=True)
class Followed:
    """The findings of the newer version, and of whom each indicator found them anew."""

    findings: list[Finding]
    asked: dict[str, set[str]]  # code -> subjects

    @property
    def subjects(self) -> set[str]:
        return set().union(*self.asked.values())


def follow(
    indicators: Iterable[Indicator],
    engine: Engine,
    lake: Versions,
    old: int,
    new: int,
    as_of: date,
    before: Sequence[Finding],
    warehouse: Path,
    *,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
) -> Followed:
    """Scan what differs between two lake versions, both built in the folder `warehouse`.

    `before` are the findings of the older one, of the same day, indicators and settings.
    """
    chosen, changed = list(indicators), changes.changed(engine, lake, old, new, warehouse)
    named = {one.code: changed.read_by(lake_tables(one)) for one in chosen}
    chosen = [one for one in chosen if named[one.code]]
    asked: dict[str, set[str]] = {one.code: set() for one in chosen}
    ways = ways_of(chosen)
    for version in (new,) if changes.same(warehouse, ways, old, new) else (old, new):
        build.bind(engine, warehouse / str(version))
        for code, some in affected(engine, named, chosen).items():
            asked[code] |= some
    fresh = scan(chosen, engine, as_of, new, overrides=overrides, subjects=asked)
    kept = [one.at(new) for one in before if one.subject not in asked.get(one.indicator, ())]
    found = sorted(kept + fresh, key=_ORDER)
    return Followed(found, asked)


def lake_tables(indicator: Indicator) -> frozenset[str]:
    """The tables of the lake that an indicator depends on."""
    return frozenset().union(*map(build.lake_tables, indicator.reads))
