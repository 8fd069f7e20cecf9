"""Enterprises of ill repute in the background, and who answers for them (M06, M14).

Whom a bureau determined as absconded or out of contact 走逃（失联）, the yearly credit grades of
all companies, and whom case documents name: directly responsible persons 直接责任人员 and
controllers 实际控制人.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import NON_NORMAL, Block, Enterprises
from city.forms import NONE, Bureau
from city.people import Persons
from city.world import World

RESPONSIBLE, CONTROLLER = "13", "09"
GRADES = ("A", "B", "M", "C", "D", "")  # "" for a year that was not evaluated
_A, _B, _M, _C, _D, _NOT_EVALUATED = range(6)
_GRADE_WEIGHTS = (80, 690, 100, 75, 30, 25)
_FIRST_YEAR_OF_M = 2017  # 国家税务总局公告2018年第8号
DIRECT_CODES = ("030101", "030104", "040104", "")


@dataclass(frozen=True)
class Grades:
    """What the last evaluations of a block's companies came to."""

    is_d: Bools  # the latest year that has a grade (M14)
    direct: Bools  # D by a direct code in one of the two years before this one


@dataclass(frozen=True)
class Controls:
    """Whom a document names as controller of some enterprises, where one was told at all."""

    person: Ints
    told: Bools
    until: Ints


