"""The night, seen from the day: run it, take over who is who, hand its findings to the offices."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from django.db.models import Max
from django.utils.timezone import now

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Trouble
from chengxin.exchange import deliveries, ready
from chengxin.exchange.models import NightRun
from chengxin.indicators import published
from chengxin.indicators.catalogue import (
    KINDS,
    Indicator,
    all_indicators,
    at,
    cases_of,
    indicator,
)
from chengxin.indicators.scan import Finding, scan, select
from chengxin.indicators.scope import ASKED, AT_ONCE, STAYING
from chengxin.lake.engine import DuckDB, Engine
from chengxin.lake.store import Lake
from chengxin.lake.tables import SEALED, TABLES
from chengxin.people import registry
from chengxin.ranking.rank import Ranking
from chengxin.risk import alerts, lists, scores
from chengxin.risk.models import Alert
from chengxin.studio import snoozes, trials, versions
from chengxin.trace import record
from chengxin.warehouse import build, by_key, by_subject

YEARS = 5  # 征管法第八十六条: what is older than that is no longer punished
MOST = 5_000  # subjects that are handed over by themselves

log = structlog.get_logger("chengxin.night")


def engine_of(name: str) -> Engine:
    """Where the SQL runs: "duckdb" here, "spark" on the cluster that CHENGXIN_SPARK names."""
    match name:
        case "duckdb":
            return DuckDB()
        case "spark":
            from chengxin.lake.spark import Spark  # an installation without it has no Spark

            return Spark()
        case _:
            raise Trouble(f"There is no engine {name} here; use --engine duckdb or spark.")


def run(
    day: date, *, engine_name: str = "duckdb", progress: nightly.Progress | None = None
) -> NightRun:
    """One night as of `day` over the newest version of the lake; run again, it changes nothing."""
    lake = whole_lake()
    lists.expire(day)
    deliveries.bring_own()
    with record.of("night.run", place="exchange") as trace:
        began = time.monotonic()
        versions.lay_down()
        _keep_files()
        engine = engine_of(engine_name)
        # one subject is DuckDB's at the counter too, so the audit compares the two
        single = None if isinstance(engine, DuckDB) else DuckDB()
        try:
            night = nightly.run(
                engine,
                lake,
                day,
                lake.version(),
                warehouse=places.warehouse(),
                nights=places.nights(),
                progress=progress,
                asks_again=single,
            )
        finally:
            engine.close()
            if single:
                single.close()
        _sort_by_subject(lake, night.lake_version)
        if night.audit.different:
            log.error("one subject and everyone disagree", subjects=night.audit.different)
        registry.take_over(places.warehouse() / str(night.lake_version), day)
        gone = versions.out_of_force()
        alerts.receive_all(
            snoozes.held_back(night.findings),
            as_of=day,
            lake_version=night.lake_version,
            indicators=[*night.indicators, *gone],
            ended={code: versions.why_other(code) for code in gone},
        )
        scores.renew(night.findings, day=day, lake_version=night.lake_version)
        trials.shadow(day, night.lake_version, night.findings)
        trace.detail |= {"day": day, "lake_version": night.lake_version}
        return NightRun.objects.create(
            day=day,
            lake_version=night.lake_version,
            indicators=night.indicators,
            findings=len(night.findings),
            counts=_counts(night.findings),
            audited=night.audit.asked,
            different=night.audit.different,
            seconds=time.monotonic() - began,
        )


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many each indicator found."""
    return dict(sorted(Counter(one.indicator for one in findings).items()))


def _keep_files() -> None:
    """The files of what this night asks, so that a later program can still ask as it did."""
    for one in all_indicators():
        if published.path(one.version) is None:
            published.keep(one.text, cases_of(one), kind=one.kind, name=one.name)


def follow() -> NightRun | None:
    """Between two nights: what the deliveries since the last run change; None when nothing came.

    As of the day of the last night.  The result is the one that this night would have today, but
    for what nobody at the counter waits for: the ranking, and the files that pages read (`sort`).
    """
    last = NightRun.objects.order_by("-pk").first()
    with ready.at_hand() as hand:
        lake = whole_lake(hand.lake)
        if last is not None:
            deliveries.bring_own(last.day)
        if last is None or lake.version() == last.lake_version:
            return None
        return _follow(hand, last, lake.version())


