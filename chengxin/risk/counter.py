"""What the counter does with directives: it reads them, and a section head may let one item pass.

    window ──acknowledge──▶ read by this officer, in this visit
           ──override─────▶ one item begins although a directive restricts it (放行)

An override ends no directive: the next item, and the next visit, are restricted as before.  It is
written in the transaction in which the item begins, so that none is given without being spent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Q
from django.utils.translation import gettext as _

from chengxin.core.effects import Effect
from chengxin.core.refusal import Refusal
from chengxin.offices.models import Officer
from chengxin.risk import directives
from chengxin.risk.directives import Verdict
from chengxin.risk.models import Acknowledgement, Directive, Override
from chengxin.trace import record
from chengxin.trace import words as trace_words

# A police case and proven false invoicing only a leader may release (M01, M12); a doubt who stands
# here (M20) no signature of another removes.
NEVER_OVERRIDDEN = {*directives.LEADER_RELEASES, "M20"}
STATES_A_FACT = {"CERT-NA"}  # a certificate of no arrears would be untrue


@dataclass(frozen=True)
class Visit:
    """Who stands at which window, for whom: keys, and the hall's own ids of ticket and place."""

    person: str
    enterprise: str  # empty: for himself
    ticket: str
    place: str


def may_override(verdict: Verdict) -> bool:
    """Whether a section head could let the item pass that `verdict` restricts."""
    return bool(restricting(verdict)) and not (
        STATES_A_FACT.intersection(verdict.item.groups)
        or any(order.indicator in NEVER_OVERRIDDEN for order in restricting(verdict))
    )


def override(verdict: Verdict, visit: Visit, why: str, *, officer: Officer, head: Officer) -> None:
    """Let one item pass, in the caller's transaction; one trace a directive, about whom it stops.

    `head` has signed with his own number and password (`hall.approvals.approver`).
    """
    for order in restricting(verdict):
        with record.of(
            "directive.override", about=order.about, officer=officer, place=visit.place
        ) as trace:
            trace.detail |= {
                "directive": order.pk,
                "indicator": order.indicator,
                "item": verdict.item.code,
                "ticket": visit.ticket,
                "approved_by": head.username,
                "note": why.strip()[:400],
            }
            if not may_override(verdict):
                raise Refusal("not_overridable", _("该限制不得在窗口放行，请联系主管税务机关"))
            if head.pk == officer.pk or not head.holds(*directives.MAY_APPROVE):
                raise Refusal("approval_needed", _("审批须由经办人以外的科所长或局领导办理"))
            if not why.strip():
                raise Refusal("reason_needed", _("请填写放行的理由"))
            Override.objects.create(
                directive=order,
                person=visit.person,
                enterprise=visit.enterprise,
                item=verdict.item.code,
                visit=visit.ticket,
                place=visit.place,
                officer=officer,
                approved_by=head,
                why=why.strip()[:400],
            )


def acknowledge(shown: Collection[Directive], visit: Visit, *, officer: Officer) -> int:
    """The officer has read these directives; how many he had not confirmed in this visit yet."""
    read = read_in(visit)
    fresh = [
        Acknowledgement(
            directive=order,
            person=visit.person,
            visit=visit.ticket,
            place=visit.place,
            officer=officer,
        )
        for order in shown
        if order.pk not in read
    ]
    with record.of(
        "directive.acknowledge", about=visit.person, officer=officer, place=visit.place
    ) as trace:
        trace.detail |= {"directives": [one.directive_id for one in fresh], "ticket": visit.ticket}
        Acknowledgement.objects.bulk_create(fresh, ignore_conflicts=True)
        if not fresh:
            trace.drop()
    return len(fresh)


def read_in(visit: Visit) -> set[int]:
    """The directives that were confirmed at this window in this visit."""
    found = Acknowledgement.objects.filter(visit=visit.ticket, place=visit.place)
    return set(found.values_list("directive", flat=True))


@dataclass(frozen=True)
class Line:
    """One thing that a counter did with a directive, for the history of a subject."""

    at: datetime
    directive: Directive
    officer: Officer
    place: str
    passed: Override | None = None  # None: only read

    @property
    def item(self) -> str:
        return trace_words.item_title(self.passed.item) if self.passed else ""

    @property
    def where(self) -> str:
        return trace_words.place(self.place)


def lines_about(about: str, most: int) -> list[Line]:
    """What counters did with the directives on `about`, the newest first."""
    read = Acknowledgement.objects.filter(directive__about=about)
    lines = [*_passed(Q(directive__about=about), most)] + [
        Line(one.at, one.directive, one.officer, one.place)
        for one in read.select_related("directive", "officer").order_by("-pk")[:most]
    ]
    return sorted(lines, key=attrgetter("at"), reverse=True)[:most]


def passed_for(keys: Collection[str], most: int) -> list[Line]:
    """What was let pass for these persons and enterprises, the newest first."""
    return _passed(Q(person__in=keys) | Q(enterprise__in=keys) | Q(directive__about__in=keys), most)


def _passed(whose: Q, most: int) -> list[Line]:
    found = Override.objects.filter(whose).select_related("directive", "officer", "approved_by")
    return [
        Line(one.at, one.directive, one.officer, one.place, one)
        for one in found.order_by("-pk")[:most]
    ]


def restricting(verdict: Verdict) -> list[Directive]:
    """The directives that hold the item back: all that do more than remind."""
    return [order for effect, order in verdict.effects if effect != Effect.REMIND]
