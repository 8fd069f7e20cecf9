"""Who owns and who runs the companies, as the market register has it; and shares in pledge.

Shareholders are mostly those whom the bureaus have as investors: of a few the register has never
heard, a few it has under somebody else's name, and some who sold are listed still.  It knows every
company by its credit code, also one that both bureaus have under its number from before 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block, Enterprises, codes
from city.forms import ENTERPRISE, NONE, PERSON, Bureau, Post
from city.people import (
    CAST,
    FOREIGN_PERMIT,
    HM_PASS,
    HMT_PERMIT,
    PASSPORT,
    RESIDENT,
    TW_PASS,
    Persons,
)
from city.world import World

DOCUMENTS = {
    RESIDENT: "居民身份证",
    PASSPORT: "护照",
    HM_PASS: "港澳居民来往内地通行证",
    TW_PASS: "台湾居民来往大陆通行证",
    HMT_PERMIT: "港澳台居民居住证",
    FOREIGN_PERMIT: "外国人永久居留身份证",
}
DIRECTOR, MANAGER, SUPERVISOR, FINANCE = "执行董事", "经理", "监事", "财务负责人"
A_PERSON, A_COMPANY = "自然人股东", "企业法人"
IN_FORCE, ENDED = "有效", "无效"
MONEY, IN_KIND = "货币", "实物"
_LATER_CAPITAL = date(2014, 3, 1).toordinal()  # from then on capital is paid in later, as promised
_PROMISED = 20 * 365  # days
_TERM = 3 * 365  # days in office
_PLEDGES = 8_000  # of a million stakes


@dataclass(frozen=True)
class Stakes:
    """Investors of a block's companies as the bureaus have them, one a row."""

    row: Ints  # of the company in the block
    person: Ints  # NONE for a company, which has a code
    natural: Persons  # `person`; somebody where that is NONE
    code: list[str]
    name: list[str]  # of person or company
    share: Ints  # hundredths of a percent
    amount: Ints  # fen
    serial: Ints
    until: Ints


