"""Who put money into the companies, as both bureaus and the market register tell it.

Shares sum to 100 %.  Founders mostly represent what they own; some investors are companies, some
have sold.
"""

from __future__ import annotations

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block, Enterprises
from city.forms import NONE, Bureau
from city.market_people import MarketPeople, Stakes
from city.world import World

ENTERPRISE_INVESTOR = "199"
TENTH = 1_000  # a share of 10 %, in hundredths of a percent


class Investors:
    """Writes the investors of the background's companies."""

    def __init__(self, world: World, enterprises: Enterprises, market: MarketPeople) -> None:
        self._world = world
        self._enterprises = enterprises
        self._market = market

    def write(self, block: Block) -> tuple[Ints, Ints, Ints]:
        """Investors, shares summing to 100 %; returns those who can count for A01.

        They are natural persons with 10 % or more now: place in the block, person and share.
        """
        dice = self._world.dice
        drawn = dice.pick("investors", block.index, (0, 45, 35, 12, 5, 3))
        count = np.where(block.company, drawn, 0)
        left = np.full(len(block), 10_000)
        people_before: list[Ints] = []
        rows, persons, shares_, serials, untils = [], [], [], [], []
        for turn in range(1, 6):
            serial = block.index * 8 + turn
            part = left * dice.between("share", serial, 20, 80) // 100
            share = np.where(count == turn, left, part)
            left = left - share
            founder = (turn == 1) & ~dice.chance("silent founder", serial, 250_000)
            person = self._enterprises.investor(serial)
            person = np.where(founder, self._enterprises.representative(block.index), person)
            is_company = (turn > 1) & dice.chance("company invests", serial, 60_000)
            for before in people_before:
                is_company |= before == person
            people_before.append(person)
            sold = (turn > 2) & dice.chance("sold", serial, 100_000)
            until = np.maximum(block.registered + 1, self._world.today - 200)
            mask = count >= turn
            rows.append(np.flatnonzero(mask))
            persons.append(np.where(is_company, NONE, person)[mask])
            shares_.append(share[mask])
            serials.append(serial[mask])
            untils.append(np.where(sold, until, NONE)[mask])
        row, person, share = np.concatenate(rows), np.concatenate(persons), np.concatenate(shares_)
        until = np.concatenate(untils)
        self._send_investments(block, row, person, share, np.concatenate(serials), until)
        counts = (person != NONE) & (share >= TENTH) & (until == NONE)
        return row[counts], person[counts], share[counts]

    def _send_investments(
        self, block: Block, row: Ints, person: Ints, share: Ints, serial: Ints, until: Ints
    ) -> None:
        dice = self._world.dice
        natural = self._world.people.of(np.maximum(person, 0))
        is_company = person == NONE
        codes, company_names = self._enterprises.some_company("parent", serial)
        amount = share * 100 * 100 * dice.between("invested", block.index, 1, 50)[row]
        names = _either(is_company, company_names, natural.name)
        kinds = _either(is_company, [ENTERPRISE_INVESTOR] * len(row), natural.kind)
        both = block.at[Bureau.STATE] & block.at[Bureau.LOCAL]
        unsent = both & dice.chance("investors at state only", block.index, 300_000)
        for bureau in Bureau:
            here = block.at[bureau] & ~(unsent if bureau is Bureau.LOCAL else np.False_)
            mask = here[row]
            numbers = _either(is_company, codes, natural.numbers_at(bureau))
            registration = [block.registration[bureau][place] for place in row[mask].tolist()]
            self._world.post.to(bureau, "investment").write(
                dice.uuids(f"investment {bureau}", serial[mask]),
                registration,
                chosen(names, mask),
                chosen(kinds, mask),
                chosen(numbers, mask),
                share[mask],
                amount[mask],
                block.registered[row][mask],
                until[mask],
            )
        self._market.shareholders(
            block, Stakes(row, person, natural, codes, names, share, amount, serial, until)
        )


def _either(mask: Bools, yes: list[str], no: list[str]) -> list[str]:
    return [a if which else b for which, a, b in zip(mask.tolist(), yes, no, strict=True)]
