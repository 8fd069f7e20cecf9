"""A visit, in the order it happens: take a ticket, be called, be served, go home.

    kiosk ──take_ticket──▶ queue ──call_next──▶ window ──start──▶ items ──finish──▶ (trace)
                             │                    └──miss──▶ missed
                             └── or the officer scans the ticket: open_by_token

What else may become of a ticket (pre-call, park, transfer, return, merge, give up) is in
`hall.queue`; all moves stand in the table of `hall.moves`.  Who the person is, `hall.identify`
settles; what is done for him, `hall.items`; what was ordered about him, `hall.orders`.

Every function here is one operation: one transaction, one trace, and a Refusal when the rules say
no.  A face that does not match refuses nobody a number: the ticket is marked 待人工核验 and an
officer looks (事前提醒); what may not be done is refused item by item at the window (事中阻断).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.hall import appointments, codes, evaluations, ledger, moves, promises, turns
from chengxin.hall.items import nothing_possible, require_bound, verdicts
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import PREFIX, Business, Hall, ItemRecord, Pause, Priority, Ticket, Window
from chengxin.offices.models import Officer
from chengxin.people import identity
from chengxin.people.models import Enterprise, Person, Verification
from chengxin.trace import record


@dataclass(frozen=True)
class Taken:
    """A ticket and the text of its QR code, which is kept nowhere."""

    ticket: Ticket
    token: str


def take_ticket(
    hall: Hall,
    person: Person,
    business: Business,
    *,
    enterprise: Enterprise | None,
    verification: Verification | None,
    nonce: UUID,
    items: Sequence[str] = (),
) -> Taken:
    """Give `person` a number; without a matching face one that is marked 待人工核验.

    The kiosk resends when the line drops, so the same `nonce` returns the same ticket.  Refuses
    only who holds an open ticket of this business, has taken as many today as the hall gives
    without having booked for now, is not bound to the enterprise, or for whom nothing at all could
    be done.  Who missed his call and takes a new number gives the old one up.
    """
    green = enterprise is not None and turns.is_grade_a(enterprise)  # reads the lake: outside
    with record.of("ticket.take", about=person.key, place=hall.place) as trace:
        trace.detail["business"] = business
        one_at_a_time(person.key, str(nonce))
        token = codes.qr_text(nonce)
        if ticket := Ticket.objects.filter(nonce=nonce).first():
            trace.drop()
            return Taken(ticket, token)
        identity.require_open(person)
        mine = Ticket.objects.filter(person=person, business=business, day=localdate())
        if ticket := mine.open().first():
            trace.detail["ticket"] = ticket.number
            raise Refusal(
                "already_waiting",
                _("您今日已取号 %(number)s，请等候叫号") % {"number": ticket.number},
            )
        appointment = appointments.due(hall, person, business)
        if appointment is None:
            turns.require_within_limit(hall, mine)
        if enterprise is not None:
            trace.detail["enterprise"] = enterprise.pk
            require_bound(person, enterprise)
        if nothing_possible(verdicts(person, business, enterprise)):
            raise Refusal("restricted", _("您的业务暂不能在此取号，请到咨询台由工作人员协助"))
        for missed in mine.filter(state=Ticket.State.MISSED).select_for_update():
            ledger.move(missed, "abandon", officer=None, ended_at=now())
        seq, priority = turns.next_of(hall, ""), turns.due(person)
        if appointment and not priority:
            priority = Priority.APPOINTMENT
        if green and not priority:
            priority = Priority.GRADE_A
        prefix = PREFIX[business]
        ticket = Ticket.objects.create(
            hall=hall,
            person=person,
            business=business,
            enterprise=enterprise,
            verification=verification,
            nonce=nonce,
            token=digest(token.encode()),
            place_code=digest(codes.place_text(nonce).encode()),
            number=f"{prefix}{turns.next_of(hall, prefix):03}",
            seq=seq,
            turn=turns.of(seq, priority, hall.leap),
            priority=priority,
            planned=list(items),
            needs=turns.needs(hall, business, items),
        )
        ledger.taken(ticket)
        promises.make(ticket)
        if appointment:
            appointments.keep(appointment, ticket)
        trace.detail.update(ticket=ticket.number, identified=ticket.identified)
    return Taken(ticket, token)


def call_next(window: Window, *, officer: Officer) -> Ticket | None:
    """Call whoever was pre-called here, else the first in turn for this window; None when nobody
    waits.

    Two windows may press the button at once: each skips the row the other has locked.
    """
    with record.of("ticket.call", officer=officer, place=window.place) as trace:
        ticket = require_free(window) or next_for(window)
        if ticket is None:
            trace.drop()
            return None
        _to_window(ticket, window, officer)
        trace.about, trace.detail["ticket"] = ticket.about, ticket.number
    return ticket


def next_for(window: Window) -> Ticket | None:
    """The first in turn for this window, its row locked; rows that others hold are passed over."""
    return Ticket.objects.queue_of(window).select_for_update(skip_locked=True).first()


def open_by_token(window: Window, token: str, *, officer: Officer) -> Ticket:
    """The officer scans the QR on the ticket: its holder stands here, so the visit begins.

    Opens the ticket called to this window; one that waits in this hall is called and opened out
    of turn, and the trace says so; one that was parked goes on here.  The token opens once.
    """
    with record.of("ticket.scan", officer=officer, place=window.place) as trace:
        ticket = (
            Ticket.objects.select_for_update(of=["self"])
            .select_related("person", "hall")
            .filter(token=digest(token.strip().upper().encode()))
            .first()
        )
        if ticket is None or ticket.hall_id != window.hall_id or ticket.day != localdate():
            raise Refusal("token_unknown", _("二维码无效，或不是本厅今日的号票"))
        trace.about, trace.detail["ticket"] = ticket.about, ticket.number
        if ticket.token_used_at is not None:
            raise Refusal("token_used", _("此二维码已使用过"))
        if ticket.state == Ticket.State.PARKED:
            require_free(window)
            ledger.move(
                ticket, "resume", officer=officer, window=window, window_id=window.pk,
                officer_id=officer.pk,
            )  # fmt: skip
        elif ticket.state == Ticket.State.WAITING or _ready_here(ticket, window):
            require_free(window)
            trace.detail["out_of_turn"] = ticket.state == Ticket.State.WAITING
            _to_window(ticket, window, officer)
        elif ticket.state not in (*moves.HERE, Ticket.State.READY):
            raise ledger.wrong_state(ticket)
        elif ticket.window_id != window.pk:
            raise Refusal(
                "other_window", _("%(number)s 已由其他窗口叫号") % {"number": ticket.number}
            )
        if ticket.state == Ticket.State.CALLED:
            ledger.move(ticket, "start", officer=officer, started_at=now())
        ticket.token_used_at = now()
        ticket.save(update_fields=["token_used_at"])
    return ticket


def enrol_here(window: Window, person: Person, *, officer: Officer) -> Ticket:
    """Somebody came to this window to be enrolled: a number of his own, opened at once."""
    taken = take_ticket(
        window.hall,
        person,
        Business.ENROLMENT,
        enterprise=None,
        verification=None,
        nonce=uuid4(),
    )
    return open_by_token(window, taken.token, officer=officer)


def recall(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Call the same number again: display and loudspeaker repeat it."""
    with record.of("ticket.recall", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "recall")
        ledger.move(held, "recall", officer=officer, called_at=now(), calls=held.calls + 1)
    return held


