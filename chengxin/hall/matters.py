"""What a person can come for: his enterprises, their items, and what to know beforehand (事前提醒).

    choices ─▶ one enterprise, or himself ─▶ of ─▶ items, popular first, each with its notes

A kiosk is a public screen.  A note says how things can be put right, and only of facts that the
person can end himself; of everything else, a case above all, nothing but where to ask.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import Style, lazy_pinyin

from chengxin.core.effects import Effect
from chengxin.core.items import GROUPS, SHELVES, USUAL, Item, shelf_of
from chengxin.core.papers import named
from chengxin.hall import held_papers, items
from chengxin.hall.models import Business, Hall, ItemRecord, Ticket
from chengxin.people import bindings
from chengxin.people.models import Affiliation, Enterprise, Person
from chengxin.risk.directives import Decision, Verdict
from chengxin.trace.tongue import english, listed

GROUPS_NAMED = 8  # more than these are "and others": a screen is read standing
SOON = timedelta(days=30)  # what ends so soon is told
LATELY = 2_000  # records of the hall that say what people come for
POPULAR = 8
AT_ONCE = 6  # items of one visit
PLACE = re.compile(r"^(?:\w{2,3}(?:省|自治区))?(?:\w{2,3}(?<!超)市)?(?:\w{2,3}[县区])?")

# How a fact ends that its own enterprise or person can end.  Nothing else is ever named at a kiosk:
# a police case, an inspection and an order by hand look alike, like everything not in this list.
CURES: dict[str, str | Promise] = {
    "M07": gettext_lazy("请先补办申报、接受处理，解除非正常状态"),
    "M09": gettext_lazy("请先缴清欠税，缴纳不受影响；入库后自动恢复"),
    "M10": gettext_lazy("请先缴清未缴税款，缴纳不受影响；入库后自动恢复"),
    "M13": gettext_lazy("请先办理发票验旧、缴销或遗失报告"),
    "M16": gettext_lazy("请先补办逾期申报，申报不受影响"),
    "M17": gettext_lazy("请先办结违法违章处理"),
}


@dataclass(frozen=True)
class Notice:
    """事前提醒: what of this business is restricted, by groups of items, and how."""

    decision: Decision
    titles: list[str]
    more: bool


@dataclass(frozen=True)
class Choice:
    """One enterprise for which the person may act, or (None) himself."""

    enterprise: Enterprise | None
    roles: list[str]
    used_at: datetime | None = None  # when he last took a number for it


@dataclass(frozen=True)
class Note:
    """One thing to know about one item before a number is taken."""

    kind: str  # a Decision, "lacking", "bring" or "held"
    words: str


@dataclass(frozen=True)
class Offer:
    """An item on the kiosk's shelves with what to know about it."""

    item: Item
    notes: list[Note]


@dataclass(frozen=True)
class Matter:
    """What may be come for on behalf of one enterprise, or for oneself."""

    possible: bool  # something of this business can be done
    notices: list[Notice]
    offers: list[Offer]
    popular: list[str]
    reminders: list[str]  # about the person himself: what ends soon


def choices(person: Person | None, business: Business) -> list[Choice]:
    """For whom the person may act: the enterprises bound to him today, the last used first; or
    himself."""
    if person is None:
        return []
    if business != Business.ENTERPRISE:
        return [Choice(None, [])]
    bound: dict[str, tuple[Enterprise, list[str]]] = {}
    roles = bindings.acting(person, localdate())
    for one in (role for role in roles if role.role in bindings.ACTING):
        bound.setdefault(one.enterprise_id, (one.enterprise, []))[1].append(one.get_role_display())
    used: dict[str, datetime] = {}
    taken = Ticket.objects.filter(person=person, enterprise__in=bound).order_by("taken_at")
    for enterprise_id, taken_at in taken.values_list("enterprise_id", "taken_at"):
        used[str(enterprise_id)] = taken_at
    found = [Choice(firm, held, used.get(pk)) for pk, (firm, held) in bound.items()]
    found.sort(key=_in_order)
    return found or [Choice(None, [])]


