"""What the enrolment page of a window shows: the person, what he agreed to, what is still missing."""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.timezone import localdate

from chengxin.hall import desk, enrolment, pre_enrolments, reverification
from chengxin.hall.models import PreEnrolment, Ticket, Window
from chengxin.hall.reverification import Reason
from chengxin.notices import gateway
from chengxin.offices.models import Officer
from chengxin.people import bindings, consents, enrolments, moves, rights
from chengxin.people.consents import Notice
from chengxin.people.models import (
    Binding,
    Consent,
    Enrolment,
    Enterprise,
    Fingerprint,
    Portrait,
    Purpose,
    RightsRequest,
)
from chengxin.people.retention import Rule
from chengxin.risk.models import Dispute

BINDINGS = 40  # shown; the rest is in the dossier


@dataclass
class Sheet:
    """One person at one window."""

    window: Window
    officer: Officer
    ticket: Ticket

    @cached_property
    def desk(self) -> desk.Desk:
        """The pictures and the comparison, as the workstation shows them."""
        return desk.Desk(self.window, self.officer, self.ticket, "-")

    @property
    def notices(self) -> list[tuple[Notice, Consent | None]]:
        said = {one.purpose: one for one in consents.current(self.ticket.holder)}
        return [(notice, said.get(notice.purpose)) for notice in self._asked]

    @property
    def _asked(self) -> list[Notice]:
        return consents.notices(fingers=self.window.hall.fingers)

    @cached_property
    def fingers(self) -> list[Fingerprint]:
        return list(self.ticket.holder.fingerprints.order_by("finger"))

    @cached_property
    def informed(self) -> bool:
        return enrolments.informed(self.ticket.holder)

    @property
    def version(self) -> str:
        return consents.version()

    @cached_property
    def face_allowed(self) -> bool:
        return consents.stands(self.ticket.holder, Purpose.FACE)

    @cached_property
    def enrolled(self) -> Portrait | None:
        found = self.ticket.holder.portraits.filter(enrolled=True)
        return found.order_by("-taken_at", "-pk").first()

    @property
    def tries_left(self) -> int:
        return enrolment.tries_left(self.ticket)

    @property
    def has_gateway(self) -> bool:
        return gateway.is_there()

    @property
    def has_pages(self) -> bool:
        return gateway.is_there() and bool(settings.PUBLIC_URL)

    @cached_property
    def reasons(self) -> list[Reason]:
        found = reverification.reasons(self.ticket.holder, self.ticket.enterprise, localdate())
        return found

    @cached_property
    def bindings(self) -> list[Binding]:
        his = self.ticket.holder.bindings.select_related("enterprise", "confirmer", "letter")
        return list(his.order_by("-pk")[:BINDINGS])

    @cached_property
    def claims(self) -> list[Binding]:
        """What others claim of enterprises that he heads, and waits for his word."""
        mine = enrolment.claims_for(self.ticket.holder)
        return [one for one in mine if one.person_id != self.ticket.person_id]

    @cached_property
    def named(self) -> list[Enterprise]:
        """Enterprises that name him, delivered or collected: he may say that it is not he."""
        acting = {
            one.enterprise_id: one.enterprise
            for one in bindings.acting(self.ticket.holder, localdate())
        }
        for one in self.bindings:
            acting.setdefault(one.enterprise_id, one.enterprise)
        return sorted(acting.values(), key=lambda one: one.name)

    @cached_property
    def disputes(self) -> list[Dispute]:
        his = self.ticket.holder.disputes.select_related("enterprise")
        return list(his.order_by("-pk")[:10])

    @cached_property
    def requests(self) -> list[RightsRequest]:
        return list(self.ticket.holder.rights_requests.order_by("-pk")[:10])

    @cached_property
    def kept(self) -> list[Rule]:
        """What the law keeps of him, as the last answer named it."""
        return rights.kept_of(self.requests[0]) if self.requests else []

    @cached_property
    def pre(self) -> PreEnrolment | None:
        """What he had typed on his phone, once it was taken over."""
        return pre_enrolments.used_for(self.ticket.holder)

    @cached_property
    def done(self) -> Enrolment | None:
        """Of this visit."""
        since = self.ticket.started_at or self.ticket.taken_at
        return self.ticket.holder.enrolments.filter(at__gte=since).order_by("-pk").first()

    @property
    def steps(self) -> list[tuple[str, bool]]:
        """What is to be done in order, and whether it is."""
        verified = self.ticket.identified
        settled = any(one.state in moves.IN_FORCE for one in self.bindings)
        return [
            ("notice", self.informed),
            ("phone", bool(self.ticket.holder.phone)),
            ("verify", verified),
            ("bind", settled or (not self.bindings and bool(self.named))),
            ("complete", self.done is not None),
        ]
