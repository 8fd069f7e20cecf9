"""A year of duties to file, of returns (SB_SBB), of invoices and of what became due (ZS_YJSF).

Says who owes taxes (M09) and who has not filed (M16).

VAT is filed and paid at the state bureau, its surtax and individual income tax at the local one,
corporate income tax at either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise

import numpy as np

from city.annual_returns import loses_always
from city.conduct import OUTSIDE
from city.dice import Bools, Ints, chosen
from city.enterprises import Block, period_sales, vat_period
from city.footprint import Footprint
from city.forms import NONE, Bureau
from city.goods import Goods
from city.invoices import PLAIN, SPECIAL
from city.people import CAST
from city.world import World

VAT, SURTAX, CIT, IIT, DEED_TAX = "10101", "10109", "10104", "10106", "10119"
VESSEL_TAX, PURCHASE_TAX = "10114", "10116"  # of vehicles
TAX, SURCHARGE, FINE = "10", "20", "30"
_INVOICED_DAYS = 125  # the last months of which invoices are written
_RETURNS = 256  # serial numbers for each enterprise's returns of the year


@dataclass(frozen=True)
class Calendar:
    """The periods that have ended before the county's day: first day, last day, due day."""

    months: list[tuple[int, int, int]]
    quarters: list[tuple[int, int, int]]

    @classmethod
    def before(cls, day: date) -> Calendar:
        month = day.year * 12 + day.month - 1
        quarter = month - month % 3
        return cls(
            months=[_period(month - back, 1) for back in range(12, 0, -1)],
            quarters=[_period(quarter - 3 * back, 3) for back in range(4, 0, -1)],
        )


def _period(month: int, length: int) -> tuple[int, int, int]:
    end = _first_of(month + length)
    return _first_of(month), end - 1, end + 14


