"""停送: no run of the night restricts many people anew before somebody has looked (harm brake).

    fresh directives of one indicator in one county ── few ──▶ imposed at once
                                                   └─ more than may be ──▶ a stop: all of them wait

A mistake in an indicator, a threshold or a delivery shows as a crowd.  What is already in force
stays; alerts are opened as ever, for they restrict nobody.  `risk.stops` has what people decide;
how many is few two officers may set for their county (`risk.limits`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any, Protocol

from django.utils.timezone import now

from chengxin.core.effects import Effect
from chengxin.offices.models import Jurisdiction
from chengxin.risk.models import Alert, BrakeLimit, Directive, Stop, Stopped
from chengxin.trace import record
from chengxin.trace.models import Trace

LEAST = 50  # as many may always be restricted: a busy day of a county
SHARE = Decimal(1)  # beyond that, in per cent of the persons and enterprises that it manages

Told = dict[str, Any]  # one finding as the scan prints it
Reach = tuple[str, str, str]  # indicator, subject, acted on
Group = tuple[str, str]  # indicator, county


@dataclass(frozen=True)
class Limit:
    """How many one run may newly restrict under one indicator in one county."""

    least: int
    share: Decimal  # per cent of the administered
    row: BrakeLimit | None = None  # as officers set it; None: the program's own

    def most(self, managed: int) -> int:
        return max(self.least, ceil(self.share * managed / 100))


class Run(Protocol):
    """One handing over, as `risk.alerts` knows it."""

    as_of: date
    lake_version: int
    indicators: set[str]
    asked: dict[str, list[str]]  # the subjects that alone were asked about, as a filter
    unknown: set[tuple[str, str]]  # nothing is known of them: whoever was held stays held
    first: bool


def hold(
    run: Run,
    wanted: Mapping[Reach, Told],
    standing: Mapping[Reach, Directive],
    coming: Sequence[Reach],
) -> set[Reach]:
    """Of the directives about to be imposed or replaced, those that are not, in the caller's
    transaction: the refused, and every one of an indicator and county that would restrict too many.

    The first night of an installation is nobody's mistake: it is handed over whole.
    """
    newly = {
        reach
        for reach in coming
        if restricts(wanted[reach]["levels"])
        and not (reach in standing and restricts(standing[reach].levels))
    }
    stopped = newly & _refused(wanted)
    waiting = _still_found(run, wanted)
    stopped |= {reach for reaches in waiting.values() for reach in reaches} & newly
    if run.first:
        return stopped
    fresh = sorted(newly - stopped)
    groups: dict[Group, list[Reach]] = defaultdict(list)
    for reach, region in zip(fresh, counties(reach[2] for reach in fresh), strict=True):
        groups[(reach[0], region)].append(reach)
    table = set_limits() if groups else {}
    for group, reaches in sorted(groups.items()):
        limit = limit_of(table, group)
        few = len(reaches) <= limit.least
        most = limit.most(0 if few else managed_in(group[1]))
        if group in waiting or len(reaches) > most:
            _stop(run, group, {reach: wanted[reach] for reach in reaches}, most)
            stopped |= set(reaches)
    return stopped


def restricts(levels: Mapping[str, str]) -> bool:
    """Whether `levels` do more than remind."""
    return any(effect != Effect.REMIND for effect in levels.values())


def set_limits() -> dict[Group, BrakeLimit]:
    """What officers have set, by indicator ("" for each without its own) and county."""
    return {(one.indicator, one.region): one for one in BrakeLimit.objects.in_force()}


def limit_of(table: Mapping[Group, BrakeLimit], group: Group) -> Limit:
    """The limit of an indicator in a county: its own, else the county's, else the program's."""
    row = table.get(group) or table.get(("", group[1]))
    return Limit(row.least, row.share, row) if row else Limit(LEAST, SHARE)


def managed_in(region: str) -> int:
    """How many persons and enterprises the offices of a county manage."""
    if not region:
        return 0
    managed = Jurisdiction.objects.filter(office__region__startswith=region)
    return managed.values("about").distinct().count()


def counties(keys: Iterable[str]) -> list[str]:
    """The county of each person or enterprise: of the lowest code that manages it; "" for nobody's.

    Both bureaus of a county look at one taxpayer, and stop together.
    """
    asked = list(keys)
    found: dict[str, str] = {}
    offices = Jurisdiction.objects.filter(about__in=set(asked)).order_by("about", "-office")
    for about, region in offices.values_list("about", "office__region"):
        found[about] = region[:6]
    return [found.get(key, "") for key in asked]


def _refused(wanted: Mapping[Reach, Told]) -> set[Reach]:
    """Those that an officer refused although the same fact stands: his decision holds."""
    rows = Stopped.objects.filter(
        stop__state=Stop.State.REFUSED, indicator__in={reach[0] for reach in wanted}
    )
    if not rows.exists():
        return set()
    open_since = dict(_open_alerts({reach[1] for reach in wanted}))
    return {
        reach
        for *key, band, decided in rows.values_list(
            "indicator", "subject", "about", "band", "stop__decided_at"
        )
        if (reach := (key[0], key[1], key[2])) in wanted
        and wanted[reach]["band"] == band
        and (opened := open_since.get((key[0], key[1])))
        and decided is not None
        and opened < decided  # the same occurrence: a fact that ended and came back is asked anew
    }


def _open_alerts(subjects: Collection[str]) -> Iterable[tuple[tuple[str, str], datetime]]:
    found = Alert.objects.open().filter(subject__in=subjects)
    for indicator, subject, seen in found.values_list("indicator", "subject", "first_seen"):
        yield (indicator, subject), seen


def _still_found(run: Run, wanted: Mapping[Reach, Told]) -> dict[Group, set[Reach]]:
    """What waits and this run does not end; the rest is let go, and a stop without any ceases."""
    if not Stop.objects.filter(state=Stop.State.WAITING, indicator__in=run.indicators).exists():
        return {}
    rows = (
        Stopped.objects.select_for_update(of=("self",))
        .filter(stop__state=Stop.State.WAITING, indicator__in=run.indicators, **run.asked)
        .select_related("stop")
    )
    gone, changed, touched = [], [], set()
    for row in rows:
        reach = (row.indicator, row.subject, row.about)
        touched.add(row.stop_id)
        if reach in wanted and restricts(wanted[reach]["levels"]):
            if row.told != wanted[reach]:
                row.told, row.band = wanted[reach], wanted[reach]["band"]
                changed.append(row)
        elif reach[:2] not in run.unknown:
            gone.append(row.pk)
    Stopped.objects.filter(pk__in=gone).delete()
    Stopped.objects.bulk_update(changed, ["told", "band"], batch_size=500)
    empty = Stop.objects.filter(pk__in=touched, held=None)
    ceased = list(empty)
    empty.update(state=Stop.State.CEASED, decided_at=now())
    record.many([_trace("stop.cease", stop, 0) for stop in ceased])
    waiting: dict[Group, set[Reach]] = {
        (stop.indicator, stop.region): set()
        for stop in Stop.objects.filter(state=Stop.State.WAITING, indicator__in=run.indicators)
    }
    left = Stopped.objects.filter(stop__state=Stop.State.WAITING, indicator__in=run.indicators)
    for indicator, subject, about, region in left.values_list(
        "indicator", "subject", "about", "stop__region"
    ):
        waiting[(indicator, region)].add((indicator, subject, about))
    return waiting


def _stop(run: Run, group: Group, reaches: Mapping[Reach, Told], most: int) -> None:
    """Hold these back; they join the stop of their indicator and county that waits already."""
    indicator, region = group
    stop, made = Stop.objects.get_or_create(
        indicator=indicator,
        region=region,
        state=Stop.State.WAITING,
        defaults={
            "most": most,
            "found": len(reaches),
            "as_of": run.as_of,
            "lake_version": run.lake_version,
        },
    )
    if not made:
        stop.found += len(reaches)
        stop.save(update_fields=["found"])
    Stopped.objects.bulk_create(
        [
            Stopped(
                stop=stop,
                indicator=indicator,
                subject=reach[1],
                about=reach[2],
                band=told["band"],
                told=told,
            )
            for reach, told in sorted(reaches.items())
        ],
        batch_size=5_000,
    )
    record.many([_trace("stop.make" if made else "stop.join", stop, len(reaches))])


def _trace(action: str, stop: Stop, count: int) -> Trace:
    told = {"stop": stop.pk, "indicator": stop.indicator, "region": stop.region, "count": count}
    return Trace(action=action, place="night", detail=told)
