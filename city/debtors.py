"""Persons of the background who owe taxes, or may not leave the country (M10)."""

from __future__ import annotations

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block
from city.forms import NONE
from city.people import Persons
from city.world import World

LARGE = 5_000_000  # fen: arrears that keep a debtor from handling approvals alone
_BUREAUS = ("阳信县国家税务局", "阳信县地方税务局")


class Debtors:
    """Writes the exit bans, and says who is found for one or for his arrears."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._represent: list[Ints] = []  # persons

    def of(self, block: Block, arrears: Ints) -> None:
        """Keep who represents an enterprise that owes a lot; its arrears are in fen."""
        self._represent.append(block.legal_rep.index[arrears >= LARGE])

    def judge(self, persons: Persons, owed: Ints) -> None:
        """`owed` by each of the persons himself, in fen."""
        truth = self._world.truth
        banned = self._exit_bans(persons)
        represents = np.isin(persons.index, np.concatenate(self._represent))
        for place in np.flatnonzero((owed > 0) | represents | banned).tolist():
            truth.is_debtor(
                truth.person(persons.number[place]),
                int(owed[place]),
                represents=bool(represents[place]),
                banned=bool(banned[place]),
            )

    def _exit_bans(self, persons: Persons) -> Bools:
        """Asked for by one of the bureaus; returns who is banned now."""
        dice, index, today = self._world.dice, persons.index, self._world.today
        mask = persons.number_tells_kind & dice.chance("exit ban", index, 400)
        since = today - dice.between("banned since", index, 1, 700)
        for_a_year = dice.chance("banned for a year", index, 500_000)
        until = np.where(for_a_year, since + 364, NONE)
        lifted = since + dice.between("banned for", index, 5, 400)
        lifted = np.where(dice.chance("ban lifted", index, 300_000), lifted, NONE)
        lifted = np.where(lifted > today, NONE, lifted)
        self._world.post.table("exit_ban").write(
            [f"阻控〔2016〕{row:08d}号" for row in index[mask].tolist()],
            chosen(persons.name, mask),
            chosen(persons.number, mask),
            [_BUREAUS[row % 2] for row in index[mask].tolist()],
            since[mask],
            until[mask],
            lifted[mask],
        )
        in_force: Bools = mask & ((until == NONE) | (until >= today)) & (lifted == NONE)
        return in_force
