"""催办: every morning, what comes due is said before it is too late.

    task    3 working days left ──▶ reminded   (its holder)
            1 working day left  ──▶ escalated  (the section heads)
            past its day        ──▶ overdue    (the leaders)
    inquiry 1 working day left  ──▶ the holder is told that no answer came yet
            past its day        ──▶ lapsed

Each is done once; a morning that was missed is made up for by the next.  A postponed task begins
anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.timezone import now

from chengxin.core.calendar import add_working_days, working_days_to
from chengxin.risk.models import Alert, CaseStep, Inquiry
from chengxin.trace import record
from chengxin.trace.models import Trace

REMIND = 3  # working days before the deadline
ESCALATE = 1
ASK_AGAIN = 1  # working days before an inquiry's last day

STEPS = {
    Alert.Urged.REMINDED: "alert.remind",
    Alert.Urged.ESCALATED: "alert.escalate",
    Alert.Urged.OVERDUE: "alert.overdue",
}


def run(today: date) -> dict[str, int]:
    """Urge what is due by `today`; how many of each, counted.  Run again, it does nothing."""
    with record.of("alert.urge_all", place="night") as trace:
        counts = {str(urged.name).lower(): count for urged, count in _tasks(today).items()}
        counts |= _inquiries(today)
        trace.detail |= counts | {"day": today}
        if not any(counts.values()):
            trace.drop()
    return counts


def stage(due_on: date, today: date) -> Alert.Urged:
    """How far a task with this deadline is to be urged on `today`."""
    if due_on < today:
        return Alert.Urged.OVERDUE
    left = working_days_to(today, due_on)
    if left <= ESCALATE:
        return Alert.Urged.ESCALATED
    return Alert.Urged.REMINDED if left <= REMIND else Alert.Urged.NOT_YET


def _tasks(today: date) -> dict[Alert.Urged, int]:
    near = Alert.objects.open().filter(
        kind=Alert.Kind.ANALYSIS, due_on__lte=add_working_days(today, REMIND)
    )
    urged: dict[Alert.Urged, list[Alert]] = {one: [] for one in STEPS}
    for alert in near.defer("findings").select_for_update(no_key=True).order_by("pk"):
        assert alert.due_on is not None
        to = stage(alert.due_on, today)
        if to > alert.urged:
            urged[to].append(alert)
    for to, alerts in urged.items():
        Alert.objects.filter(pk__in=[one.pk for one in alerts]).update(urged=to)
        _note(STEPS[to], alerts)
    return {to: len(alerts) for to, alerts in urged.items()}


def _inquiries(today: date) -> dict[str, int]:
    waiting = Inquiry.objects.waiting().select_for_update(of=("self",)).select_related("alert")
    over, near = [], []
    for inquiry in waiting.order_by("pk"):
        last_day = date.fromisoformat(inquiry.last_day)
        if last_day < today:
            over.append(inquiry)
        elif inquiry.reminded_at is None and working_days_to(today, last_day) <= ASK_AGAIN:
            near.append(inquiry)
    Inquiry.objects.filter(pk__in=[one.pk for one in over]).update(
        state=Inquiry.State.LAPSED, ended_at=now()
    )
    Inquiry.objects.filter(pk__in=[one.pk for one in near]).update(reminded_at=now())
    _note("inquiry.lapse", [one.alert for one in over])
    _note("inquiry.remind", [one.alert for one in near])
    return {"lapsed": len(over), "unanswered": len(near)}


def _note(action: str, alerts: Iterable[Alert]) -> None:
    steps = CaseStep.objects.bulk_create(
        [
            CaseStep(alert=one, action=action, to_id=one.held_by_id, due_on=one.due_on)
            for one in alerts
        ],
        batch_size=5_000,
    )
    record.many(
        [
            Trace(
                action=action,
                about=step.alert.subject,
                detail={
                    "alert": step.alert_id,
                    "indicator": step.alert.indicator,
                    "step": step.pk,
                },
            )
            for step in steps
        ]
    )
