"""预警办理: whose case it is, what is said in it, until when it is verified.

    (nobody's) ──take──────▶ held by one officer ──hand_over──▶ held by another
         └──────assign──────▶     (a section head, to anyone who may judge it)
    comment, attach, postpone: steps of the case, whoever holds it

Every operation leaves a trace and a `CaseStep` that says what the trace may not: words and names.
"""

from __future__ import annotations

from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin.core.calendar import add_working_days
from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.risk import papers
from chengxin.risk.models import Alert, CaseStep
from chengxin.risk.papers import Paper
from chengxin.trace import record
from chengxin.trace.models import Trace

JUDGES = (Role.FIELD, Role.RISK, Role.SECTION_HEAD)
ASSIGNS = (Role.RISK, Role.SECTION_HEAD)
POSTPONES = (Role.SECTION_HEAD,)
LONGEST = 20  # working days that one postponement may add
MOST_WORDS = 2000


def take(alert: Alert, *, officer: Officer) -> None:
    """The officer takes what nobody holds."""
    with record.of("alert.take", about=alert.subject, officer=officer) as trace:
        alert = locked(alert, trace)
        if alert.held_by_id == officer.pk:
            trace.drop()
            return
        require_may_hold(officer, alert)
        require_free_for(officer, alert)
        _give(alert, officer)
        note("alert.take", alert, trace, officer=officer, to=officer)


def assign(alert: Alert, to: Officer, *, officer: Officer, words: str = "") -> None:
    """A section head or the risk section says whose case it is."""
    with record.of("alert.assign", about=alert.subject, officer=officer) as trace:
        alert = locked(alert, trace)
        access.require_role(officer, *ASSIGNS)
        require_may_hold(to, alert)
        if alert.held_by_id == to.pk:
            trace.drop()
            return
        _give(alert, to)
        note("alert.assign", alert, trace, officer=officer, to=to, words=cut(words))


def hand_over(alert: Alert, to: Officer, words: str, *, officer: Officer) -> None:
    """Who holds it gives it to another, with the reason."""
    with record.of("alert.hand_over", about=alert.subject, officer=officer) as trace:
        alert = locked(alert, trace)
        if alert.held_by_id != officer.pk:
            raise Refusal("not_holder", _("只有承办人可以移交"))
        require_may_hold(to, alert)
        if not cut(words):
            raise Refusal("words_needed", _("请填写内容"))
        if to.pk == officer.pk:
            trace.drop()
            return
        _give(alert, to)
        note("alert.hand_over", alert, trace, officer=officer, to=to, words=cut(words))


def comment(alert: Alert, words: str, *, officer: Officer, attached: list[Paper]) -> None:
    """Say something in the case, with papers or without."""
    with record.of("alert.comment", about=alert.subject, officer=officer) as trace:
        trace.detail |= {"alert": alert.pk, "indicator": alert.indicator, "files": len(attached)}
        if not cut(words) and not attached:
            raise Refusal("words_needed", _("请填写内容"))
        step = note("alert.comment", alert, trace, officer=officer, words=cut(words))
        papers.keep(attached, step)


def postpone(alert: Alert, days: int, words: str, *, officer: Officer) -> date:
    """A section head allows `days` more working days, counted from the deadline or from today,
    whichever is later; the new deadline."""
    with record.of("alert.postpone", about=alert.subject, officer=officer) as trace:
        alert = locked(alert, trace)
        access.require_role(officer, *POSTPONES)
        if alert.due_on is None:
            raise Refusal("hard_fact", _("监控指标为硬性事实，不需核实认定"))
        if not 1 <= days <= LONGEST:
            told = _("天数须在1至%(most)d个工作日之间") % {"most": LONGEST}
            raise Refusal("wrong_days", told)
        if not cut(words):
            raise Refusal("words_needed", _("请填写内容"))
        alert.due_on = add_working_days(max(alert.due_on, localdate()), days)
        alert.urged = Alert.Urged.NOT_YET
        alert.save(update_fields=["due_on", "urged"])
        note("alert.postpone", alert, trace, officer=officer, words=cut(words), due_on=alert.due_on)
    return alert.due_on


def may_hold(alert: Alert) -> list[Officer]:
    """Who may be given the case: officers who judge, where it was sent to an office of theirs."""
    judging = Officer.objects.filter(is_active=True, roles__role__in=JUDGES).distinct()
    found = judging.select_related("office").prefetch_related("roles").order_by("office", "pk")
    sent_to = list(alert.offices.all())
    return [one for one in found if access.sees_one_of(one, sent_to)]


def note(
    action: str,
    alert: Alert,
    trace: Trace,
    *,
    officer: Officer | None = None,
    to: Officer | None = None,
    words: str = "",
    outcome: str = "",
    due_on: date | None = None,
) -> CaseStep:
    """Write the step that belongs to `trace`, in its transaction."""
    step = CaseStep.objects.create(
        alert=alert,
        action=action,
        officer=officer,
        to=to,
        words=words,
        outcome=outcome,
        due_on=due_on,
    )
    trace.detail |= {"alert": alert.pk, "indicator": alert.indicator, "step": step.pk}
    if to:
        trace.detail["to"] = to.username
    return step


def locked(alert: Alert, trace: Trace) -> Alert:
    """The alert as it stands, for this transaction alone; refuses one that is closed."""
    trace.detail |= {"alert": alert.pk, "indicator": alert.indicator}
    # no_key: a step that another writes about the alert meanwhile need not wait for this
    found = Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)
    if found.state != Alert.State.OPEN:
        raise Refusal("already_handled", _("该预警已处理"))
    return found


def require_may_hold(officer: Officer, alert: Alert) -> None:
    """Refuse to give a case to who may not judge it."""
    sees = access.sees_one_of(officer, list(alert.offices.all()))
    if not (officer.is_active and officer.holds(*JUDGES) and sees):
        raise Refusal("may_not_hold", _("该人员不能承办此预警，请另选承办人"))


def require_free_for(officer: Officer, alert: Alert) -> None:
    """Refuse when another officer holds it."""
    if alert.held_by_id not in (None, officer.pk):
        raise Refusal("held_by_other", _("该预警由其他人员承办，请先由其移交或由科所长改派"))


def cut(words: str) -> str:
    return words.strip()[:MOST_WORDS]


def _give(alert: Alert, to: Officer) -> None:
    alert.held_by = to
    alert.save(update_fields=["held_by"])
