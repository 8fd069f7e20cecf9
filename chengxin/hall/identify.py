"""Who stands at the window: his face compared, an officer's eyes, a picture kept for later.

Each leaves its verification on the ticket; nothing else about the visit changes.
"""

from __future__ import annotations

from chengxin.core.refusal import Refusal
from chengxin.devices.words import DeviceUnavailable
from chengxin.hall import ledger, moves
from chengxin.hall.models import Ticket
from chengxin.offices.models import Officer
from chengxin.people import fingers, identity
from chengxin.people.models import Portrait, Verification
from chengxin.risk import following
from chengxin.trace import record
from chengxin.trace.tongue import english


def compare_face(ticket: Ticket, live_jpeg: bytes, *, officer: Officer) -> Verification:
    """刷脸办税: compare the person at the window with card and enrolled picture."""
    ledger.require_here(ticket)
    place = ticket.place
    try:
        made = identity.verify(ticket.holder, live_jpeg, place=place, officer=officer)
    except DeviceUnavailable as trouble:
        raise no_engine(trouble) from trouble
    return _note_verification(ticket, made, officer)


def verify_by_hand(
    ticket: Ticket, reason: str, *, officer: Officer, second: Officer | None = None
) -> Verification:
    """人工核验: the officer compared the person with the document and answers for it; with
    `second` (`colleague`), who looked too (双人核实)."""
    ledger.require_here(ticket)
    place = ticket.place
    made = identity.verify_by_hand(
        ticket.holder, reason, officer=officer, place=place, second=second
    )
    _note_verification(ticket, made, officer)
    if second is not None:
        following.ask()  # a doubt who stands here may end by it
    return made


def compare_finger(ticket: Ticket, template: bytes, *, officer: Officer) -> Verification:
    """指纹核验: compare a finger with those that are kept of the person at the window."""
    ledger.require_here(ticket)
    place = ticket.window.place if ticket.window else ""
    try:
        made = fingers.verify(ticket.holder, template, place=place, officer=officer)
    except DeviceUnavailable as trouble:
        raise no_engine(trouble) from trouble
    return _note_verification(ticket, made, officer)


def enrol_face(ticket: Ticket, live_jpeg: bytes, *, officer: Officer) -> Portrait:
    """实名采集 at the window: keep this face for later visits, at both bureaus."""
    ledger.require_here(ticket)
    place = ticket.place
    try:
        portrait = identity.enrol(ticket.holder, live_jpeg, place=place, officer=officer)
    except DeviceUnavailable as trouble:
        raise no_engine(trouble) from trouble
    made = Verification.objects.filter(person=ticket.holder, live=portrait).latest("pk")
    _note_verification(ticket, made, officer)
    return portrait


def no_engine(trouble: DeviceUnavailable) -> Refusal:
    """The face engine is busy or gone: nobody is accepted by it, an officer can still look."""
    return Refusal("no_engine", trouble.words.en if english() else trouble.words.zh)


def _note_verification(ticket: Ticket, made: Verification, officer: Officer) -> Verification:
    with record.of("ticket.identify", about=ticket.holder.key, officer=officer) as trace:
        held = ledger.held_in(ticket, trace, *moves.HERE)
        held.verification = ticket.verification = made
        held.save(update_fields=["verification"])
        trace.detail["band"] = made.band
    return made
