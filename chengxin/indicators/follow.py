"""What changed: the findings of a newer lake version from those of an older one.

    changed facts ──reach, ties──▶ the subjects concerned ──scan──▶ their findings anew

Only the indicators that read a changed table are asked, and only about those concerned; everything
else stands as it was.  The result is the one that the scan over everyone gives, evidence included.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    near = [one for one in chosen if not one.whole]
    asked: dict[str, set[str]] = {one.code: set() for one in chosen}
    ways = ways_of(chosen)
    for version in (new,) if changes.same(warehouse, ways, old, new) else (old, new):
        build.bind(engine, warehouse / str(version))
        for code, some in affected(engine, named, near).items():
            asked[code] |= some
    fresh = scan(near, engine, as_of, new, overrides=overrides, subjects=asked)
    fresh += _over_everyone(set(chosen) - set(near), engine, as_of, new, before, asked, overrides)
    kept = [one.at(new) for one in before if one.subject not in asked.get(one.indicator, ())]
    found = sorted(kept + fresh, key=_ORDER)
    return Followed(found, asked)


def _over_everyone(
    wide: Collection[Indicator],
    engine: Engine,
    as_of: date,
    version: int,
    before: Sequence[Finding],
    asked: dict[str, set[str]],
    overrides: Mapping[str, Mapping[str, object]] | None,
) -> list[Finding]:
    """Of the indicators that nobody can follow; notes in `asked` whom they found, then or now."""
    fresh = scan(wide, engine, as_of, version, overrides=overrides)
    for finding in (*before, *fresh):
        if finding.indicator in {one.code for one in wide}:
            asked[finding.indicator].add(finding.subject)
    return fresh


def lake_tables(indicator: Indicator) -> frozenset[str]:
    """The tables of the lake that an indicator depends on."""
    return frozenset().union(*map(build.lake_tables, indicator.reads))
