"""The night's work, in the order the data flows.

    lake ──build──▶ warehouse ──scan──▶ findings ──audit──▶ <folder>/<day>/findings.jsonl, run.json

Reading the deliveries comes before (`chengxin ingest`); what the day half does with the findings
comes after (`risk.alerts`).  A night can be run again: the same day, lake version and indicators
give the same bytes.  What one indicator found is kept at once, so a night that was killed goes on
where it stood.

Between two nights, `follow` gives the findings of a newer lake version from what changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from chengxin.core.refusal import Trouble
from chengxin.indicators.backtest import Point, Side, over
from chengxin.indicators.catalogue import Indicator, all_indicators, at, own_indicators
from chengxin.indicators.follow import Followed
from chengxin.indicators.follow import follow as _follow
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import Engine, Versions
from chengxin.warehouse.build import bind, build

SAMPLE = 100  # subjects that every night asks once more, by themselves

Overrides = Mapping[str, Mapping[str, object]]
Progress = Callable[[str, int, int], None]  # what is done, how much of it, of how much


@dataclass(frozen=True)
class Audit:
    """Some subjects scanned by themselves, beside what the scan over everyone said of them."""

    asked: int
    different: list[str]  # empty on a good night


@dataclass(frozen=True)
class Night:
    """What one night found, and where it is kept."""

    day: date
    lake_version: int
    findings: list[Finding]
    folder: Path
    indicators: dict[str, str]  # code -> version
    audit: Audit = field(default_factory=lambda: Audit(0, []))
    resumed: int = 0  # indicators that a killed run had done already


def run(
    engine: Engine,
    lake: Versions,
    day: date,
    lake_version: int,
    *,
    warehouse: Path,
    nights: Path,
    overrides: Overrides | None = None,
    progress: Progress | None = None,
    asks_again: Engine | None = None,
) -> Night:
    """Build the warehouse of one lake version, scan it with every indicator, keep the findings.

    `asks_again` is the engine of the audit, when it is to be another one.
    """
    told = progress or _silent
    folder = nights / day.isoformat()
    began = time.monotonic()
    build(engine, lake, lake_version, warehouse)
    told("warehouse", 1, 1)
    built = time.monotonic()
    indicators = all_indicators()  # of this night, whatever is published meanwhile
    versions = {one.code: one.version for one in indicators}
    done = folder / f".{lake_version}-{_digest(versions, overrides)}"
    done.mkdir(parents=True, exist_ok=True)
    findings: list[Finding] = []
    resumed = 0
    for place, one in enumerate(indicators, start=1):
        kept = done / f"{one.code}.jsonl"
        resumed += kept.exists()
        findings += _scan_once(one, engine, day, lake_version, overrides, kept)
        told("indicators", place, len(indicators))
    scanned = time.monotonic()
    if asks_again:
        bind(asks_again, warehouse / str(lake_version))
    audit = audited(
        asks_again or engine,
        findings,
        day,
        lake_version,
        overrides=overrides,
        indicators=indicators,
    )
    told("audit", 1, 1)

    record = {
        "day": day.isoformat(),
        "lake_version": lake_version,
        "indicators": versions,
        "settings": overrides or {},
        "findings": counted(findings),
        "audit": {"asked": audit.asked, "different": audit.different},
        "resumed": resumed,
        "seconds": {
            "build": round(built - began, 2),
            "scan": round(scanned - built, 2),
            "audit": round(time.monotonic() - scanned, 2),
        },
    }
    _write(folder / "findings.jsonl", "".join(finding.to_json() + "\n" for finding in findings))
    _write(folder / "run.json", json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    shutil.rmtree(done)
    return Night(day, lake_version, findings, folder, versions, audit, resumed)


def follow(
    engine: Engine,
    lake: Versions,
    night: Path,
    lake_version: int,
    *,
    warehouse: Path,
    overrides: Overrides | None = None,
    before: Sequence[Finding] | None = None,
) -> Followed:
    """The findings of a newer lake version, on the day of the night kept in the folder `night`.

    `before` are that night's findings, where the caller has them already.

    By that night's versions of the indicators: what the studio has published since is `adopt`ed.
    `keep` them when they have been handed over.  `Trouble` when those versions are there no more,
    or the settings are others, so that only a whole night can say.
    """
    try:
        record = json.loads((night / "run.json").read_text("utf-8"))
    except OSError as error:
        raise Trouble(f"The record of the last night, {night}, is gone; run a night.") from error
    day, old = date.fromisoformat(record["day"]), int(record["lake_version"])
    try:
        indicators = at(record["indicators"])
        same = record.get("settings", {}) == (overrides or {})
    except Trouble:
        same = False
    if not same or {one.code for one in own_indicators()} - record["indicators"].keys():
        raise Trouble(f"The indicators have changed since the night of {day}; run it again.")
    before = read(night / "findings.jsonl") if before is None else before
    for version in (old, lake_version):
        build(engine, lake, version, warehouse)
    return _follow(
        indicators, engine, lake, old, lake_version, day, before, warehouse,
        overrides=overrides,
    )  # fmt: skip


@dataclass(frozen=True)
class Adopted:
    """The findings of a night by the indicators that are in force now."""

    day: date
    lake_version: int
    indicators: dict[str, str]  # code -> version
    findings: list[Finding]
    changed: set[str]  # codes whose findings are others than the night's


def adopt(engine: Engine, lake: Versions, night: Path, *, warehouse: Path) -> Adopted | None:
    """Let the night kept in the folder `night` be as if it had run with today's indicators.

    Only those are scanned that it did not have in this version; None when it had them all.
    `keep_adopted` when they have been handed over.
    """
    try:
        record = json.loads((night / "run.json").read_text("utf-8"))
    except OSError as error:
        raise Trouble(f"The record of the last night, {night}, is gone; run a night.") from error
    day, version = date.fromisoformat(record["day"]), int(record["lake_version"])
    now = {one.code: one for one in all_indicators()}
    had: dict[str, str] = record["indicators"]
    fresh = [one for code, one in now.items() if had.get(code) != one.version]
    changed = {one.code for one in fresh} | (had.keys() - now.keys())
    if not changed:
        return None
    build(engine, lake, version, warehouse)
    found = scan(fresh, engine, day, version, overrides=record.get("settings"))
    kept = [one for one in read(night / "findings.jsonl") if one.indicator not in changed]
    findings = sorted(kept + found, key=lambda one: (one.indicator, one.subject, one.acted_on))
    versions = {code: one.version for code, one in now.items()}
    return Adopted(day, version, versions, findings, changed)


def keep_adopted(adopted: Adopted, night: Path) -> None:
    """Let what was adopted take the place of the night's own findings."""
    record = json.loads((night / "run.json").read_text("utf-8"))
    told = {"indicators": adopted.indicators, "findings": counted(adopted.findings)}
    _write(night / "findings.jsonl", "".join(one.to_json() + "\n" for one in adopted.findings))
    _write(night / "run.json", json.dumps(record | told, ensure_ascii=False, indent=2) + "\n")


