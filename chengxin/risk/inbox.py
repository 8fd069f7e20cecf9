"""What an office has to look at: its alerts as rows of a page, and what stands against a subject.

Reads only.  An alert is an office's when it was sent there (`Alert.offices`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengxin.core.calendar import working_days_to
from chengxin.core.effects import STRICTEST_FIRST, Effect
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.risk import alerts, words
from chengxin.risk.directives import MAY_PROPOSE
from chengxin.risk.models import Alert, AlertQuerySet, Directive, RiskScore

READS = (Role.FIELD, Role.RISK, Role.SECTION_HEAD, Role.LEADER)
A_PAGE = 30
ROWS = 60  # alerts of one dossier that are shown
SUBJECTS = 3  # of one band that are shown at once
NEAR = 3  # working days before a deadline that are said loudly


class Tab(models.TextChoices):
    TASKS = "tasks", _("待核实任务")
    MINE = "mine", _("我承办的")
    REVIEW = "review", _("待复核")
    CONTROL = "control", _("对照抽样")
    NOTICES = "notices", _("监控通知")
    RELEASE = "release", _("待解除")
    DONE = "done", _("已办结")


WORK = (Tab.TASKS, Tab.MINE, Tab.REVIEW, Tab.CONTROL)  # what somebody has to do until a day
EMPTY: dict[str, str | Promise] = {
    Tab.TASKS: _("没有待核实的任务"),
    Tab.MINE: _("没有由您承办的任务"),
    Tab.REVIEW: _("没有待复核的认定"),
    Tab.CONTROL: _("没有待核实的对照抽样"),
    Tab.NOTICES: _("没有监控通知"),
    Tab.RELEASE: _("没有等待局领导解除的指令"),
    Tab.DONE: _("还没有办结的预警"),
}


@dataclass(frozen=True)
class Known:
    """Names of persons and enterprises by key, read at once for a whole page."""

    persons: dict[str, Person]
    enterprises: dict[str, Enterprise]

    @classmethod
    def of(cls, keys: Iterable[str]) -> Known:
        ids: dict[str, set[str]] = {"person": set(), "enterprise": set()}
        for key in keys:
            kind, _colon, pk = key.partition(":")
            ids.setdefault(kind, set()).add(pk)
        return cls(
            Person.objects.in_bulk(ids["person"]), Enterprise.objects.in_bulk(ids["enterprise"])
        )

    def subject(self, key: str) -> Subject:
        kind, _colon, pk = key.partition(":")
        if kind == "person":
            person = self.persons.get(pk)
            return Subject(key, kind, pk, person.name or pk if person else pk, person)
        firm = self.enterprises.get(pk)
        return Subject(key, kind, pk, firm.name if firm else pk)


@dataclass(frozen=True)
class Subject:
    """A person or an enterprise as a page names it."""

    key: str
    kind: str  # "person" | "enterprise"
    pk: str
    name: str
    person: Person | None = None

    @property
    def number(self) -> str:
        """To be shown through the filter `masked`; an enterprise's id is public."""
        return (self.person.number or "") if self.person else self.pk


