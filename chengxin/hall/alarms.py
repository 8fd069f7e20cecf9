"""紧急呼叫: one key at a window, and the hall manager and the other windows see it at once.

    call ──▶ everybody in the hall sees it ──answer──▶ somebody goes ──end──▶ over
               └── pressed by mistake ──end──▶ over, and the trace says so

The page makes the call's id and sends it until the server has it, so that a line which is down
delays a call and loses none; the pages that wait for calls ask by themselves too.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import Alarm, Window
from chengxin.hall.window_models import AlarmQuerySet
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.trace import record

HEAR = (Role.WINDOW, Role.HALL_MANAGER)  # who sees a call of his hall


def call(window: Window, id: UUID, *, officer: Officer, delay: int = 0) -> Alarm:
    """Call for help.  The same `id` sent again, and a second press, are the call that is open.

    `delay`: for how many seconds the page could not reach the server.
    """
    with record.of("alarm.call", officer=officer, place=window.place) as trace:
        one_at_a_time(f"alarm:{window.place}")
        known = Alarm.objects.filter(pk=id, window=window).first()
        if open_one := known or Alarm.objects.open().filter(window=window).first():
            trace.drop()
            return open_one
        made = Alarm.objects.create(
            id=id, hall=window.hall, window=window, officer=officer, delay=max(0, delay)
        )
        trace.detail |= {"alarm": str(made.pk), "delay": made.delay}
    return made


def answer(alarm: Alarm, *, officer: Officer) -> Alarm:
    """Somebody goes there; the first who says so.  Whoever called cannot answer himself."""
    with record.of("alarm.answer", officer=officer, place=alarm.window.place) as trace:
        held = _held(alarm)
        trace.detail["alarm"] = str(held.pk)
        if held.officer_id == officer.pk:
            raise Refusal("own_alarm", _("请等候同事响应；误按的，请按“误按”结束"))
        if held.answered_by_id or held.ended_at:
            trace.drop()
            return held
        held.answered_by, held.answered_at = officer, now()
        held.save(update_fields=["answered_by", "answered_at"])
        trace.detail["seconds"] = round((held.answered_at - held.called_at).total_seconds())
    return held


def end(alarm: Alarm, *, officer: Officer, by_mistake: bool = False) -> Alarm:
    """It is over.  `by_mistake` only the one who called can say."""
    with record.of("alarm.end", officer=officer, place=alarm.window.place) as trace:
        held = _held(alarm)
        trace.detail |= {"alarm": str(held.pk), "by_mistake": by_mistake}
        if held.ended_at:
            trace.drop()
            return held
        if by_mistake and held.officer_id != officer.pk:
            raise Refusal("not_holder", _("只有呼叫人本人可以说明是误按"))
        if not by_mistake and not held.answered_by_id:
            raise Refusal("wrong_state", _("尚无人响应，请先到场处理"))
        held.ended_by, held.ended_at, held.by_mistake = officer, now(), by_mistake
        held.save(update_fields=["ended_by", "ended_at", "by_mistake"])
    return held


def of(officer: Officer) -> AlarmQuerySet:
    """The calls of the halls that `officer` sees."""
    mine = Alarm.objects.filter(hall__office__in=access.offices_of(officer))
    return mine.select_related("window__hall", "officer", "answered_by", "ended_by")


def _held(alarm: Alarm) -> Alarm:
    return (
        Alarm.objects.select_for_update(of=["self"])
        .select_related("window__hall", "officer", "answered_by")
        .get(pk=alarm.pk)
    )
