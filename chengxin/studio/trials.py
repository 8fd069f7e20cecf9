"""Try a version on a past day, or every night in shadow: whom it would find, newly or no more.

version ──sandbox──▶ findings ─┐
in force ──────────▶ findings ─┴─▶ found, fresh, freed; by bureau and by name; nobody is alerted
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog
from django.core.paginator import Page, Paginator
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin import nightly
from chengxin.core import places
from chengxin.core.refusal import Refusal
from chengxin.indicators.catalogue import Indicator, all_indicators
from chengxin.indicators.sandbox import Limits, Sandbox, Stopped
from chengxin.indicators.scan import Finding
from chengxin.lake.engine import DuckDB
from chengxin.lake.store import Lake
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Office, Officer
from chengxin.risk.inbox import Known, Subject
from chengxin.studio.models import Trial, Version
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.warehouse import build

A_PAGE = 50
MOST_KEYS = 20_000  # of newly found or freed that are kept by name; all are counted

log = structlog.get_logger("chengxin.studio")


def run(version: Version, day: date, *, officer: Officer) -> Trial:
    """What the version would find as of `day`, beside what is in force of its code."""
    with record.of("indicator.try", officer=officer, place="studio") as trace:
        trace.detail |= {"version": version.pk, "as_of": day}
        if day > localdate():
            raise Refusal("day_to_come", _("只能选择今天或以前的日期"))
        lake_version, home = _data_of(day)
        trial = _tried(version, day, lake_version, Sandbox(home, Limits()))
        trial.officer = officer
        trial.save()
        trace.detail |= {"trial": trial.pk, "found": trial.found}
    return trial


def shadow(day: date, lake_version: int, found: Iterable[Finding]) -> list[Trial]:
    """After a night: what each version in shadow would have found, beside the night's own.

    What goes wrong in one is written into its run and concerns nobody else.
    """
    versions = list(Version.objects.in_shadow())
    if not versions:
        return []
    home = places.warehouse() / str(lake_version)
    subjects: dict[str, set[str]] = {}
    for finding in found:
        if not finding.undecided:
            subjects.setdefault(finding.indicator, set()).add(finding.subject)
    runs = []
    for version in versions:
        Trial.objects.filter(version=version, kind=Trial.Kind.SHADOW, as_of=day).delete()
        trial = _tried(
            version, day, lake_version, Sandbox(home), live=subjects.get(version.code, set())
        )
        trial.kind = Trial.Kind.SHADOW
        trial.save()
        runs.append(trial)
        if trial.trouble:
            log.warning("shadow run stopped", indicator=version.code, why=trial.trouble["en"])
    return runs


def _tried(
    version: Version, day: date, lake_version: int, sandbox: Sandbox, live: set[str] | None = None
) -> Trial:
    trial = Trial(version=version, as_of=day, lake_version=lake_version)
    trial.digest = version.file_version
    began = time.monotonic()
    try:
        mine = _subjects(_indicator(version), day, lake_version, sandbox)
        standing = in_force(version.code)
        trial.beside = standing.version if standing else ""
        if live is None:
            live = _subjects(standing, day, lake_version, sandbox) if standing else set()
        fresh, freed = sorted(mine - live), sorted(live - mine)
        trial.found = len(mine)
        trial.fresh, trial.freed = fresh[:MOST_KEYS], freed[:MOST_KEYS]
        trial.offices = _by_office(mine, fresh, freed)
    except Stopped as stopped:
        trial.trouble = {"code": stopped.code, "zh": stopped.words.zh, "en": stopped.words.en}
    trial.seconds = time.monotonic() - began
    return trial


def _indicator(version: Version) -> Indicator:
    try:
        one = version.indicator
        if told := one.faults():
            raise Refusal("indicator_faulty", told[0].zh)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Refusal("indicator_faulty", _("指标登记不完整，请先看检查结果")) from error
    return one


def _subjects(one: Indicator, day: date, lake_version: int, sandbox: Sandbox) -> set[str]:
    found = sandbox.found(one, day, one.settings({}), lake_version)
    return {finding.subject for finding in found if not finding.undecided}


def in_force(code: str) -> Indicator | None:
    return next((one for one in all_indicators() if one.code == code), None)


def _data_of(day: date) -> tuple[int, Path]:
    """The lake version that the night of this day saw, else the last night's; its warehouse."""
    last = nightly.last(places.nights())
    if last is None:
        raise Refusal("no_night_yet", _("还没有运行过夜间扫描，没有可试的数据"))
    seen = nightly.lake_version_of(places.nights(), day)
    lake = Lake()
    version = seen if seen is not None and seen in lake.kept() else last[1]
    home = places.warehouse() / str(version)
    if not build.is_built(home):
        engine = DuckDB()
        try:
            build.build(engine, lake, version, places.warehouse())
        finally:
            engine.close()
    return version, home


def _by_office(
    mine: set[str], fresh: Sequence[str], freed: Sequence[str]
) -> list[dict[str, object]]:
    """Subjects of each office that manages some: found, newly found, no more found."""
    parts = {"found": mine, "fresh": set(fresh), "freed": set(freed)}
    counted: dict[str, Counter[str]] = {name: Counter() for name in parts}
    keys = sorted(mine | parts["freed"])
    for start in range(0, len(keys), 5_000):
        some = Jurisdiction.objects.filter(about__in=keys[start : start + 5_000])
        for about, office in some.values_list("about", "office"):
            for name, subjects in parts.items():
                counted[name][office] += about in subjects
    offices = sorted(set().union(*counted.values()))
    return [
        {"office": office, **{name: counted[name][office] for name in parts}} for office in offices
    ]


@dataclass(frozen=True)
class ByOffice:
    """One office's line of a trial."""

    office: Office
    found: int
    fresh: int
    freed: int


def by_office(trial: Trial, officer: Officer) -> list[ByOffice]:
    """The lines of the offices whose subjects `officer` may see."""
    known = access.offices_of(officer).in_bulk([one["office"] for one in trial.offices])
    return [
        ByOffice(known[one["office"]], one["found"], one["fresh"], one["freed"])
        for one in trial.offices
        if one["office"] in known
    ]


@dataclass(frozen=True)
class Named:
    """A page of those newly found or freed whom the officer may see."""

    page: Page[str]
    subjects: list[Subject]
    hidden: int  # subjects of other offices


def named(trial: Trial, which: str, page: str, *, officer: Officer) -> Named:
    """By name; every person whose name is shown is one trace."""
    keys: list[str] = trial.freed if which == "freed" else trial.fresh
    mine = access.seen_of(officer, keys)
    shown = Paginator([key for key in keys if key in mine], A_PAGE).get_page(page)
    known = Known.of(shown)
    record.many(
        [
            Trace(
                action="indicator.see_tried", about=key, officer=officer, place="studio",
                detail={"trial": trial.pk},
            )
            for key in shown
        ]
    )  # fmt: skip
    return Named(shown, [known.subject(key) for key in shown], len(keys) - len(mine))
