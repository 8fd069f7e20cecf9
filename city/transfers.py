"""What the companies of the background own and hand on: balance sheets, shares, real estate (A08).

Some investors sold half of their share, a few of them far below its worth.  Whoever sold real
estate reported it before, and whoever changed his representative did so long ago.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import Block, Enterprises
from city.forms import NONE, Bureau
from city.world import World

NO_KIN, KIN, CARER = "无", "近亲属", "抚养赡养人"
REAL_ESTATE, EQUITY, OTHER = "1", "2", "9"
NEW_REP, NEW_ADDRESS = "法定代表人", "住所"
_SOLD, _PROPERTY, _CHANGED = 30_000, 4_000, 30_000  # of a million companies
_SHEETS = 4  # years back for which there are balance sheets
_SALE_DAYS = 900  # days back in which shares were sold: well inside A08's three years
_TOKEN = 100  # fen: one yuan


class Transfers:
    """Writes balance sheets, and what companies and their investors handed on."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises

    def of(self, block: Block, stakes: tuple[Ints, Ints, Ints]) -> None:
        """`stakes` as `Investors.write` gives them."""
        for back in range(1, _SHEETS + 1):
            self._sheets(block, self._world.day.year - back)
        self._sales(block, stakes)
        self._properties(block)
        self._changes(block)

    def _there(self, block: Block, year: int) -> Bools:
        """Who has sent the balance sheet of this year."""
        filed = self._filed(block, year)
        there: Bools = block.company & ~block.gone() & (filed <= self._world.today)
        return there & (block.registered <= date(year, 12, 31).toordinal())

    def _filed(self, block: Block, year: int) -> Ints:
        serial = block.index * 64 + year % 64
        return date(year + 1, 1, 10).toordinal() + self._world.dice.below("sheet", serial, 141)

    def _balance(self, block: Block, year: int) -> tuple[Ints, Ints]:
        """Assets and liabilities at the year's end, in fen."""
        dice, serial = self._world.dice, block.index * 64 + year % 64
        assets = block.monthly_sales * dice.between("assets", serial, 6, 24)
        return assets, assets * dice.between("liabilities", serial, 10, 105) // 100

    def _sheets(self, block: Block, year: int) -> None:
        assets, liabilities = self._balance(block, year)
        there = self._there(block, year)
        for bureau in Bureau:
            mask = there & self._tells(block, bureau)
            self._world.post.to(bureau, "balance_sheet").write(
                self._world.dice.uuids(f"balance {year}", block.index[mask]),
                chosen(block.registration[bureau], mask),
                [str(year)] * int(np.count_nonzero(mask)),
                assets[mask],
                liabilities[mask],
                (assets - liabilities)[mask],
                self._filed(block, year)[mask],
            )

    def _sales(self, block: Block, stakes: tuple[Ints, Ints, Ints]) -> None:
        """One sale of half a stake for each of a few companies that have a credit code."""
        dice, today = self._world.dice, self._world.today
        row, first = np.unique(stakes[0], return_index=True)
        index = block.index[row]
        sold = today - dice.between("shares sold", index, 5, _SALE_DAYS)
        mask = dice.chance("sells shares", index, _SOLD) & self._coded(block)[row]
        mask &= (block.company & ~block.gone())[row] & (block.registered[row] < sold)
        row, first, index, sold = row[mask], first[mask], index[mask], sold[mask]
        seller = self._world.people.of(stakes[1][first])
        buyer = self._world.people.of(self._enterprises.investor(index + 13))
        share = stakes[2][first] // 2
        net = self._net_assets(block, sold, row)
        form = dice.pick("sale", index, (55, 20, 8, 12, 5))  # fair, low, to kin, taxed, unknown
        part = dice.between("part of worth", index, 20, 75)
        part = np.where(form == 0, dice.between("fair part", index, 82, 150), part)
        worth = np.where(net == NONE, 50_000_000, np.maximum(net, 0)) * share // 10_000
        price = np.where(form == 4, NONE, np.maximum(worth * part // 100, 1_000_000))
        # Income tax that was settled at the whole worth settles the matter
        taxed = np.where(form == 3, np.maximum(worth, 1_000_000), NONE)
        taxed_on = np.where(form == 3, np.minimum(sold + 30, today), NONE)
        self._world.post.table("equity_ledger").write(
            [f"GQ{one:010d}" for one in index.tolist()],
            [block.identity.code[place] for place in row.tolist()],
            seller.name, seller.kind, seller.number,
            buyer.name, buyer.kind, buyer.number,
            share, price, sold,
            [KIN if one == 2 else NO_KIN for one in form.tolist()],
            taxed, taxed_on,
        )  # fmt: skip
        told = np.maximum(price, taxed)
        for place in np.flatnonzero(form != 2).tolist():
            verdict = _verdict(*(int(one[place]) for one in (price, told, share, net)))
            if verdict != "settled":
                self._world.truth.sells_shares(
                    self._world.truth.enterprise_of(block.identity, int(row[place])),
                    self._world.truth.person(seller.number[place]),
                    verdict,
                )

    def _net_assets(self, block: Block, sold: Ints, row: Ints) -> Ints:
        """Of the newer of the two years before the sale that has a balance sheet."""
        years = np.array([date.fromordinal(day).year for day in sold.tolist()], np.int64)
        net = np.full(len(row), NONE)
        for back in range(1, _SHEETS + 1):
            year = self._world.day.year - back
            assets, liabilities = self._balance(block, year)
            counts = self._there(block, year)[row] & (years - 2 <= year) & (year < years)
            net = np.where((net == NONE) & counts, (assets - liabilities)[row], net)
        return net

    def _properties(self, block: Block) -> None:
        """Real estate that a company sold, reported to its bureau before."""
        dice, index = self._world.dice, block.index
        mask = dice.chance("sells property", index, _PROPERTY) & self._coded(block)
        mask &= block.company & ~block.gone()
        sold = self._world.today - dice.between("property sold", index, 5, 1_000)
        reported = sold - dice.between("reported before", index, 0, 200)
        self._world.post.table("real_estate_transfer").write(
            [f"BDC{one:010d}" for one in index[mask].tolist()],
            chosen(block.identity.code, mask),
            (dice.between("property price", index, 30, 900) * 1_000_000)[mask],
            sold[mask],
        )
        for bureau in Bureau:
            here = mask & self._tells(block, bureau)
            self._world.post.to(bureau, "disposal_report").write(
                dice.uuids("disposal", index[here]),
                chosen(block.registration[bureau], here),
                [REAL_ESTATE] * int(np.count_nonzero(here)),
                reported[here],
            )

    def _changes(self, block: Block) -> None:
        """Changes in the market register: of the representative long ago, of addresses lately."""
        dice, index = self._world.dice, block.index
        known = dice.chance("changed in the market", index, _CHANGED) & self._coded(block)
        moved = dice.chance("moved", index, 500_000)
        days = np.where(
            moved,
            dice.between("moved on", index, 1, 1_500),
            dice.between("represented anew", index, 91, 1_500),
        )
        changed = self._world.today - days
        mask = known & (block.registered < changed)
        self._world.post.table("market_change").write(
            [f"BG{one:010d}" for one in index[mask].tolist()],
            chosen(block.identity.code, mask),
            [NEW_ADDRESS if one else NEW_REP for one in moved[mask].tolist()],
            changed[mask],
        )

    def _coded(self, block: Block) -> Bools:
        return np.array([bool(code) for code in block.identity.code], np.bool_)

    def _tells(self, block: Block, bureau: Bureau) -> Bools:
        """The state bureau gets reports where it manages the company, else the local one."""
        at_state = block.at[Bureau.STATE]
        return at_state if bureau is Bureau.STATE else ~at_state


def _verdict(price: int, told: int, share: int, net: int) -> str:
    """What A08 makes of one price; `told` is the price or what the tax was settled at, if more."""
    known = net != NONE
    if known and told > price and told * 100_000 >= share * net * 8:
        return "settled"
    if price == NONE:
        return "unknown"
    if told <= _TOKEN:
        return "low"
    if not known:
        return "unknown"
    return "low" if told * 100_000 < share * net * 8 else "settled"
