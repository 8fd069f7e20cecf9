"""What is sold and bought with the invoices of the background, line by line (A05).

Who issues invoices deals in one kind of goods and some more of a neighbouring kind, and has bought
from elsewhere what he sells.  A trader to whom a neighbour invoices far more than he sells, and
single large invoices of trade and construction, are A05's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from city.conduct import OUTSIDE
from city.dice import Bools, Ints, chosen
from city.enterprises import Block
from city.invoices import SPECIAL
from city.world import World

# Codes of goods (begin with 1) and of services (3), by their chapters
GOODS = (
    "1010101010000000000", "1030307010000000000", "1060105010000000000", "1080207010000000000",
    "1090305010000000000",
)  # fmt: skip
BUILDING, SERVICE = "3050100000000000000", "3040201010000000000"
MORE = {code: other for code, other in zip(GOODS, (*GOODS[1:], GOODS[0]), strict=True)}
TRADE, CONSTRUCTION = ("51", "52"), ("47", "48", "49", "50")
LARGE = {"trade": 100_000_000, "construction": 300_000_000}  # fen, a single invoice
_SERVICES = ("54", "65", "72", "78", "81", "61", "62")


class Goods:
    """Writes lines of invoices, and what the background bought."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block, row: Ints) -> list[str]:
        """The code of what the enterprise of each row deals in, by its industry."""
        drawn = self._world.dice.below("goods", block.index[row], len(GOODS)).tolist()
        found = []
        for place, kind in zip(row.tolist(), drawn, strict=True):
            division = block.industry[place][:2]
            code = SERVICE if division in _SERVICES else GOODS[kind]
            found.append(BUILDING if division in CONSTRUCTION else code)
        return found

    def lines(
        self,
        invoice_codes: list[str],
        invoice_numbers: list[str],
        sellers: list[str],
        buyers: list[str],
        goods: list[str],
        amount: Ints,
        serial: Ints,
    ) -> None:
        """One line for each invoice, for a third of those of goods a second one of more goods."""
        second = self._world.dice.chance("more goods", serial, 333_000)
        second &= np.array([code in MORE for code in goods], dtype=np.bool_)
        more = np.where(second, amount * 2 // 5, 0)
        everything = np.ones(len(goods), np.bool_)
        other = [MORE.get(code, code) for code in goods]
        for line, rows, codes, part in (
            ("1", everything, goods, amount - more),
            ("2", second, other, more),
        ):
            self._write_line(
                rows, line, invoice_codes, invoice_numbers, sellers, buyers, codes, part
            )

    def _write_line(self, rows: Bools, line: str, *columns_and_amount: list[str] | Ints) -> None:
        *texts, amount = columns_and_amount
        part = np.asarray(amount)[rows]
        self._world.post.table("invoice_ledger_line").write(
            *(chosen(list(map(str, text)), rows) for text in texts[:2]),
            [line] * len(part),
            *(chosen(list(map(str, text)), rows) for text in texts[2:]),
            part,
            part * 17 // 100,
        )

    def buy(
        self,
        block: Block,
        row: Ints,
        serial: Ints,
        sold: Ints,
        issued: Ints,
        sellers: Sequence[str],
        buyers: Sequence[str],
    ) -> None:
        """Invoices from elsewhere for what each sale of `row` needed, and A05's truth."""
        dice, goods = self._world.dice, self.of(block, row)
        bought = sold * dice.between("bought", serial, 40, 90) // 100
        on = issued - dice.between("bought on", serial, 0, 9)
        numbers = serial.tolist()
        invoice_codes = [f"3100{17_0000 + number // 100_000_000:06d}" for number in numbers]
        invoice_numbers = [f"{number % 100_000_000:08d}" for number in numbers]
        self._world.post.table("invoice_ledger").write(
            invoice_codes, invoice_numbers, [SPECIAL] * len(numbers), [OUTSIDE] * len(numbers),
            sellers, on, bought, bought * 17 // 100, ["0"] * len(numbers), goods,
        )  # fmt: skip
        self.lines(
            invoice_codes, invoice_numbers, [OUTSIDE] * len(numbers), list(sellers), goods, bought,
            serial,
        )  # fmt: skip
        output, inputs, largest = (np.zeros(len(block), np.int64) for _ in range(3))
        np.add.at(output, row, sold)
        np.add.at(inputs, row, bought)
        np.maximum.at(largest, row, sold)
        places = dict(zip(sellers, row.tolist(), strict=True))
        for buyer, amount in zip(buyers, sold.tolist(), strict=True):
            if buyer in places:
                inputs[places[buyer]] += amount
        for place in np.unique(row).tolist():
            self._judge(block, place, int(output[place]), int(inputs[place]), int(largest[place]))

    def _judge(self, block: Block, place: int, sold: int, bought: int, largest: int) -> None:
        """Everything bought is of the same kinds as what is sold, so only amounts can be wrong."""
        division, truth = block.industry[place][:2], self._world.truth
        if division not in TRADE + CONSTRUCTION:
            return
        much = division in TRADE and sold > 0 and bought > 3 * sold
        limit = LARGE["trade" if division in TRADE else "construction"]
        if not much and largest < limit:
            return
        # score = 50 × excess, high from 70
        high = (much and bought * 10 >= 42 * sold) or largest * 10 >= limit * 14
        subject = truth.enterprise_of(block.identity, place)
        because = (
            "进项超过销项三倍" if much else f"单张发票 {largest // 100}.{largest % 100:02d} 元"
        )
        truth.finds("A05", subject, subject, "high" if high else "normal", because)
