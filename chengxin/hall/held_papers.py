"""已留存资料: papers of earlier visits and letters of bindings, so that nothing is asked twice.

    taken in a visit ──▶ held, as long as its title lets it be used again ──reuse──▶ PaperReuse
    letter of a binding ─┘

How long stands with each title (`core/papers.yaml`, decision 0053).  A person's own papers are
shown in no visit of another; an enterprise's only to who may act for it today.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from chengxin.core.items import ITEMS, Item
from chengxin.core.papers import PAPERS, Again, Paper
from chengxin.core.refusal import Refusal
from chengxin.hall import ledger
from chengxin.hall.models import ItemRecord, PaperCapture, PaperReuse, Ticket
from chengxin.offices.models import Officer
from chengxin.people import bindings
from chengxin.people.models import Affiliation, Binding, Enterprise, Letter, Person
from chengxin.trace import record
from chengxin.trace.tongue import english

FREE = Paper("", "", "", PAPERS["licence"].of, Again.DAYS)  # with a title of its own
CHANGES = "REG-CHG"  # the group of items after which nothing registered is as it was
LETTERS = {
    Letter.Kind.AUTHORISATION: PAPERS["letter_of_authority"],
    Letter.Kind.AGENCY: PAPERS["agency_contract"],
}
SINGLE = [paper.code for paper in PAPERS.values() if paper.again == Again.ONCE]
SHOWN = 20  # papers of one matter only, the newest: nobody needs them again
MOST = 200  # of all others


@dataclass(frozen=True)
class Held:
    """One paper that is kept, and whether it may serve again."""

    paper: Paper
    title: str
    enterprise: Enterprise | None  # None: the person's own
    taken_at: datetime
    officer: Officer
    item: str  # for which it was taken; "" not told
    until: date | None  # None: without a day; `usable` says
    usable: bool
    capture: PaperCapture | None = None
    letter: Letter | None = None

    @property
    def key(self) -> str:
        """How a page names it."""
        return f"paper:{self.capture.pk}" if self.capture else f"letter:{self._letter.pk}"

    @property
    def code(self) -> str:
        return self.paper.code

    @property
    def item_title(self) -> str:
        known = ITEMS.get(self.item)
        if known is None:
            return ""
        return known.title_en if english() else known.title

    @property
    def words(self) -> str:
        """How long it may be used again, in words."""
        if self.paper.again == Again.ONCE:
            return _("仅限当次事项")
        if self.paper.again == Again.REGISTRATION:
            return _("登记信息变更前可用") if self.usable else _("登记信息已变更，请重新采集")
        if not self.usable:
            return _("已过期，请重新采集")
        return _("可用至 %(day)s") % {"day": self.until}

    @property
    def _letter(self) -> Letter:
        assert self.letter is not None
        return self.letter


@dataclass(frozen=True)
class Need:
    """One paper of an item under way, and how it stands."""

    paper: Paper
    taken: bool  # in this visit
    reused: bool
    held: Held | None  # of an earlier visit, and usable

    @property
    def title(self) -> str:
        return title(self.paper)


def title(paper: Paper) -> str:
    return paper.title_en if english() else paper.title


def of(
    person: Person, enterprise: Enterprise | None, *, besides: Ticket | None = None
) -> list[Held]:
    """What is held of `person` and, when he may act for it, of `enterprise`; the usable and the
    newest first.  `besides`: not what this visit took."""
    today = localdate()
    if enterprise is not None and not bindings.may_act(person, enterprise, today):
        enterprise = None
    found = [
        *_letters(person, enterprise, today),
        *(_held(one, person, today) for one in _captures(person, enterprise, besides)),
    ]
    return sorted(found, key=lambda one: (not one.usable, -one.taken_at.timestamp()))


def codes(person: Person, enterprise: Enterprise | None) -> set[str]:
    """Titles that need not be brought: what is held and usable, or was taken in this visit."""
    return {one.code for one in of(person, enterprise) if one.usable and one.code}


def split(item: Item, held: Collection[str]) -> tuple[list[Paper], list[Paper]]:
    """What is to be brought for `item`, and what is held of it."""
    papers = item.papers
    return (
        [paper for paper in papers if paper.code not in held],
        [paper for paper in papers if paper.code in held],
    )


def needs(handled: ItemRecord, held: list[Held]) -> list[Need]:
    """The papers of an item under way, each as it stands."""
    taken = set(
        handled.ticket.papers.filter(taken_at__isnull=False, discarded_at=None).values_list(
            "code", flat=True
        )
    )
    used = {_reused(one) for one in handled.reuses.select_related("paper", "letter")}
    usable: dict[str, Held] = {}
    for one in held:
        if one.usable and one.enterprise in (None, handled.enterprise):
            usable.setdefault(one.code, one)
    return [
        Need(paper, paper.code in taken, paper.code in used, usable.get(paper.code))
        for paper in ITEMS[handled.item].papers
    ]


def reuse(ticket: Ticket, handled: ItemRecord, key: str, *, officer: Officer) -> PaperReuse:
    """The held paper named by `key` serves for the item that is under way (沿用)."""
    place = ticket.window.place if ticket.window else ""
    about = ticket.holder.key
    with record.of("paper.reuse", about=about, officer=officer, place=place) as trace:
        held = ledger.held_in(ticket, trace, Ticket.State.SERVING)
        trace.detail |= {"paper": key, "item": handled.item}
        if handled.ticket_id != held.pk or handled.state != ItemRecord.State.STARTED:
            raise Refusal("wrong_state", _("资料只能沿用到正在办理的事项"))
        found = of(held.holder, handled.enterprise, besides=held)
        paper = next((one for one in found if one.key == key), None)
        if paper is None:
            raise Refusal("paper_unknown", _("此人和该企业没有这份留存资料"))
        if not paper.usable:
            raise Refusal("paper_over", _("这份资料不能再用，请重新采集"))
        made, fresh = PaperReuse.objects.get_or_create(
            paper=paper.capture, letter=paper.letter, handled=handled, defaults={"officer": officer}
        )
        if not fresh:
            trace.drop()
    return made


def registered(enterprise: Enterprise) -> str:
    """A digest of what is registered of it that stands on its licence: name, code, who heads it."""
    heads = enterprise.affiliations.on(localdate()).filter(role=Affiliation.Role.LEGAL_REP)
    told = [enterprise.name, enterprise.credit_code, *sorted(one.person_id for one in heads)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _captures(
    person: Person, enterprise: Enterprise | None, besides: Ticket | None
) -> list[PaperCapture]:
    """Without the pictures themselves: a list unseals none."""
    mine = Q(person=person, enterprise=None)
    if enterprise is not None:
        letters = [paper.code for paper in PAPERS.values() if paper.again == Again.BINDING]
        mine |= Q(enterprise=enterprise) & (~Q(code__in=letters) | Q(person=person))
    found = PaperCapture.objects.filter(mine, taken_at__isnull=False, discarded_at=None)
    if besides is not None:
        found = found.exclude(ticket=besides)
    told = found.select_related("officer", "enterprise").defer("content").order_by("-taken_at")
    return [
        *told.exclude(code__in=SINGLE)[:MOST],
        *told.filter(code__in=SINGLE)[:SHOWN],
    ]


def _held(one: PaperCapture, person: Person, today: date) -> Held:
    assert one.taken_at is not None
    paper = PAPERS.get(one.code, FREE)
    until = _until(one, paper, person, today)
    usable = paper.again != Again.ONCE and (until is None or until >= today)
    if paper.again == Again.REGISTRATION:
        usable = _still_registered(one)
    return Held(
        paper, title(paper) if paper.code else one.title, one.enterprise, one.taken_at,
        one.officer, one.item, until, usable, capture=one,
    )  # fmt: skip


def _until(one: PaperCapture, paper: Paper, person: Person, today: date) -> date | None:
    """The last day on which it may be used; None where no day says it."""
    assert one.taken_at is not None
    in_days = localdate(one.taken_at) + timedelta(days=paper.days)
    match paper.again:
        case Again.ONCE | Again.REGISTRATION:
            return None
        case Again.DOCUMENT:
            return one.until or in_days
        case Again.BINDING:
            acting = bindings.acting(person, today)
            ends = [held.until for held in acting if held.enterprise_id == one.enterprise_id]
            last = max((day for day in ends if day), default=None)
            if not ends:
                return localdate(one.taken_at) - timedelta(days=1)  # it ended: no more use
            return min(day for day in (last, one.until) if day) if last or one.until else in_days
    return in_days


def _still_registered(one: PaperCapture) -> bool:
    """Nothing on the licence has changed since, neither delivered nor handled here."""
    if one.enterprise is None or one.registered != registered(one.enterprise):
        return False
    changes = [code for code, item in ITEMS.items() if CHANGES in item.groups]
    since = ItemRecord.objects.filter(
        enterprise=one.enterprise, item__in=changes, state=ItemRecord.State.FINISHED
    )
    return not since.filter(ended_at__gt=one.taken_at).exists()


def _letters(person: Person, enterprise: Enterprise | None, today: date) -> list[Held]:
    """Letters of the bindings of this person to this enterprise that are in force."""
    if enterprise is None:
        return []
    bound = Binding.objects.on(today).filter(
        person=person, enterprise=enterprise, letter__isnull=False
    )
    found: dict[int, Held] = {}
    for one in bound.select_related("letter__officer").defer("letter__jpeg").order_by("-until"):
        letter = one.letter
        assert letter is not None
        paper, last = LETTERS[Letter.Kind(letter.kind)], min(one.until, letter.until)
        named = f"{letter.get_kind_display()}（{letter.scope}）"
        held = Held(
            paper, named, enterprise, letter.taken_at, letter.officer, "", last, last >= today,
            letter=letter,
        )  # fmt: skip
        found.setdefault(letter.pk, held)
    return list(found.values())


def _reused(one: PaperReuse) -> str:
    if one.letter is not None:
        return LETTERS[Letter.Kind(one.letter.kind)].code
    return one.paper.code if one.paper else ""
