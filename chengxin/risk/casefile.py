"""One alert as an officer works on it: evidence, effects, holder, questions, papers, story.

Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, Q

from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.risk import cases, inbox, inquiries, judging, words
from chengxin.risk.inbox import Known, Row, Subject, acted_on
from chengxin.risk.models import Alert, CaseFile, CaseStep, Directive, Inquiry, Order, orders_of
from chengxin.trace import record
from chengxin.trace.models import Trace

MOST_STEPS = 100
BESIDE = ("held_by", "closed_by", "approved_by", "proposed_by", "control")
_LISTED = CaseFile.objects.defer("content")  # a list needs no contents


@dataclass(frozen=True)
class Effected:
    """What one person or enterprise would meet, or meets, at the counter."""

    subject: Subject
    orders: list[Order]
    reason: str


@dataclass(frozen=True)
class Step:
    """One line of the alert's story."""

    trace: Trace
    title: str
    subject: Subject | None
    said: CaseStep | None = None
    outcome: str = ""  # which one was found, proposed, approved or sent back

    @property
    def refused(self) -> bool:
        return self.trace.outcome != "done"


@dataclass(frozen=True)
class Case:
    """One alert with everything that an officer needs to judge it."""

    alert: Alert
    officer: Officer

    @cached_property
    def known(self) -> Known:
        return Known.of([self.alert.subject, *acted_on(self.alert)])

    @property
    def row(self) -> Row:
        return Row(self.alert, self.known)

    @property
    def measure(self) -> words.Fact | None:
        return words.measure(self.alert.indicator, self.alert.value)

    @cached_property
    def shared(self) -> list[words.Fact]:
        """The evidence that is the same for everyone acted on."""
        first, *others = [told["evidence"] for told in self.alert.findings]
        same = {k: v for k, v in first.items() if all(o.get(k) == v for o in others)}
        return words.facts(same)

    @cached_property
    def own(self) -> list[tuple[Subject, list[words.Fact]]]:
        """Where the evidence differs: each one's own part of it."""
        told = self.alert.findings
        first = told[0]["evidence"]
        differs = [k for k in first if any(o["evidence"].get(k) != first[k] for o in told[1:])]
        if not differs:
            return []
        return [
            (
                self.known.subject(one["acted_on"]),
                words.facts({k: one["evidence"].get(k) for k in differs}),
            )
            for one in told
        ]

    @property
    def thresholds(self) -> list[words.Fact]:
        if self.alert.is_control:
            return words.thresholds(self.alert.judges, words.defaults(self.alert.judges))
        return words.thresholds(self.alert.indicator, self.alert.findings[0]["params"])

    @property
    def basis(self) -> str:
        return words.basis(self.alert.judges)

    @property
    def clears(self) -> str:
        return words.clears(self.alert.indicator)

    @cached_property
    def effects(self) -> list[Effected]:
        """What confirming would order; for a hard fact, what was ordered."""
        return [
            Effected(self.known.subject(one.about), orders_of(one.levels), one.reason)
            for one in judging.preview(self.alert)
        ]

    @cached_property
    def directives(self) -> list[tuple[Directive, Subject]]:
        found = self.alert.directives.select_related("imposed_by", "lifted_by").order_by("-pk")
        return [(one, self.known.subject(one.about)) for one in found]

    @property
    def can_work(self) -> bool:
        """Whether he is one who works on cases at all, and this one is open."""
        return self._open and self.officer.holds(*cases.JUDGES)

    @property
    def mine(self) -> bool:
        return self.alert.held_by_id == self.officer.pk

    @property
    def can_take(self) -> bool:
        return self.can_work and self.alert.held_by_id is None

    @property
    def can_judge(self) -> bool:
        free = self.alert.held_by_id in (None, self.officer.pk)
        return self.can_work and self.alert.is_task and free and not self.alert.proposed

    @property
    def needs_second(self) -> bool:
        return judging.needs_second(self.alert)

    @property
    def can_review(self) -> bool:
        return (
            self._open
            and self.alert.proposed != ""
            and self.alert.proposed_by_id != self.officer.pk
            and self.officer.holds(*judging.SECONDS)
        )

    @property
    def proposed(self) -> str:
        """The outcome that waits for a second officer, in words."""
        return str(Alert.State(self.alert.proposed).label) if self.alert.proposed else ""

    @property
    def can_assign(self) -> bool:
        return self._open and self.officer.holds(*cases.ASSIGNS)

    @property
    def can_postpone(self) -> bool:
        due = self.alert.due_on is not None
        return self._open and due and self.officer.holds(*cases.POSTPONES)

    @cached_property
    def colleagues(self) -> list[Officer]:
        """To whom the case may go."""
        return [one for one in cases.may_hold(self.alert) if one.pk != self.alert.held_by_id]

    @property
    def can_ask(self) -> bool:
        free = self.alert.held_by_id in (None, self.officer.pk)
        asked = any(one.is_waiting for one in self.inquiries)
        silent = self.alert.is_control or self.alert.indicator in inquiries.SILENT
        return self.can_work and free and not asked and not silent

    @cached_property
    def inquiries(self) -> list[Inquiry]:
        found = self.alert.inquiries.select_related("asked_by").order_by("-pk")
        return list(found.prefetch_related(Prefetch("files", _LISTED)))

    @cached_property
    def files(self) -> list[CaseFile]:
        return list(_LISTED.filter(alert=self.alert).order_by("-pk"))

    @property
    def usual_days(self) -> int:
        return inquiries.USUAL_DAYS

    @property
    def can_release(self) -> bool:
        return self.waits_for_leader and self.officer.holds(Role.LEADER)

    @property
    def waits_for_leader(self) -> bool:
        return any(one.release_needed and one.lifted_at is None for one, _who in self.directives)

    @property
    def _open(self) -> bool:
        return self.alert.state == Alert.State.OPEN

    @cached_property
    def story(self) -> list[Step]:
        """What happened to the alert and its directives, the newest first."""
        mine = Q(detail__alert=self.alert.pk) | Q(
            detail__directive__in=[one.pk for one, _who in self.directives]
        )
        found = Trace.objects.filter(
            mine, about__in=[self.alert.subject, *acted_on(self.alert)]
        ).exclude(action__in=("alert.see", "file.see", "inquiry.open"))
        said = {one.pk: one for one in self.alert.steps.select_related("to")}
        return [
            self._step(trace, said.get(trace.detail.get("step", 0)))
            for trace in found.select_related("officer").latest_first()[:MOST_STEPS]
        ]

    def _step(self, trace: Trace, said: CaseStep | None) -> Step:
        elsewhere = trace.about != self.alert.subject
        return Step(
            trace,
            words.action(trace.action),
            self.known.subject(trace.about) if elsewhere else None,
            said,
            self.alert.title_of_state(said.outcome) if said and said.outcome else "",
        )


def case(officer: Officer, pk: int) -> Case:
    """The alert, when it was sent to one of the officer's offices; otherwise it is not there."""
    alert = inbox.of_office(officer).select_related(*BESIDE).filter(pk=pk).first()
    if alert is None:
        with record.of("access.ask", officer=officer, place=f"alert:{pk}"):
            raise access.not_yours()
    return Case(alert, officer)