@dataclass(frozen=True)
class Row:
    """One alert in the inbox."""

    alert: Alert
    known: Known

    @property
    def title(self) -> str:
        return (
            words.indicator_title(self.alert.judges) if self.alert.judges else gettext("全部指标")
        )

    @property
    def band(self) -> str:
        if self.alert.is_control:
            return gettext("随机抽取")
        return words.band_title(self.alert.indicator, self.alert.band)

    @property
    def tone(self) -> str:
        """How loud the band is said: danger, warn or info."""
        if self.alert.is_control:
            return "info"
        if self.alert.is_task:
            return "danger" if self.alert.band in alerts.WORKING_DAYS else "warn"
        levels = {effect for told in self.alert.findings for effect in told["levels"].values()}
        strictest = next((effect for effect in STRICTEST_FIRST if effect in levels), None)
        if strictest == Effect.BLOCK:
            return "danger"
        return "info" if strictest in (Effect.REMIND, None) else "warn"

    @property
    def subject(self) -> Subject:
        return self.known.subject(self.alert.subject)

    @property
    def through(self) -> list[Subject]:
        """The enterprises that it acts on, where they are not the subject itself."""
        return [
            self.known.subject(key)
            for key in acted_on(self.alert)
            if key != self.alert.subject and key.startswith("enterprise:")
        ]

    @property
    def days_left(self) -> int | None:
        """Working days; negative once it is overdue."""
        return working_days_to(localdate(), self.alert.due_on) if self.alert.due_on else None

    @property
    def due_words(self) -> str:
        left = self.days_left
        if left is None or self.alert.state != Alert.State.OPEN:
            return ""
        if self.alert.overdue:
            return gettext("已逾期 %d 个工作日") % -left if left else gettext("已逾期")
        return gettext("今日到期") if left == 0 else gettext("剩 %d 个工作日") % left

    @property
    def due_tone(self) -> str:
        left = self.days_left or 0
        return "danger" if self.alert.overdue else "warn" if left <= NEAR else ""

    @property
    def priority_tone(self) -> str:
        tones = {Alert.Priority.URGENT: "danger", Alert.Priority.HIGH: "warn"}
        return tones.get(Alert.Priority(self.alert.priority), "")


@dataclass(frozen=True)
class Inbox:
    """One tab of an officer's inbox."""

    tab: Tab
    counts: dict[str, int]
    page: Page[Alert]
    by_deadline: bool = False
    urged: tuple[tuple[str, int], ...] = ()  # ("mine" or how far it was urged, cases)

    @cached_property
    def rows(self) -> list[Row]:
        return rows_of(self.page)

    @property
    def tabs(self) -> list[tuple[str, str, int | None]]:
        return [(tab.value, str(tab.label), self.counts.get(tab)) for tab in Tab]

    @property
    def is_work(self) -> bool:
        return self.tab in WORK

    @property
    def empty(self) -> str:
        return str(EMPTY[self.tab])


@dataclass(frozen=True)
class Band:
    """One order of the back office, and all whom it is about."""

    orders: list[tuple[Directive, Subject]]

    @property
    def directive(self) -> Directive:
        return self.orders[0][0]

    @property
    def first(self) -> list[tuple[Directive, Subject]]:
        return self.orders[:SUBJECTS]

    @property
    def rest(self) -> list[tuple[Directive, Subject]]:
        return self.orders[SUBJECTS:]


@dataclass(frozen=True)
class About:
    """What stands against a person with his enterprises, or against an enterprise."""

    key: str
    officer: Officer

    @property
    def told_everything(self) -> bool:
        """Whether the officer may read of cases; the counter reads what it has to obey only."""
        return self.officer.holds(*READS)

    @property
    def can_propose(self) -> bool:
        return self.officer.holds(*MAY_PROPOSE)

    @cached_property
    def keys(self) -> list[str]:
        kind, _colon, pk = self.key.partition(":")
        if kind != "person":
            return [self.key]
        bound = Affiliation.objects.on(localdate()).filter(person=pk).order_by("enterprise")
        firms = bound.values_list("enterprise", flat=True).distinct()
        return [self.key, *(f"enterprise:{firm}" for firm in firms)]

    @cached_property
    def known(self) -> Known:
        reached = [key for alert in self._alerts for key in acted_on(alert)]
        return Known.of([*self.keys, *reached])

    @cached_property
    def _alerts(self) -> list[Alert]:
        if not self.told_everything:
            return []
        found = Alert.objects.filter(subject__in=self.keys).order_by("-pk")
        return list(found.exclude(kind=Alert.Kind.CONTROL))  # nobody is suspected of it

    @cached_property
    def _directives(self) -> list[Directive]:
        found = Directive.objects.filter(lifted_at=None, about__in=self.keys).order_by("-pk")
        standing = [one for one in found.select_related("imposed_by") if one.in_force]
        return sorted(standing, key=lambda one: STRICTEST_FIRST.index(one.strictest))

    @property
    def rows(self) -> list[Row]:
        """The newest alerts; `rows_left` are not among them."""
        return [Row(alert, self.known) for alert in self._alerts[:ROWS]]

    @property
    def rows_left(self) -> int:
        return max(0, len(self._alerts) - ROWS)

    @property
    def bands(self) -> list[Band]:
        """The directives in force, the strictest first; those that say the same are one band."""
        found: dict[tuple[str, str, str], list[Directive]] = {}
        for one in self._directives:
            same = (one.indicator, one.words, str(sorted(one.levels.items())))
            found.setdefault(same, []).append(one)
        return [
            Band([(one, self.known.subject(one.about)) for one in some]) for some in found.values()
        ]

    @property
    def score(self) -> RiskScore | None:
        """Where he or it stands in the newest ranking; officers of the counter do not read it."""
        if not self.told_everything:
            return None
        return RiskScore.objects.filter(about=self.key).exclude(level="").first()

    @property
    def marks(self) -> list[tuple[str, str, int]]:
        """For each enterprise of a person: its id, its strictest effect, its open alerts."""
        return [
            (
                key.removeprefix("enterprise:"),
                next((o.strictest.value for o in self._directives if o.about == key), ""),
                sum(
                    key in (alert.subject, *acted_on(alert)) and alert.state == Alert.State.OPEN
                    for alert in self._alerts
                ),
            )
            for key in self.keys
            if key != self.key
        ]


