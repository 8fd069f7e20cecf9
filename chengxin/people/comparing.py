"""One record without a number beside one person: what agrees, what differs, and what each says.

Numbers, births, phones and addresses are masked until somebody asks for them with a purpose; what
agrees comes from the night, because the registry keeps no address of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengxin.core.identifiers import masked
from chengxin.offices.models import Officer
from chengxin.people import gathered, judgements
from chengxin.people.models import Judgement, Person, Unidentified, UnsurePair
from chengxin.sources import all_sources

NEXT = 8  # pairs named beside the one that is shown
A_PAGE = 20

Words = dict[str | None, tuple[str | Promise, str]]
NAMES: Words = {
    "same": (_("相同"), "ok"),
    "sound": (_("读音相同"), "warn"),
    "near": (_("差一个字"), "warn"),
    "other": (_("不同"), "danger"),
}
BIRTHS: Words = {
    "same": (_("相同"), "ok"),
    "near": (_("年、月、日差一处"), "warn"),
    "other": (_("不同"), "danger"),
}
PHONES: Words = {"same": (_("相同"), "ok"), "other": (_("不同"), "danger")}
ADDRESSES: Words = {
    "same": (_("相同"), "ok"),
    "building": (_("同一楼栋"), "warn"),
    "other": (_("不同"), "danger"),
}
NOTHING = (_("无从比对"), "")


class Tab(models.TextChoices):
    QUEUE = "queue", _("待认定")
    JOINED = "joined", _("自动关联")
    PAST = "past", _("认定记录")


@dataclass(frozen=True)
class Line:
    """One detail of both sides; `tone` is ok, warn, danger or nothing."""

    title: str | Promise
    theirs: list[tuple[str, bool]]  # pieces of what the record says, and whether they differ
    ours: list[tuple[str, bool]]
    agrees: str | Promise
    tone: str


@dataclass(frozen=True)
class Comparison:
    """A record and a person, side by side."""

    record: Unidentified
    person: Person
    confidence: Decimal
    agrees: dict[str, str | None]  # name, born, phone, address
    shown: bool = False  # whole values, asked for with a purpose

    @property
    def percent(self) -> str:
        """How likely they are the same, 97.3; never 100: the score knows nothing of twins."""
        return f"{min(self.confidence * 100, Decimal('99.9')):.1f}"

    @property
    def source(self) -> str:
        known = all_sources().get(self.record.source)
        return known.title if known else self.record.source

    @property
    def lines(self) -> list[Line]:
        record, person = self.record, self.person
        born = person.number[6:14] if len(person.number) == 18 else ""
        address = self._address(record.address)
        on_record = str(_("其名下登记的地址")) if self.agrees["address"] else ""
        return [
            _line(_("姓名"), *_marked(record.name, person.name), NAMES, self.agrees["name"]),
            self._plain(_("出生日期"), _birth(record.birth), _birth(born), BIRTHS, "born"),
            self._plain(_("手机"), record.phone, person.phone, PHONES, "phone"),
            _line(_("地址"), _one(address), _one(on_record), ADDRESSES, self.agrees["address"]),
            _line(
                _("证件号码"), _one(self._masked(record.number)), _one(self._masked(person.number)),
                {}, None,
            ),
        ]  # fmt: skip

    def _plain(self, title: str | Promise, theirs: str, ours: str, words: Words, part: str) -> Line:
        both = (theirs, ours)
        if not self.shown:
            hide = _hidden_birth if part == "born" else masked
            both = (hide(theirs), hide(ours))
        return _line(title, _one(both[0]), _one(both[1]), words, self.agrees[part])

    def _masked(self, number: str) -> str:
        return number if self.shown else masked(number)

    def _address(self, address: str) -> str:
        return address if self.shown or len(address) < 8 else f"{address[:8]}****"


@dataclass(frozen=True)
class Room:
    """What the page shows of one tab."""

    officer: Officer
    tab: str
    number: int = 1  # of the page

    @cached_property
    def waiting(self) -> int:
        return judgements.queue(self.officer).count()

    @cached_property
    def comparison(self) -> Comparison | None:
        """The first of the queue."""
        pair = judgements.queue(self.officer).first()
        return of_pair(pair.record_id, pair.person_id, self.officer) if pair else None

    @cached_property
    def following(self) -> list[Comparison]:
        return [_of(pair) for pair in judgements.queue(self.officer)[1 : NEXT + 1]]

    @cached_property
    def joined(self) -> list[Comparison]:
        return joined(self.officer)

    @cached_property
    def past(self) -> Page[Judgement]:
        return Paginator(judgements.past(self.officer), A_PAGE).get_page(self.number)


def of_pair(
    record_id: str, person_id: str, officer: Officer, *, shown: bool = False
) -> Comparison | None:
    """A pair of the queue that `officer` may decide; None when it is not there any more."""
    pair = judgements.queue(officer).filter(record=record_id, person=person_id).first()
    return _of(pair, shown=shown) if pair else None


def joined(officer: Officer) -> list[Comparison]:
    """What the last night joined without a person and nobody has judged, the least sure first."""
    told = gathered.rows(
        "SELECT record_id, person_id, confidence, name_agrees, born_agrees, phone_agrees, "
        "address_agrees FROM resolution WHERE rule = 'matched' "
        "ORDER BY confidence, record_id LIMIT 100"
    )
    records = Unidentified.objects.in_bulk({row["record_id"] for row in told})
    persons = Person.objects.in_bulk(
        judgements.seen_by(officer, {row["person_id"] for row in told})
    )
    judged = set(
        Judgement.objects.in_force()
        .filter(record__in=records)
        .values_list("record_id", "person_id")
    )
    return [
        Comparison(
            records[row["record_id"]],
            persons[row["person_id"]],
            row["confidence"],
            {part: row[f"{part}_agrees"] for part in ("name", "born", "phone", "address")},
        )
        for row in told
        if row["record_id"] in records
        and row["person_id"] in persons
        and (row["record_id"], row["person_id"]) not in judged
    ]


def _of(pair: UnsurePair, *, shown: bool = False) -> Comparison:
    agrees = {
        "name": pair.name_agrees,
        "born": pair.born_agrees,
        "phone": pair.phone_agrees,
        "address": pair.address_agrees,
    }
    return Comparison(pair.record, pair.person, pair.confidence, agrees, shown)


def _line(
    title: str | Promise,
    theirs: list[tuple[str, bool]],
    ours: list[tuple[str, bool]],
    words: Words,
    agrees: str | None,
) -> Line:
    said, tone = words.get(agrees, NOTHING)
    return Line(title, theirs, ours, said, tone)


def _one(text: str) -> list[tuple[str, bool]]:
    return [(text, False)] if text else []


def _marked(theirs: str, ours: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both names, character by character, with those marked that the other lacks in its place."""
    if len(theirs) == len(ours):
        differ = [a != b for a, b in zip(theirs, ours, strict=True)]
        return list(zip(theirs, differ, strict=True)), list(zip(ours, differ, strict=True))
    return [(c, c not in ours) for c in theirs], [(c, c not in theirs) for c in ours]


def _birth(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else ""


def _hidden_birth(text: str) -> str:
    return f"{text[:4]}-**-**" if text else ""