def _follow(hand: ready.Ready, last: NightRun, version: int) -> NightRun:
    night = places.nights() / last.day.isoformat()
    kept = night / "findings.jsonl"
    with record.of("night.follow", place="exchange") as trace:
        began = time.monotonic()
        followed = nightly.follow(
            hand.engine,
            hand.lake,
            night,
            version,
            warehouse=places.warehouse(),
            before=hand.findings(kept),
        )
        home = places.warehouse() / str(version)
        registry.take_over(home, last.day, afresh=False, engine=hand.engine)
        codes = set(followed.asked)
        few = followed.subjects if len(followed.subjects) <= MOST else None
        alerts.receive_all(
            snoozes.held_back(
                one
                for one in followed.findings
                if one.indicator in codes and (few is None or one.subject in few)
            ),
            as_of=last.day,
            lake_version=version,
            indicators=codes,
            subjects=few,
        )
        trace.detail |= {"day": last.day, "lake_version": version}
        run = NightRun.objects.create(
            day=last.day,
            lake_version=version,
            indicators=last.indicators,
            findings=len(followed.findings),
            counts=_counts(followed.findings),
            followed=True,
            seconds=time.monotonic() - began,
        )
    nightly.keep(followed, night, version)
    hand.note(kept, followed.findings)
    return run


def rehearse() -> None:
    """Do by way of trial what every event asks for, so that the first one after a start or a night
    is followed no slower than the next.  Changes nothing."""
    last = NightRun.objects.order_by("-pk").first()
    if last is None:
        return
    with ready.at_hand() as hand:
        version, kept = last.lake_version, places.nights() / last.day.isoformat() / "findings.jsonl"
        build.build(hand.engine, whole_lake(hand.lake), version, places.warehouse())
        build.get_ready(hand.engine)
        with suppress(OSError):  # a night whose folder is gone is followed by nobody
            hand.note(kept, nightly.read(kept))
        indicators = all_indicators()
        for one in (one for one in indicators if not one.whole):
            select(one, hand.engine.dialect, last.day, one.settings({}), among=f"{STAYING}_{ASKED}")
        bound = hand.engine.run(
            f"SELECT person_id, enterprise_id FROM affiliation LIMIT {AT_ONCE}"  # noqa: S608
        )
        keys = [f"{kind}:{row[f'{kind}_id']}" for row in bound for kind in KINDS]
        for some in (keys[:2], keys[:2], keys):  # looked up by themselves, planned; laid together
            scan(indicators, hand.engine, last.day, version, subjects=set(some))


def sort() -> int | None:
    """The files that pages and one subject's scan read, of the last run; until then pages show a
    version before.  None when they are there."""
    last = NightRun.objects.order_by("-pk").first()
    if last is None:
        return None
    lake, version = whole_lake(), last.lake_version
    if by_subject.is_written(lake, version, places.warehouse()):
        return None
    engine = DuckDB()
    try:
        home = build.build(engine, lake, version, places.warehouse())
    finally:
        engine.close()
    with build.reading(home):
        _sort_by_subject(lake, version)
    return version


def rank(*, only_if_stale: bool = False) -> Ranking | None:
    """The ranking of the last night anew; with `only_if_stale` None when nothing has changed.

    By the findings that the night has kept, its lake version with what was followed since.
    """
    last = NightRun.objects.order_by("-pk").first()
    if last is None:
        raise Trouble("No night has run yet; run one: chengxin night --day 2017-08-18.")
    night = places.nights() / last.day.isoformat()
    try:
        version = int(json.loads((night / "run.json").read_text("utf-8"))["lake_version"])
        if only_if_stale and not scores.stale(last.day, version):
            return None
        findings = nightly.read(night / "findings.jsonl")
    except OSError as error:
        raise Trouble(
            f"The findings of the last night, {night}, are gone; run it again."
        ) from error
    engine = DuckDB()
    try:
        home = build.build(engine, whole_lake(), version, places.warehouse())
    finally:
        engine.close()
    with build.reading(home):
        return scores.renew(findings, day=last.day, lake_version=version)


def adopt() -> NightRun | None:
    """After an indicator was published or taken back: let the last night be as if it had run with
    what is in force now.  None when it had, or when no night has run yet.

    Only the indicators that are others are scanned, and only theirs is handed over.
    """
    last = NightRun.objects.order_by("-pk").first()
    if last is None:
        return None
    night, lake = places.nights() / last.day.isoformat(), whole_lake()
    with record.of("night.adopt", place="exchange") as trace:
        began = time.monotonic()
        versions.lay_down()
        engine = DuckDB()
        try:
            adopted = nightly.adopt(engine, lake, night, warehouse=places.warehouse())
        finally:
            engine.close()
        if adopted is None:
            trace.drop()
            return None
        alerts.receive_all(
            snoozes.held_back(one for one in adopted.findings if one.indicator in adopted.changed),
            as_of=adopted.day,
            lake_version=adopted.lake_version,
            indicators=adopted.changed,
            ended={code: versions.why_other(code) for code in adopted.changed},
        )
        trace.detail |= {"day": adopted.day, "lake_version": adopted.lake_version}
        run = NightRun.objects.create(
            day=adopted.day,
            lake_version=adopted.lake_version,
            indicators=adopted.indicators,
            findings=len(adopted.findings),
            counts=_counts(adopted.findings),
            followed=True,
            seconds=time.monotonic() - began,
        )
    nightly.keep_adopted(adopted, night)
    return run


