"""核实认定: what the office made of an alert, and the second officer who agrees or does not.

    confirm | explain | leave ──below HIGH──▶ closed
              └──────from Priority.HIGH on──▶ proposed ──approve──▶ closed
                                                 └──────send_back─▶ open as before

The second officer is a section head or a leader, never who proposed.  A case of a control sample
is closed in the same way: 发现问题, 未发现问题, 无法认定; it orders nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.risk import alerts, cases, directives
from chengxin.risk.models import Alert, Directive, Inquiry
from chengxin.trace import record
from chengxin.trace.models import Trace

SECOND_FROM = Alert.Priority.HIGH
SECONDS = (Role.SECTION_HEAD, Role.LEADER)
MOST_GROUNDS = 1000


def confirm(alert: Alert, grounds: str, *, officer: Officer) -> Alert:
    """It is true: order what the indicator says on everyone it acts on (属实)."""
    with record.of("alert.confirm", about=alert.subject, officer=officer) as trace:
        return _judge(alert, Alert.State.CONFIRMED, grounds, officer, trace)


def explain(alert: Alert, grounds: str, *, officer: Officer) -> Alert:
    """The person explained it: no directive, and the same facts rest for 180 days (不属实)."""
    with record.of("alert.explain", about=alert.subject, officer=officer) as trace:
        return _judge(alert, Alert.State.EXPLAINED, grounds, officer, trace)


def leave(alert: Alert, grounds: str, *, officer: Officer) -> Alert:
    """Neither shown nor refuted with what there is (无法认定)."""
    with record.of("alert.leave", about=alert.subject, officer=officer) as trace:
        return _judge(alert, Alert.State.INCONCLUSIVE, grounds, officer, trace)


def approve(alert: Alert, words: str = "", *, officer: Officer) -> Alert:
    """The second officer agrees: it is closed as proposed, in the name of who proposed."""
    with record.of("alert.approve", about=alert.subject, officer=officer) as trace:
        alert = _proposed(alert, officer, trace)
        closer = alert.proposed_by
        assert closer is not None
        alert.approved_by = officer
        outcome = alert.proposed
        _close(alert, outcome, closer)
        cases.note(
            "alert.approve", alert, trace, officer=officer, words=cases.cut(words), outcome=outcome
        )
    return alert


def send_back(alert: Alert, words: str, *, officer: Officer) -> Alert:
    """The second officer does not agree and says why; the case goes on."""
    with record.of("alert.send_back", about=alert.subject, officer=officer) as trace:
        alert = _proposed(alert, officer, trace)
        if not cases.cut(words):
            raise Refusal("words_needed", _("请填写内容"))
        outcome, alert.grounds = alert.proposed, ""
        alert.proposed, alert.proposed_by = "", None
        alert.save(update_fields=["proposed", "proposed_by", "grounds"])
        cases.note(
            "alert.send_back", alert, trace, officer=officer, to=alert.held_by,
            words=cases.cut(words), outcome=outcome,
        )  # fmt: skip
    return alert


def needs_second(alert: Alert) -> bool:
    """Whether a second officer must agree before it is closed."""
    return alert.priority >= SECOND_FROM


@dataclass(frozen=True)
class Preview:
    """What confirming would order the counter to do about one person or enterprise."""

    about: str
    levels: dict[str, str]
    reason: str


def preview(alert: Alert) -> list[Preview]:
    return [
        Preview(told["acted_on"], told["levels"], told["because"])
        for told in alert.findings
        if told["levels"]
    ]


def _judge(
    alert: Alert, outcome: Alert.State, grounds: str, officer: Officer, trace: Trace
) -> Alert:
    alert = cases.locked(alert, trace)
    if not alert.is_task:
        raise Refusal("hard_fact", _("监控指标为硬性事实，不需核实认定"))
    if not grounds.strip():
        raise Refusal("grounds_needed", _("请填写核实情况和依据"))
    cases.require_free_for(officer, alert)
    if alert.proposed:
        raise Refusal("review_awaited", _("该预警已提请复核，请等候复核结果"))
    if alert.inquiries.waiting().exists() and outcome == Alert.State.CONFIRMED:
        raise Refusal("answer_awaited", _("纳税人尚在说明期内，收到说明或期满后方可认定属实"))
    alert.grounds = grounds.strip()[:MOST_GROUNDS]
    alert.held_by = officer
    if needs_second(alert):
        alert.proposed, alert.proposed_by = outcome, officer
        alert.save(update_fields=["grounds", "held_by", "proposed", "proposed_by"])
        trace.action = "alert.propose"
    else:
        if alert.is_control:
            trace.action = "control.judge"
        _close(alert, outcome, officer)
    cases.note(trace.action, alert, trace, officer=officer, words=alert.grounds, outcome=outcome)
    return alert


def _close(alert: Alert, outcome: str, closer: Officer) -> None:
    alert.state = Alert.State(outcome)
    alert.closed_at, alert.closed_by = now(), closer
    alert.proposed, alert.proposed_by = "", None
    alert.save(
        update_fields=[
            "state", "grounds", "closed_at", "closed_by", "held_by", "approved_by", "proposed",
            "proposed_by",
        ]
    )  # fmt: skip
    alert.inquiries.waiting().update(state=Inquiry.State.WITHDRAWN, ended_at=now())
    if alert.state == Alert.State.CONFIRMED and not alert.is_control:
        _order(alert, closer)


def _order(alert: Alert, officer: Officer) -> None:
    """Impose what the indicator says; earlier directives of the same matter give way."""
    orders = [alerts.directive_of(told, alert) for told in alert.findings if told["levels"]]
    for order in orders:
        order.imposed_by, order.approved_by = officer, alert.approved_by
    earlier = Directive.objects.select_for_update().filter(
        lifted_at=None, indicator=alert.indicator, subject=alert.subject
    )
    directives.lift_all(list(earlier.order_by("pk")), alerts.REPLACED)
    directives.impose_all(orders, officer=officer)


def _proposed(alert: Alert, officer: Officer, trace: Trace) -> Alert:
    """The alert that waits for a second officer, where `officer` may be the one."""
    alert = cases.locked(alert, trace)
    if not alert.proposed:
        raise Refusal("nothing_proposed", _("没有待复核的认定"))
    access.require_role(officer, *SECONDS)
    if alert.proposed_by_id == officer.pk:
        raise Refusal("second_officer_needed", _("须由提请人以外的人员复核"))
    return alert
