"""法定代表人逐户核实: an enterprise is verified by its legal representative in person (M21).

    directive of M21 ──he comes, is identified, an item is done──▶ EnterpriseCheck
                                                     └──told──▶ own_enterprise_check ──▶ M21

Identified: his face matched, or two officers looked.  One officer alone serves him, but verifies
no enterprise; nor does anybody who only acts for it.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from django.db.models import F
from django.db.models.functions import Least
from django.utils.timezone import localdate

from chengxin.core.effects import Effect
from chengxin.hall.models import EnterpriseCheck, ItemRecord, Ticket
from chengxin.offices.models import Officer
from chengxin.people import bindings
from chengxin.people.models import Enterprise, Person
from chengxin.risk import following
from chengxin.risk.models import Directive
from chengxin.trace import record

INDICATOR = "M21"  # whose directives ask for it
SOURCE = "own_enterprise_check"  # under which the lake receives them
COLUMNS = ("check_id", "enterprise", "person", "verified_on", "counts_from", "officer", "hall",
           "visit")  # fmt: skip


def note(done: ItemRecord, ticket: Ticket, *, officer: Officer) -> EnterpriseCheck | None:
    """An item was done: note the verification that it makes, in the caller's transaction.

    None where no directive asks for one, or who stands here cannot give it.
    """
    enterprise, verification = done.enterprise, ticket.verification
    if enterprise is None or verification is None or not verification.stands:
        return None
    if not _asked(enterprise) or not represents(ticket.holder, enterprise):
        return None
    with record.of(
        "enterprise.verify",
        about=enterprise.key,
        officer=officer,
        place=ticket.place,
    ) as trace:
        made, fresh = EnterpriseCheck.objects.get_or_create(
            ticket=ticket,
            enterprise=enterprise,
            defaults={
                "person": ticket.holder,
                "verification": verification,
                "item": done,
                "officer": officer,
            },
        )
        trace.detail |= {"ticket": ticket.number, "item": done.item, "check": made.pk}
        if not fresh:
            trace.drop()
            return made
    following.ask()
    return made


def represents(person: Person, enterprise: Enterprise) -> bool:
    """Whether `person` is the legal representative of `enterprise` today."""
    return bindings.represents(person, enterprise, localdate())


def told(seen_on: date | None = None) -> tuple[str, date] | None:
    """All verifications of enterprises as a delivery's text, and the day of the last; None when
    there are none.

    With `seen_on`, what was not told before counts from that day on at the latest, and goes on
    counting so.
    """
    untold = EnterpriseCheck.objects.filter(counts_from=None)
    untold.update(counts_from=Least(F("verified_on"), seen_on) if seen_on else F("verified_on"))
    text, last = io.StringIO(), None
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    everything = EnterpriseCheck.objects.exclude(counts_from=None).order_by("pk")
    everything = everything.select_related("officer", "ticket")
    for one in everything.iterator(2_000):
        lines.writerow(
            (
                f"{one.pk:08d}",
                one.enterprise_id,
                one.person_id,
                one.verified_on,
                one.counts_from,
                one.officer.username,
                one.ticket.hall_id,
                one.ticket.visit,
            )
        )
        last = max(filter(None, (last, one.verified_on)))
    return (text.getvalue(), last) if last else None


def _asked(enterprise: Enterprise) -> bool:
    orders = Directive.objects.in_force().about(enterprise.key).filter(indicator=INDICATOR)
    return any(Effect.LEGAL_REP in order.ordered.values() for order in orders)
