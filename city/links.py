"""Who answers for an unsettled enterprise of the background and is in office elsewhere (M08)."""

from __future__ import annotations

import numpy as np

from city.dice import Bools, Ints
from city.enterprises import NON_NORMAL, Block, Enterprises
from city.world import World

QUARTER = 2_500  # a share of 25 %, in hundredths of a percent
_PERSONS = 500  # persons whose enterprises are drawn at once


class Links:
    """Keeps who is behind the unsettled, and tells the truth when all are known."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises
        self._behind: list[Ints] = []  # rows of person, enterprise

    def of(self, block: Block, unsettled: Bools, stakes: tuple[Ints, Ints, Ints]) -> None:
        """`unsettled`: lost, or D by a direct code; `stakes` as `Investors.write` gives them."""
        unsettled = unsettled | block.where(NON_NORMAL)
        row, person, share = stakes
        large = unsettled[row] & (share >= QUARTER)
        for persons, enterprises in (
            (block.legal_rep.index[unsettled], block.index[unsettled]),
            (block.finance_officer.index[unsettled], block.index[unsettled]),
            (person[large], block.index[row[large]]),
        ):
            self._behind.append(np.stack((persons, enterprises), axis=1))

    def judge(self) -> None:
        """M08: the person, and what he represents or keeps the books of beside the unsettled."""
        behind = np.unique(np.concatenate(self._behind), axis=0)
        held = self._enterprises.in_office(np.unique(behind[:, 0]))
        persons = np.unique(held[:, 0])
        for start in range(0, len(persons), _PERSONS):
            some = persons[start : start + _PERSONS]
            self._judge(some, behind[np.isin(behind[:, 0], some)], held[np.isin(held[:, 0], some)])

    def _judge(self, persons: Ints, behind: Ints, held: Ints) -> None:
        truth, index = self._world.truth, np.unique(held[:, 1])
        block = self._enterprises.block(index)
        new = block.registered >= self._world.year_ago.toordinal()
        numbers = self._world.people.of(persons).number
        for person, number in zip(persons.tolist(), numbers, strict=True):
            unsettled = set(behind[behind[:, 0] == person, 1].tolist())
            others = {
                truth.enterprise_of(block.identity, place): bool(new[place])
                for place in np.searchsorted(index, held[held[:, 0] == person, 1]).tolist()
                if unsettled - {int(index[place])}
            }
            truth.is_linked(truth.person(number), others)
