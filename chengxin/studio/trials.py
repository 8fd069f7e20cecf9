"""Try a version on a past day, or every night in shadow: whom it would find, newly or no more.

version ──sandbox──▶ findings ─┐
in force ──────────▶ findings ─┴─▶ found, fresh, freed; by bureau and by name; nobody is alerted

    ask ──▶ waiting ──the worker: carry_out──▶ running ──▶ ended
              └── stop ──▶ stopped ◀── stop ─────┘ └── killed: `left` without an end; ask again
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import structlog
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

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
from chengxin.studio import running
from chengxin.studio.models import Trial, Tried, Version
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.warehouse import build

TRY = "chengxin.exchange.tasks.try_out"  # the worker's task that carries one out
QUEUE = "tries"  # beside the others: no event waits for a try
A_PAGE = 50
_LOCK = 0x57D1  # with a trial's number: whoever runs it holds it

log = structlog.get_logger("chengxin.studio")


def ask(version: Version, day: date, *, officer: Officer) -> Trial:
    """Let the worker see what the version would find as of `day`, beside what is in force."""
    with record.of("indicator.try", officer=officer, place="studio") as trace:
        trace.detail |= {"version": version.pk, "as_of": day}
        if day > localdate():
            raise Refusal("day_to_come", _("只能选择今天或以前的日期"))
        _indicator(version)
        trial = Trial.objects.create(
            version=version, as_of=day, lake_version=_seen_of(day), state=Trial.State.WAITING,
            digest=version.file_version, officer=officer,
        )  # fmt: skip
        trace.detail["trial"] = trial.pk
        transaction.on_commit(lambda: _defer(trial.pk))
    return trial


def carry_out(pk: int, *, may_go_on: Callable[[], bool] = lambda: True) -> None:
    """What the worker does with a trial that was asked for.  One that is stopped, or run by
    somebody else, it leaves alone."""
    with running.held(_LOCK, pk) as mine:
        waiting = Trial.objects.filter(pk=pk, state=Trial.State.WAITING)
        if not mine or not waiting.update(state=Trial.State.RUNNING):
            return
        trial = Trial.objects.select_related("version", "officer").get(pk=pk)
        still = Trial.objects.filter(pk=pk, state=Trial.State.RUNNING)
        home = _built(trial.lake_version)
        sandbox = Sandbox(home, Limits(), lambda: may_go_on() and still.exists())
        tried, names = _tried(trial.version, trial.as_of, trial.lake_version, sandbox)
        if not may_go_on():
            return  # the worker ends: it is left without an end
        with record.of("indicator.tried", officer=trial.officer, place="studio") as trace:
            if not still.select_for_update().exists():
                trace.drop()
                return
            tried.pk, tried.officer, tried.at = trial.pk, trial.officer, trial.at
            _keep(tried, names)
            trace.detail |= {"trial": trial.pk, "found": tried.found}


def stop(trial: Trial, *, officer: Officer) -> None:
    """Whoever reads the studio may end a try; the machine is free at once."""
    with record.of("indicator.stop_try", officer=officer, place="studio") as trace:
        trace.detail["trial"] = trial.pk
        active = Trial.objects.filter(pk=trial.pk, state__in=Trial.ACTIVE)
        if not active.update(state=Trial.State.STOPPED):
            raise Refusal("wrong_version_state", _("状态已变化，请刷新页面"))


def to_the_end(version: Version) -> bool:
    """Whether what stands in it now was tried to its end."""
    tried = version.trials.filter(kind=Trial.Kind.TRY, state=Trial.State.ENDED)
    return tried.filter(digest=version.file_version, trouble__isnull=True).exists()


def left(trials: Iterable[Trial]) -> set[int]:
    """Those that are running and that nobody runs: the worker was killed."""
    return running.left(_LOCK, {one.pk for one in trials if one.state == Trial.State.RUNNING})


def _defer(pk: int) -> None:
    app.configure_task(TRY, queue=QUEUE).defer(pk=pk)


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
        trial, names = _tried(
            version, day, lake_version, Sandbox(home), live=subjects.get(version.code, set())
        )
        trial.kind = Trial.Kind.SHADOW
        _keep(trial, names)
        runs.append(trial)
        if trial.trouble:
            log.warning("shadow run stopped", indicator=version.code, why=trial.trouble["en"])
    return runs


@dataclass(frozen=True)
class Names:
    """The keys that a trial newly finds, and those that it finds no more."""

    fresh: Sequence[str] = ()
    freed: Sequence[str] = ()


def _tried(
    version: Version, day: date, lake_version: int, sandbox: Sandbox, live: set[str] | None = None
) -> tuple[Trial, Names]:
    trial, names = Trial(version=version, as_of=day, lake_version=lake_version), Names()
    trial.digest = version.file_version
    began = time.monotonic()
    try:
        mine = _subjects(_indicator(version), day, lake_version, sandbox)
        standing = in_force(version.code)
        trial.beside = standing.version if standing else ""
        if live is None:
            live = _subjects(standing, day, lake_version, sandbox) if standing else set()
        names = Names(sorted(mine - live), sorted(live - mine))
        trial.found, trial.fresh, trial.freed = len(mine), len(names.fresh), len(names.freed)
        trial.offices = _by_office(mine, names)
    except Stopped as stopped:
        trial.trouble = {"code": stopped.code, "zh": stopped.words.zh, "en": stopped.words.en}
    except Refusal as refusal:
        trial.trouble = {"code": refusal.code, "zh": refusal.reason, "en": refusal.reason}
    trial.seconds = time.monotonic() - began
    return trial, names


def _keep(trial: Trial, names: Names) -> None:
    """The trial with every name, or nothing of it."""
    with transaction.atomic():
        trial.save()
        for fresh, keys in ((True, names.fresh), (False, names.freed)):
            rows = (Tried(trial=trial, about=key, fresh=fresh) for key in keys)
            while some := list(islice(rows, 10_000)):
                Tried.objects.bulk_create(some)


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


def _seen_of(day: date) -> int:
    """The lake version that the night of this day saw, else the last night's."""
    last = nightly.last(places.nights())
    if last is None:
        raise Refusal("no_night_yet", _("还没有运行过夜间扫描，没有可试的数据"))
    seen = nightly.lake_version_of(places.nights(), day)
    return seen if seen is not None and seen in Lake().kept() else last[1]


def _built(version: int) -> Path:
    """The warehouse of a lake version."""
    home = places.warehouse() / str(version)
    if not build.is_built(home):
        engine = DuckDB()
        try:
            build.build(engine, Lake(), version, places.warehouse())
        finally:
            engine.close()
    return home


def _by_office(mine: set[str], names: Names) -> list[dict[str, object]]:
    """Subjects of each office that manages some: found, newly found, no more found."""
    parts = {"found": mine, "fresh": set(names.fresh), "freed": set(names.freed)}
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
    fresh = which != "freed"
    mine = trial.named.filter(access.visible(officer), fresh=fresh).order_by("about")
    shown = Paginator(mine.values_list("about", flat=True), A_PAGE).get_page(page)
    keys = list(shown)
    known = Known.of(keys)
    record.many(
        [
            Trace(
                action="indicator.see_tried", about=key, officer=officer, place="studio",
                detail={"trial": trial.pk},
            )
            for key in keys
        ]
    )  # fmt: skip
    hidden = (trial.fresh if fresh else trial.freed) - shown.paginator.count
    return Named(shown, [known.subject(key) for key in keys], hidden)
