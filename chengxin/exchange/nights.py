"""The night, seen from the day: run it, take over who is who, hand its findings to the offices."""

from __future__ import annotations

from datetime import date

from chengxin import nightly
from chengxin.core import places
from chengxin.exchange.models import NightRun
from chengxin.lake.store import Lake
from chengxin.people import registry
from chengxin.risk import alerts
from chengxin.trace import record


def run(day: date) -> NightRun:
    """One night as of `day` over the newest version of the lake; run again, it changes nothing."""
    with record.of("night.run", place="exchange") as trace:
        night = nightly.run(Lake(places.lake()), day, places.warehouse())
        registry.take_over(night.warehouse)
        alerts.receive_all(
            night.findings,
            as_of=day,
            lake_version=night.lake_version,
            indicators=list(night.indicators),
        )
        trace.detail |= {"day": day, "lake_version": night.lake_version}
        return NightRun.objects.create(
            day=day,
            lake_version=night.lake_version,
            indicators=night.indicators,
            findings=len(night.findings),
            seconds=night.seconds,
        )
