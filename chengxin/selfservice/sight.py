"""What a person sees of himself: his enterprises, numbers, visits, notices, and who looked.

Never another person, never a case: what is not in these lists is not shown.  Every look leaves a
trace in his own record (`seen`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin.core.refusal import Refusal
from chengxin.hall import codes
from chengxin.hall.models import Hall, ShowsOfficer, Ticket
from chengxin.notices.models import Message
from chengxin.offices.models import Office, Role
from chengxin.oversight.looks import LOOKS
from chengxin.people import bindings, moves, standing
from chengxin.people.dossier import Purpose
from chengxin.people.models import Affiliation, Binding, Enterprise, Person
from chengxin.people.standing import Grade
from chengxin.selfservice.models import SelfSession
from chengxin.trace import record, words
from chengxin.trace.models import Trace
from chengxin.trace.tongue import english

MOST = 50  # lines of a list
# Who may speak for an enterprise against the bureau; a collector or invoice clerk may not.
SPEAKS = (
    Binding.Role.LEGAL_REP, Binding.Role.FINANCE_OFFICER, Binding.Role.TAX_HANDLER,
    Binding.Role.AGENT, Binding.Role.AUTHORISED,
)  # fmt: skip
# Looks that are told: of the hall's and the record's keepers, and those with a purpose that the
# person takes part in.  Those of verification and risk are not: to tell of them could hinder what
# the law has the bureau do (个人信息保护法 art. 18, 35).
TOLD_ROLES = {Role.WINDOW, Role.HALL_MANAGER, Role.CREDIT, Role.ARCHIVE, Role.DATA}
TOLD_PURPOSES = {Purpose.CONTACT, Purpose.DOCUMENT}


@dataclass(frozen=True)
class Held:
    """One role in one enterprise, as it stands; its words are of the language of the moment."""

    bond: Affiliation | Binding
    in_force: bool

    @property
    def title(self) -> str:
        return str(self.bond.get_role_display())

    @property
    def state(self) -> str:
        if isinstance(self.bond, Binding):
            return str(self.bond.get_state_display())
        return _("登记")

    @property
    def until(self) -> date | None:
        return self.bond.until


@dataclass(frozen=True)
class Firm:
    """An enterprise of the person with all that he is in it."""

    enterprise: Enterprise
    held: list[Held]
    roles: frozenset[str]  # those in force

    @property
    def handles(self) -> bool:
        """One of the roles may handle its matters: an investor's alone may not."""
        return bool(self.roles & set(bindings.ACTING))

    @property
    def speaks(self) -> bool:
        return bool(self.roles & set(SPEAKS))

    @cached_property
    def grade(self) -> Grade | None:
        """Its credit grade, for who handles its matters."""
        return standing.graded(self.enterprise.key) if self.handles else None


@dataclass(frozen=True)
class Number:
    """One open number of today."""

    ticket: Ticket
    place: str  # the address of its own page; "" when it has none

    @property
    def ahead(self) -> int | None:
        return self.ticket.ahead if self.ticket.state == Ticket.State.WAITING else None


@dataclass(frozen=True)
class Done:
    """One item that a window did or refused: what, where, by whom, how it ended."""

    trace: Trace
    item: str
    where: str
    by: str
    result: str

    @property
    def refused(self) -> bool:
        return self.trace.outcome != "done"


@dataclass(frozen=True)
class Look:
    """Somebody of the bureau looked at the record: which office, where, why."""

    trace: Trace
    office: str
    what: str
    why: str


