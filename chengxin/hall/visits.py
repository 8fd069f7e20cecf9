"""A visit, in the order it happens: take a ticket, be called, be served, go home.

    kiosk ──take_ticket──▶ queue ──call_next──▶ window ──start──▶ items ──finish──▶ (trace)
                             │                    └──miss──▶ missed
                             └── or the officer scans the ticket: open_by_token

What else may become of a ticket (pre-call, park, transfer, return, merge, give up) is in
`hall.queue`; all moves stand in the table of `hall.moves`.

Every function here is one operation: one transaction, one trace, and a Refusal when the rules say
no.  Nothing else in the system changes a ticket or an item record.  A face that does not match
refuses nobody a number: the ticket is marked 待人工核验 and an officer looks (事前提醒); what may
not be done is refused item by item at the window (事中阻断).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.items import ITEMS, Item
from chengxin.core.keys import Keys, digest
from chengxin.core.refusal import Refusal
from chengxin.devices.words import DeviceUnavailable
from chengxin.hall import appointments, checks, ledger, moves, promises, turns
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import PREFIX, Business, Hall, ItemRecord, Priority, Ticket, Window
from chengxin.offices import access
from chengxin.offices.models import Officer, Role
from chengxin.people import identity
from chengxin.people.models import Affiliation, Enterprise, Person, Portrait, Verification
from chengxin.risk import counter, directives, following, objections
from chengxin.risk.directives import Decision, Verdict
from chengxin.risk.models import Directive, Objection
from chengxin.trace import record
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

QR_PREFIX = "CX1-"
WRONG_PASSWORDS = 5  # of one approver within half an hour (等保)
WITHOUT_ENTERPRISE = {"REG", "ID"}  # groups that may concern an enterprise not yet known


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
    only who holds an open ticket of this business, is not bound to the enterprise, or for whom
    nothing at all could be done.  Who missed his call and takes a new number gives the old one up.
    """
    with record.of("ticket.take", about=person.key, place=hall.place) as trace:
        trace.detail["business"] = business
        one_at_a_time(person.key, str(nonce))
        token = qr_text(nonce)
        if ticket := Ticket.objects.filter(nonce=nonce).first():
            trace.drop()
            return Taken(ticket, token)
        mine = Ticket.objects.filter(person=person, business=business, day=localdate())
        if ticket := mine.open().first():
            trace.detail["ticket"] = ticket.number
            raise Refusal(
                "already_waiting",
                _("您今日已取号 %(number)s，请等候叫号") % {"number": ticket.number},
            )
        if enterprise is not None:
            trace.detail["enterprise"] = enterprise.pk
            _require_bound(person, enterprise)
        if nothing_possible(verdicts(person, business, enterprise)):
            raise Refusal("restricted", _("您的业务暂不能在此取号，请到咨询台由工作人员协助"))
        for missed in mine.filter(state=Ticket.State.MISSED).select_for_update():
            ledger.move(missed, "abandon", officer=None, ended_at=now())
        seq, priority = turns.next_of(hall, ""), turns.due(person)
        appointment = appointments.due(hall, person, business)
        if appointment and not priority:
            priority = Priority.APPOINTMENT
        prefix = PREFIX[business]
        ticket = Ticket.objects.create(
            hall=hall,
            person=person,
            business=business,
            enterprise=enterprise,
            verification=verification,
            nonce=nonce,
            token=digest(token.encode()),
            place_code=digest(place_text(nonce).encode()),
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
        trace.about, trace.detail["ticket"] = ticket.person.key, ticket.number
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


def recall(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Call the same number again: display and loudspeaker repeat it."""
    with record.of("ticket.recall", about=ticket.person.key, officer=officer) as trace:
        held = ledger.held(ticket, trace, "recall")
        ledger.move(held, "recall", officer=officer, called_at=now(), calls=held.calls + 1)
    return held


def start(ticket: Ticket, *, officer: Officer) -> Ticket:
    """The person is at the window and the officer begins."""
    with record.of("ticket.start", about=ticket.person.key, officer=officer) as trace:
        held = ledger.held(ticket, trace, "start")
        ledger.move(held, "start", officer=officer, started_at=now())
    return held


def miss(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Nobody came to the window (过号); who misses his call a second time has given up (弃号)."""
    with record.of("ticket.miss", about=ticket.person.key, officer=officer) as trace:
        held = ledger.held(ticket, trace, "miss")
        ledger.move(held, "miss", officer=officer, ended_at=now(), misses=held.misses + 1)
        if held.misses > turns.RETURNS:
            trace.detail["abandoned"] = True
            ledger.move(held, "abandon", officer=None)
    return held


def finish(ticket: Ticket, *, officer: Officer) -> Ticket:
    """Close the visit (办结); every item must have come to an end before."""
    with record.of("ticket.finish", about=ticket.person.key, officer=officer) as trace:
        held = ledger.held(ticket, trace, "finish")
        if held.items.filter(state=ItemRecord.State.STARTED).exists():
            raise Refusal("item_open", _("还有事项未办结，请先办结或中止"))
        done = held.items.order_by("pk").values_list("item", flat=True)
        trace.detail["items"] = list(done)
        ledger.move(held, "finish", officer=officer, ended_at=now())
    return held


def compare_face(ticket: Ticket, live_jpeg: bytes, *, officer: Officer) -> Verification:
    """刷脸办税: compare the person at the window with card and enrolled picture."""
    _require_here(ticket)
    place = ticket.window.place if ticket.window else ""
    try:
        made = identity.verify(ticket.person, live_jpeg, place=place, officer=officer)
    except DeviceUnavailable as trouble:
        raise no_engine(trouble) from trouble
    return _note_verification(ticket, made, officer)


def verify_by_hand(
    ticket: Ticket, reason: str, *, officer: Officer, second: Officer | None = None
) -> Verification:
    """人工核验: the officer compared the person with the document and answers for it; with
    `second` (`colleague`), who looked too (双人核实)."""
    _require_here(ticket)
    place = ticket.window.place if ticket.window else ""
    made = identity.verify_by_hand(
        ticket.person, reason, officer=officer, place=place, second=second
    )
    _note_verification(ticket, made, officer)
    if second is not None:
        following.ask()  # a doubt who stands here may end by it
    return made


def enrol_face(ticket: Ticket, live_jpeg: bytes, *, officer: Officer) -> Portrait:
    """实名采集 at the window: keep this face for later visits, at both bureaus."""
    _require_here(ticket)
    place = ticket.window.place if ticket.window else ""
    try:
        portrait = identity.enrol(ticket.person, live_jpeg, place=place, officer=officer)
    except DeviceUnavailable as trouble:
        raise no_engine(trouble) from trouble
    made = Verification.objects.filter(person=ticket.person, live=portrait).latest("pk")
    _note_verification(ticket, made, officer)
    return portrait


def begin_item(
    ticket: Ticket,
    item: str,
    enterprise: Enterprise | None,
    *,
    officer: Officer,
    approved_by: Officer | None = None,
    override: str = "",
) -> ItemRecord:
    """Begin one item, if identity, binding and directives allow it; otherwise say which does not.

    D2 is met by the verified legal representative in person, D3 by `approved_by`.  With the
    reason `override` he lets pass what the directives restrict (放行), never an identity that was
    not verified or somebody who is not bound to the enterprise.
    """
    with record.of("item.begin", about=ticket.person.key, officer=officer) as trace:
        trace.detail["item"] = item
        if enterprise is not None:
            trace.detail["enterprise"] = enterprise.pk
        held = _held(ticket, trace, Ticket.State.SERVING)
        verdict = directives.check(item, held.person.key, enterprise.key if enterprise else None)
        trace.detail["directives"] = [order.pk for _effect, order in verdict.effects]
        trace.detail["restricting"] = [order.pk for order in counter.restricting(verdict)]
        if begun := held.items.filter(
            item=item, enterprise=enterprise, state=ItemRecord.State.STARTED
        ).first():
            trace.drop()
            return begun
        _require_identity(held, verdict.item)
        if enterprise is not None:
            _require_bound(held.person, enterprise)
        elif needs_enterprise(verdict.item):
            raise Refusal("enterprise_needed", _("请先选择所代表的企业"))
        lacking = directives.missing(
            verdict,
            person_is_legal_rep=held.identified and is_legal_rep(held.person, enterprise),
            approved_by=approved_by,
        )
        if lacking and not (override and approved_by):
            raise lacking
        if lacking and approved_by:
            counter.override(
                verdict, visit_of(held, enterprise), override, officer=officer, head=approved_by
            )
            trace.detail["overridden"] = True
        signed = approved_by if lacking or verdict.needs_approval else None
        if signed:
            trace.detail["approved_by"] = signed.username
        made = ItemRecord.objects.create(
            ticket=held,
            item=item,
            enterprise=enterprise,
            officer=officer,
            approved_by=signed,
            directives=trace.detail["directives"],
        )
    return made


def acknowledge(
    ticket: Ticket, enterprise: Enterprise | None, shown: Collection[int], *, officer: Officer
) -> int:
    """The officer confirms the directives with these ids, those that stand here, as read."""
    _require_here(ticket)
    about = [ticket.person.key] + ([enterprise.key] if enterprise else [])
    standing = Directive.objects.in_force().about(*about).filter(pk__in=shown)
    return counter.acknowledge(standing, visit_of(ticket, enterprise), officer=officer)


def object_to(
    ticket: Ticket, enterprise: Enterprise | None, directive: int, grounds: str, *, officer: Officer
) -> Objection:
    """The person at the window objects to a directive on him or the enterprise (异议)."""
    _require_here(ticket)
    about = [ticket.person.key] + ([enterprise.key] if enterprise else [])
    found = Directive.objects.about(*about).filter(pk=directive).first()
    if found is None:
        raise access.not_yours()
    place = ticket.window.place if ticket.window else ""
    return objections.file(found, grounds, person=ticket.person.key, officer=officer, place=place)


def finish_item(handled: ItemRecord, *, officer: Officer) -> None:
    """The item is done (办结)."""
    _end_item("item.finish", handled, ItemRecord.State.FINISHED, officer)


def stop_item(handled: ItemRecord, *, officer: Officer) -> None:
    """The item could not be done today (中止)."""
    _end_item("item.stop", handled, ItemRecord.State.STOPPED, officer)


def approver(work_number: str, password: str, *, officer: Officer, window: Window) -> Officer:
    """The section head who approves on the spot (D3): another officer of this county, by his own
    work number and password; five wrong passwords lock that number out for half an hour."""
    with record.of("approval.give", officer=officer, place=window.place) as trace:
        head = _signed(work_number, password, trace)
        if head.pk == officer.pk or not head.holds(*directives.MAY_APPROVE):
            raise Refusal("approval_needed", _("审批须由经办人以外的科所长或局领导办理"))
        if not _works_here(head, window):
            raise Refusal("approval_needed", _("审批人不属于本县区局"))
    return head


def colleague(work_number: str, password: str, *, officer: Officer, window: Window) -> Officer:
    """Who looks at the person too (双人核实): as `approver`, but any other officer who serves or
    leads here will do."""
    with record.of("approval.give", officer=officer, place=window.place) as trace:
        second = _signed(work_number, password, trace)
        if second.pk == officer.pk or not second.holds(Role.WINDOW, *directives.MAY_APPROVE):
            raise Refusal(
                "second_officer_needed",
                _("双人核实须由经办人以外的窗口人员、科所长或局领导共同核对"),
            )
        if not _works_here(second, window):
            raise Refusal("second_officer_needed", _("第二核验人不属于本县区局"))
    return second


def _signed(work_number: str, password: str, trace: Trace) -> Officer:
    """Who puts his own number and password in; guesses at anybody's are counted together."""
    trace.detail["approver"] = work_number[:30]
    since = now() - timedelta(minutes=30)
    wrong = Trace.objects.filter(
        action="approval.give",
        outcome="wrong_password",
        at__gt=since,
        detail__approver=work_number[:30],
    )
    if wrong.count() >= WRONG_PASSWORDS:
        raise Refusal("locked_out", _("密码错误次数过多，请半小时后再试"))
    found = Officer.objects.filter(username=work_number, is_active=True).first()
    if found is None or not found.check_password(password):
        raise Refusal("wrong_password", _("工号或密码不正确"))
    return found


def _works_here(officer: Officer, window: Window) -> bool:
    return access.offices_of(officer).filter(pk=window.hall.office_id).exists()


def verdicts(person: Person, business: Business, enterprise: Enterprise | None) -> list[Verdict]:
    """For each item that belongs to `business`: what the back office says of it now."""
    key = enterprise.key if enterprise else None
    return directives.check_all(person.key, key, [item.code for item in items_of(business)])


def items_of(business: Business) -> list[Item]:
    """The items of one kiosk module; enrolment is for those whose identity must be collected."""
    if business == Business.ENROLMENT:
        return [ITEMS["identity"]]
    personal = business == Business.PERSONAL
    return [item for item in ITEMS.values() if item.personal == personal]


def nothing_possible(found: list[Verdict]) -> bool:
    return all(verdict.decision == Decision.REFUSED for verdict in found)


def needs_enterprise(item: Item) -> bool:
    return not item.personal and not WITHOUT_ENTERPRISE.intersection(item.groups)


def is_legal_rep(person: Person, enterprise: Enterprise | None) -> bool:
    """Whether `person` is the legal representative of `enterprise` today."""
    return enterprise is not None and checks.represents(person, enterprise)


def visit_of(ticket: Ticket, enterprise: Enterprise | None) -> counter.Visit:
    """The visit as `risk.counter` keeps it."""
    return counter.Visit(
        person=ticket.person.key,
        enterprise=enterprise.key if enterprise else "",
        ticket=ticket.visit,
        place=ticket.window.place if ticket.window else "",
    )


def no_engine(trouble: DeviceUnavailable) -> Refusal:
    """The face engine is busy or gone: nobody is accepted by it, an officer can still look."""
    return Refusal("no_engine", trouble.words.en if english() else trouble.words.zh)


def qr_text(nonce: UUID) -> str:
    """What the QR code holds: "CX1-" and 26 characters that only this installation can make from
    the kiosk's own id; nothing about the person is in them."""
    return QR_PREFIX + Keys.load().token("ticket", str(nonce)).upper()


def place_text(nonce: UUID) -> str:
    """The code of the phone page: it shows a place in the queue and can give the number up or back,
    and is no use at a window; 26 characters that only this installation can make."""
    return Keys.load().token("place", str(nonce)).lower()


def _held(ticket: Ticket, trace: Trace, *states: str) -> Ticket:
    """The ticket's row, locked, with its place noted; Refusal unless it is in one of `states`."""
    held = (
        Ticket.objects.select_for_update(of=["self"])
        .select_related("window__hall", "person", "verification")
        .get(pk=ticket.pk)
    )
    trace.place = held.window.place if held.window else ""
    trace.detail["ticket"] = held.number
    if held.state not in states:
        raise ledger.wrong_state(held)
    return held


def _end_item(action: str, handled: ItemRecord, state: str, officer: Officer) -> None:
    with record.of(action, about=handled.ticket.person.key, officer=officer) as trace:
        held = ItemRecord.objects.select_for_update(of=["self"]).get(pk=handled.pk)
        trace.detail["item"] = held.item
        if held.enterprise_id:
            trace.detail["enterprise"] = held.enterprise_id
        ticket = _held(handled.ticket, trace, Ticket.State.SERVING)
        if held.state != ItemRecord.State.STARTED:
            raise Refusal(
                "wrong_state", _("该事项当前为“%(state)s”") % {"state": held.get_state_display()}
            )
        held.state, held.ended_at = state, now()
        held.save(update_fields=["state", "ended_at"])
        if state == ItemRecord.State.FINISHED:
            checks.note(held, ticket, officer=officer)


def _note_verification(ticket: Ticket, made: Verification, officer: Officer) -> Verification:
    with record.of("ticket.identify", about=ticket.person.key, officer=officer) as trace:
        held = _held(ticket, trace, Ticket.State.CALLED, Ticket.State.SERVING)
        held.verification = ticket.verification = made
        held.save(update_fields=["verification"])
        trace.detail["band"] = made.band
    return made


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


def _require_here(ticket: Ticket) -> None:
    if ticket.state not in moves.HERE:
        raise ledger.wrong_state(ticket)


def _require_identity(ticket: Ticket, item: Item) -> None:
    """实名: nothing is done for someone who was not verified; filing and payment never wait."""
    if item.real_name != "none" and not item.never_refused and not ticket.identified:
        raise Refusal("not_identified", _("身份尚未核验，请先比对人脸或人工核验"))


def _require_bound(person: Person, enterprise: Enterprise) -> None:
    roles = person.affiliations.on(localdate())
    if not roles.filter(enterprise=enterprise, role__in=Affiliation.HANDLING).exists():
        raise Refusal("not_bound", _("此人不是该企业的法定代表人、财务负责人或办税人员"))