class MarketPeople:
    """Writes shareholders, officers and pledges; no indicator reads them."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises

    def shareholders(self, block: Block, stakes: Stakes) -> None:
        dice, serial = self._world.dice, stakes.serial
        listed = (stakes.until == NONE) | dice.chance("still listed", serial, 300_000)
        listed &= ~dice.chance("never listed", serial, 20_000) & ~block.gone()[stakes.row]
        place = np.flatnonzero(listed)
        row, serial, person = stakes.row[place], serial[place], stakes.person[place]
        other = (person != NONE) & dice.chance("another listed", serial, 15_000)
        person = np.where(other, self._enterprises.investor(serial + 7), person)
        persons = self._world.people.of(np.maximum(person, 0))
        is_company = (person == NONE).tolist()
        registered = block.registered[row]
        due = np.where(registered < _LATER_CAPITAL, registered, registered + _PROMISED)
        in_kind = dice.chance("contributes in kind", serial, 60_000).tolist()
        self._world.post.table("market_shareholder").write(
            [record_id(number) for number in serial.tolist()],
            self._codes(block, row),
            [
                stakes.name[one] if firm else name
                for one, firm, name in zip(place.tolist(), is_company, persons.name, strict=True)
            ],
            [A_COMPANY if firm else A_PERSON for firm in is_company],
            _unless(is_company, [DOCUMENTS[kind] for kind in persons.kind]),
            _unless(is_company, persons.numbers_at(Bureau.LOCAL)),
            ["营业执照" if firm else "" for firm in is_company],
            [
                stakes.code[one] if firm else ""
                for one, firm in zip(place.tolist(), is_company, strict=True)
            ],
            [ten_thousands(fen) for fen in stakes.amount[place].tolist()],
            stakes.share[place],
            [IN_KIND if one else MONEY for one in in_kind],
            due,
        )
        self._pledges(block, stakes)

    def _pledges(self, block: Block, stakes: Stakes) -> None:
        """Some shares stand for a loan from another company or from a person."""
        dice, today = self._world.dice, self._world.today
        mask = dice.chance("pledges", stakes.serial, _PLEDGES) & (stakes.until == NONE)
        mask &= (stakes.person == NONE) | stakes.natural.number_tells_kind
        since = today - dice.between("pledged", stakes.serial, 10, 1_200)
        mask &= (block.registered[stakes.row] < since) & ~block.gone()[stakes.row]
        place = np.flatnonzero(mask)
        serial, row, since = stakes.serial[place], stakes.row[place], since[place]
        lenders, lender_names = self._enterprises.some_company("lends on shares", serial)
        private = self._world.people.of(self._enterprises.investor(serial + 11))
        lent_by_person = private.number_tells_kind & dice.chance("private lender", serial, 200_000)
        ended = since + dice.between("pledged for", serial, 100, 900)
        for turn, (one, company, code) in enumerate(
            zip(place.tolist(), row.tolist(), self._codes(block, row), strict=True)
        ):
            pledgor = (ENTERPRISE, stakes.name[one], stakes.code[one])
            if stakes.person[one] != NONE:
                pledgor = (PERSON, stakes.name[one], stakes.natural.number[one])
            pledgee = (ENTERPRISE, lender_names[turn], lenders[turn])
            if lent_by_person[turn]:
                pledgee = (PERSON, private.name[turn], private.number[turn])
            over = int(ended[turn]) <= today
            pledge(
                self._world.post, int(serial[turn]), (code, block.name[company]), pledgor, pledgee,
                int(stakes.amount[one]), date.fromordinal(int(since[turn])),
                date.fromordinal(int(ended[turn])) if over else None,
            )  # fmt: skip

    def officers(self, block: Block) -> None:
        """Who stands in the register today, and some who left; nobody of a deregistered company.

        A story's companies have no officers but their own people.
        """
        dice, index = self._world.dice, block.index
        there, drawn = block.company & ~block.gone(), index < CAST
        others = {
            turn: self._world.people.of(
                self._enterprises.investor(np.where(drawn, index, 0) * 8 + turn)
            )
            for turn in (2, 3, 6)
        }
        stands = np.full(len(block), NONE)
        left = np.minimum(block.registered + _TERM, self._world.today - 1)
        alone = ~drawn | dice.chance("manages himself", index, 600_000)
        head, supervisor = block.legal_rep, others[2]
        self._write(block, 0, DIRECTOR, head, there, stands)
        self._write(block, 1, MANAGER, head, there & alone, stands)
        self._write(block, 2, MANAGER, others[3], there & ~alone, stands)
        watched = there & drawn & (supervisor.index != head.index)
        self._write(block, 3, SUPERVISOR, supervisor, watched, stands)
        earlier = watched & dice.chance("supervised before", index, 50_000)
        earlier &= block.registered < self._world.today - _TERM
        self._write(block, 4, SUPERVISOR, others[6], earlier, left)
        told = there & (~drawn | ~dice.chance("books told otherwise", index, 50_000))
        self._write(block, 5, FINANCE, block.finance_officer, told, stands)
        self._write(block, 6, FINANCE, others[3], there & ~told, stands)

    def _write(
        self, block: Block, turn: int, post: str, persons: Persons, mask: Bools, until: Ints
    ) -> None:
        row = np.flatnonzero(mask)
        count = len(row)
        self._world.post.table("market_officer").write(
            [record_id(index * 8 + turn) for index in block.index[mask].tolist()],
            self._codes(block, row),
            chosen(persons.name, mask),
            [DOCUMENTS[kind] for kind in chosen(persons.kind, mask)],
            chosen(persons.numbers_at(Bureau.LOCAL), mask),
            [post] * count,
            ["聘任" if post in (MANAGER, FINANCE) else "选举"] * count,
            ["1" if post == DIRECTOR else "2"] * count,
            block.registered[mask],
            until[mask],
        )

    def _codes(self, block: Block, row: Ints) -> list[str]:
        """The code on the licence of each, also of those whom no bureau knows by it."""
        known = [block.identity.code[place] for place in row.tolist()]
        unknown = np.array([not code for code in known], np.bool_)
        drawn = iter(codes(self._world.dice, block.index[row[unknown]], self._world.day))
        return [code or next(drawn) for code in known]


def pledge(
    post: Post,
    serial: int,
    company: tuple[str, str],
    pledgor: tuple[str, str, str],
    pledgee: tuple[str, str, str],
    fen: int,
    since: date,
    ended: date | None,
) -> None:
    """One pledge; the company by code and name, both sides by kind, name and number."""
    post.book("equity_pledge").add(
        [
            f"371622{since.year}{serial:09d}",
            company[1],
            company[0],
            *pledgor,
            *pledgee,
            fen / 1_000_000,
            since.isoformat(),
            ENDED if ended else IN_FORCE,
            ended.isoformat() if ended else None,
        ]
    )


def record_id(serial: int) -> str:
    return f"371622{serial:015d}"


def ten_thousands(fen: int) -> str:
    """1234567 fen as 1.234567, in 万元."""
    return f"{fen // 1_000_000}.{fen % 1_000_000:06d}"


def _unless(mask: Sequence[bool], texts: Sequence[str]) -> list[str]:
    return ["" if left_out else text for left_out, text in zip(mask, texts, strict=True)]
