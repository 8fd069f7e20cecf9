"""Annual returns of corporate income tax, and who stands behind enterprises that only lose."""

from __future__ import annotations

from datetime import date

import numpy as np

from city.dice import Bools, Dice, Ints, chosen
from city.enterprises import Block, year_sales
from city.forms import Bureau
from city.world import World


class AnnualReturns:
    """Writes the background's annual returns and keeps who is behind losers, for A01 and A02."""

    def __init__(self, world: World) -> None:
        self._world = world
        # rows of person, enterprise, whether it loses by profit, whether the person controls it
        self._losing: list[Ints] = []

    def write(
        self, block: Block, investors: tuple[Ints, Ints, Ints], controllers: tuple[Ints, Ints]
    ) -> None:
        """Corporate income tax of the two last finished years.

        Keeps who stands behind an enterprise whose both returns are losses, by profit or by
        taxable income; `controllers` as `Repute.controllers` gives them.
        """
        dice, day = self._world.dice, self._world.today
        always = loses_always(dice, block)
        loses_by_profit = np.ones(len(block), np.bool_)
        loses_by_income = np.ones(len(block), np.bool_)
        # never far from what is declared for VAT (A04)
        declared = year_sales(dice, block.index, block.monthly_sales, block.general)
        local = (block.cit_local & block.at[Bureau.LOCAL]) | ~block.at[Bureau.STATE]
        for turn, tax_year in enumerate((self._world.day.year - 2, self._world.day.year - 1)):
            serial = block.index * 4 + turn
            filed = date(tax_year + 1, 1, 10).toordinal() + dice.between("filed", serial, 0, 141)
            end = date(tax_year, 12, 31).toordinal()
            there = block.company & (block.registered <= end) & (filed <= day) & ~block.gone()
            there &= ~dice.chance("no annual return", serial, 20_000)
            revenue = declared * dice.between("good year", serial, 95, 105) // 100
            loss = always | dice.chance("bad year", serial, 100_000)
            margin = dice.between("margin", serial, 1, 1500)
            profit = np.where(loss, -1, 1) * revenue * margin // 10_000
            profit = np.where(dice.chance("nothing earned", serial, 10_000), 0, profit)
            adjusted = dice.chance("adjusted", serial, 150_000)
            income = np.where(adjusted, profit + revenue // 50, profit)
            loses_by_profit &= there & (profit <= 0)
            loses_by_income &= there & (income <= 0)
            tax = np.maximum(income, 0) // 4
            for bureau in Bureau:
                mask = there & (local == (bureau is Bureau.LOCAL))
                self._world.post.to(bureau, "cit_year").write(
                    chosen(block.registration[bureau], mask),
                    np.full(int(np.count_nonzero(mask)), tax_year),
                    revenue[mask],
                    profit[mask],
                    income[mask],
                    tax[mask],
                    filed[mask],
                )
        loses = loses_by_profit | loses_by_income
        row, person, _share = investors
        place, controller = controllers
        for places, persons, controls in (
            (np.arange(len(block)), block.legal_rep.index, 0),
            (row, person, 0),
            (place, controller, 1),
        ):
            mask = loses[places]
            places = places[mask]
            columns = (block.index[places], loses_by_profit[places], np.full(len(places), controls))
            self._losing.append(np.stack((persons[mask], *columns), axis=1))

    def losing_roles(self) -> tuple[Ints, Ints]:
        """Who is legal representative or an investor of 10 % in what lost in both years.

        Two columns, persons and enterprises; a pair may stand there twice.
        """
        rows = self._rows()
        rows = rows[rows[:, 3] == 0]
        return rows[:, 0], rows[:, 1]

    def unprofitable_roles(self) -> tuple[Ints, Ints]:
        """The same, and controllers, of what lost by profit in both years."""
        rows = self._rows()
        rows = rows[rows[:, 2] == 1]
        return rows[:, 0], rows[:, 1]

    def _rows(self) -> Ints:
        return np.concatenate((np.zeros((0, 4), np.int64), *self._losing))


def loses_always(dice: Dice, block: Block) -> Bools:
    return block.company & dice.chance("loses always", block.index, 120_000)