def start(ticket: Ticket, *, officer: Officer) -> Ticket:
    """The person is at the window and the officer begins."""
    with record.of("ticket.start", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "start")
        ledger.move(held, "start", officer=officer, started_at=now())
    return held


def miss(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Nobody came to the window (过号); who misses his call a second time has given up (弃号)."""
    with record.of("ticket.miss", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "miss")
        ledger.move(held, "miss", officer=officer, ended_at=now(), misses=held.misses + 1)
        if held.misses > turns.RETURNS:
            trace.detail["abandoned"] = True
            ledger.move(held, "abandon", officer=None)
    return held


def finish(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Close the visit (办结); every item must have come to an end before."""
    with record.of("ticket.finish", about=ticket.about, officer=officer) as trace:
        held = ledger.held(ticket, trace, "finish")
        if held.items.filter(state=ItemRecord.State.STARTED).exists():
            raise Refusal("item_open", _("还有事项未办结，请先办结或中止"))
        done = held.items.order_by("pk").values_list("item", flat=True)
        trace.detail["items"] = list(done)
        ledger.move(held, "finish", officer=officer, ended_at=now())
        evaluations.ask(held, officer)
    return held


def _to_window(ticket: Ticket, window: Window, officer: Officer) -> None:
    ledger.move(
        ticket, "call", officer=officer, window=window, officer_id=officer.pk,
        window_id=window.pk, called_at=now(), calls=1,
    )  # fmt: skip


def _ready_here(ticket: Ticket, window: Window) -> bool:
    return ticket.state == Ticket.State.READY and ticket.window_id == window.pk


def require_free(window: Window) -> Ticket | None:
    """Whoever was pre-called to this window; Refusal when somebody is at it already.

    One person at a window: two presses of one officer's button call only one.
    """
    one_at_a_time(window.place)
    require_open(window)
    states = (Ticket.State.READY, *moves.HERE)
    kept = list(Ticket.objects.filter(window=window, state__in=states))
    for before in kept:
        if before.state in moves.HERE:
            raise Refusal(
                "window_busy", _("%(number)s 尚未办结，请先办结或过号") % {"number": before.number}
            )
    if not kept:
        return None
    return Ticket.objects.select_for_update().filter(pk=kept[0].pk, state=states[0]).first()


def require_open(window: Window) -> None:
    """A paused window calls nobody, however old the page is that asks."""
    if Window.objects.filter(pk=window.pk).exclude(pause=Pause.NONE).exists():
        raise Refusal("window_paused", _("窗口已暂停服务，请先恢复"))
