"""What else may become of a ticket, besides being called and served: the rest of `hall.moves`.

    pre-call ▸ the next person is told to come near    park    ▸ he fills in a form, others go on
    transfer ▸ another window or business, turn kept   merge   ▸ all his numbers in one visit
    return   ▸ a missed number comes back, once        abandon ▸ by himself, or by time

Each is one operation with one trace.  Nothing here calls anybody by itself: a number that was
missed or parked is called again only when an officer does it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import appointments, evaluations, ledger, moves, turns, visits
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import ItemRecord, Priority, Ticket, Window
from chengxin.offices.models import Officer
from chengxin.trace import record
from chengxin.trace.models import Trace

RETURN_WITHIN = timedelta(minutes=30)  # after which a missed number is given up (domain facts 8)
PASSED_ON = 200  # characters that go with somebody who is sent on
NOBODYS = {"window_id": None, "officer_id": None}  # the ticket is no window's
LEFT_BEHIND = (moves.State.WAITING, moves.State.READY, moves.State.CALLED, moves.State.PARKED)


def precall(window: Window, *, officer: Officer) -> Ticket | None:
    """Keep the next person for this window and tell him to come near; None when nobody waits."""
    with record.of("ticket.precall", officer=officer, place=window.place) as trace:
        one_at_a_time(window.place)
        visits.require_open(window)
        if ready := Ticket.objects.filter(window=window, state=moves.State.READY).first():
            trace.drop()
            return ready
        ticket = visits.next_for(window)
        if ticket is None:
            trace.drop()
            return None
        ledger.move(
            ticket, "precall", officer=officer, window=window, window_id=window.pk,
            officer_id=officer.pk,
        )  # fmt: skip
        trace.about, trace.detail["ticket"] = ticket.about, ticket.number
    return ticket


def release(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Let somebody who was pre-called wait for any window again, at his old place."""
    with record.of("ticket.release", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "release")
        ledger.move(held, "release", officer=officer, window=held.window, **NOBODYS)
    return held


def park(ticket: Ticket, *, officer: Officer) -> Ticket:
    """The person steps aside, to fill in a form or fetch a paper; the window is free meanwhile."""
    with record.of("ticket.park", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "park")
        ledger.move(held, "park", officer=officer, token_used_at=None)
    return held


def resume(ticket: Ticket, window: Window, *, officer: Officer) -> Ticket:
    """The person is back; any free window of the hall goes on with his visit."""
    with record.of("ticket.resume", about=ticket.about, officer=officer) as trace:
        visits.require_free(window)
        held = ledger.held(ticket, trace, "resume")
        trace.place = window.place
        _require_same_hall(held, window)
        ledger.move(
            held, "resume", officer=officer, window=window, window_id=window.pk,
            officer_id=officer.pk,
        )  # fmt: skip
    return held


def transfer(
    ticket: Ticket,
    *,
    officer: Officer,
    business: str = "",
    to_window: Window | None = None,
    note: str = "",
) -> Ticket:
    """Send the person on: to one window, or to whichever serves `business`.

    The number and the turn stay, so who has waited is not put behind those who came after him;
    what was done so far stays on the ticket, and `note` says what the next officer should know.
    """
    with record.of("ticket.transfer", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "transfer")
        business = business or held.business
        trace.detail["business"] = business
        if to_window is not None:
            trace.detail["window"] = to_window.number
            _require_same_hall(held, to_window)
            if to_window.pk == held.window_id or business not in to_window.serves.split(","):
                raise Refusal("window_cannot", _("该窗口不办理此类业务，请另选窗口或业务"))
        if held.items.filter(state=ItemRecord.State.STARTED).exists():
            raise Refusal("item_open", _("还有事项未办结，请先办结或中止"))
        _require_no_other(held, business)
        done = set(held.items.values_list("item", flat=True))
        rest = [item for item in held.planned if item not in done]
        ledger.move(
            held, "transfer", officer=officer, window=held.window, business=business,
            to_window_id=to_window.pk if to_window else None, token_used_at=None,
            passed_on=note.strip()[:PASSED_ON],
            needs=[] if to_window else turns.needs(held.hall, business, rest), **NOBODYS,
        )  # fmt: skip
    return held


def give_back(ticket: Ticket, *, officer: Officer | None = None) -> Ticket:
    """A missed number comes back into the queue behind three who wait: once, within half an hour.

    By an officer, or by the person himself on the phone page.
    """
    with record.of("ticket.return", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "return")
        if held.misses > turns.RETURNS or not _in_time(held):
            raise Refusal("too_late", _("过号已超过30分钟，请重新取号"))
        _require_no_other(held, held.business)
        ledger.move(
            held, "return", officer=officer, window=held.window, turn=turns.behind_three(held),
            ended_at=None, token_used_at=None, **NOBODYS,
        )  # fmt: skip
    return held


