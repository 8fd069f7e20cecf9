"""The line of a kiosk is cut, and people go on coming (断网取号).

    beforehand  block ──▶ the page keeps a range of numbers for today
    line cut    the page gives AB01, AB02 … and notes when, for which business and items
    line back   settle ──▶ each becomes a ticket, once, in the order of coming; nobody's name on it
    at the window  name ──▶ the officer has the document before him: now it is somebody's

A card is read only at the server's asking and no name is ever kept in the page, so a number given
meanwhile is a number alone; who holds it is compared at the window (decision 0046).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from chengxin.core.identifiers import DocumentKind
from chengxin.core.keys import digest
from chengxin.core.refusal import Refusal
from chengxin.hall import codes, devices, ledger, matters, moves, turns
from chengxin.hall.local_models import LETTERS
from chengxin.hall.locks import one_at_a_time
from chengxin.hall.models import PREFIX, Business, Device, NumberBlock, Ticket
from chengxin.offices.models import Officer
from chengxin.people import documents
from chengxin.people.models import Person
from chengxin.trace import record

BLOCKS = 100  # of one kiosk and day: one for each time that its page was opened in a new browser
SPACE = UUID("6f0b7a52-0c1e-5d34-9a5f-2f8f8f1c0a46")  # of the nonces of local numbers
NUMBER = re.compile(r"([A-Z])([A-Z]{1,2})(\d{2})")
LAST = turns.STEP - 2  # the greatest place between two tickets


@dataclass(frozen=True)
class Given:
    """One number as the page gave it; `ago` is how long before it told of it, by its own clock."""

    number: str
    ago: timedelta
    items: list[str]


def block(device: Device, secret: str) -> NumberBlock:
    """The numbers that the page which knows `secret` may give today; asked again, the same."""
    with record.of("kiosk.block", place=device.place) as trace:
        if device.locked:
            raise devices.locked()
        one_at_a_time(f"{device.hall.place}/blocks")
        mine = NumberBlock.objects.filter(device=device, day=localdate())
        if found := mine.filter(secret=digest(secret.encode())).first():
            trace.drop()
            return found
        used = NumberBlock.objects.filter(hall=device.hall, day=localdate())
        taken = set(used.values_list("letter", flat=True))
        left = [letter for letter in LETTERS if letter not in taken]
        if not left or mine.count() >= BLOCKS:
            raise Refusal("no_block", _("今日本机号段已用完"))
        trace.detail["letter"] = left[0]
        return NumberBlock.objects.create(
            hall=device.hall, device=device, letter=left[0], secret=digest(secret.encode())
        )


def settle(
    device: Device, secret: str, day: date, given: Sequence[Given]
) -> tuple[list[str], list[str]]:
    """The line is back: the numbers that are tickets now, and those that are void."""
    if device.locked:
        raise devices.locked()
    own = NumberBlock.objects.filter(device=device, day=day, secret=digest(secret.encode()))
    held = own.select_related("hall", "device__hall").first()
    valid: list[str] = []
    void: list[str] = []
    moment = now()
    for one in sorted(given, key=lambda one: (-one.ago, one.number)):
        business = _business(held, one.number)
        is_ticket = held and business and _take(held, business, one, moment - one.ago)
        (valid if is_ticket else void).append(one.number)
    return valid, void


def name(
    ticket: Ticket, kind: DocumentKind, number: str, called: str, *, officer: Officer
) -> Person:
    """The officer has the document of whoever holds a local number before him: it is his now.

    What is left of another number of his, which he took before or after the cut, is taken up.
    The face or the officer's eyes still have to compare him with the document.
    """
    place = ticket.place
    person = documents.shown(kind, number, called, place=place, officer=officer)
    give_to(ticket, person, officer=officer)
    return person


def give_to(ticket: Ticket, person: Person, *, officer: Officer) -> None:
    """A local number is this person's: his document was typed, or his card was read."""
    with record.of("ticket.name", about=person.key, officer=officer) as trace:
        one_at_a_time(person.key)
        held = ledger.held_in(ticket, trace, moves.State.CALLED)
        if held.person_id is not None:
            if held.person_id == person.pk:
                trace.drop()
                return
            raise Refusal("already_named", _("此号已登记持号人"))
        others = Ticket.objects.filter(
            person=person, business=held.business, day=held.day, state__in=moves.OPEN
        )
        for other in others.select_for_update(of=["self"]):
            if not moves.may("merge", other.state) or other.hall_id != held.hall_id:
                raise Refusal(
                    "already_waiting",
                    _("此人另有同类号票 %(number)s，请合并办理") % {"number": other.number},
                )
            ledger.move(
                other, "merge", officer=officer, window=held.window, merged_into_id=held.pk,
                ended_at=now(),
            )  # fmt: skip
            held.planned = list(dict.fromkeys([*held.planned, *other.planned]))
            held.enterprise_id = held.enterprise_id or other.enterprise_id
        held.person = ticket.person = person
        held.save(update_fields=["person", "planned", "enterprise"])


def told(held: NumberBlock) -> dict[str, object]:
    """A block as the page keeps it."""
    return {
        "day": held.day.isoformat(),
        "letter": held.letter,
        "size": NumberBlock.SIZE,
        "prefixes": {str(business): prefix for business, prefix in PREFIX.items()},
    }


def _take(held: NumberBlock, business: Business, one: Given, came_at: datetime) -> bool:
    """Make the number a ticket, the first time it is told of; False when its day is over."""
    nonce = uuid5(SPACE, f"{held.pk} {one.number}")
    hall, device = held.hall, held.device
    with record.of("ticket.take_local", place=device.place) as trace:
        trace.detail.update(business=business, ticket=one.number)
        one_at_a_time(f"{hall.place}/local", str(nonce))
        if Ticket.objects.filter(nonce=nonce).exists():
            trace.drop()
            return True
        if held.day != localdate():
            trace.detail["void"] = True
            return False
        came_at = min(max(came_at, held.made_at), now())
        before = Ticket.objects.today(hall).filter(block=None, taken_at__lte=came_at)
        last = before.order_by("-taken_at", "-seq").first()
        since = came_at - (last.taken_at if last else held.made_at)
        seq = last.seq if last else 0
        planned = matters.planned(business, one.items)
        ticket = Ticket.objects.create(
            hall=hall,
            block=held,
            business=business,
            nonce=nonce,
            token=digest(codes.qr_text(nonce).encode()),
            number=one.number,
            seq=seq,
            turn=seq * turns.STEP + min(LAST, 1 + int(since.total_seconds())),
            planned=planned,
            needs=turns.needs(hall, business, planned),
            taken_at=came_at,
        )
        ledger.taken(ticket)
        trace.detail["came_at"] = came_at.isoformat(timespec="seconds")
    return True


def _business(held: NumberBlock | None, number: str) -> Business | None:
    """What a number of this block was given for; None when it is none of it."""
    found = NUMBER.fullmatch(number)
    if held is None or found is None or found[2] != held.letter or found[3] == "00":
        return None
    return next((one for one in Business if PREFIX[one] == found[1]), None)
