"""The people's own side: tax registration, income, homes.

Everybody is registered as a natural person at one bureau or both.  A third have wages, whose
payers declared their taxable income for three years; some bought a home, alone or with a spouse,
and paid deed tax on it.  Here the truth learns who bought too dear a home for a loser (A01) and who
owes tax (M10).
"""

from __future__ import annotations

from datetime import date

import numpy as np

from city.debtors import Debtors
from city.dice import Bools, Ints, chosen
from city.enterprises import Enterprises, offices, registration_ids
from city.forms import NONE, Bureau
from city.people import RESIDENT, Persons, with_wrong_check
from city.taxes import DEED_TAX, TAX
from city.world import World

HOME_PRICE = 100_000_000  # one million yuan, in fen
INCOME_TIMES = 3
WHOLE = 10_000  # 100 %
# up to either of them nothing is reconciled, in fen
EXEMPT_INCOME, EXEMPT_TAX = 12_000_000, 40_000
_MISTYPED = 15_000  # one row in so many carries a number that cannot be true


class Residents:
    """Writes what the offices know about the background's persons."""

    def __init__(
        self,
        world: World,
        enterprises: Enterprises,
        losing: tuple[Ints, Ints],
        debtors: Debtors,
    ) -> None:
        """`losing`: persons and enterprises, as `AnnualReturns.losing_roles` gives them."""
        self._world = world
        self._enterprises = enterprises
        self._losing = _of_two_or_more(*losing)
        self._debtors = debtors

    def write(self, persons: Persons) -> tuple[Ints, Ints]:
        """Everything about a block of persons that begins at an even index.

        Returns their income of three years, NONE without a row, and what they spent on homes.
        """
        self.registrations(persons)
        income, reconciled = self._incomes(persons)
        best, spent, deed_tax = self._homes(persons)
        self._debtors.judge(persons, reconciled + deed_tax)
        for place in np.flatnonzero(best >= HOME_PRICE * WHOLE).tolist():
            self._judge(persons, place, int(best[place]), int(income[place]))
        return income, spent

    def _judge(self, persons: Persons, place: int, own_price: int, income: int) -> None:
        """A01 for a person with a home dear enough; `own_price` in fen × hundredths of %."""
        of_person = self._losing[0] == persons.index[place]
        if not of_person.any():
            return
        truth = self._world.truth
        losers = self._enterprises.block(np.sort(self._losing[1][of_person])).identity
        truth.buys_home(
            truth.person(persons.number[place]),
            truth.enterprises_of(losers),
            own_price,
            None if income == NONE else income,
        )

    def registrations(self, persons: Persons) -> None:
        """Natural persons 自然人 of both bureaus."""
        dice, index = self._world.dice, persons.index
        where = dice.pick("natural at", index, (80, 12, 8))
        ids = registration_ids(dice, index, natural=True)
        branch = dice.pick("home branch", index, (30, 18, 16, 14, 12, 10)) + 1
        registered = self._world.today - dice.between("natural registered", index, 30, 4_000)
        for bureau, only in ((Bureau.STATE, 1), (Bureau.LOCAL, 0)):
            mask = (where == only) | (where == 2)
            mistyped = mask & persons.kind_is(RESIDENT)
            mistyped &= dice.chance(f"mistyped {bureau}", index, 1_000_000 // _MISTYPED)
            table = self._world.post.to(bureau, "natural_person")
            branches = offices(bureau, branch, np.zeros_like(mask))
            numbers = [with_wrong_check(number) for number in chosen(persons.number, mistyped)]
            # Beside the true row, a second one whose number was mistyped.
            other = [f"{text[:4]}9{text[5:]}" for text in chosen(ids[bureau], mistyped)]
            for place, number in enumerate(numbers):
                self._world.truth.rejects(table.source, table.line + place, number)
            for rows, ids_there, numbers_there in (
                (mistyped, other, numbers),
                (mask, chosen(ids[bureau], mask), chosen(persons.numbers_at(bureau), mask)),
            ):
                table.write(
                    ids_there,
                    chosen(persons.name, rows),
                    chosen(persons.kind, rows),
                    numbers_there,
                    chosen(persons.phone, rows),
                    chosen(branches, rows),
                    registered[rows],
                )

    def _incomes(self, persons: Persons) -> tuple[Ints, Ints]:
        """Individual income of three years by payer; some tax of it was not paid.

        Returns the sum, or NONE without a row, and what the annual reconciliation asks for (M10).
        """
        dice, index = self._world.dice, persons.index
        earns = persons.number_tells_kind & dice.chance("earns", index, 350_000)
        level = np.array([0, 600, 2_500, 9_000, 40_000])[
            dice.pick("wage", index, (45, 30, 15, 8, 2))
        ]
        total, asked_for = np.where(earns, 0, NONE), np.zeros_like(index)
        for tax_year in range(self._world.day.year - 3, self._world.day.year):
            of_year, unpaid = np.zeros_like(index), np.zeros_like(index)
            for turn in range(2):
                serial = (index * 4096 + tax_year) * 2 + turn
                mask = earns if turn == 0 else earns & dice.chance("second income", serial, 80_000)
                income = level * 1200 * dice.between("income", serial, 50, 150) // 100
                income = income if turn == 0 else income // 5
                due = income * 3 // 100
                short = dice.chance("withheld too little", serial, 60_000)
                paid = np.where(short, due * dice.between("withheld", serial, 30, 99) // 100, due)
                total += np.where(mask, income, 0)
                of_year += np.where(mask, income, 0)
                unpaid += np.where(mask, due - paid, 0)
                count = int(np.count_nonzero(mask))
                payers = [""] * count  # the second income is declared by the person himself
                if turn == 0:
                    payers, _ = self._enterprises.some_company("payer", serial[mask])
                self._world.post.table("personal_income").write(
                    chosen(persons.number, mask),
                    chosen(persons.name, mask),
                    [str(tax_year)] * count,
                    payers,
                    income[mask],
                    due[mask],
                    paid[mask],
                )
            if _is_reconciled(tax_year, self._world.day):
                counts = (of_year > EXEMPT_INCOME) & (unpaid > EXEMPT_TAX)
                asked_for += np.where(counts, unpaid, 0)
        return total, asked_for

    def _homes(self, persons: Persons) -> tuple[Ints, Ints, Ints]:
        """Home contracts, some registered since, and the deed tax on them.

        Returns the dearest own part within a year, in fen × hundredths of %, the sum of all own
        parts in fen, and the deed tax that is owed, in fen.
        """
        dice, index = self._world.dice, persons.index
        can_buy = persons.number_tells_kind
        partner = np.arange(len(index)) ^ 1
        has_partner = partner < len(index)
        partner = np.where(has_partner, partner, 0)
        has_partner &= can_buy[partner]
        buys = can_buy & dice.chance("buys a home", index, 60_000)
        shared = buys & has_partner & dice.chance("shares the home", index, 400_000)
        share = np.array([5_000, 6_000, 7_000, 3_333])[dice.below("home share", index, 4)]
        share = np.where(shared, share, WHOLE)
        unknown = dice.chance("share unknown", index, 20_000)
        area = dice.between("area", index, 5_500, 18_000)  # hundredths of a square metre
        metre = dice.between("price of a metre", index, 3_000, 7_500)
        villa = dice.chance("villa", index, 15_000)
        price = area * metre * np.where(villa, dice.between("villa price", index, 2, 6), 1)
        signed = self._world.today - dice.between("signed", index, 0, 420)
        own, partners = np.zeros_like(index), np.zeros_like(index)
        recent = buys & ~unknown & (signed >= self._world.year_ago.toordinal())
        own[recent] = (price * share)[recent]
        with_partner = recent & shared
        partners[partner[with_partner]] = (price * (WHOLE - share))[with_partner]
        known = buys & ~unknown
        spent = np.where(known, _part(price, share), 0)
        with_partner = known & shared
        spent[partner[with_partner]] += _part(price, WHOLE - share)[with_partner]
        registered = signed + dice.between("home of a contract registered", index, 60, 400)
        is_registered = registered <= self._world.today
        for place in np.flatnonzero(buys).tolist():
            parts = [(place, int(share[place]))]
            if shared[place]:
                parts.append((int(partner[place]), WHOLE - int(share[place])))
            for buyer, part in parts:
                self._world.post.book("housing_contract").add(
                    home_row(
                        f"YX{int(index[place]):010d}",
                        persons.name[buyer],
                        persons.number[buyer],
                        None if unknown[place] else part,
                        int(price[place]),
                        int(area[place]),
                        int(signed[place]),
                    )
                )
                if is_registered[place]:
                    self._world.post.table("real_estate_registry").write(
                        [f"鲁（{self._world.day.year}）阳信县不动产权第8{int(index[place]):07d}号"],
                        [persons.name[buyer]],
                        [persons.number[buyer]],
                        [f"371622002001GB{int(index[place]):07d}F00010001"],
                        np.array([part]),
                        ["买卖"],
                        [f"YX{int(index[place]):010d}"],
                        price[[place]],
                        registered[[place]],
                    )
        owed = self._deed_tax(persons, buys, price, signed)
        return np.maximum(own, partners), spent, owed

    def _deed_tax(self, persons: Persons, buys: Bools, price: Ints, signed: Ints) -> Ints:
        """Deed tax of the buyers whom the local bureau knows; a few have not paid it yet.

        That is the arrears of a person, not of an enterprise; returns them.
        """
        dice, index = self._world.dice, persons.index
        taxed = buys & (dice.pick("natural at", index, (80, 12, 8)) != 1)
        taxed &= signed + 12 <= self._world.today
        paid = np.where(dice.chance("deed tax open", index, 30_000), NONE, signed + 10)
        count = int(np.count_nonzero(taxed))
        self._world.post.to(Bureau.LOCAL, "ledger").write(
            [f"20237160{row:012d}" for row in index[taxed].tolist()],
            chosen(registration_ids(dice, index, natural=True)[Bureau.LOCAL], taxed),
            [DEED_TAX] * count,
            [TAX] * count,
            signed[taxed],
            signed[taxed],
            signed[taxed] + 10,
            price[taxed] // 100,
            paid[taxed],
        )
        return np.where(taxed & (paid == NONE), price // 100, 0)


def home_row(
    contract: str, name: str, number: str, share: int | None, price: int, area: int, signed: int
) -> list[object]:
    """One buyer's row of a contract; share in hundredths of %, price in fen."""
    return [
        contract,
        name,
        number,
        None if share is None else share / 100,
        price / 100,
        area / 100,
        date.fromordinal(signed).isoformat(),
    ]


def _part(price: Ints, share: Ints) -> Ints:
    """An own part, to the fen."""
    return (price * share + WHOLE // 2) // WHOLE


def _is_reconciled(tax_year: int, day: date) -> bool:
    """Whether the annual reconciliation of an income year counts by now."""
    return tax_year >= 2019 and day >= date(tax_year + 1, 7, 1)


def _of_two_or_more(persons: Ints, enterprises: Ints) -> tuple[Ints, Ints]:
    """The pairs, once each, of persons with at least two different enterprises."""
    pairs = np.unique(persons << 32 | enterprises)
    person = pairs >> 32
    _, count = np.unique(person, return_counts=True)
    enough = np.repeat(count >= 2, count)
    return person[enough], (pairs & 0xFFFFFFFF)[enough]
