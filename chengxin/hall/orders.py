"""What the back office ordered about the person at the window, and what is said to it there."""

from __future__ import annotations

from collections.abc import Collection

from chengxin.hall import ledger
from chengxin.hall.models import Ticket
from chengxin.offices import access
from chengxin.offices.models import Officer
from chengxin.people.models import Enterprise
from chengxin.risk import counter, objections
from chengxin.risk.models import Directive, Objection


def acknowledge(
    ticket: Ticket, enterprise: Enterprise | None, shown: Collection[int], *, officer: Officer
) -> int:
    """The officer confirms the directives with these ids, those that stand here, as read."""
    ledger.require_here(ticket)
    about = [ticket.holder.key] + ([enterprise.key] if enterprise else [])
    standing = Directive.objects.in_force().about(*about).filter(pk__in=shown)
    return counter.acknowledge(standing, visit_of(ticket, enterprise), officer=officer)


def object_to(
    ticket: Ticket, enterprise: Enterprise | None, directive: int, grounds: str, *, officer: Officer
) -> Objection:
    """The person at the window objects to a directive on him or the enterprise (异议)."""
    ledger.require_here(ticket)
    about = [ticket.holder.key] + ([enterprise.key] if enterprise else [])
    found = Directive.objects.about(*about).filter(pk=directive).first()
    if found is None:
        raise access.not_yours()
    place = ticket.place
    return objections.file(found, grounds, person=ticket.holder.key, officer=officer, place=place)


def withdraw_objection(ticket: Ticket, objection: int, *, officer: Officer) -> Objection:
    """The person at the window takes his own objection back."""
    ledger.require_here(ticket)
    found = Objection.objects.filter(pk=objection, person=ticket.holder.key).first()
    if found is None:
        raise access.not_yours()
    place = ticket.place
    return objections.withdraw(found, objections.AT_THE_WINDOW, officer=officer, place=place)


def visit_of(ticket: Ticket, enterprise: Enterprise | None) -> counter.Visit:
    """The visit as `risk.counter` keeps it."""
    return counter.Visit(
        person=ticket.holder.key,
        enterprise=enterprise.key if enterprise else "",
        ticket=ticket.visit,
        place=ticket.place,
    )
