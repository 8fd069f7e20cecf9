"""The one place where a ticket's state changes: the step is checked against the table of
`hall.moves`, the ticket is saved, and the ledger gets its row, in the caller's transaction."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import evaluations, moves
from chengxin.hall.models import Promise, Ticket, TicketMove, Window
from chengxin.offices.models import Officer
from chengxin.trace.models import Trace

ENDS_A_PROMISE = {"call", "abandon", "merge"}
BRINGS_THE_NEXT = {"call", "resume"}  # to a window: who was there before is asked nothing more


def move(
    ticket: Ticket,
    step: str,
    *,
    officer: Officer | None,
    window: Window | None = None,
    **changed: Any,
) -> None:
    """Make `step` with `ticket`, whose row the caller holds; `changed` are fields that change too.

    `window` is where it happened: the ticket's own window unless told.
    """
    before = ticket.state
    if not moves.may(step, before):
        raise wrong_state(ticket)
    if moves.MOVES[step].after not in moves.UNNAMED:
        ticket.holder  # noqa: B018 (refuses when nobody knows him)
    ticket.state = moves.MOVES[step].after
    for name, value in changed.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=["state", *changed])
    where = window or ticket.window
    _note(ticket, step, before, officer, where)
    if step in BRINGS_THE_NEXT and where is not None:
        evaluations.lapse(where)
    if step in ENDS_A_PROMISE:
        open_ones = Promise.objects.filter(ticket=ticket, outcome="")
        open_ones.update(outcome=step, ended_at=now())


def taken(ticket: Ticket) -> None:
    """The first row of a ticket that was just made."""
    _note(ticket, "take", "", None, None)


def held(ticket: Ticket, trace: Trace, step: str) -> Ticket:
    """The ticket's row, locked, with its place noted; Refusal unless it may make `step`."""
    return held_in(ticket, trace, *moves.MOVES[step].before)


def held_in(ticket: Ticket, trace: Trace, *states: str) -> Ticket:
    """As `held`, for what moves no ticket but needs it in one of `states`."""
    found = (
        Ticket.objects.select_for_update(of=["self"])
        .select_related("hall", "window__hall", "person", "verification")
        .get(pk=ticket.pk)
    )
    trace.place = found.window.place if found.window else found.hall.place
    trace.detail["ticket"] = found.number
    if found.state not in states:
        raise wrong_state(found)
    return found


def require_here(ticket: Ticket) -> None:
    if ticket.state not in moves.HERE:
        raise wrong_state(ticket)


def wrong_state(ticket: Ticket) -> Refusal:
    told = {"number": ticket.number, "state": ticket.get_state_display()}
    return Refusal("wrong_state", _("%(number)s 当前为“%(state)s”") % told)


def _note(
    ticket: Ticket, step: str, before: str, officer: Officer | None, window: Window | None
) -> None:
    TicketMove.objects.create(
        ticket=ticket,
        step=step,
        before=before,
        after=ticket.state,
        at=ticket.taken_at if step == "take" else now(),
        business=ticket.business,
        window=window,
        officer=officer,
    )
