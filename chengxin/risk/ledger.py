"""指令台账: what is asked and stands by hand, what is to be looked at, and a subject's history.

Reads only.  An officer sees what is about subjects of his own jurisdiction (`offices.access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.risk import counter, directives, second_officer, words
from chengxin.risk.casefile import Step
from chengxin.risk.counter import Line
from chengxin.risk.inbox import A_PAGE, Known, Subject
from chengxin.risk.models import EFFECT_TITLES, Alert, Directive, Objection, Proposal, title_of
from chengxin.trace import record
from chengxin.trace import words as trace_words
from chengxin.trace.models import Trace

SOON = timedelta(days=14)  # what ends by then is shown as due
HISTORY = 200  # lines of a subject's history shown; the trace page has the rest


class Tab(models.TextChoices):
    WAITING = "waiting", _("待复核")
    STANDING = "standing", _("执行中")
    REVIEW = "review", _("待复查")
    ENDED = "ended", _("已结束")


EMPTY: dict[str, str | Promise] = {
    Tab.WAITING: _("没有等待复核的申请"),
    Tab.STANDING: _("没有人工下达的指令在执行"),
    Tab.REVIEW: _("没有到期或需要复查的指令"),
    Tab.ENDED: _("还没有结束的指令"),
}


@dataclass(frozen=True)
class Asked:
    """One proposal as `officer` sees it."""

    proposal: Proposal
    subject: Subject
    officer: Officer

    @property
    def mine(self) -> bool:
        return self.proposal.proposed_by_id == self.officer.pk

    @property
    def can_withdraw(self) -> bool:
        return self.mine and self.proposal.is_waiting

    @property
    def can_decide(self) -> bool:
        """Whether he may be the second officer; the operation asks again."""
        return (
            self.proposal.is_waiting
            and self.officer.holds(*directives.MAY_LIFT)
            and second_officer.may(self.officer, self.proposal.proposed_by)
        )


@dataclass(frozen=True)
class Stands:
    """One directive as `officer` sees it."""

    directive: Directive
    subject: Subject
    officer: Officer

    @property
    def last_day(self) -> date:
        return directives.last_day(self.directive)

    @property
    def days_left(self) -> int:
        return (self.last_day - localdate()).days

    @property
    def review_due(self) -> bool:
        on = self.directive.review_on
        return on is not None and on <= localdate()

    @property
    def stands(self) -> bool:
        """Not lifted and not past its end; one of a later day is counted in."""
        return self.directive.lifted_at is None and self.directive.until > now()

    @property
    def indicator(self) -> str:
        code = self.directive.indicator
        return f"{code} {words.indicator_title(code)}" if code else ""

    @property
    def asked(self) -> Proposal | None:
        """A change or a lift that waits to be decided."""
        return next((p for p in self.directive.proposals.all() if p.is_waiting), None)

    @property
    def can_ask(self) -> bool:
        return self.stands and self.asked is None and self.officer.holds(*directives.MAY_PROPOSE)

    @property
    def can_review(self) -> bool:
        return (
            self.stands
            and self.directive.by_hand
            and self.officer.holds(*directives.MAY_LIFT)
            and self.directive.imposed_by_id != self.officer.pk
        )


@dataclass(frozen=True)
class Ledger:
    """One tab of the officer's ledger."""

    tab: Tab
    officer: Officer
    counts: dict[str, int]
    page: Page[Any]  # proposals or directives

    @cached_property
    def rows(self) -> list[Asked | Stands]:
        listed = list(self.page)
        known = Known.of(one.about for one in listed)
        return [
            Asked(one, known.subject(one.about), self.officer)
            if isinstance(one, Proposal)
            else Stands(one, known.subject(one.about), self.officer)
            for one in listed
        ]

    @property
    def tabs(self) -> list[tuple[str, str, int | None]]:
        return [(tab.value, str(tab.label), self.counts.get(tab)) for tab in Tab]

    @property
    def empty(self) -> str:
        return str(EMPTY[self.tab])

    @property
    def can_propose(self) -> bool:
        return self.officer.holds(*directives.MAY_PROPOSE)


