"""What persons spend beside homes under contract and cars, and who spends beyond his income (A03).

Shareholders pay in capital, legal representatives lend to their enterprises, and some people buy a
home second-hand, inherit one or are given one, which the real estate registry alone tells.
"""

from __future__ import annotations

import numpy as np

from city.dice import Ints, chosen
from city.enterprises import Block
from city.forms import NONE, Bureau
from city.people import Persons
from city.world import World

LARGE_LOAN = 10_000_000  # 100,000 yuan, in fen
MONEY, IN_KIND = "货币", "实物"
PURCHASE = "买卖"
_REASONS = (PURCHASE, "继承", "赠与", "离婚析产", "其他")
_CAPITAL, _LOAN = 0, 1


class Outlays:
    """Writes the background's capital, loans and registered homes; knows all that was spent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._spent: list[Ints] = [np.zeros((0, 3), np.int64)]  # rows of person, what, fen

    def of(self, block: Block, stakes: tuple[Ints, Ints, Ints]) -> None:
        """What goes into a block's enterprises; `stakes` as `Investors.write` gives them."""
        self._capital(block, *stakes)
        self._loans(block)

    def _capital(self, block: Block, row: Ints, person: Ints, share: Ints) -> None:
        """Paid in by natural persons; one in five gives things instead of money."""
        world, dice = self._world, self._world.dice
        serial = block.index[row] * 10_000_000 + person
        paid = block.registered[row] + dice.between("paid in on", serial, 10, 900)
        persons = world.people.of(person)
        mask = dice.chance("pays in", serial, 300_000) & (paid <= world.today)
        mask &= persons.number_tells_kind
        amount = dice.between("paid in", serial, 100, 20_000) * share  # 1 to 200 yuan for 0.01 %
        money = ~dice.chance("in kind", serial, 200_000)
        world.post.table("paid_in_capital").write(
            [f"SJ{one:018d}" for one in serial[mask].tolist()],
            [block.identity.known_as[place] for place in row[mask].tolist()],
            chosen(persons.name, mask),
            chosen(persons.number, mask),
            [MONEY if one else IN_KIND for one in money[mask].tolist()],
            amount[mask],
            paid[mask],
        )
        mask &= money & (paid >= world.three_years_ago.toordinal())
        self._keep(person[mask], _CAPITAL, amount[mask])

    def _loans(self, block: Block) -> None:
        """Lent by legal representatives, some repaid; a few are told of by both bureaus."""
        world, dice, index = self._world, self._world.dice, block.index
        lent = world.today - dice.between("lent on", index, 20, 1_500)
        mask = block.company & dice.chance("lends", index, 40_000) & ~block.gone()
        mask &= lent > block.registered
        amount = dice.between("lent", index, 2, 60) * 2_500_000
        repaid = np.minimum(lent + dice.between("lent for", index, 30, 700), world.today)
        repaid = np.where(dice.chance("repaid", index, 300_000), repaid, NONE)
        both = block.at[Bureau.STATE] & block.at[Bureau.LOCAL]
        both &= dice.chance("loan told by both", index, 150_000)
        local = (block.cit_local & block.at[Bureau.LOCAL]) | ~block.at[Bureau.STATE]
        for bureau in Bureau:
            here = mask & (both | (local == (bureau is Bureau.LOCAL)))
            world.post.to(bureau, "shareholder_loan").write(
                dice.uuids(f"loan {bureau}", index[here]),
                chosen(block.registration[bureau], here),
                chosen(block.legal_rep.name, here),
                chosen(block.legal_rep.kind, here),
                chosen(block.legal_rep.numbers_at(bureau), here),
                amount[here],
                lent[here],
                repaid[here],
            )
        mask &= (repaid == NONE) & (amount >= LARGE_LOAN)
        mask &= lent >= world.three_years_ago.toordinal()
        self._keep(block.legal_rep.index[mask], _LOAN, amount[mask])

    def _keep(self, persons: Ints, what: int, amount: Ints) -> None:
        self._spent.append(np.stack((persons, np.full_like(persons, what), amount), axis=1))

    def write(self, persons: Persons, income: Ints, homes: Ints, cars: Ints) -> None:
        """Registered homes of a block of persons, and A03 of all they spent, in fen.

        `income`, NONE without a row, `homes` and `cars` are those of three years.
        """
        index = persons.index
        spent = np.stack((homes + self._registered_homes(persons), cars, 0 * cars, 0 * cars))
        rows = np.concatenate(self._spent)
        rows = rows[(rows[:, 0] >= index[0]) & (rows[:, 0] <= index[-1])]
        np.add.at(spent, (rows[:, 1] + 2, rows[:, 0] - index[0]), rows[:, 2])
        truth, total = self._world.truth, spent.sum(axis=0)
        for place in np.flatnonzero(np.count_nonzero(spent, axis=0) >= 2).tolist():
            earned = int(income[place])
            truth.spends(
                truth.person(persons.number[place]),
                int(total[place]),
                None if earned == NONE else earned,
            )

    def _registered_homes(self, persons: Persons) -> Ints:
        """Of homes not under a contract of the county; what was paid for them in three years."""
        world, dice, index = self._world, self._world.dice, persons.index
        mask = persons.number_tells_kind & dice.chance("registers a home", index, 25_000)
        reason = dice.pick("registered why", index, (70, 15, 8, 3, 4))
        bought = reason == _REASONS.index(PURCHASE)
        named = bought & ~dice.chance("contract not named", index, 100_000)
        half = dice.chance("half a home", index, 200_000)
        share = np.where(half, 5_000, 10_000)
        price = dice.between("registered price", index, 10, 150) * 2_000_000
        since = world.today - dice.between("home registered", index, 0, 2_000)
        world.post.table("real_estate_registry").write(
            [f"鲁（{world.day.year}）阳信县不动产权第{row:07d}号" for row in index[mask].tolist()],
            chosen(persons.name, mask),
            chosen(persons.number, mask),
            [f"371622001001GB{row:07d}F00010001" for row in index[mask].tolist()],
            share[mask],
            [_REASONS[one] for one in reason[mask].tolist()],
            chosen([f"CL{row:010d}" if is_so else "" for row, is_so in
                    zip(index.tolist(), named.tolist(), strict=True)], mask),
            np.where(bought, price, NONE)[mask],
            since[mask],
        )  # fmt: skip
        counts = mask & named & (since >= world.three_years_ago.toordinal())
        return np.where(counts, price * share // 10_000, 0)