def merge(ticket: Ticket, other: Ticket, *, officer: Officer) -> Ticket:
    """一票到底: take up another number of the person at the window, so that one visit does both."""
    with record.of("ticket.merge", about=ticket.about, officer=officer) as trace:
        # the smaller id first: two officers who merge crosswise must not wait for each other
        list(Ticket.objects.filter(pk__in=[ticket.pk, other.pk]).order_by("pk").select_for_update())
        joined = ledger.held(other, trace, "merge")
        held = Ticket.objects.select_related("window").get(pk=ticket.pk)
        trace.place = held.place
        trace.detail["into"] = held.number
        if held.state not in moves.HERE:
            raise ledger.wrong_state(held)
        alike = (joined.person_id, joined.hall_id, joined.day)
        known = held.person_id is not None and joined.pk != held.pk
        if not known or alike != (held.person_id, held.hall_id, held.day):
            raise Refusal("not_his", _("只能合并同一人当日在本厅的号票"))
        ledger.move(
            joined, "merge", officer=officer, window=held.window, merged_into_id=held.pk,
            ended_at=now(),
        )  # fmt: skip
        held.planned = list(dict.fromkeys([*held.planned, *joined.planned]))
        held.enterprise_id = held.enterprise_id or joined.enterprise_id
        held.save(update_fields=["planned", "enterprise"])
    return held


def abandon(ticket: Ticket, *, officer: Officer | None = None) -> Ticket:
    """The person gives his number up (弃号), at a window or on the phone page."""
    with record.of("ticket.abandon", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "abandon")
        ledger.move(held, "abandon", officer=officer, ended_at=now())
    return held


def prioritise(ticket: Ticket, priority: str, *, officer: Officer) -> Ticket:
    """Give somebody who waits the priority that a paper he showed gives him."""
    with record.of("ticket.prioritise", about=ticket.about, officer=officer) as trace:
        trace.detail["priority"] = priority
        held = ledger.held(ticket, trace, "call")
        if priority not in Priority.values:
            raise Refusal("priority_unknown", _("没有这一类优先"))
        held.priority = priority
        held.turn = turns.of(held.seq, priority, held.hall.leap)
        held.save(update_fields=["priority", "turn"])
    return held


def sweep() -> int:
    """What is over by time: numbers missed half an hour ago, and what a day left behind; how many.

    Runs every minute.  Whoever is being served is never touched.
    """
    late = Q(state=moves.State.MISSED, ended_at__lt=now() - RETURN_WITHIN)
    left = Q(state__in=LEFT_BEHIND, day__lt=localdate())
    count = 0
    for pk in list(Ticket.objects.filter(late | left).order_by("pk").values_list("pk", flat=True)):
        with record.of("ticket.abandon") as trace:
            held = (
                Ticket.objects.select_for_update(of=["self"], skip_locked=True)
                .select_related("person", "hall")
                .filter(late | left, pk=pk)
                .first()
            )
            if held is None:
                trace.drop()
                continue
            _note_of_itself(trace, held)
            ledger.move(held, "abandon", officer=None, ended_at=held.ended_at or now())
            count += 1
    appointments.sweep()
    evaluations.sweep()
    return count


def _note_of_itself(trace: Trace, ticket: Ticket) -> None:
    trace.about, trace.place = ticket.about, ticket.hall.place
    trace.detail.update(ticket=ticket.number, by_time=True)


def _in_time(ticket: Ticket) -> bool:
    return ticket.ended_at is not None and now() - ticket.ended_at <= RETURN_WITHIN


def _require_same_hall(ticket: Ticket, window: Window) -> None:
    if ticket.hall_id != window.hall_id or ticket.day != localdate():
        raise Refusal("token_unknown", _("二维码无效，或不是本厅今日的号票"))


def _require_no_other(ticket: Ticket, business: str) -> None:
    """One open ticket per person and business, also after this one has changed queues."""
    if ticket.person_id is None:
        return  # nobody knows yet whose it is
    others = Ticket.objects.open().filter(
        person=ticket.person_id, business=business, day=ticket.day
    )
    if other := others.exclude(pk=ticket.pk).first():
        raise Refusal(
            "already_waiting",
            _("此人另有同类号票 %(number)s，请合并办理") % {"number": other.number},
        )
