"""名单台账: what stands on the lists, what waits, what ends soon, and one entry with its history.

Reads only.  An officer sees what is about subjects of his own jurisdiction (`offices.access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from chengxin.core.items import GROUPS
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people import gathered, search
from chengxin.people.models import Affiliation
from chengxin.risk import criteria, list_terms, lists
from chengxin.risk.casefile import Step
from chengxin.risk.inbox import A_PAGE, Known, Subject
from chengxin.risk.list_models import (
    ListedPerson,
    ListEntry,
    ListEntryQuerySet,
    ListImport,
    ListRequest,
)
from chengxin.trace import record
from chengxin.trace import words as trace_words
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

SOON = 30  # days; what ends by then is marked
ANSWERING = (
    Affiliation.Role.LEGAL_REP,
    Affiliation.Role.FINANCE_OFFICER,
    Affiliation.Role.INVESTOR,
)
HISTORY = 200  # steps of an entry shown
TONES = {
    ListEntry.State.PROPOSED: "warn",
    ListEntry.State.IN_FORCE: "danger",
    ListEntry.State.REFUSED: "info",
}


class Tab(models.TextChoices):
    """Which of the entries a page shows."""

    WAITING = "waiting", _("待复核")
    IN_FORCE = "in_force", _("生效")
    SOON = "soon", _("即将期满")
    ENDED = "ended", _("已结束")


@dataclass(frozen=True)
class Row:
    """One entry as `officer` sees it."""

    entry: ListEntry
    subject: Subject
    officer: Officer

    @cached_property
    def asked(self) -> ListRequest | None:
        """What waits for a second officer."""
        return next((one for one in self.entry.requests.all() if one.is_waiting), None)

    @property
    def can_decide(self) -> bool:
        return self.asked is not None and lists.may_decide(self.asked, self.officer)

    @property
    def can_withdraw(self) -> bool:
        return self.asked is not None and self.asked.proposed_by_id == self.officer.pk

    @property
    def can_ask(self) -> bool:
        return (
            self.entry.is_in_force and self.asked is None and self.officer.holds(*lists.MAY_PROPOSE)
        )

    @property
    def soon(self) -> bool:
        return self.entry.is_in_force and self.entry.days_left <= SOON

    @property
    def tone(self) -> str:
        return TONES.get(ListEntry.State(self.entry.state), "")

    @property
    def groups(self) -> list[str]:
        """Titles of the item groups that a watch reaches; none for the usual ones."""
        return [group_title(code) for code in self.entry.groups.split(",") if code]


@dataclass(frozen=True)
class Case(Row):
    """One entry with everything that was asked and done about it."""

    @property
    def requests(self) -> list[ListRequest]:
        return sorted(self.entry.requests.all(), key=lambda one: -one.pk)

    @cached_property
    def responsible(self) -> list[tuple[Subject, ListedPerson]]:
        """Those whom the officer may see; a name outside his jurisdiction is not shown."""
        named = list(self.entry.responsible.order_by("pk"))
        seen = access.seen_of(self.officer, [one.about for one in named])
        known = Known.of(seen)
        return [(known.subject(one.about), one) for one in named if one.about in seen]

    @property
    def hidden(self) -> int:
        return self.entry.responsible.count() - len(self.responsible)

    @property
    def causes(self) -> list[tuple[str, str]]:
        """Why it may be taken off."""
        allowed = lists.REMOVED_FOR[ListEntry.Kind(self.entry.kind)]
        return [(cause.value, str(cause.label)) for cause in allowed]

    @property
    def early_causes(self) -> list[tuple[str, str]]:
        return [(cause.value, str(cause.label)) for cause in ListRequest.EARLY]

    @property
    def can_stop(self) -> bool:
        return self.can_ask and not self.entry.is_watch

    @property
    def may_stop_from(self) -> object:
        return criteria.may_stop_from(self.entry.valid_from) if self.entry.valid_from else None

    @property
    def publish_by(self) -> object:
        return criteria.publish_by(self.entry.served_on) if self.entry.served_on else None

    @property
    def term(self) -> criteria.Term | None:
        if self.entry.is_watch or not self.entry.valid_from:
            return None
        return criteria.term_of(self.entry.valid_from)

    @property
    def share(self) -> str:
        """Of a year's taxes, as a page writes it."""
        return gathered.percent(self.entry.share)

    @property
    def rule(self) -> str:
        return criteria.rule()

    @property
    def story(self) -> list[Step]:
        """The traces of this entry, the newest first; who only looked is left out."""
        found = Trace.objects.filter(
            about=self.entry.about, action__startswith="list.", detail__entry=self.entry.pk
        ).exclude(action="list.see")
        return [
            Step(trace, trace_words.action(trace.action), None)
            for trace in found.select_related("officer").latest_first()[:HISTORY]
        ]


