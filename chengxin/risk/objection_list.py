"""Objections as pages show them: which are open, how long there is to answer, who may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.calendar import add_working_days, is_working_day
from chengxin.core.effects import STRICTEST_FIRST
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.risk import objections, words
from chengxin.risk.inbox import A_PAGE, Known, Subject
from chengxin.risk.models import EFFECT_TITLES, Directive, Objection, title_of
from chengxin.trace import record

TABS = ("open", "answered", "withdrawn")


@dataclass(frozen=True)
class Filed:
    """One objection as `officer` sees it."""

    objection: Objection
    known: Known
    officer: Officer

    @property
    def subject(self) -> Subject:
        return self.known.subject(self.objection.about)

    @property
    def by(self) -> Subject:
        return self.known.subject(self.objection.person)

    @cached_property
    def directive(self) -> Directive:
        """The one that the answer is about: what stands in the first one's place now."""
        return objections.successor(self.objection.directive)

    @property
    def indicator(self) -> str:
        code = self.directive.indicator
        return f"{code} {words.indicator_title(code)}" if code else ""

    @property
    def days_left(self) -> int:
        """Working days until the answer is due; below zero when it is late."""
        return working_days_until(self.objection.due_on)

    @property
    def due_words(self) -> str:
        if self.objection.overdue:
            return _("已逾期")
        left = self.days_left
        return _("今日到期") if left == 0 else _("剩 %d 个工作日") % left

    @property
    def due_tone(self) -> str:
        if self.objection.overdue:
            return "danger"
        return "warn" if self.days_left <= objections.SOON else ""

    @cached_property
    def can_answer(self) -> bool:
        return objections.may_answer(self.objection, self.officer)

    @property
    def quiet(self) -> bool:
        """Whether only the fixed sentences may be said."""
        return self.directive.indicator in objections.QUIET

    @property
    def reached(self) -> list[tuple[str, str]]:
        """What it stops now: code and title of each item, group or the rest."""
        return [(name, title_of(name)) for name in self.directive.ordered]

    @property
    def milder(self) -> list[tuple[str, str]]:
        """The effects below its strictest, and that one itself: something may only be dropped."""
        first = STRICTEST_FIRST.index(self.directive.strictest)
        return [(effect.value, str(EFFECT_TITLES[effect])) for effect in STRICTEST_FIRST[first:]]


@dataclass(frozen=True)
class Listed:
    """One tab of the objections of an officer's jurisdiction."""

    tab: str
    officer: Officer
    counts: dict[str, int]
    page: Page[Objection]

    @cached_property
    def rows(self) -> list[Filed]:
        found = list(self.page)
        known = Known.of(key for one in found for key in (one.about, one.person))
        return [Filed(one, known, self.officer) for one in found]


def of(officer: Officer, tab: str, page: str) -> Listed:
    mine = Objection.objects.filter(access.visible(officer)).select_related(
        "directive__alert", "received_by", "answered_by", "withdrawn_by"
    )
    tabs = {
        "open": mine.filter(state=Objection.State.OPEN).order_by("due_on", "pk"),
        "answered": mine.filter(state=Objection.State.ANSWERED).order_by("-answered_at", "-pk"),
        "withdrawn": mine.filter(state=Objection.State.WITHDRAWN).order_by("-withdrawn_at", "-pk"),
    }
    shown = tabs[tab]
    counts = {"open": tabs["open"].count()} | due(officer)
    return Listed(tab, officer, counts, Paginator(shown, A_PAGE).get_page(page))


def due(officer: Officer) -> dict[str, int]:
    """The reminder: how many of his jurisdiction are late, and how many soon will be."""
    mine = Objection.objects.filter(access.visible(officer), state=Objection.State.OPEN)
    today = localdate()
    late = mine.filter(due_on__lt=today).count()
    until = add_working_days(today, objections.SOON)
    return {"late": late, "soon": mine.filter(due_on__range=(today, until)).count()}


def one(officer: Officer, pk: int) -> Filed:
    """The objection, when its subject is the officer's; otherwise it is not there."""
    found = (
        Objection.objects.filter(access.visible(officer), pk=pk)
        .select_related("directive__alert", "received_by", "answered_by__office", "withdrawn_by")
        .first()
    )
    if found is None:
        with record.of("access.ask", officer=officer, place=f"objection:{pk}"):
            raise access.not_yours()
    return _filed(found, officer)


def at_window(keys: Collection[str], officer: Officer) -> list[Filed]:
    """Open ones and fresh answers of the person at the window and the enterprise chosen."""
    fresh = Q(state=Objection.State.OPEN) | Q(answered_at__gt=now() - objections.SHOWN)
    found = Objection.objects.filter(fresh, Q(about__in=keys) | Q(person__in=keys))
    newest = found.select_related("directive").order_by("-pk")[:5]
    return [_filed(filed, officer) for filed in newest]


def working_days_until(day: date) -> int:
    """How many working days after today there are until `day`, itself among them."""
    today, count = localdate(), 0
    while today < day:
        today = date.fromordinal(today.toordinal() + 1)
        count += is_working_day(today)
    return count


def _filed(found: Objection, officer: Officer) -> Filed:
    return Filed(found, Known.of([found.about, found.person]), officer)