@dataclass(frozen=True)
class History:
    """Everything that was ordered about one subject: what, who, when, why."""

    key: str
    officer: Officer

    @cached_property
    def subject(self) -> Subject:
        return Known.of([self.key]).subject(self.key)

    @cached_property
    def _directives(self) -> list[Directive]:
        found = Directive.objects.about(self.key).select_related(
            "imposed_by", "approved_by", "lifted_by", "lift_asked_by", "proposal"
        )
        return list(found.prefetch_related("proposals").order_by("-pk")[:HISTORY])

    @property
    def standing(self) -> list[Stands]:
        return [one for one in self.all if one.stands]

    @property
    def ended(self) -> list[Stands]:
        return [one for one in self.all if not one.stands]

    @cached_property
    def all(self) -> list[Stands]:
        return [Stands(one, self.subject, self.officer) for one in self._directives]

    @property
    def proposals(self) -> list[Asked]:
        found = Proposal.objects.filter(about=self.key).select_related(
            "proposed_by__office", "decided_by"
        )
        return [Asked(one, self.subject, self.officer) for one in found.order_by("-pk")[:HISTORY]]

    @property
    def story(self) -> list[Step]:
        """The traces of all of it, the newest first; who only looked is left out."""
        ours = Q()
        for kind in ("directive.", "proposal.", "objection."):
            ours |= Q(action__startswith=kind)
        looks = ("directive.see", "objection.see")
        found = Trace.objects.filter(ours, about=self.key).exclude(action__in=looks)
        return [
            Step(trace, trace_words.action(trace.action), None)
            for trace in found.select_related("officer").latest_first()[:HISTORY]
        ]

    @property
    def objections(self) -> list[Objection]:
        found = Objection.objects.filter(about=self.key).order_by("-pk")[:HISTORY]
        return list(found.select_related("received_by", "answered_by", "withdrawn_by"))

    @property
    def counter(self) -> list[Line]:
        """What windows did with them: read, and let pass."""
        return counter.lines_about(self.key, HISTORY)

    @property
    def can_propose(self) -> bool:
        return self.officer.holds(*directives.MAY_PROPOSE)


def of(officer: Officer, tab: Tab, page: str) -> Ledger:
    counts = {
        one.value: _in_tab(officer, one).count() for one in (Tab.WAITING, Tab.STANDING, Tab.REVIEW)
    }
    return Ledger(tab, officer, counts, Paginator(_in_tab(officer, tab), A_PAGE).get_page(page))


def proposal(officer: Officer, pk: int) -> Asked:
    """The proposal, when its subject is the officer's; otherwise it is not there."""
    found = (
        Proposal.objects.filter(access.visible(officer), pk=pk)
        .select_related("proposed_by__office", "decided_by", "directive", "made")
        .first()
    )
    if found is None:
        with record.of("access.ask", officer=officer, place=f"proposal:{pk}"):
            raise access.not_yours()
    return Asked(found, Known.of([found.about]).subject(found.about), officer)


def directive(officer: Officer, pk: int) -> Stands:
    """The directive, when its subject is the officer's; otherwise it is not there."""
    found = Directive.objects.filter(access.visible(officer), pk=pk).first()
    if found is None:
        with record.of("access.ask", officer=officer, place=f"directive:{pk}"):
            raise access.not_yours()
    return Stands(found, Known.of([found.about]).subject(found.about), officer)


def groups() -> list[tuple[str, str]]:
    """The item groups that may be chosen by hand, with their titles."""
    return [(code, title_of(code)) for code in GROUPS if code not in directives.NEVER_REFUSED]


def effects() -> list[tuple[str, str, str]]:
    """Code, level and title of each effect, the strictest first."""
    return [(effect.value, effect.level, str(EFFECT_TITLES[effect])) for effect in Effect]


def _in_tab(officer: Officer, tab: Tab) -> models.QuerySet[Any]:
    seen = access.visible(officer)
    if tab == Tab.WAITING:
        asked = Proposal.objects.waiting().filter(seen)
        return asked.select_related("proposed_by__office").order_by("pk")
    found = Directive.objects.filter(seen).select_related("imposed_by", "approved_by", "lifted_by")
    found = found.prefetch_related("proposals")
    match tab:
        case Tab.STANDING:
            return found.filter(lifted_at=None, until__gt=now(), alert=None).order_by("-pk")
        case Tab.REVIEW:
            return found.filter(_due(), lifted_at=None, until__gt=now()).order_by("until", "pk")
        case _:
            over = Q(lifted_at__isnull=False) | Q(until__lte=now())
            return found.filter(over, _decided_by_people()).order_by("-lifted_at", "-pk")


def _decided_by_people() -> Q:
    """By hand, or an implausible finding that an officer confirmed; facts end in their source."""
    return Q(alert=None) | Q(alert__kind=Alert.Kind.ANALYSIS)


def _due() -> Q:
    soon = Q(until__lte=directives.end_of(localdate() + SOON))
    return _decided_by_people() & (soon | Q(review_on__lte=localdate()))
