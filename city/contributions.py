"""Social insurance by person and month: what was due from whom, and whether it came in."""

from __future__ import annotations

from datetime import date

import numpy as np

from city.dice import Ints, chosen
from city.enterprises import Block
from city.forms import NONE
from city.people import Persons
from city.world import World

MONTHS = 6  # the last finished ones
EMPLOYER, PERSON = 18, 8  # per cent of the base, for a pension in Shandong
_IN_ARREARS = 30_000  # of a million employers
_LATEST = 20  # days after the month's end on which others pay


class Contributions:
    """Writes the months of insured people; no indicator reads them."""

    def __init__(self, world: World) -> None:
        self._world = world
        month = world.day.year * 12 + world.day.month - 1
        self._months = [
            (_first_of(one), _first_of(one + 1) - 1) for one in range(month - MONTHS, month)
        ]

    def write(
        self, block: Block, row: Ints, persons: Persons, base: Ints, started: Ints, ended: Ints
    ) -> None:
        """`row`: whose employees the persons are; one who is told of twice is insured once.

        An employer in arrears has paid nothing for some months up to now.
        """
        dice, kind = self._world.dice, "职工养老"
        behind = dice.chance("insurance arrears", block.index, _IN_ARREARS)
        unpaid = np.where(behind, dice.between("months unpaid", block.index, 1, MONTHS), 0)
        _pairs, once = np.unique(np.stack((row, persons.index)), axis=1, return_index=True)
        stays = np.zeros(len(row), np.bool_)
        stays[once] = True
        stays &= ~block.gone()[row]
        for turn, (first, last) in enumerate(self._months):
            mask = stays & (started <= last) & ((ended == NONE) | (ended >= first))
            employer, count = row[mask], int(np.count_nonzero(mask))
            paid = last + dice.between("insurance paid", block.index * MONTHS + turn, 1, _LATEST)
            overdue = (unpaid >= MONTHS - turn) | (paid > self._world.today)
            self._world.post.table("social_insurance_payment").write(
                [block.identity.known_as[place] for place in employer.tolist()],
                chosen(persons.name, mask),
                chosen(persons.number, mask),
                [kind] * count,
                np.full(count, first),
                np.full(count, last),
                base[mask],
                base[mask] * EMPLOYER // 100,
                base[mask] * PERSON // 100,
                np.where(overdue, NONE, paid)[employer],
            )


def _first_of(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()