def _sort_by_subject(lake: Lake, version: int) -> None:
    """The files that a dossier and one subject's scan read, of a warehouse that is built; by
    DuckDB, whoever built it."""
    engine = DuckDB()
    try:
        build.bind(engine, places.warehouse() / str(version))
        by_subject.write(engine, lake, version, places.warehouse())
        by_key.write(engine, places.warehouse() / str(version))
    finally:
        engine.close()


def whole_lake(lake: Lake | None = None) -> Lake:
    """The lake, or the one given; `Trouble` when a part of it is gone, or all that came since the
    last night.

    An empty lake looks like one in which every fact has ended: a night over it would lift every
    restriction.
    """
    lake = lake or Lake()
    lake.check()
    seen = NightRun.objects.aggregate(newest=Max("lake_version"))["newest"] or 0
    if lake.version() < seen:
        raise Trouble(
            f"The lake {lake.root} is at version {lake.version()}, but a night has already seen "
            f"version {seen}; restore the folder from its backup, or deliver again what it held."
        )
    return lake


@dataclass(frozen=True)
class Tidied:
    """What tidying the lake did."""

    lake_version: int  # the newest one after it
    kept: int  # versions that can still be read
    forgotten: int  # versions let go of now
    bytes: int  # of files that are gone


def tidy(years: int = YEARS) -> Tidied:
    """Put small files together; let go of the versions that nothing refers to.

    Every night of the last `years` can be computed again, and every alert of whatever age.  A run
    that reads the newest version meanwhile reads it to its end.
    """
    since = now() - timedelta(days=366 * years)
    with record.of("lake.tidy", place="exchange") as trace:
        lake = whole_lake()
        runs = NightRun.objects.filter(finished_at__gte=since).values_list("lake_version")
        last = NightRun.objects.order_by("-pk").values_list("lake_version")[:1]
        alerted = Alert.objects.values_list("lake_version").distinct()
        keep = {lake.version()} | {version for [version] in [*runs, *last, *alerted]}
        version = lake.compact()
        before, freed = len(lake.kept()), lake.forget(keep)
        kept = len(lake.kept())
        words = registry.forget_words(_sealed(lake))
        trace.detail |= {"lake_version": version, "kept": kept, "bytes": freed, "words": words}
        return Tidied(version, kept, before - kept, freed)


def _sealed(lake: Lake) -> Iterator[list[str]]:
    """The tokens of all words in the rows that can be read, in pieces."""
    engine, kept = DuckDB(), lake.kept()
    try:
        for name, table in TABLES.items():
            columns = [one.name for one in table.columns.values() if one.kind in SEALED]
            files = {file for one in kept for file in lake.files(name, one)} if columns else set()
            if not files:
                continue
            engine.show(name, sorted(files), table.types)
            for column in columns:
                for batch in engine.batches(
                    f"SELECT DISTINCT {column} FROM {name} WHERE {column} IS NOT NULL"  # noqa: S608 (names of the description)
                ):
                    yield batch.column(0).to_pylist()
    finally:
        engine.close()


def look(
    *,
    as_of: date | None,
    lake_version: int | None,
    code: str | None = None,
    subject: str | None = None,
    engine_name: str = "duckdb",
    in_force: bool = False,
) -> list[Finding]:
    """What the indicators find, without handing it to anyone; the last night's day and the newest
    lake version when not given.

    Where a run was over that day and that version, its versions of the indicators are asked, so
    that what it found comes out to the same bytes; with `in_force` those of now.
    """
    last = NightRun.objects.order_by("-pk").first()
    if as_of is None and last is None:
        raise Trouble("No night has run yet; say the day: --as-of 2017-08-18.")
    day = as_of or (last.day if last else date.min)
    lake, engine = Lake(), engine_of(engine_name)
    try:
        version = lake.version() if lake_version is None else lake_version
        newest = in_force or lake_version is None
        chosen = _asked(code, {} if newest else _versions_of(day, version))
        build.build(engine, lake, version, places.warehouse())
        return scan(chosen, engine, day, version, subject=subject)
    finally:
        engine.close()


def _versions_of(day: date, lake_version: int) -> dict[str, str]:
    """Code -> version of what the last run over that day and lake version asked; {} without one."""
    runs = NightRun.objects.filter(day=day, lake_version=lake_version)
    return dict(runs.order_by("-pk").values_list("indicators", flat=True).first() or {})


def _asked(code: str | None, then: dict[str, str]) -> Sequence[Indicator]:
    """One indicator or all; those of `then` (code -> version) where that is told."""
    if not then:
        return [indicator(code)] if code else all_indicators()
    if code is not None:
        own = code if code in then else indicator(code).code
        if own not in then:
            raise Trouble(f"There was no indicator {own} in that run; ask --in-force.")
        then = {own: then[own]}
    return at(then)
