"""What changed: the findings of a newer lake version from those of an older one.

    changed facts ──reach, ties──▶ the subjects concerned ──scan──▶ their findings anew

Only the indicators that read a changed table are asked, and only about those concerned; everything
else stands as it was.  The result is the one that the scan over everyone gives, evidence included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from chengxin.indicators.catalogue import Indicator
from chengxin.indicators.scan import Finding, scan
from chengxin.indicators.scope import affected
from chengxin.lake.engine import Engine, Versions
from chengxin.warehouse import build, changes


@dataclass(frozen=True)
class Followed:
    """The findings of the newer version, and of whom and by what they were found anew."""

    findings: list[Finding]
    indicators: list[Indicator]
    subjects: set[str]


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
    tables = changes.changed_tables(lake, old, new)
    asked = [one for one in indicators if tables & lake_tables(one)]
    changed = changes.changed(engine, lake, old, new, warehouse)
    subjects: set[str] = set()
    for version in (old, new):
        build.bind(engine, warehouse / str(version))
        subjects |= affected(engine, changed, asked)
    fresh = scan(asked, engine, as_of, new, overrides=overrides, subjects=subjects)
    codes = {one.code for one in asked}
    kept = [
        replace(one, lake_version=new)
        for one in before
        if one.indicator not in codes or one.subject not in subjects
    ]
    found = sorted(kept + fresh, key=lambda one: (one.indicator, one.subject, one.acted_on))
    return Followed(found, asked, subjects)


def lake_tables(indicator: Indicator) -> frozenset[str]:
    """The tables of the lake that an indicator depends on."""
    return frozenset().union(*map(build.lake_tables, indicator.reads))
