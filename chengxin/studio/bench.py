"""What the studio's pages show: the shelf, and one version at the bench.  Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from chengxin.indicators.catalogue import Indicator, all_indicators, own_indicators
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.risk.inbox import Known, Subject
from chengxin.risk.words import indicator_title
from chengxin.studio import checking, trials, versions
from chengxin.studio.models import Snooze, Trial, Version
from chengxin.trace.tongue import english


@dataclass(frozen=True)
class Standing:
    """An indicator in force: the program's own, or a version of the studio."""

    indicator: Indicator
    version: Version | None
    revised: bool  # the studio's, in the place of the program's own

    @property
    def title(self) -> str:
        return _tongue(self.indicator.title, self.indicator.title_en)


@dataclass(frozen=True)
class Shelf:
    standing: list[Standing]
    in_work: list[Version]
    may_make: bool


def shelf(officer: Officer) -> Shelf:
    live = {one.code: one for one in Version.objects.live().select_related("made_by")}
    own = {one.code for one in own_indicators()}
    standing = [
        Standing(one, live.get(one.code), one.code in live and one.code in own)
        for one in all_indicators()
    ]
    work = Version.objects.in_work().select_related("made_by").order_by("-pk")
    return Shelf(standing, list(work), officer.holds(Role.RISK))


@dataclass(frozen=True)
class Try:
    """A try as the page shows it."""

    trial: Trial
    lines: list[trials.ByOffice]
    left: bool  # nobody runs it any more

    @property
    def goes_on(self) -> bool:
        return self.trial.state in Trial.ACTIVE and not self.left


@dataclass(frozen=True)
class Bench:
    """One version with what may be done to it by this officer, now."""

    version: Version
    officer: Officer

    @property
    def mine(self) -> bool:
        return self.version.made_by_id == self.officer.pk

    @property
    def may_write(self) -> bool:
        return self.mine and not self.version.frozen

    @property
    def may_go_on(self) -> bool:
        return self.version.frozen and self.officer.holds(Role.RISK)

    @property
    def may_check(self) -> bool:
        return (
            self.version.state == Version.State.SUBMITTED
            and not self.mine
            and self.officer.holds(Role.RISK, Role.SECTION_HEAD)
        )

    @property
    def may_publish(self) -> bool:
        return (
            self.version.state == Version.State.CHECKED
            and not self.mine
            and self.version.checked_by_id != self.officer.pk
            and self.officer.holds(Role.LEADER)
        )

    @property
    def may_return(self) -> bool:
        return self.version.state in Version.FROZEN_AHEAD and (
            self.may_check or self.officer.holds(Role.LEADER)
        )

    @property
    def may_shadow(self) -> bool:
        return self.version.state in Version.FROZEN_AHEAD and self.officer.holds(Role.RISK)

    @property
    def may_end(self) -> bool:
        return self.version.state == Version.State.PUBLISHED and self.officer.holds(Role.LEADER)

    @cached_property
    def before(self) -> Version | None:
        return versions.before(self.version.code) if self.may_end else None

    @cached_property
    def tries(self) -> list[Try]:
        found = list(self.version.trials.filter(kind=Trial.Kind.TRY).order_by("-pk")[:3])
        left = trials.left(found)
        return [Try(one, trials.by_office(one, self.officer), left=one.pk in left) for one in found]

    @cached_property
    def runs(self) -> bool:
        """Whether a try goes on that the page should follow."""
        return any(one.goes_on for one in self.tries)

    @cached_property
    def tried(self) -> bool:
        """Whether what stands here now was tried to its end."""
        return trials.to_the_end(self.version)

    @cached_property
    def shadows(self) -> list[Trial]:
        return list(self.version.trials.filter(kind=Trial.Kind.SHADOW).order_by("-as_of")[:30])

    @cached_property
    def history(self) -> list[Version]:
        found = Version.objects.filter(code=self.version.code).order_by("-number")
        return list(found.select_related("made_by", "checked_by", "published_by"))


@dataclass(frozen=True)
class Case:
    """One unit case of a version, run when it is looked at."""

    version: Version
    n: int

    @property
    def name(self) -> str:
        return checking.names(self.version)[self.n]

    @cached_property
    def fault(self) -> str:
        """What is wrong with it, in the language of the page; empty when it holds."""
        told = checking.fault_of(self.version, self.n)
        return _tongue(told.zh, told.en) if told else ""

    @property
    def next(self) -> int | None:
        return self.n + 1 if self.n + 1 < len(checking.names(self.version)) else None

    @property
    def all_hold(self) -> bool:
        """Of the last one: whether every case holds.  The others are known by now."""
        return self.next is None and not checking.faults(self.version)


@dataclass(frozen=True)
class SnoozeRow:
    snooze: Snooze
    subject: Subject
    title: str
    may_approve: bool


@dataclass(frozen=True)
class Snoozes:
    rows: list[SnoozeRow]
    indicators: list[tuple[str, str]]
    may_ask: bool


def snoozes_of(officer: Officer) -> Snoozes:
    """Those about subjects that the officer may see, the newest first."""
    found = list(
        Snooze.objects.filter(access.visible(officer), ended_at=None)
        .select_related("asked_by", "approved_by")
        .order_by("-pk")[:200]
    )
    known = Known.of(one.about for one in found)
    rows = [
        SnoozeRow(
            one, known.subject(one.about), indicator_title(one.indicator),
            one.approved_by_id is None and one.asked_by_id != officer.pk,
        )
        for one in found
    ]  # fmt: skip
    listed = [(one.code, _tongue(one.title, one.title_en)) for one in all_indicators()]
    return Snoozes(rows, listed, officer.holds(Role.RISK, Role.SECTION_HEAD))


def _tongue(zh: str, en: str) -> str:
    return en if english() else zh