def last(nights: Path) -> tuple[date, int] | None:
    """Day and lake version of the newest run kept below this folder; None before the first."""
    runs = sorted(nights.glob("*/run.json"), key=lambda path: path.stat().st_mtime_ns)
    if not runs:
        return None
    record = json.loads(runs[-1].read_text("utf-8"))
    return date.fromisoformat(record["day"]), int(record["lake_version"])


def lake_version_of(nights: Path, day: date) -> int | None:
    """The lake version that the night of this day saw; None when there was none."""
    try:
        record = json.loads((nights / day.isoformat() / "run.json").read_text("utf-8"))
    except OSError:
        return None
    return int(record["lake_version"])


def backtest(
    engine: Engine,
    lake: Versions,
    before: Side,
    after: Side,
    days: Sequence[date],
    *,
    warehouse: Path,
    nights: Path,
    kept: Collection[int],
    begins: Callable[[], None] = lambda: None,
) -> list[Point]:
    """Whom an indicator would have found on these days, as it is and changed.

    Each day over the lake version that its own night saw, where that is among the `kept`; else, as
    for days before the first night, over the last night's.  `begins` as for `backtest.over`.
    """
    newest = last(nights)
    if newest is None:
        raise Trouble("No night has run yet; run one: chengxin night --day 2017-08-18.")
    versions: dict[int, list[date]] = {}
    for day in days:
        seen = lake_version_of(nights, day)
        version = newest[1] if seen is None or seen not in kept else seen
        versions.setdefault(version, []).append(day)
    found: list[Point] = []
    for version, some in sorted(versions.items()):
        build(engine, lake, version, warehouse)
        found += over(engine, before, after, some, version, begins)
    return sorted(found, key=lambda point: point.day)