def _first_of(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


@dataclass(frozen=True)
class Returns:
    """Returns of one levy item that some enterprises of a block must file."""

    item: str
    row: Ints  # place in the block
    serial: Ints  # unique among all returns of the county
    first: Ints
    last: Ints
    due: Ints
    filed: Ints
    sales: Ints
    payable: Ints
    done: Bools  # whether it was filed

    def filed_ones(self) -> Returns:
        columns = (getattr(self, column.name) for column in fields(self)[1:])
        return Returns(self.item, *(column[self.done] for column in columns))


class Taxes:
    """Writes what enterprises declared, owed and paid."""

    def __init__(self, world: World, footprint: Footprint) -> None:
        self._world = world
        self._footprint = footprint
        self._calendar = Calendar.before(world.day)
        self._goods = Goods(world)

    def write(self, block: Block, stopped: Ints) -> Ints:
        """A year of a block of the background; one in fifty leaves taxes unpaid.

        Returns the arrears of each enterprise in fen.
        """
        world = self._world
        owing = world.dice.chance("owing", block.index, 22_000) & ~block.gone()
        # only deregistration ends the duty to file
        arrears = self.taxes(block, stopped, np.where(block.gone(), stopped, world.today), owing)
        for place in np.flatnonzero(arrears).tolist():
            subject = world.truth.enterprise_of(block.identity, place)
            world.truth.owes(subject, int(arrears[place]))
        return arrears

    def taxes(self, block: Block, stopped: Ints, bound: Ints, owing: Bools) -> Ints:
        """A year of returns and ledgers; returns the arrears of each enterprise in fen.

        Nobody files after the day on which he stopped, and must file until the day on which he is
        no longer `bound`.  Those who are `owing` leave some of their taxes unpaid.  The cast of
        the stories is punctual.
        """
        at_state, at_local = block.at[Bureau.STATE], block.at[Bureau.LOCAL]
        loss = loses_always(self._world.dice, block)
        arrears = np.zeros(len(block), np.int64)
        monthly, quarterly = block.general, ~block.general
        months, quarters = self._calendar.months, self._calendar.quarters
        plans = [
            (0, VAT, months, at_state & monthly),
            (1, VAT, quarters, at_state & quarterly),
            (2, SURTAX, months, at_local & monthly),
            (3, SURTAX, quarters, at_local & quarterly),
            (4, CIT, quarters, block.company & (at_state | at_local)),
            (5, IIT, months, at_local & block.company),
            (6, IIT, quarters, at_local & ~block.company),
        ]
        everything, declared = [], np.zeros(len(block), np.int64)
        for code, item, periods, who in plans:
            duties = self._returns(block, code, item, periods, who, stopped, bound, loss)
            returns = duties.filed_ones()
            everything.append(duties)
            if item == VAT:
                self._send_invoices(block, returns)
                np.add.at(declared, returns.row, returns.sales)
            by_local = np.full(len(block), item in (SURTAX, IIT))
            if item == CIT:
                by_local = (block.cit_local & at_local) | ~at_state
            for bureau in Bureau:
                self._send_duties(
                    block, bureau, duties, by_local[duties.row] == (bureau is Bureau.LOCAL)
                )
                mask = by_local[returns.row] == (bureau is Bureau.LOCAL)
                self._send_filings(block, bureau, returns, mask)
                arrears += self._send_ledger(block, bureau, returns, mask, owing)
        self._say_who_has_not_filed(block, everything)
        self._footprint.write(block, declared, stopped, bound)
        return arrears

    def _returns(
        self,
        block: Block,
        code: int,
        item: str,
        periods: list[tuple[int, int, int]],
        who: Bools,
        stopped: Ints,
        bound: Ints,
        loss: Bools,
    ) -> Returns:
        dice, today = self._world.dice, self._world.today
        row = np.repeat(np.flatnonzero(who), len(periods))
        turn = np.tile(np.arange(len(periods)), int(np.count_nonzero(who)))
        first, last, due = np.array(periods).T
        serial = block.index[row] * _RETURNS + code * 16 + turn
        filed = due[turn] - dice.between("filed", serial, 0, 11)
        late = dice.chance("filed late", serial, 30_000) & (block.index[row] < CAST)
        filed = np.where(late, filed + 35, filed)
        asked = (first[turn] > block.registered[row]) & (last[turn] < bound[row])
        row, turn, serial, filed = row[asked], turn[asked], serial[asked], filed[asked]
        done = (last[turn] < stopped[row]) & (filed <= today)
        # most of those who are late and have not filed yet were granted a later day
        deferred = (filed > due[turn]) & ~dice.chance("not deferred", serial, 100_000)
        until = np.where(deferred & (filed > today), filed, due[turn])
        months = 12 // len(periods)
        # VAT and surtax of one period are about the same sales
        basis = vat_period(block.index[row], turn) if item in (VAT, SURTAX) else serial
        sales = period_sales(dice, basis, block.monthly_sales[row], months)
        rate = dice.between("rate", basis, 100, 500)
        small = np.where(sales > 9_000_000, sales * 3 // 100, 0)
        payable = np.where(block.general[row], sales * rate // 10_000, small)
        if item == SURTAX:
            payable = payable * 5 // 100
        elif item == CIT:
            payable = np.where(loss[row], 0, sales * (rate - 100) // 40_000)
        elif item == IIT:
            payable = np.where(block.company[row], rate * 30 * np.where(block.general[row], 8, 1),
                               sales // 200)  # fmt: skip
        return Returns(
            item, row, serial, first[turn], last[turn], until, filed, sales, payable, done
        )

    def _send_duties(self, block: Block, bureau: Bureau, duties: Returns, mask: Bools) -> None:
        """RD_SFZRDXXB by the tax calendar."""
        registration, count = block.registration[bureau], int(np.count_nonzero(mask))
        self._world.post.to(bureau, "filing_duty").write(
            [registration[place] for place in duties.row[mask].tolist()],
            [duties.item] * count,
            duties.first[mask],
            duties.last[mask],
            duties.due[mask],
            ["N"] * count,
        )

    def _say_who_has_not_filed(self, block: Block, everything: Sequence[Returns]) -> None:
        """M16: the year's duties all came due within the last twelve months."""
        today, truth = self._world.today, self._world.truth
        missing = [np.unique(one.row[~one.done & (one.due < today)]) for one in everything]
        for place in np.unique(np.concatenate(missing)).tolist():
            calendars = []
            for duties in everything:
                own = duties.row == place
                calendars.append(
                    [
                        (due, not done and due < today)
                        for due, done in zip(
                            duties.due[own].tolist(), duties.done[own].tolist(), strict=True
                        )
                    ]
                )
            band = _how_overdue(calendars, today)
            truth.has_not_filed(truth.enterprise_of(block.identity, place), band)

    def _send_filings(self, block: Block, bureau: Bureau, returns: Returns, mask: Bools) -> None:
        """SB_SBB; one in 200 was filed twice and the first one voided."""
        serial = returns.serial
        voided = mask & self._world.dice.chance("voided", serial, 5_000)
        kinds = self._world.dice.pick("correction", serial, (985, 10, 3, 2))
        for rows, name, void, kind in (
            (mask, "filing", "N", ["0145"[kind] for kind in kinds.tolist()]),
            (voided, "voided filing", "Y", ["0"] * len(serial)),
        ):
            registration = block.registration[bureau]
            count = int(np.count_nonzero(rows))
            self._world.post.to(bureau, "filing").write(
                self._world.dice.uuids(name, serial[rows]),
                [registration[place] for place in returns.row[rows].tolist()],
                [returns.item] * count,
                returns.first[rows],
                returns.last[rows],
                returns.filed[rows],
                returns.sales[rows],
                returns.payable[rows],
                chosen(kind, rows),
                [void] * count,
            )

    def _send_invoices(self, block: Block, returns: Returns) -> None:
        """DZDZ: what some of the background invoiced of the sales that they declared.

        The rest was sold without an invoice.  One in thirty is written a second time, voided, or
        written again and taken back by a red one.  Neighbours sell to the next, never in a circle.
        """
        dice, row = self._world.dice, returns.row
        coded = np.array([bool(code) for code in block.identity.code])
        mask = coded[row] & dice.chance("invoices", block.index[row], 150_000)
        mask &= (returns.sales > 0) & (returns.first >= self._world.today - _INVOICED_DAYS)
        mask &= block.index[row] < CAST
        row, serial, last = row[mask], returns.serial[mask], returns.last[mask]
        amount = returns.sales[mask] * dice.between("invoiced", serial, 60, 100) // 100
        fault = dice.pick("invoice fault", serial, (940, 30, 30))
        issued = last - dice.between("issued", serial, 0, 20)
        sellers = [block.identity.code[place] for place in row.tolist()]
        kinds = dice.below("buyer", serial, 3).tolist()
        neighbours = [*sellers[1:], OUTSIDE][: len(sellers)]
        buyers = [
            (OUTSIDE, "", other if other != own else OUTSIDE)[kind]
            for kind, own, other in zip(kinds, sellers, neighbours, strict=True)
        ]
        special = [SPECIAL if general else PLAIN for general in block.general[row].tolist()]
        goods = self._goods.of(block, row)
        self._goods.buy(block, row, serial, amount, issued, sellers, buyers)
        everything = np.ones(len(row), np.bool_)
        for turn, (rows, sign, state) in enumerate(
            (
                (everything, 1, "0"),
                (fault == 1, 1, "2"),
                (fault == 2, 1, "3"),
                (fault == 2, -1, "0"),
            )
        ):
            numbers = (serial[rows] * 4 + turn).tolist()
            count = len(numbers)
            invoice_codes = [f"3700{17_0000 + number // 100_000_000:06d}" for number in numbers]
            invoice_numbers = [f"{number % 100_000_000:08d}" for number in numbers]
            self._world.post.table("invoice_ledger").write(
                invoice_codes,
                invoice_numbers,
                chosen(special, rows),
                chosen(sellers, rows),
                chosen(buyers, rows),
                issued[rows],
                sign * amount[rows],
                sign * (amount[rows] * 17 // 100),
                [state] * count,
                chosen(goods, rows),
            )
            self._goods.lines(
                invoice_codes, invoice_numbers, chosen(sellers, rows), chosen(buyers, rows),
                chosen(goods, rows), sign * amount[rows], serial[rows],
            )  # fmt: skip

    def _send_ledger(
        self, block: Block, bureau: Bureau, returns: Returns, mask: Bools, owing: Bools
    ) -> Ints:
        """ZS_YJSF; returns the arrears of each enterprise of the block in fen."""
        dice, day = self._world.dice, self._world.today
        taxed = mask & (returns.payable > 0)
        row, serial = returns.row[taxed], returns.serial[taxed]
        due, amount = returns.due[taxed], returns.payable[taxed]
        paid = returns.filed[taxed] + dice.between("paid", serial, 0, 3)
        paid = np.where(returns.filed[taxed] <= due, np.minimum(paid, due), paid)
        unpaid = (owing[row] & dice.chance("unpaid", serial, 400_000)) | (paid > day)
        paid = np.where(unpaid, NONE, paid)
        late = (paid > due) & (paid != NONE)
        surcharge = np.maximum(amount * (paid - due) // 2_000, 1)
        fined = dice.chance("fined", serial, 300)
        voucher = [f"{'1' if bureau is Bureau.STATE else '2'}0137160{n:012d}"
                   for n in serial.tolist()]  # fmt: skip
        registration = block.registration[bureau]
        first, last = returns.first[taxed], returns.last[taxed]
        everything = np.ones(len(row), np.bool_)
        for rows, kind, owed, settled in (
            (everything, TAX, amount, paid),
            (late, SURCHARGE, surcharge, paid),
            (fined, FINE, 20_000 + 0 * amount, np.full(len(row), NONE)),
        ):
            count = int(np.count_nonzero(rows))
            self._world.post.to(bureau, "ledger").write(
                chosen(voucher, rows),
                [registration[place] for place in row[rows].tolist()],
                [returns.item] * count,
                [kind] * count,
                first[rows],
                last[rows],
                due[rows],
                owed[rows],
                settled[rows],
            )
        overdue = (paid == NONE) & (due < day)
        arrears = np.zeros(len(block), np.int64)
        np.add.at(arrears, row[overdue], amount[overdue])
        return arrears


def _how_overdue(calendars: list[list[tuple[int, bool]]], today: int) -> str:
    """The band of someone's duties: of each tax in order the due days and whether overdue."""
    months: dict[int, bool] = {}  # whether nothing was filed of what came due in it
    for due, overdue in (duty for calendar in calendars for duty in calendar):
        if due < today:
            day = date.fromordinal(due)
            month = day.year * 12 + day.month
            months[month] = months.get(month, True) and overdue
    if all(months.get(max(months) - back, False) for back in range(3)):
        return "stopped"
    unfiled = sum(overdue for calendar in calendars for _, overdue in calendar)
    in_a_row = any(
        one and following
        for calendar in calendars
        for (_, one), (_, following) in pairwise(calendar)
    )
    return "repeated" if in_a_row or unfiled >= 3 else "overdue"