@dataclass(frozen=True)
class Room:
    """One list as an officer looks at it: a tab, a criterion, a page."""

    officer: Officer
    kind: ListEntry.Kind
    tab: Tab
    criterion: str
    counts: dict[str, int]
    page: Page[ListEntry]

    @cached_property
    def rows(self) -> list[Row]:
        return _rows(self.officer, list(self.page))

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(kind.value, str(kind.label)) for kind in ListEntry.Kind]

    @property
    def tabs(self) -> list[tuple[str, str, int | None]]:
        return [(tab.value, str(tab.label), self.counts.get(tab)) for tab in Tab]

    @property
    def criteria(self) -> list[criteria.Criterion]:
        return list(criteria.CRITERIA.values())

    @property
    def is_watch(self) -> bool:
        return self.kind == ListEntry.Kind.WATCH


@dataclass(frozen=True)
class Found:
    """A subject that a search found, with where he stands."""

    subject: Subject
    entries: list[ListEntry]


@dataclass(frozen=True)
class Batch:
    """One imported file, as far as the officer may see its entries."""

    made: ListImport
    rows: list[Row]
    officer: Officer

    @property
    def waiting(self) -> int:
        return sum(row.asked is not None and row.entry.is_proposed for row in self.rows)

    @property
    def can_decide(self) -> bool:
        asked = [row for row in self.rows if row.entry.is_proposed]
        return bool(asked) and all(row.can_decide for row in asked)


def of(officer: Officer, kind: ListEntry.Kind, tab: Tab, criterion: str, page: str) -> Room:
    counts = {one.value: _in_tab(officer, kind, one, criterion).count() for one in Tab}
    found = _in_tab(officer, kind, tab, criterion)
    return Room(officer, kind, tab, criterion, counts, Paginator(found, A_PAGE).get_page(page))


def find(officer: Officer, text: str) -> tuple[list[Found], bool]:
    """(whom the text names, of those the officer may see; whether there may be more)."""
    hits = search.find(officer, text)
    keys = [hit.person.key for hit in hits.persons] + [firm.key for firm in hits.enterprises]
    known, entries = Known.of(keys), ListEntry.objects.filter(about__in=keys)
    standing: dict[str, list[ListEntry]] = {}
    for entry in entries.filter(state__in=ListEntry.OPEN).order_by("pk"):
        standing.setdefault(entry.about, []).append(entry)
    return [Found(known.subject(key), standing.get(key, [])) for key in keys], hits.more


def case(officer: Officer, pk: int) -> Case:
    """The entry, when its subject is the officer's; otherwise it is not there."""
    found = _entries(officer).filter(pk=pk).first()
    if found is None:
        with record.of("access.ask", officer=officer, place=f"list:{pk}"):
            raise access.not_yours()
    return Case(found, Known.of([found.about]).subject(found.about), officer)


def batch(officer: Officer, pk: int) -> Batch:
    made = ListImport.objects.select_related("officer").filter(pk=pk).first()
    entries = list(_entries(officer).filter(imported=pk).order_by("pk"))
    if made is None or not entries:
        with record.of("access.ask", officer=officer, place=f"list-import:{pk}"):
            raise access.not_yours()
    return Batch(made, _rows(officer, entries), officer)


def people_of(about: str, officer: Officer) -> list[tuple[Subject, str]]:
    """Persons of an enterprise who may answer for it, with the code of their role."""
    kind, _colon, pk = about.partition(":")
    if kind != "enterprise":
        return []
    roles = (
        Affiliation.Role.LEGAL_REP,
        Affiliation.Role.FINANCE_OFFICER,
        Affiliation.Role.INVESTOR,
    )
    bound = Affiliation.objects.filter(enterprise=pk, role__in=roles).order_by("role", "person")
    told: dict[str, str] = {}
    for one in bound:
        told.setdefault(f"person:{one.person_id}", one.role)
    seen = access.seen_of(officer, list(told))
    known = Known.of(seen)
    return [(known.subject(key), role) for key, role in told.items() if key in seen]


def group_title(code: str) -> str:
    return GROUPS[code].title_en if english() else GROUPS[code].title


def groups() -> list[tuple[str, str]]:
    return [(code, group_title(code)) for code in list_terms.GROUPS_TO_CHOOSE]


def _entries(officer: Officer) -> ListEntryQuerySet:
    found = ListEntry.objects.filter(access.visible(officer))
    return found.select_related(
        "proposed_by__office", "approved_by", "imported__officer"
    ).prefetch_related("requests__proposed_by__office", "requests__decided_by", "requests__entry")


def _rows(officer: Officer, entries: list[ListEntry]) -> list[Row]:
    known = Known.of(one.about for one in entries)
    return [Row(one, known.subject(one.about), officer) for one in entries]


def _in_tab(officer: Officer, kind: ListEntry.Kind, tab: Tab, criterion: str) -> ListEntryQuerySet:
    found = _entries(officer).filter(kind=kind)
    if criterion:
        found = found.filter(criterion=criterion)
    waits = Q(requests__state=ListRequest.State.WAITING)
    match tab:
        case Tab.WAITING:
            return found.filter(waits).order_by("pk")
        case Tab.IN_FORCE:
            return found.in_force().order_by("until", "pk")
        case Tab.SOON:
            soon = localdate() + timedelta(days=SOON)
            return found.in_force().filter(until__lte=soon).order_by("until", "pk")
        case _:
            return found.exclude(state__in=ListEntry.OPEN).order_by("-changed_at", "-pk")