def of(officer: Officer, tab: Tab, page: str, *, by_deadline: bool = False) -> Inbox:
    """One tab; tasks by risk and then deadline, or by deadline alone."""
    found = of_office(officer)
    counts = {one.value: _in_tab(found, one, officer).count() for one in Tab if one is not Tab.DONE}
    listed = _in_tab(found, tab, officer)
    if by_deadline and tab in WORK:
        listed = listed.soonest_first()
    listed = listed.select_related("held_by", "control")
    shown = Paginator(listed, A_PAGE).get_page(page)
    return Inbox(tab, counts, shown, by_deadline, _urged(found, officer))


def rows_of(page: Page[Alert]) -> list[Row]:
    """The alerts of one page, with all names read at once."""
    listed = list(page)
    known = Known.of(key for alert in listed for key in [alert.subject, *acted_on(alert)])
    return [Row(alert, known) for alert in listed]


def acted_on(alert: Alert) -> list[str]:
    return list(dict.fromkeys(told["acted_on"] for told in alert.findings))


def of_office(officer: Officer) -> AlertQuerySet:
    """Those sent to an office whose subjects the officer may see."""
    return Alert.objects.sent_to(access.offices_of(officer))


def _urged(found: AlertQuerySet, officer: Officer) -> tuple[tuple[str, int], ...]:
    """What the mornings (`risk.urging`) have to say to this officer."""
    asked = {"mine": Q(held_by=officer, urged__gte=Alert.Urged.REMINDED)}
    if officer.holds(Role.SECTION_HEAD):
        asked[str(Alert.Urged.ESCALATED.value)] = Q(urged__gte=Alert.Urged.ESCALATED)
    elif officer.holds(Role.LEADER):
        asked[str(Alert.Urged.OVERDUE.value)] = Q(urged=Alert.Urged.OVERDUE)
    counted = found.open().aggregate(
        **{f"n{name}": models.Count("pk", filter=which) for name, which in asked.items()}
    )
    return tuple((name, counted[f"n{name}"]) for name in asked if counted[f"n{name}"])


def _in_tab(found: AlertQuerySet, tab: Tab, officer: Officer) -> AlertQuerySet:
    waiting = Directive.objects.filter(lifted_at=None, release_needed=True).values("alert")
    match tab:
        case Tab.TASKS:
            return found.open().filter(kind=Alert.Kind.ANALYSIS).most_urgent_first()
        case Tab.CONTROL:
            return found.open().filter(kind=Alert.Kind.CONTROL).soonest_first()
        case Tab.MINE:
            return found.open().filter(held_by=officer).most_urgent_first()
        case Tab.REVIEW:
            return found.open().exclude(proposed="").most_urgent_first()
        case Tab.NOTICES:
            monitored = found.open().filter(kind=Alert.Kind.MONITORING)
            return monitored.exclude(pk__in=waiting).order_by("-first_seen", "-pk")
        case Tab.RELEASE:
            return found.filter(pk__in=waiting).order_by("pk")
        case _:
            return found.exclude(state=Alert.State.OPEN).order_by("-closed_at", "-pk")