def keep(followed: Followed, night: Path, lake_version: int) -> None:
    """Let what was followed take the place of the night's own findings.

    Whoever is killed before finds the night as it was, and follows from there again.
    """
    record = json.loads((night / "run.json").read_text("utf-8"))
    lines = (finding.to_json() + "\n" for finding in followed.findings)
    told = {
        "lake_version": lake_version,
        "findings": counted(followed.findings),
        "followed": [
            *record.get("followed", []),
            {"from": record["lake_version"], "subjects": len(followed.subjects)},
        ],
    }
    _write(night / "findings.jsonl", "".join(lines))
    _write(night / "run.json", json.dumps(record | told, ensure_ascii=False, indent=2) + "\n")


def audited(
    engine: Engine,
    findings: Sequence[Finding],
    day: date,
    lake_version: int,
    *,
    overrides: Overrides | None = None,
    sample: int = SAMPLE,
    indicators: Sequence[Indicator] | None = None,
) -> Audit:
    """Scan some subjects by themselves, half of them found, half of them anybody, and compare.

    Who is asked depends on the day and the lake version alone.
    """
    dice = Random(f"{day}/{lake_version}")  # noqa: S311 (a sample, not a secret)
    found = sorted({one.subject for one in findings})
    anybody = [
        f"{kind}:{row['id']}"
        for kind in ("person", "enterprise")
        for row in engine.run(
            f"SELECT {kind}_id AS id FROM (SELECT DISTINCT {kind}_id FROM affiliation) AS known "  # noqa: S608
            f"ORDER BY MD5('{day}/{lake_version}/' || {kind}_id) LIMIT {sample // 4}"
        )
    ]
    asked = {*dice.sample(found, min(len(found), sample // 2)), *anybody}
    asked_with = all_indicators() if indicators is None else indicators
    alone = scan(asked_with, engine, day, lake_version, overrides=overrides, subjects=asked)
    of_all = [one for one in findings if one.subject in asked]
    lines = Counter(one.to_json() for one in alone)
    lines.subtract(one.to_json() for one in of_all)
    different = {json.loads(line)["subject"] for line, times in lines.items() if times}
    return Audit(len(asked), sorted(different))


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each indicator and band."""
    return dict(sorted(Counter(f"{one.indicator} {one.band}" for one in findings).items()))


def read(path: Path) -> list[Finding]:
    """Findings that a run has kept."""
    with path.open(encoding="utf-8") as lines:
        return [Finding.from_json(line) for line in lines]


def _scan_once(
    indicator: Indicator,
    engine: Engine,
    day: date,
    lake_version: int,
    overrides: Overrides | None,
    kept: Path,
) -> list[Finding]:
    """What an indicator finds over everyone; read again when an earlier run has kept it."""
    if kept.exists():
        return read(kept)
    found = scan([indicator], engine, day, lake_version, overrides=overrides)
    _write(kept, "".join(finding.to_json() + "\n" for finding in found))
    return found


def _digest(versions: Mapping[str, str], overrides: Overrides | None) -> str:
    """What besides day and lake version decides what is found."""
    told = dict(versions) | {"": dict(overrides or {})}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, "utf-8")
    aside.replace(path)


def _silent(what: str, done: int, total: int) -> None:
    pass
