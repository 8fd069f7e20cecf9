"""Staff, wages and electricity of enterprises, which mostly fit what they sell (A07).

General taxpayers withhold income tax from wages at the local bureau, deduct those wages in the
annual return and insure part of their staff; who makes things has electricity bills.  A few have no
people, declare two different amounts of wages, or use no power; of a few, records are missing.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from city.contributions import Contributions
from city.dice import Bools, Ints, chosen
from city.enterprises import Block, Enterprises, makes_things, staff
from city.forms import NONE, Bureau
from city.people import CAST
from city.world import World

PENSION = "职工养老"
LARGE = 500_000_000  # fen: sales of twelve months that need more than two people
_MONTH_SERIALS = 32
_MOST_INSURED = 18


class Footprint:
    """Writes what shows the size of an enterprise beside its sales, and says where it does not."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises
        self._contributions = Contributions(world)
        month = world.day.year * 12 + world.day.month - 1
        self._months = [  # since the last tax year began
            (_first_of(one), _first_of(one + 1) - 1)
            for one in range((world.day.year - 1) * 12, month)
        ]
        year_ago = world.year_ago.toordinal()
        self._lately = np.array([last >= year_ago for _first, last in self._months])

    def write(self, block: Block, sales: Ints, stopped: Ints, bound: Ints) -> None:
        """Everything about a block; `sales` are those declared for VAT in twelve months."""
        dice, index = self._world.dice, block.index
        background = index < CAST
        people = staff(dice, index, block.general)
        few = background & dice.chance("few people", index, 50_000)
        people = np.where(few, dice.between("few", index, 1, 2), people)
        paid, known, withheld = self._withholds(block, people, stopped, bound)
        differ = background & dice.chance("wages differ", index, 20_000)
        deducted = self._deducts(block, withheld, differ, bound)
        insured = self._insures(block, people, few)
        lacks_staff = (sales >= LARGE) & (paid <= 2) & (insured <= 2)
        staff_open = lacks_staff & (~known | (insured == NONE))
        most = np.maximum(deducted, withheld)
        wages_differ = (deducted != NONE) & (5 * np.abs(deducted - withheld) >= most) & (most > 0)
        lacks_power, power_known = self._powers(block, sales, bound)
        self._tell(
            block,
            [lacks_staff & ~staff_open, wages_differ, lacks_power & power_known],
            staff_open | (lacks_power & ~power_known),
        )

    def _tell(self, block: Block, signs: list[Bools], is_open: Bools) -> None:
        truth = self._world.truth
        bands = ("staff", "wages", "power")
        lives = ~block.gone()
        for place in np.flatnonzero(lives & np.logical_or.reduce((*signs, is_open))).tolist():
            subject = truth.enterprise_of(block.identity, place)
            found = [band for band, sign in zip(bands, signs, strict=True) if sign[place]]
            if found:
                truth.finds("A07", subject, subject, found[0], "规模与人员、能耗不符")
            else:
                truth.leaves("A07", subject, subject, "参保、扣缴或用电资料不全")

    def _withholds(
        self, block: Block, people: Ints, stopped: Ints, bound: Ints
    ) -> tuple[Ints, Bools, Ints]:
        """Monthly declarations at the local bureau.

        Returns how many are paid in the last twelve months, whether that is known, and the wages
        of the last tax year.
        """
        dice, months = self._world.dice, self._months
        who = np.flatnonzero(block.company & block.general & block.at[Bureau.LOCAL])
        row = np.repeat(who, len(months))
        turn = np.tile(np.arange(len(months)), len(who))
        first, last = np.array(months, np.int64).reshape(-1, 2).T
        serial = block.index[row] * _MONTH_SERIALS + turn
        filed = last[turn] + dice.between("withheld", serial, 3, 15)
        done = (first[turn] > block.registered[row]) & (filed <= self._world.today)
        done &= (last[turn] < bound[row]) & (last[turn] < stopped[row])
        row, turn, serial, filed = row[done], turn[done], serial[done], filed[done]
        wages = people[row] * dice.between("pay", serial, 280_000, 650_000)
        self._world.post.to(Bureau.LOCAL, "wage_withholding").write(
            [block.registration[Bureau.LOCAL][place] for place in row.tolist()],
            first[turn],
            last[turn],
            people[row],
            wages,
            filed,
        )
        known, year = np.zeros(len(block), np.bool_), np.zeros(len(block), np.int64)
        known[row[self._lately[turn]]] = True
        of_year = turn < 12
        np.add.at(year, row[of_year], wages[of_year])
        return np.where(known, people, 0), known, year

    def _deducts(self, block: Block, withheld: Ints, differ: Bools, bound: Ints) -> Ints:
        """The wages of the annual return; NONE where none is filed."""
        dice, tax_year = self._world.dice, self._world.day.year - 1
        serial = block.index * 4 + 1  # as of the annual return itself
        filed = date(tax_year + 1, 1, 10).toordinal() + dice.between("filed", serial, 0, 141)
        there = block.company & block.general & (filed <= self._world.today) & ~block.gone()
        there &= (block.registered <= date(tax_year, 12, 31).toordinal()) & (
            bound > block.registered
        )
        there &= ~dice.chance("no annual return", serial, 20_000)
        hundredths = np.where(
            differ,
            dice.between("wages more", serial, 126, 220),
            dice.between("wages about", serial, 96, 108),
        )
        wages = withheld * hundredths // 100
        local = (block.cit_local & block.at[Bureau.LOCAL]) | ~block.at[Bureau.STATE]
        for bureau in Bureau:
            mask = there & (local == (bureau is Bureau.LOCAL))
            self._world.post.to(bureau, "cit_wages").write(
                chosen(block.registration[bureau], mask),
                np.full(int(np.count_nonzero(mask)), tax_year),
                wages[mask],
                filed[mask],
            )
        return np.where(there, wages, NONE)

    def _insures(self, block: Block, people: Ints, few: Bools) -> Ints:
        """Insured residents; returns how many were in the last year, NONE without a record."""
        dice, index = self._world.dice, block.index
        covered = block.general & block.company & (index < CAST)
        covered &= ~dice.chance("not covered", index, 20_000)
        count = np.where(covered, np.clip(people // 3, 1, _MOST_INSURED), 0)
        row = np.repeat(np.arange(len(block)), count)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        serial = index[row] * _MONTH_SERIALS + turn
        employees = self._enterprises.employees(serial)
        persons = self._world.people.of(employees)
        mask = persons.number_tells_kind
        started = block.registered[row] + dice.between("insured", serial, 0, 400)
        started = np.minimum(started, self._world.today - 1)
        left = (few[row] | (turn > 3)) & dice.chance("left", serial, 150_000)
        ended = self._world.today - dice.between("left days", serial, 400, 900)
        ended = np.where(left & (ended > started), ended, NONE)
        base = dice.between("insurance base", serial, 280_000, 500_000)
        self._world.post.table("social_insurance").write(
            [f"SB{number:010d}" for number in serial[mask].tolist()],
            [block.identity.known_as[place] for place in row[mask].tolist()],
            chosen(persons.name, mask),
            chosen(persons.number, mask),
            [PENSION] * int(np.count_nonzero(mask)),
            base[mask],
            started[mask],
            ended[mask],
        )
        self._contributions.write(
            block, row[mask], persons.where(mask), base[mask], started[mask], ended[mask]
        )
        insured = np.full(len(block), NONE)
        insured[row[mask]] = 0
        pairs = np.unique(np.stack((row, employees), axis=1)[mask & (ended == NONE)], axis=0)
        np.add.at(insured, pairs[:, 0], 1)
        return insured

    def _powers(self, block: Block, sales: Ints, bound: Ints) -> tuple[Bools, Bools]:
        """Bills of twelve months; whether they are too low, and whether all are known."""
        dice, index = self._world.dice, block.index
        background = index < CAST
        makes = makes_things(block.industry) & ~block.gone() & (bound > block.registered)
        unbilled = background & dice.chance("no bills", index, 4_000)
        who = np.flatnonzero(makes & ~unbilled)
        months = [month for month, lately in zip(self._months, self._lately, strict=True) if lately]
        row = np.repeat(who, len(months))
        turn = np.tile(np.arange(len(months)), len(who))
        first, last = np.array(months, np.int64).reshape(-1, 2).T
        billed = first[turn] > block.registered[row]
        row, turn = row[billed], turn[billed]
        serial = index[row] * _MONTH_SERIALS + turn
        saves = background & dice.chance("hardly any power", index, 12_000)
        thousandths = np.where(
            saves[row],
            dice.between("little power", serial, 0, 1),
            dice.between("power", serial, 8, 40),
        )
        fee = block.monthly_sales[row] * thousandths // 1_000
        self._world.post.table("electricity_bill").write(
            [f"0370{place:010d}" for place in index[row].tolist()],
            [block.identity.known_as[place] for place in row.tolist()],
            first[turn],
            last[turn],
            fee * 10 // 7,  # at 0.70 yuan a kilowatt-hour
            fee,
        )
        fees, bills = np.zeros(len(block), np.int64), np.zeros(len(block), np.int64)
        np.add.at(fees, row, fee)
        np.add.at(bills, row, 1)
        too_little: Bools = makes_things(block.industry) & (1_000 * fees < 2 * sales)
        known: Bools = bills >= 12
        return too_little, known


def _first_of(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()