def of(
    hall: Hall,
    person: Person,
    business: Business,
    enterprise: Enterprise | None,
    *,
    identified: bool,
) -> Matter:
    """Items, notices and notes of one choice.  Only who was compared with his card is told how a
    restriction ends, and which papers are held of him; to anybody else the screen says where to
    ask, and all that is to be brought."""
    verdicts = items.verdicts(person, business, enterprise)
    roles = _roles(person, enterprise)
    held = held_papers.codes(person, enterprise) if identified else set()
    return Matter(
        possible=not items.nothing_possible(verdicts),
        notices=notices_of(verdicts),
        offers=[
            Offer(
                one.item,
                _notes(one, roles, enterprise, identified=identified) + _papers(one.item, held),
            )
            for one in verdicts
        ],
        popular=popular(hall, business),
        reminders=_reminders(person, enterprise),
    )


def planned(business: Business, asked: list[str]) -> list[str]:
    """The items that a visit is for, each once; what this business does not have is left out."""
    known = {item.code for item in items.of(business)}
    return [code for code in dict.fromkeys(asked) if code in known][:AT_ONCE]


def popular(hall: Hall, business: Business) -> list[str]:
    """What people of this hall come for most, then what is usual everywhere."""
    codes = [item.code for item in items.of(business)]
    lately = ItemRecord.objects.filter(ticket__hall=hall).order_by("-pk")
    counted = Counter(lately.values_list("item", flat=True)[:LATELY])
    often = [code for code, _count in counted.most_common() if code in codes]
    return list(dict.fromkeys([*often, *(code for code in USUAL if code in codes)]))[:POPULAR]


def notices_of(verdicts: list[Verdict]) -> list[Notice]:
    """What is restricted by what is to be done, strictest first; never the reason.

    A group that is restricted alike in all its items is named as one, else its items are.
    """
    by_group: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if not verdict.item.never_refused:
            by_group.setdefault(verdict.item.groups[0], []).append(verdict)
    found: dict[Decision, dict[str, None]] = {}
    for group, of_group in by_group.items():
        alike = len({verdict.decision for verdict in of_group}) == 1
        for verdict in of_group:
            named = GROUPS[group] if alike else verdict.item
            title = named.title_en if english() else named.title
            if verdict.decision != Decision.ALLOWED:
                found.setdefault(verdict.decision, {})[title] = None
    strictest_first = sorted(found, key=list(Decision).index, reverse=True)
    return [
        Notice(one, list(found[one])[:GROUPS_NAMED], len(found[one]) > GROUPS_NAMED)
        for one in strictest_first
    ]


def initials(name: str) -> str:
    """By which letters an enterprise is looked up, without the place it begins with: 阳信县守信食品
    有限公司 is SXSP…  A letter or figure of the name stands for itself."""
    short = PLACE.sub("", unicodedata.normalize("NFKC", name).strip())
    spelt = "".join(lazy_pinyin(short or name, style=Style.FIRST_LETTER))
    return "".join(sign for sign in spelt if sign.isascii() and sign.isalnum()).upper()


def told(choice: Choice) -> dict[str, object]:
    """One line of the list of enterprises, as JSON."""
    firm = choice.enterprise
    return {
        "id": firm.pk if firm else "",
        "name": firm.name if firm else "",
        "code": firm.number[-6:] if firm else "",
        "roles": listed(choice.roles),
        "status": firm.get_status_display() if firm else "",
        "normal": firm is None or firm.status == Enterprise.Status.NORMAL,
        "initials": initials(firm.name) if firm else "",
        "used": choice.used_at is not None,
    }


def matter_told(matter: Matter) -> dict[str, object]:
    """A matter as JSON, in the language of the page."""
    return {
        "possible": matter.possible,
        "notices": [
            {
                "decision": notice.decision,
                "titles": listed(notice.titles) + (_("等") if notice.more else ""),
            }
            for notice in matter.notices
        ],
        "popular": matter.popular,
        "items": [
            {
                "code": offer.item.code,
                "title": title(offer.item),
                "shelf": shelf_of(offer.item).code,
                "notes": [{"kind": note.kind, "words": note.words} for note in offer.notes],
            }
            for offer in matter.offers
        ],
        "reminders": matter.reminders,
    }


def catalogue(business: Business) -> list[dict[str, str]]:
    """The items of a business without anybody's verdict: what a kiosk shows while its line is
    cut."""
    usual = list(USUAL)
    found = items.of(business)
    found.sort(key=lambda one: usual.index(one.code) if one.code in usual else len(usual))
    return [{"code": one.code, "title": title(one), "shelf": shelf_of(one).code} for one in found]


