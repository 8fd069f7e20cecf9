"""The night's work, in the order the data flows.

    lake ──build──▶ warehouse ──scan──▶ findings ──▶ <folder>/<day>/findings.jsonl, run.json

Reading the deliveries comes before (`chengxin ingest`); what the day half does with the findings
comes after (`risk.alerts`).  A night can be run again: the same day, lake version and indicators
give the same bytes.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chengxin.indicators.catalogue import all_indicators
from chengxin.indicators.scan import Finding, scan
from chengxin.lake.engine import Engine, Versions
from chengxin.warehouse.build import build


@dataclass(frozen=True)
class Night:
    """What one night found, and where it is kept."""

    day: date
    lake_version: int
    findings: list[Finding]
    folder: Path


def run(
    engine: Engine,
    lake: Versions,
    day: date,
    lake_version: int,
    *,
    warehouse: Path,
    nights: Path,
    overrides: Mapping[str, Mapping[str, object]] | None = None,
) -> Night:
    """Build the warehouse of one lake version, scan it with every indicator, keep the findings."""
    began = time.monotonic()
    build(engine, lake, lake_version, warehouse)
    built = time.monotonic()
    findings = scan(all_indicators(), engine, day, lake_version, overrides=overrides)
    scanned = time.monotonic()

    record = {
        "day": day.isoformat(),
        "lake_version": lake_version,
        "indicators": {one.code: one.version for one in all_indicators()},
        "findings": dict(sorted(Counter(f"{f.indicator} {f.band}" for f in findings).items())),
        "seconds": {"build": round(built - began, 2), "scan": round(scanned - built, 2)},
    }
    folder = nights / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "findings.jsonl", "".join(finding.to_json() + "\n" for finding in findings))
    _write(folder / "run.json", json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    return Night(day, lake_version, findings, folder)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, "utf-8")
    aside.replace(path)
