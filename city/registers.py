"""The bureaus' registers: DJ_NSRXX with its extension, what changed, and who is non-normal (M07).

Most are normal.  Some were non-normal before, with a record that was lifted; some are it now.
"""

from __future__ import annotations

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import LIFTED, NON_NORMAL, NORMAL, Block, staff
from city.forms import NONE, Bureau
from city.world import World

# BGXM_DM: name, address, legal representative, investors, scope, capital
CHANGES = ("01", "02", "03", "04", "05", "06")
ADDRESS, LEGAL_REP = CHANGES[1:3]
_SETTLED_DAYS = 400


class Registers:
    """Writes how both bureaus have enterprises in their registers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, block: Block) -> Ints:
        """Register a block of the background; returns the day on which each stopped filing."""
        dice, today = self._world.dice, self._world.today
        determined = today - dice.between("determined", block.index, 60, 700)
        left = today - dice.between("left", block.index, 10, 750)
        self.registrations(block, self._statuses(block, determined, left))
        self.extensions(block)
        self.qualifications(block)
        self._changes(block)
        self._non_normal(block, determined)
        stopped = np.where(block.where(NON_NORMAL), determined - 90, today)
        return np.where(block.gone(), left, stopped)

    def registrations(self, block: Block, statuses: dict[Bureau, tuple[list[str], Ints]]) -> None:
        """DJ_NSRXX of both bureaus."""
        for bureau in Bureau:
            mask = block.at[bureau]
            status, changed = statuses[bureau]
            self._world.post.to(bureau, "registration").write(
                chosen(block.registration[bureau], mask),
                chosen(block.identity.taxpayer[bureau], mask),
                chosen(block.identity.credit[bureau], mask),
                chosen(block.name, mask),
                chosen(block.legal_rep.name, mask),
                chosen(block.legal_rep.kind, mask),
                chosen(block.legal_rep.numbers_at(bureau), mask),
                chosen(block.address, mask),
                chosen(block.township, mask),
                chosen(block.kind, mask),
                chosen(block.industry, mask),
                chosen(status, mask),
                chosen(block.office[bureau], mask),
                chosen(block.officer[bureau], mask),
                block.registered[mask],
                block.registered[mask],
                changed[mask],
            )

    def qualifications(self, block: Block) -> None:
        """RD_NSRZGXX_JGB: who is a general VAT taxpayer, since a while after his registration.

        The local bureau registers none of its own.
        """
        mask = block.general & block.at[Bureau.STATE]
        since = np.minimum(
            block.registered + self._world.dice.below("general since", block.index, 200),
            self._world.today - 1,
        )
        count = int(np.count_nonzero(mask))
        self._world.post.to(Bureau.STATE, "qualification").write(
            self._world.dice.uuids("qualification", block.index[mask]),
            chosen(block.registration[Bureau.STATE], mask),
            ["201"] * count,
            since[mask],
            np.full(count, NONE),
            ["N"] * count,
        )

    def extensions(self, block: Block) -> None:
        """DJ_NSRXX_KZ: the people in office and their telephones."""
        dice = self._world.dice
        capital = np.array([3, 33, 100, 300, 1_000, 2_000, 10_000])[
            dice.pick("capital", block.index, (15, 22, 25, 20, 12, 5, 1))
        ]
        for bureau in Bureau:
            mask = block.at[bureau]
            self._world.post.to(bureau, "extension").write(
                chosen(block.registration[bureau], mask),
                staff(dice, block.index, block.general)[mask],
                (capital * 1_000_000)[mask],
                chosen(block.phone, mask),
                chosen(block.legal_rep.phone, mask),
                chosen(block.finance_officer.name, mask),
                chosen(block.finance_officer.kind, mask),
                chosen(block.finance_officer.numbers_at(bureau), mask),
                chosen(block.finance_officer.phone, mask),
                chosen(block.tax_handler.name, mask),
                chosen(block.tax_handler.kind, mask),
                chosen(block.tax_handler.numbers_at(bureau), mask),
                chosen(block.tax_handler.phone, mask),
                chosen(block.agent, mask),
            )

    def _changes(self, block: Block) -> None:
        """DJ_BGDJ, at one bureau; who has just been registered changes nothing yet (A06)."""
        dice = self._world.dice
        changed = block.registered + _SETTLED_DAYS + dice.below("change day", block.index, 1_000)
        mask = dice.chance("changes registration", block.index, 120_000)
        mask &= changed < self._world.today
        at_state = block.at[Bureau.STATE] & (
            ~block.at[Bureau.LOCAL] | dice.chance("changes at state", block.index, 600_000)
        )
        items = [CHANGES[one] for one in dice.below("change", block.index, len(CHANGES)).tolist()]
        for bureau in Bureau:
            rows = mask & (at_state == (bureau is Bureau.STATE))
            self._world.post.to(bureau, "registration_change").write(
                dice.uuids("change", block.index[rows]),
                chosen(block.registration[bureau], rows),
                chosen(items, rows),
                changed[rows],
            )

    def _statuses(
        self, block: Block, determined: Ints, left: Ints
    ) -> dict[Bureau, tuple[list[str], Ints]]:
        """Status and the day it was written.

        Here and there the row of an enterprise that is normal again still says 05: the later
        record of the lifting counts.
        """
        changed = block.registered + self._world.dice.below("changed", block.index, 400)
        changed = np.minimum(changed, self._world.today - 2)
        changed = np.where(block.gone(), left, changed)
        lags = self._world.dice.chance("row lags behind", block.index, 80_000)
        statuses = {}
        for bureau in Bureau:
            here = self._determined_at(block, bureau)
            non_normal = here & (block.where(NON_NORMAL) | (block.where(LIFTED) & lags))
            status = [
                NON_NORMAL if is_05 else (NORMAL if life in (NON_NORMAL, LIFTED) else life)
                for life, is_05 in zip(block.life, non_normal.tolist(), strict=True)
            ]
            statuses[bureau] = status, np.where(non_normal, determined, changed)
        return statuses

    def _determined_at(self, block: Block, bureau: Bureau) -> Bools:
        """Whether this bureau found it non-normal; for half of them both did."""
        which = self._world.dice.pick("non-normal at", block.index, (50, 30, 20))
        state = bureau is Bureau.STATE
        other = block.at[Bureau.LOCAL if state else Bureau.STATE]
        here: Bools = block.at[bureau] & ((which == 0) | (which == (1 if state else 2)) | ~other)
        return here

    def _non_normal(self, block: Block, determined: Ints) -> None:
        """DJ_FZCHRDXX; a tenth of the non-normal have only their registration's status."""
        lifted = determined + self._world.dice.between("lifted", block.index, 5, 50)
        is_lifted = block.where(LIFTED)
        recorded = ~self._world.dice.chance("no record", block.index, 100_000)
        recorded = is_lifted | (block.where(NON_NORMAL) & recorded)
        for bureau in Bureau:
            mask = recorded & self._determined_at(block, bureau)
            self._world.post.to(bureau, "non_normal").write(
                self._world.dice.uuids(f"non-normal {bureau}", block.index[mask]),
                chosen(block.registration[bureau], mask),
                determined[mask],
                np.where(is_lifted, lifted, NONE)[mask],
            )
        for place in np.flatnonzero(block.where(NON_NORMAL)).tolist():
            self._world.truth.is_non_normal(
                self._world.truth.enterprise_of(block.identity, place), int(determined[place])
            )
