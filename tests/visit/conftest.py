"""What every step of a visit needs: somebody identified, a way to take a ticket, a directive."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from chengxin.hall import visits
from chengxin.hall.models import Business, Hall, Ticket
from chengxin.people.models import Enterprise, Person, Verification
from chengxin.risk import directives
from chengxin.risk.models import Directive

Take = Callable[..., visits.Taken]


@pytest.fixture
def take(hall: Hall) -> Take:
    """Take a ticket as the kiosk does; the face matched unless the test says otherwise."""

    def taken(
        person: Person,
        business: Business = Business.ENTERPRISE,
        *,
        enterprise: Enterprise | None = None,
        band: str | None = Verification.Band.ACCEPT,
        nonce: uuid.UUID | None = None,
    ) -> visits.Taken:
        verification = Verification.objects.create(person=person, band=band) if band else None
        return visits.take_ticket(
            hall,
            person,
            business,
            enterprise=enterprise,
            verification=verification,
            nonce=nonce or uuid.uuid4(),
        )

    return taken


@pytest.fixture
def serving(take, window, zhao) -> Callable[..., Ticket]:
    """A person who stands at window 3, begun to be served."""

    def at_window(person: Person, **how: object) -> Ticket:
        take(person, **how)
        ticket = visits.call_next(window, officer=zhao)
        return visits.start(ticket, officer=zhao)

    return at_window


@pytest.fixture
def order(qian) -> Callable[..., Directive]:
    """Impose a directive by hand: order(about, {"INV": "block"})."""

    def imposed(about: Person | Enterprise, levels: dict[str, str]) -> Directive:
        return directives.impose(about.key, levels, "请联系主管税务机关", officer=qian)

    return imposed