def shelves() -> list[dict[str, str]]:
    return [
        {"code": one.code, "title": one.title_en if english() else one.title}
        for one in SHELVES.values()
    ]


def title(item: Item) -> str:
    return item.title_en if english() else item.title


def _in_order(choice: Choice) -> tuple[float, str]:
    used = choice.used_at.timestamp() if choice.used_at else 0.0
    name = choice.enterprise.name if choice.enterprise else ""
    return (-used, initials(name))


def _roles(person: Person, enterprise: Enterprise | None) -> set[str]:
    if enterprise is None:
        return set()
    held = bindings.acting(person, localdate())
    return {one.role for one in held if one.enterprise_id == enterprise.pk}


def _notes(
    verdict: Verdict, roles: set[str], enterprise: Enterprise | None, *, identified: bool
) -> list[Note]:
    """Strictest first: what stands against the item, what the person lacks."""
    found = []
    if verdict.decision not in (Decision.ALLOWED, Decision.REMIND):
        words = _words(verdict, is_rep=Affiliation.Role.LEGAL_REP in roles, identified=identified)
        found.append(Note(str(verdict.decision), words))
    elif verdict.decision == Decision.REMIND and not verdict.item.never_refused:
        found.append(Note("remind", _cured(verdict, identified=identified)))
    if verdict.item.code == "invoice_collect" and _lacks_collector(roles, enterprise):
        found.append(
            Note("lacking", _("您不是该企业登记的发票领用人，请由领用人前来，或先办理变更"))
        )
    return found


def _papers(item: Item, held: set[str]) -> list[Note]:
    """What to bring, and what need not be brought because it is held."""
    brings, kept = held_papers.split(item, held)
    return [
        Note(kind, named(papers, in_english=english()))
        for kind, papers in (("bring", brings), ("held", kept))
        if papers
    ]


def _words(verdict: Verdict, *, is_rep: bool, identified: bool) -> str:
    cured = _cured(verdict, identified=identified)
    if verdict.decision == Decision.REFUSED:
        return cured
    said = []
    if verdict.needs_legal_rep:
        came = is_rep or verdict.personal
        said.append(
            _("您本人已到场，窗口核验身份后可以办理")
            if came
            else _("请法定代表人本人持身份证前来取号办理")
        )
    if verdict.needs_approval:
        said.append(_("窗口当场报请审批，请多留一些时间"))
    return listed(said)


def _cured(verdict: Verdict, *, identified: bool) -> str:
    """How it ends, of what the person can end himself; where to ask of everything else."""
    strictest = verdict.effects[0][0] if verdict.effects else None
    orders = [order for effect, order in verdict.effects if effect == strictest]
    if not identified:
        orders = []
    known = [str(CURES[order.indicator]) for order in orders if order.indicator in CURES]
    said = list(dict.fromkeys(known))
    if len(known) < len(orders) or not orders:
        ask = _("请到窗口了解，或联系主管税务机关；有异议的可当场提出")
        said.append(ask if strictest == Effect.BLOCK else _("请到窗口了解"))
    return ("; " if english() else "；").join(said)


def _lacks_collector(roles: set[str], enterprise: Enterprise | None) -> bool:
    """The enterprise has registered collectors, and this person is none of them."""
    if enterprise is None or Affiliation.Role.COLLECTOR in roles:
        return False
    collectors = enterprise.affiliations.on(localdate()).filter(role=Affiliation.Role.COLLECTOR)
    return collectors.exists()


def _reminders(person: Person, enterprise: Enterprise | None) -> list[str]:
    today = localdate()
    said = []
    if _ends_soon(person.document_until, today):
        said.append(_("您的证件 %(day)s 到期，请及时换领") % {"day": person.document_until})
    if enterprise is not None:
        held = bindings.acting(person, today)
        ends = [
            one.until
            for one in held
            if one.enterprise_id == enterprise.pk and one.role in bindings.ACTING
        ]
        if ends and all(_ends_soon(day, today) for day in ends):
            last = max(day for day in ends if day)
            said.append(_("您与该企业的办税关系 %(day)s 到期，请及时续办") % {"day": last})
    return said


def _ends_soon(day: date | None, today: date) -> bool:
    return day is not None and today <= day <= today + SOON
