"""Enterprises of ill repute in the background: absconded ones (M06).

Whom a bureau determined as absconded or out of contact 走逃（失联）, and whose determination was
lifted since.
"""

from __future__ import annotations

import numpy as np

from city.dice import Bools, chosen
from city.enterprises import Block
from city.forms import NONE, Bureau
from city.world import World


class Repute:
    """Writes the background's determinations."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block) -> None:
        """Everything about a block of enterprises."""
        self._lost_contact(block)

    def _lost_contact(self, block: Block) -> Bools:
        """Determinations of one bureau or both; returns who is lost now (M06)."""
        dice, index = self._world.dice, block.index
        mask = dice.chance("lost contact", index, 5_000) & ~block.gone()
        found = self._world.today - dice.between("lost since", index, 5, 700)
        is_lifted = dice.chance("found again", index, 300_000)
        lifted = np.minimum(found + dice.between("lost for", index, 10, 200), self._world.today)
        which = dice.pick("lost at", index, (50, 30, 20))
        for bureau in Bureau:
            other = block.at[Bureau.LOCAL if bureau is Bureau.STATE else Bureau.STATE]
            own = 1 if bureau is Bureau.STATE else 2
            here = mask & block.at[bureau] & ((which == 0) | (which == own) | ~other)
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
