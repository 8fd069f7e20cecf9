"""Check what a bureau described itself (core.descriptions), before the night meets it.

Reading the descriptions finds what contradicts itself; here the samples are read as deliveries
and the cases are tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chengxin.core import descriptions, places
from chengxin.core.keys import Keys
from chengxin.core.refusal import Trouble
from chengxin.indicators import cases
from chengxin.indicators.catalogue import all_indicators, indicator
from chengxin.lake.tables import TABLES
from chengxin.sources import Source, all_sources, read
from chengxin.warehouse.build import models

ANY_DAY = date(2000, 1, 1)  # on which a sample is read


@dataclass(frozen=True)
class Checked:
    """One description: which file, whether it can be used, and one sentence."""

    file: str  # below CHENGXIN_HOME/local
    good: bool
    told: str


def check() -> Iterator[Checked]:
    """Every description of this bureau's own; nothing when it has none.

    `Trouble` when one is not understood, or takes a name or a code that is there already.
    """
    all_sources(), all_indicators()  # what contradicts itself is said before anything is tried
    for path in _own("tables", "*.yaml"):
        told = TABLES[path.stem]
        yield _checked(path, f"{told.title}: {len(told.columns)} columns")
    for path in _own("sources", "*/manifest.yaml"):
        newest = all_sources()[path.parent.name]
        for source in (*newest.earlier, newest):
            yield _sample(source, path.with_name(source.manifest))
    for path in _own("warehouse", "*.sql"):
        model = models()[path.stem]
        yield _checked(path, f"{model.title}: {len(model.columns)} columns")
    if paths := _own("indicators", "*/*.sql"):
        with cases.bench() as bench:
            for path in paths:
                yield _cases(path, bench)


def _sample(source: Source, path: Path) -> Checked:
    try:
        day = source.since or ANY_DAY
        with read(source.sample, keys=Keys.load(), source=source, delivered_on=day) as reading:
            told = f"{source.title}: {reading.count} rows of the sample read"
            if reading.rejects:
                first = reading.rejects[0]
                told += f", {reading.rejected} set aside, line {first.line}: {first.reason}"
            return _checked(path, told, good=not reading.rejects)
    except Trouble as trouble:
        return _checked(path, str(trouble), good=False)


def _cases(path: Path, bench: cases.Bench) -> Checked:
    one, file = indicator(path.stem), path.with_suffix(".yaml")
    if not file.exists():
        return _checked(path, f"{one.title}: it has no cases, {file.name} is missing", good=False)
    with descriptions.understood(file):
        tried, wrong = cases.tried(one, file, bench)
    told = "; ".join(wrong) or f"{tried} cases hold"
    return _checked(path, f"{one.code} {one.title}: {told}", good=not wrong)


def _own(kind: str, pattern: str) -> list[Path]:
    return sorted((places.local() / kind).glob(pattern))


def _checked(path: Path, told: str, *, good: bool = True) -> Checked:
    return Checked(str(path.relative_to(places.local())), good, told)
