"""What becomes of a window: it pauses with a reason, goes on, and passes from one officer to the
next.

    open ──pause(用餐、会议、设备、离岗)──▶ paused ──resume──▶ open
    officer ──hand_over, both sign──▶ the next officer, with whoever stands there

A paused window calls nobody and opens no ticket; the hall's display says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import attendance, days, ledger, moves, queue, visits
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import (
    HandOver,
    ItemRecord,
    Pause,
    Ticket,
    TicketQuerySet,
    Window,
    WindowMove,
)
from chengxin.offices.models import Officer
from chengxin.trace import record
from chengxin.trace.models import Trace

NOTE = 1000  # characters of a hand-over's note


def pause(window: Window, reason: str, *, officer: Officer) -> Window:
    """Call nobody here for a while (暂停服务); who was pre-called waits for any window again.

    Refuses while somebody is at the window: his visit is brought to its end first.
    """
    with record.of("window.pause", officer=officer, place=window.place) as trace:
        trace.detail["reason"] = reason
        held = _held(window)
        if reason not in Pause.values or not reason:
            raise Refusal("reason_unknown", _("请选择暂停的原因"))
        if held.pause:
            trace.drop()
            return held
        if ready := visits.require_free(held):
            ledger.move(ready, "release", officer=officer, window=held, **queue.NOBODYS)
        held.pause, held.paused_at = reason, now()
        held.save(update_fields=["pause", "paused_at"])
        WindowMove.objects.create(window=held, step="pause", reason=reason, officer=officer)
    return held


def resume(window: Window, *, officer: Officer) -> Window:
    """Call again (恢复服务)."""
    with record.of("window.resume", officer=officer, place=window.place) as trace:
        held = _held(window)
        if not held.pause:
            trace.drop()
            return held
        reason = trace.detail["reason"] = held.pause
        held.pause, held.paused_at = Pause.NONE, None
        held.save(update_fields=["pause", "paused_at"])
        WindowMove.objects.create(window=held, step="resume", reason=reason, officer=officer)
    return held


def paused_on(window: Window, day: date) -> dict[str, timedelta]:
    """How long the window was paused on the local `day`, by reason; a pause that goes on counts
    until now."""
    begins, ends = days.span(day, day)
    told: dict[str, timedelta] = {}
    pauses = window.moves.filter(step__in=("pause", "resume")).order_by("pk")
    last = pauses.filter(at__lt=begins).last()
    for row in [*pauses.filter(at__gte=begins, at__lt=ends), None]:
        if last is not None and last.step == "pause":
            until = row.at if row else min(ends, now())
            told[last.reason] = told.get(last.reason, timedelta()) + until - max(last.at, begins)
        last = row
    return told


def hand_over(window: Window, note: str, *, taking: Officer, officer: Officer) -> HandOver:
    """Pass the window on (交接): `officer` signs by his session, `taking` by his own password.

    Whoever stands here, was pre-called here or was parked here goes on with the one who takes over.
    """
    with record.of("window.hand_over", officer=officer, place=window.place) as trace:
        trace.detail["taking"] = taking.username
        if taking.pk == officer.pk:
            raise Refusal("second_officer_needed", _("交接须由交班人、接班人两人签字"))
        if len(note) > NOTE:
            raise Refusal("too_long", _("交接事项请控制在1000字以内"))
        held = _held(window)
        open_now = what_is_open(held)
        _name_who_stands_here(trace, held)
        made = HandOver.objects.create(
            window=held, leaving=officer, taking=taking, open=open_now, note=note.strip()
        )
        trace.detail |= {"hand_over": made.pk, "open": open_now}
        _kept(held).update(officer=taking)
        attendance.go(officer)
        attendance.come(held, officer=taking)
    return made


def what_is_open(window: Window) -> dict[str, Any]:
    """What the next officer finds here: numbers and codes of items, nobody's name."""
    kept = list(_kept(window))
    here = next((one for one in kept if one.state in moves.HERE), None)
    begun = here.items.filter(state=ItemRecord.State.STARTED).order_by("pk") if here else None
    return {
        "here": here.number if here else "",
        "items": list(begun.values_list("item", flat=True)) if begun is not None else [],
        "ready": next((one.number for one in kept if one.state == moves.State.READY), ""),
        "parked": [one.number for one in kept if one.state == moves.State.PARKED],
        "waiting": Ticket.objects.queue_of(window).count(),
        "paused": window.pause,
    }


def _kept(window: Window) -> TicketQuerySet:
    """The tickets that are this window's: at it, pre-called to it, parked here."""
    states = (*moves.HERE, moves.State.READY, moves.State.PARKED)
    return Ticket.objects.today(window.hall).filter(window=window, state__in=states).order_by("pk")


def _name_who_stands_here(trace: Trace, window: Window) -> None:
    here = _kept(window).filter(state__in=moves.HERE).first()
    if here is not None:
        trace.about = here.about


def _held(window: Window) -> Window:
    """The window's row, locked; nobody is called here meanwhile."""
    one_at_a_time(window.place)
    return Window.objects.select_for_update(of=["self"]).select_related("hall").get(pk=window.pk)