@dataclass(frozen=True)
class Own:
    """One person, as he may see himself."""

    person: Person

    @cached_property
    def firms(self) -> list[Firm]:
        """Those he acts for first, then what waits, stopped or ended lately."""
        acting = bindings.acting(self.person, localdate())
        known = {one.pk for one in acting if isinstance(one, Binding)}
        other = self.person.bindings.filter(state__in=moves.OPEN).exclude(pk__in=known)
        enterprises: dict[str, Enterprise] = {}
        held: dict[str, list[Held]] = {}
        roles: dict[str, set[str]] = {}
        for one in [*acting, *other.select_related("enterprise").order_by("pk")]:
            stands = one in acting
            enterprises.setdefault(one.enterprise_id, one.enterprise)
            held.setdefault(one.enterprise_id, []).append(Held(one, stands))
            if stands:
                roles.setdefault(one.enterprise_id, set()).add(one.role)
        return [
            Firm(firm, held[pk], frozenset(roles.get(pk, ()))) for pk, firm in enterprises.items()
        ]

    def firm(self, pk: str) -> Firm:
        """The one with this id, when he handles its matters; Refusal for any other."""
        found = [one for one in self.firms if one.enterprise.pk == pk and one.handles]
        if not found:
            raise Refusal("not_bound", _("您不是该企业的法定代表人、财务负责人或办税人员"))
        return found[0]

    @property
    def numbers(self) -> list[Number]:
        found = Ticket.objects.filter(person=self.person, day=localdate()).open()
        return [
            Number(one, _place_page(one))
            for one in found.select_related("hall", "window").order_by("pk")
        ]

    @property
    def done(self) -> list[Done]:
        """往期业务: what was done for him and by whom, and what was refused."""
        ended = Q(action__in=["item.finish", "item.stop"]) | (
            Q(action="item.begin") & ~Q(outcome="done")
        )
        found = Trace.objects.filter(ended, about=self.person.key).select_related("officer")
        halls = Hall.objects.in_bulk()
        return [_done(one, halls) for one in found.latest_first()[:MOST]]

    @property
    def looks(self) -> list[Look]:
        found = Trace.objects.filter(
            about=self.person.key, action__in=[*LOOKS, "prepared.see"], outcome="done"
        ).exclude(officer=None)
        told = found.select_related("officer__office").prefetch_related("officer__roles")
        lines = [one for one in told.latest_first()[: 10 * MOST] if _may_tell(one)]
        return [_look(one) for one in lines[:MOST]]

    @property
    def notices(self) -> list[Message]:
        """短信: what was sent to him; the words themselves are gone when it has arrived."""
        found = Message.objects.filter(about=self.person.key).defer("phone", "words")
        return list(found.order_by("-made_at")[:MOST])


def seen(session: SelfSession, what: str) -> Own:
    """The person of this session sees one of his pages; that he did is a line of his record."""
    about = session.person.key
    record.seen("self.see", about=about, officer=None, place=session.place, what=what)
    return Own(session.person)


def _place_page(ticket: Ticket) -> str:
    if not ticket.place_code:
        return ""
    return reverse("place", args=[codes.place_text(ticket.nonce)])


def _done(trace: Trace, halls: dict[str, Hall]) -> Done:
    hall = halls.get(trace.place.partition("/")[0].removeprefix("hall:"))
    by = trace.officer.username if trace.officer else ""
    if trace.officer and hall and hall.shows_officer == ShowsOfficer.NAME:
        by = f"{trace.officer.full_name} {by}"
    refused = trace.outcome != "done"
    return Done(
        trace,
        words.item_title(str(trace.detail.get("item", ""))),
        f"{hall.title if hall else ''} {words.place(trace.place)}".strip(),
        by,
        words.outcome(trace.outcome) if refused else words.action(trace.action),
    )


def _may_tell(trace: Trace) -> bool:
    assert trace.officer is not None
    if trace.detail.get("purpose") in TOLD_PURPOSES or trace.action == "prepared.see":
        return True
    roles = {held.role for held in trace.officer.roles.all()}
    return not trace.detail.get("purpose") and bool(roles) and roles <= TOLD_ROLES


def _look(trace: Trace) -> Look:
    assert trace.officer is not None
    purpose = dict(Purpose.choices).get(str(trace.detail.get("purpose", "")), "")
    at_window = trace.place.startswith("hall:")
    return Look(
        trace,
        _title(trace.officer.office),
        words.action(trace.action),
        str(purpose) or (_("窗口办理业务") if at_window else _("日常管理")),
    )


def _title(office: Office | None) -> str:
    if office is None:
        return ""
    return office.name_en if english() and office.name_en else office.name
