"""Invoices that enterprises of the background fetch at the state bureau, how many and who does.

Most collections are verified and complete within three months.  A few are not, or miss pieces:
those, and open violations of invoices, are M13's.
"""

from __future__ import annotations

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block
from city.forms import NONE, Bureau
from city.world import World

KINDS = ("1130", "2130", "1400", "0160")  # FPZL_DM: special, plain, electronic, quota invoices
SPECIAL, PLAIN = KINDS[:2]
_AGES = ((1, 80), (100, 190), (200, 360))  # days since each collection; three months are at most 92


class Invoices:
    """Writes the background's collectors and collections."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block, violating: Bools) -> Bools:
        """Everything about a block; returns whose tax handler is known as a collector.

        `violating` have an open violation of invoices.
        """
        draws = self._draws(block)
        self._collectors(block, draws)
        self._quotas(block, draws)
        open_matter = violating.copy()
        for turn in range(len(_AGES)):
            open_matter |= self._collections(block, draws, turn)
        truth = self._world.truth
        for place in np.flatnonzero(open_matter).tolist():
            subject = truth.enterprise_of(block.identity, place)
            truth.finds("M13", subject, subject, "open", "发票违法、未验旧或缺失，未处理")
        return draws

    def drawn_this_month(self, block: Block) -> Bools:
        """Who collected some in the month of this day."""
        first = self._world.day.replace(day=1).toordinal()
        found = np.zeros(len(block), np.bool_)
        for turn in range(len(_AGES)):
            collected = self._collected(block, turn)
            found |= (collected >= first) & (collected >= block.registered)
        return found & self._draws(block)

    def _draws(self, block: Block) -> Bools:
        draws = self._world.dice.chance("draws invoices", block.index, 450_000)
        return draws & block.at[Bureau.STATE] & ~block.gone()

    def _collected(self, block: Block, turn: int) -> Ints:
        """The day of each one's collection of this turn."""
        serial = block.index * len(_AGES) + turn
        return self._world.today - self._world.dice.between("collected", serial, *_AGES[turn])

    def _collectors(self, block: Block, draws: Bools) -> None:
        """FP_PZHDGPRXX: the tax handler, since the enterprise was registered."""
        registered = block.registered[draws]
        self._world.post.to(Bureau.STATE, "invoice_collector").write(
            self._world.dice.uuids("collector", block.index[draws]),
            chosen(block.registration[Bureau.STATE], draws),
            chosen(block.tax_handler.name, draws),
            chosen(block.tax_handler.kind, draws),
            chosen(block.tax_handler.numbers_at(Bureau.STATE), draws),
            registered,
            np.full(len(registered), NONE),
        )

    def _quotas(self, block: Block, draws: Bools) -> None:
        """FP_PZHDXX: what may be fetched of the kind that is, and of special invoices."""
        dice, index = self._world.dice, block.index
        kinds = dice.below("invoice kind", index, len(KINDS))
        special = np.full(len(block), KINDS.index(SPECIAL))
        pieces = 25 * dice.between("monthly pieces", index, 1, 8)
        limits = np.array([1_000_000, 10_000_000, 100_000_000])  # fen
        limit = np.where(block.general, limits[dice.pick("limit", index, (30, 50, 20))], limits[0])
        for name, kind, mask in (
            ("quota", kinds, draws),
            ("special quota", special, draws & block.general & (kinds != special)),
        ):
            count = int(np.count_nonzero(mask))
            self._world.post.to(Bureau.STATE, "invoice_quota").write(
                dice.uuids(name, index[mask]),
                chosen(block.registration[Bureau.STATE], mask),
                [KINDS[one] for one in kind[mask].tolist()],
                [str(most) for most in pieces[mask].tolist()],
                [str(most) for most in (pieces[mask] // 5).tolist()],
                limit[mask],
                block.registered[mask],
                np.full(count, NONE),
                ["Y"] * count,
            )

    def _collections(self, block: Block, draws: Bools, turn: int) -> Bools:
        """FP_LY_MX: one collection each, so many days ago; returns whose has a fault."""
        dice, today = self._world.dice, self._world.today
        serial = block.index * len(_AGES) + turn
        collected = self._collected(block, turn)
        mask = draws & (collected >= block.registered)
        verified = collected + dice.between("verified", serial, 5, 75)
        late = dice.chance("not verified", serial, 6_000) & (turn > 0)
        verified = np.where(late | (verified > today), NONE, verified)
        missing = np.where(
            dice.chance("missing", serial, 1_500), dice.between("lost", serial, 1, 3), 0
        )
        by_rep = dice.chance("by the representative", serial, 300_000)
        kinds = dice.below("invoice kind", block.index, len(KINDS))
        handler, rep = block.tax_handler, block.legal_rep
        name, kind, number = (
            [own if himself else other for himself, own, other in zip(by_rep, *pair, strict=True)]
            for pair in (
                (rep.name, handler.name),
                (rep.kind, handler.kind),
                (rep.numbers_at(Bureau.STATE), handler.numbers_at(Bureau.STATE)),
            )
        )
        self._world.post.to(Bureau.STATE, "invoice_collection").write(
            dice.uuids("collection", serial[mask]),
            chosen(block.registration[Bureau.STATE], mask),
            [KINDS[kind] for kind in kinds[mask].tolist()],
            [str(pieces) for pieces in (25 * dice.between("pieces", serial[mask], 1, 8)).tolist()],
            collected[mask],
            chosen(name, mask),
            chosen(kind, mask),
            chosen(number, mask),
            verified[mask],
            [str(count) for count in missing[mask].tolist()],
        )
        fault: Bools = mask & ((missing > 0) | late)
        return fault
