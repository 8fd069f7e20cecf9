"""What an officer sees of the person at his window: one page, read in one go.

Reads only.  What may not be done is decided by `risk.directives`; here it is put in order for the
eye: restrictions first, then the items group by group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localdate

from chengxin.core.effects import STRICTEST_FIRST
from chengxin.core.items import GROUPS, ITEMS, Group
from chengxin.core.papers import Paper
from chengxin.hall import (
    face_scale,
    held_papers,
    items,
    moves,
    orders,
    prepared,
    readings,
    screens,
)
from chengxin.hall.held_papers import Held, Need
from chengxin.hall.models import (
    Device,
    HandOver,
    ItemRecord,
    PreparedPaper,
    Screen,
    Ticket,
    TicketMove,
    Window,
    WindowReading,
)
from chengxin.hall.reverification import Reason, reasons
from chengxin.offices import access
from chengxin.offices.models import Jurisdiction, Officer
from chengxin.people import bindings, consents
from chengxin.people.models import (
    Affiliation,
    Binding,
    Enterprise,
    Person,
    Portrait,
    Purpose,
    Verification,
)
from chengxin.risk import counter, directives, objection_list
from chengxin.risk.directives import Decision, Verdict
from chengxin.risk.models import Directive
from chengxin.risk.objection_list import Filed
from chengxin.trace.models import Trace, TraceQuerySet
from chengxin.trace.tongue import english, listed

HERE = (Ticket.State.CALLED, Ticket.State.SERVING)
FREQUENT = ("INV", "INV-AUTH", "INV-ISS", "FILE", "PAY", "CURE")  # groups shown first
UNNAMED = {"M01", "M02"}  # a window says nothing of a case, to nobody who looks at its screen
ASIDE = 6  # parked and missed numbers shown; the others are found by number
VISITS = 40  # earlier lines shown; the trace page has the rest


@dataclass(frozen=True)
class Bound:
    """One enterprise of the person, with his roles in it."""

    enterprise: Enterprise
    roles: list[str]
    handles: bool  # one of the roles may handle its matters
    strictest: str  # effect of the strictest directive on it; "" when there is none


@dataclass(frozen=True)
class Row:
    """One item and what may be done with it now."""

    verdict: Verdict
    handled: ItemRecord | None  # begun in this visit
    represented: bool = False  # by the legal representative himself
    brings: tuple[Paper, ...] = ()  # what he still has to bring for it
    kept: tuple[Paper, ...] = ()  # what is held of it

    @property
    def code(self) -> str:
        return self.verdict.item.code

    @property
    def decision(self) -> str:
        return self.verdict.decision

    @property
    def can_override(self) -> bool:
        """Whether a section head may be asked to let it pass (放行)."""
        stopped = self.verdict.decision == Decision.REFUSED or (
            self.verdict.needs_legal_rep and not (self.represented or self.verdict.personal)
        )
        return stopped and counter.may_override(self.verdict)


@dataclass(frozen=True)
class Order:
    """A directive on the band: whom it stops and who can be asked about it."""

    directive: Directive
    on_person: bool
    contact: str
    read: bool  # confirmed at this window in this visit

    @property
    def code(self) -> str:
        """The indicator; a police case and an inspection are named by no code at a counter."""
        return "" if self.directive.indicator in UNNAMED else self.directive.indicator


@dataclass
class Desk:
    """The window, the person at it, and the enterprise chosen."""

    window: Window
    officer: Officer
    ticket: Ticket | None
    chosen: str = ""  # enterprise id asked for; "" takes the kiosk's choice, "-" himself

    @property
    def person(self) -> Person | None:
        return self.ticket.person if self.ticket else None

    @property
    def document_kinds(self) -> list[tuple[str, str]]:
        """For whoever's number was given while a kiosk's line was cut."""
        return [(str(kind), str(words)) for kind, words in Person.DOCUMENT_TITLES.items()]

    @property
    def verification(self) -> Verification | None:
        return self.ticket.verification if self.ticket else None

    @property
    def serving(self) -> bool:
        return self.ticket is not None and self.ticket.state == Ticket.State.SERVING

    @property
    def called(self) -> bool:
        return self.ticket is not None and self.ticket.state == Ticket.State.CALLED

    @property
    def can_finish(self) -> bool:
        return self.serving and not any(one.state == "started" for one in self.handled)

    @property
    def document_expired(self) -> bool:
        return self.person is not None and not self.person.document_valid_on(localdate())

    @cached_property
    def reader(self) -> Device | None:
        """The PC at this window that reads cards."""
        return readings.reader(self.window)

    @cached_property
    def finger_reader(self) -> Device | None:
        """The PC at this window with a fingerprint reader, where the hall offers fingers."""
        return readings.finger_reader(self.window)

    @cached_property
    def finger_allowed(self) -> bool:
        return self.person is not None and consents.stands(self.person, Purpose.FINGER)

    @property
    def has_fingers(self) -> bool:
        return self.person is not None and self.person.fingerprints.exists()

    @cached_property
    def reading(self) -> WindowReading | None:
        return readings.shown(self.window, self.ticket)

    @property
    def reading_trouble(self) -> str:
        return readings.trouble(self.reading) if self.reading else ""

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why the person is to be verified anew."""
        return reasons(self.person, self.enterprise, localdate()) if self.person else []

    @cached_property
    def queue(self) -> list[Ticket]:
        return list(Ticket.objects.queue_of(self.window)[:12])

    @cached_property
    def ready(self) -> Ticket | None:
        """Who was pre-called to this window."""
        return Ticket.objects.filter(window=self.window, state=Ticket.State.READY).first()

    @cached_property
    def aside(self) -> list[Ticket]:
        """Parked and missed numbers of this hall that an officer may bring back."""
        found = Ticket.objects.today(self.window.hall).filter(business__in=self.serves)
        states = (Ticket.State.PARKED, Ticket.State.MISSED)
        return list(found.filter(state__in=states).order_by("state", "-pk")[:ASIDE])

    @cached_property
    def screen(self) -> Screen | None:
        """The citizen's screen at this window."""
        return screens.of_window(self.window)

    @cached_property
    def taken_over(self) -> HandOver | None:
        """What was handed over to the officer here today."""
        today = self.window.hand_overs.filter(taking=self.officer, at__date=localdate())
        return today.select_related("leaving").order_by("-at").first()

    @cached_property
    def sent_here(self) -> TicketMove | None:
        """Who sent the person on to this window, and from where."""
        if self.ticket is None:
            return None
        sent = self.ticket.moves.filter(step="transfer").select_related("officer", "window")
        return sent.order_by("-pk").first()

    @property
    def still_planned(self) -> list[str]:
        """What he came for that no window has done yet, in words."""
        done = {one.item for one in self.handled}
        left = [code for code in self.ticket.planned if code not in done] if self.ticket else []
        return [_title(code) for code in left]

    @cached_property
    def others(self) -> list[Ticket]:
        """Other numbers of the person here, which this visit may take up (一票到底)."""
        if self.ticket is None or self.person is None:
            return []
        his = Ticket.objects.filter(hall=self.window.hall_id, day=self.ticket.day)
        mergeable = moves.MOVES["merge"].before
        return list(his.filter(person=self.ticket.person_id, state__in=mergeable).order_by("pk"))

    @property
    def serves(self) -> list[str]:
        return self.window.serves.split(",")

    @property
    def planned(self) -> list[str]:
        """What the person came for, in words."""
        return [_title(code) for code in self.ticket.planned] if self.ticket else []

    @cached_property
    def waiting(self) -> int:
        return Ticket.objects.queue_of(self.window).count()

    @cached_property
    def bound(self) -> list[Bound]:
        """The person's enterprises today, those he may handle first."""
        if self.person is None:
            return []
        found: dict[str, tuple[Enterprise, list[Affiliation | Binding]]] = {}
        for one in bindings.acting(self.person, localdate()):
            found.setdefault(one.enterprise_id, (one.enterprise, []))[1].append(one)
        strictest: dict[str, str] = {}
        keys = [enterprise.key for enterprise, _roles in found.values()]
        for order in sorted(_in_force(*keys), key=severity):
            strictest.setdefault(order.about, order.strictest)
        return [
            Bound(
                enterprise,
                [one.get_role_display() for one in held],
                any(one.role in bindings.ACTING for one in held),
                strictest.get(enterprise.key, ""),
            )
            for enterprise, held in found.values()
        ]

    @cached_property
    def enterprise(self) -> Enterprise | None:
        """The one the visit is about: chosen here, else at the kiosk, else the only one."""
        if self.ticket is None or self.chosen == "-":
            return None
        handled = {one.enterprise.pk: one.enterprise for one in self.bound if one.handles}
        if self.chosen in handled:
            return handled[self.chosen]
        if self.ticket.enterprise_id in handled:
            return handled[self.ticket.enterprise_id]
        only = self.ticket.business == "enterprise" and len(handled) == 1
        return next(iter(handled.values())) if only else None

    @cached_property
    def orders(self) -> list[Order]:
        """Every directive on the person and the chosen enterprise, the strictest first."""
        if self.person is None:
            return []
        assert self.ticket is not None
        keys = [self.person.key] + ([self.enterprise.key] if self.enterprise else [])
        read = counter.read_in(orders.visit_of(self.ticket, self.enterprise))
        return [
            Order(one, one.about == self.person.key, contact_of(one.subject), one.pk in read)
            for one in sorted(_in_force(*keys), key=severity)
        ]

    @cached_property
    def objections(self) -> list[Filed]:
        """What the person or the enterprise objected to, and the answers."""
        if self.person is None:
            return []
        keys = [self.person.key] + ([self.enterprise.key] if self.enterprise else [])
        return objection_list.at_window(keys, self.officer)

    @property
    def unread(self) -> list[Order]:
        return [order for order in self.orders if not order.read]

    @cached_property
    def handled(self) -> list[ItemRecord]:
        if self.ticket is None:
            return []
        return list(self.ticket.items.select_related("enterprise", "officer").order_by("pk"))

    @cached_property
    def prepared(self) -> list[PreparedPaper]:
        """预审资料: what he handed in before, for himself and the enterprise chosen."""
        if self.person is None:
            return []
        chosen = self.enterprise.pk if self.enterprise else None
        held = prepared.prepared(self.person)
        return [one for one in held if one.enterprise_id in (None, chosen)]

    @cached_property
    def kept(self) -> list[Held]:
        """Papers that are held of the person and the chosen enterprise, of this visit too."""
        return held_papers.of(self.person, self.enterprise) if self.person else []

    @property
    def held(self) -> list[Held]:
        """已留存资料: those of earlier visits."""
        assert self.ticket is not None
        own = self.ticket.pk
        return [one for one in self.kept if one.capture is None or one.capture.ticket_id != own]

    @property
    def under_way(self) -> list[tuple[ItemRecord, list[Need]]]:
        """What is handled in this visit; of what is not ended, how its papers stand."""
        return [
            (one, held_papers.needs(one, self.held_for(one)) if one.state == "started" else [])
            for one in self.handled
        ]

    def held_for(self, one: ItemRecord) -> list[Held]:
        """Of earlier visits, for the enterprise that the item is about."""
        if one.enterprise_id == (self.enterprise.pk if self.enterprise else None):
            return self.held
        return held_papers.of(one.ticket.holder, one.enterprise, besides=self.ticket)

    @cached_property
    def groups(self) -> list[tuple[Group, list[Row]]]:
        """The catalogue group by group, each item with its verdict for the one it concerns."""
        if self.person is None:
            return []
        own = [code for code, item in ITEMS.items() if not items.needs_enterprise(item)]
        theirs = [code for code in ITEMS if code not in own] if self.enterprise else []
        key = self.enterprise.key if self.enterprise else None
        found = {
            verdict.item.code: verdict
            for verdict in directives.check_all(self.person.key, key, [*own, *theirs])
        }
        begun = {one.item: one for one in self.handled if one.state == "started"}
        represented = items.is_legal_rep(self.person, self.enterprise)
        codes = {one.code for one in self.kept if one.usable}
        rows: dict[str, list[Row]] = {}
        for code in ITEMS:
            if code in found:
                brings, kept = held_papers.split(ITEMS[code], codes)
                row = Row(found[code], begun.get(code), represented, tuple(brings), tuple(kept))
                rows.setdefault(ITEMS[code].groups[0], []).append(row)
        order = [*FREQUENT, *(code for code in GROUPS if code not in FREQUENT)]
        return [(GROUPS[code], rows[code]) for code in order if code in rows]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many items stand under each decision, for the head of the list."""
        tally = dict.fromkeys(Decision, 0)
        for _name, rows in self.groups:
            for row in rows:
                tally[row.verdict.decision] += 1
        return [(decision.value, count) for decision, count in tally.items() if count]

    @property
    def earlier(self) -> TraceQuerySet:
        """往期业务办理情况: what was handled or refused for this person before this visit."""
        if self.person is None or self.ticket is None:
            return Trace.objects.none()
        ended = Q(action__in=["item.finish", "item.stop"]) | (
            Q(action="item.begin") & ~Q(outcome="done")
        )
        return (
            Trace.objects.filter(ended, about=self.person.key)
            .exclude(detail__ticket=self.ticket.number, at__date=self.ticket.day)
            .select_related("officer")
            .latest_first()[:VISITS]
        )

    @cached_property
    def reference(self) -> Portrait | None:
        """The picture that the live one is held against: the compared one, else the card's."""
        if self.person is None:
            return None
        if self.verification and self.verification.reference:
            return self.verification.reference
        found = self.person.portraits
        return (
            found.filter(channel=Portrait.Channel.CARD).order_by("-taken_at").first()
            or found.filter(enrolled=True).order_by("-taken_at").first()
        )

    @cached_property
    def live(self) -> Portrait | None:
        """The picture of this visit: the compared one, else the last that was taken."""
        if self.ticket is None or (self.verification and self.verification.live):
            return self.verification.live if self.verification else None
        if self.ticket.person is None:
            return None
        taken = self.ticket.person.portraits.filter(
            channel=Portrait.Channel.LIVE, taken_at__gte=self.ticket.taken_at
        )
        return taken.order_by("-taken_at").first()

    @property
    def demo_face(self) -> str:
        """Demo: the drawn face that stands before this hall's simulated camera."""
        if not settings.DEMO:
            return ""
        found = Device.objects.filter(hall=self.window.hall_id, props__has_key="face").first()
        return str(found.props["face"]) if found else ""

    @cached_property
    def scale(self) -> face_scale.Scale | None:
        made = self.verification
        if not made or not made.distance:
            return None
        channel = made.reference.channel if made.reference else Portrait.Channel.CARD
        if made.accept is not None and made.staff is not None:
            return face_scale.Scale(made.distance, made.accept, made.staff)
        judged_by = face_scale.edges(made.engine, channel)
        return face_scale.Scale(made.distance, *judged_by) if judged_by else None


def of(window: Window, officer: Officer, chosen: str = "") -> Desk:
    """The desk of `window` as `officer` may see it: the person he called himself, whatever the
    person's county; one a colleague called only when he is of the officer's county."""
    ticket = (
        Ticket.objects.filter(window=window, state__in=HERE)
        .select_related(
            "person", "verification__live", "verification__reference", "hall", "window__hall"
        )
        .first()
    )
    if ticket and ticket.person and ticket.officer_id != officer.pk:
        access.require(officer, ticket.person.key, place=window.place)
    return Desk(window, officer, ticket, chosen)


def _title(code: str) -> str:
    return ITEMS[code].title_en if english() else ITEMS[code].title


def _in_force(*keys: str) -> list[Directive]:
    return list(Directive.objects.in_force().about(*keys))


def severity(order: Directive) -> int:
    """For sorting: the strictest first."""
    return STRICTEST_FIRST.index(order.strictest)


def contact_of(key: str) -> str:
    """The offices that manage this person or enterprise."""
    found = Jurisdiction.objects.filter(about=key).select_related("office")
    return listed(
        one.office.name_en if english() and one.office.name_en else one.office.name for one in found
    )