class Repute:
    """Writes determinations, grades and responsible persons of the background."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises

    def of(self, block: Block) -> Bools:
        """Everything about a block; returns who is lost or was graded D by a direct code."""
        self._tell_shells(block)
        lost = self._lost_contact(block)
        grades = self._grades(block)
        doubtful = self._world.dice.chance("named in a document", block.index, 500_000)
        doubtful &= lost | grades.is_d | grades.direct | block.where(NON_NORMAL)
        named = list(self._responsible(block, doubtful))
        self._judge_grades(block, grades, named)
        return lost | grades.direct

    def _tell_shells(self, block: Block) -> None:
        truth = self._world.truth
        for place in np.flatnonzero(block.shell & ~block.gone()).tolist():
            truth.is_shell(
                truth.enterprise_of(block.identity, place),
                truth.person(block.legal_rep.number[place]),
            )

    def _lost_contact(self, block: Block) -> Bools:
        """Determinations of one bureau or both; returns who is lost now (M06)."""
        dice, index = self._world.dice, block.index
        mask = dice.chance("lost contact", index, block.often(5_000, shells=120_000))
        mask &= ~block.gone()
        found = self._world.today - dice.between("lost since", index, 5, 700)
        is_lifted = dice.chance("found again", index, 300_000)
        lifted = np.minimum(found + dice.between("lost for", index, 10, 200), self._world.today)
        for bureau in Bureau:
            here = mask & self._told_by(block, bureau)
            self._world.post.to(bureau, "lost_contact").write(
                dice.uuids(f"lost contact {bureau}", index[here]),
                chosen(block.registration[bureau], here),
                found[here],
                np.where(is_lifted, lifted, NONE)[here],
            )
        lost: Bools = mask & ~is_lifted
        truth = self._world.truth
        for place in np.flatnonzero(lost).tolist():
            truth.is_lost(
                truth.enterprise_of(block.identity, place),
                truth.person(block.legal_rep.number[place]),
            )
        return lost

    def _grades(self, block: Block) -> Grades:
        """The grades of the three years before, the same at both bureaus; some D repaired since."""
        dice, today = self._world.dice, self._world.today
        is_d, direct = np.zeros(len(block), np.bool_), np.zeros(len(block), np.bool_)
        for back in (3, 2, 1):
            year = self._world.day.year - back
            serial = block.index * 4 + back
            graded = date(year + 1, 4, 8).toordinal() + dice.below("graded on", serial, 20)
            there = block.company & (block.registered <= date(year, 12, 31).toordinal())
            there &= (graded <= today) & ~block.gone()
            grade = dice.pick("grade", serial, _GRADE_WEIGHTS)
            if year < _FIRST_YEAR_OF_M:
                grade = np.where(grade == _M, _B, grade)
            code = np.where(grade == _D, dice.below("direct code", serial, len(DIRECT_CODES)), -1)
            self._send_grades(block, "grade", there, year, grade, code, graded)
            repaired = there & (grade == _D) & dice.chance("repaired", serial, 150_000)
            repaired &= graded + 60 <= today
            self._send_grades(
                block, "repair", repaired, year, np.full_like(grade, _C), np.full_like(code, -1),
                graded + 60,
            )  # fmt: skip
            stays = (grade == _D) & ~repaired
            is_d = np.where(there & (grade != _NOT_EVALUATED), stays, is_d)
            if back <= 2:
                direct |= there & stays & (code >= 0) & (code < len(DIRECT_CODES) - 1)
        return Grades(is_d, direct)

    def _send_grades(
        self,
        block: Block,
        what: str,
        mask: Bools,
        year: int,
        grade: Ints,
        code: Ints,
        graded: Ints,
    ) -> None:
        for bureau in Bureau:
            here = mask & block.at[bureau]
            self._world.post.to(bureau, "credit_grade").write(
                self._world.dice.uuids(f"{what} {year} {bureau}", block.index[here]),
                chosen(block.registration[bureau], here),
                [str(year)] * int(np.count_nonzero(here)),
                [GRADES[place] for place in grade[here].tolist()],
                [DIRECT_CODES[place] if place >= 0 else "" for place in code[here].tolist()],
                graded[here],
            )

    def _responsible(self, block: Block, doubtful: Bools) -> Iterator[tuple[str, Persons, Bools]]:
        """Who is named in documents now: role, persons, and for which of the block."""
        dice, index = self._world.dice, block.index
        since = self._named_since(index)
        controls = self.controls(index)
        until = controls.until
        second = dice.chance("finance officer named", index, 400_000)
        controller = self._world.people.of(controls.person)
        for role, persons, mask in (
            (RESPONSIBLE, block.legal_rep, doubtful),
            (RESPONSIBLE, block.finance_officer, doubtful & second),
            (CONTROLLER, controller, controls.told),
        ):
            for bureau in Bureau:
                here = mask & self._told_by(block, bureau)
                name = f"named {role} {persons is block.legal_rep} {bureau}"
                self._world.post.to(bureau, "responsible").write(
                    dice.uuids(name, index[here]),
                    chosen(block.registration[bureau], here),
                    chosen(persons.name, here),
                    chosen(persons.kind, here),
                    chosen(persons.numbers_at(bureau), here),
                    [role] * int(np.count_nonzero(here)),
                    [f"阳税责{row:010d}" for row in index[here].tolist()],
                    since[here],
                    until[here],
                )
            yield role, persons, mask & (until == NONE)

    def controls(self, index: Ints) -> Controls:
        """Who controls these; for a tenth of them that is over."""
        dice = self._world.dice
        over = dice.chance("no longer named", index, 100_000)
        until = np.minimum(self._named_since(index) + 300, self._world.today - 1)
        return Controls(
            person=self._enterprises.investor(index + 7),
            told=dice.chance("controlled", index, 2_000) & ~self._enterprises.gone(index),
            until=np.where(over, until, NONE),
        )

    def _named_since(self, index: Ints) -> Ints:
        return self._world.today - self._world.dice.between("named on", index, 5, 900)

    def controllers(self, block: Block) -> tuple[Ints, Ints]:
        """Who controls enterprises of the block now: place in the block, person."""
        controls = self.controls(block.index)
        place = np.flatnonzero(controls.told & (controls.until == NONE))
        return place, controls.person[place]

    def _judge_grades(
        self, block: Block, grades: Grades, named: list[tuple[str, Persons, Bools]]
    ) -> None:
        """M14: grade D acts on the enterprise, and on the directly responsible."""
        truth = self._world.truth
        for place in np.flatnonzero(grades.is_d).tolist():
            persons = {
                truth.person(persons.number[place])
                for role, persons, mask in named
                if role == RESPONSIBLE and mask[place]
            }
            truth.has_grade_d(truth.enterprise_of(block.identity, place), sorted(persons))

    def _told_by(self, block: Block, bureau: Bureau) -> Bools:
        """Whether this bureau tells of the block's ill repute; for half of them both do."""
        which = self._world.dice.pick("told by", block.index, (50, 30, 20))
        state = bureau is Bureau.STATE
        other = block.at[Bureau.LOCAL if state else Bureau.STATE]
        told: Bools = block.at[bureau] & ((which == 0) | (which == (1 if state else 2)) | ~other)
        return told
