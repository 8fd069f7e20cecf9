"""Bank accounts of every enterprise, and what moved over some of them in large amounts.

Everybody has one basic account, which is closed when he is deregistered; who is larger has a second
one.  A bank names its customer by the number that he opened the account with, sometimes still the
15-digit one from before 2015.  Large transactions are those that banks report: from 2 million yuan
between enterprises, 500,000 to a person, 50,000 in cash (中国人民银行令〔2016〕第3号).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from city.dice import Bools, Ints, chosen
from city.enterprises import NORMAL, YANGXIN, Block, Enterprises
from city.forms import ENTERPRISE, NONE, PERSON
from city.people import CAST, RESIDENT
from city.world import World

BASIC, ORDINARY, SPECIAL = "基本存款账户", "一般存款账户", "专用存款账户"
TO_ENTERPRISE, TO_PERSON, IN_CASH = 200_000_000, 50_000_000, 5_000_000  # fen
_BANKS = ("中国农业银行阳信县支行", "中国工商银行阳信支行", "中国建设银行阳信支行",
          "山东阳信农村商业银行", "中国邮政储蓄银行阳信县支行", "滨州银行阳信支行")  # fmt: skip
_BANK_WEIGHTS = (26, 14, 16, 30, 8, 6)
_EACH = 8  # accounts and transactions of one enterprise at most


@dataclass(frozen=True)
class Moves:
    """Large transactions of one kind of some enterprises of a block, one a row."""

    row: Ints  # place in the block
    serial: Ints
    amount: Ints  # fen
    received: Bools
    cash: bool
    kind: list[str]  # of the other side, with its name, number and account; "" where not told
    name: list[str]
    number: list[str]
    account: list[str]


class Accounts:
    """Writes what banks tell; no indicator reads it."""

    def __init__(self, world: World, enterprises: Enterprises) -> None:
        self._world = world
        self._enterprises = enterprises

    def of(self, block: Block) -> None:
        """The accounts of a block, and of the background what moved over its basic ones."""
        dice, index, today = self._world.dice, block.index, self._world.today
        basic = np.minimum(block.registered + dice.between("basic account", index, 2, 40), today)
        second = basic + dice.between("second account", index, 100, 1_000)
        larger = block.general & dice.chance("second account", index, 400_000) & (second < today)
        left = today - dice.between("left", index, 10, 750)
        gone = np.where(block.gone(), np.minimum(left + 5, today), NONE)
        given_up = second + dice.between("account given up", index, 200, 1_500)
        ends = dice.chance("account given up", index, 250_000) & (given_up < today)
        ended = np.where(gone != NONE, gone, np.where(ends, given_up, NONE))
        special = dice.chance("special account", index, 150_000)
        everyone = np.ones(len(block), np.bool_)
        kinds = [SPECIAL if one else ORDINARY for one in special.tolist()]
        self._open(block, 0, everyone, [BASIC] * len(block), basic, gone)
        self._open(block, 1, larger, kinds, second, ended)
        if len(index) and index[0] < CAST:
            self._move(block)

    def _open(
        self, block: Block, turn: int, mask: Bools, kinds: list[str], opened: Ints, closed: Ints
    ) -> None:
        dice, serial = self._world.dice, block.index * _EACH + turn
        banks = [_BANKS[one] for one in dice.pick("bank", serial, _BANK_WEIGHTS).tolist()]
        self._world.post.table("bank_account").write(
            [account(number) for number in serial[mask].tolist()],
            chosen(banks, mask),
            chosen(block.name, mask),
            chosen(self._holders(block), mask),
            chosen(kinds, mask),
            opened[mask],
            closed[mask],
        )

    def _holders(self, block: Block) -> list[str]:
        """The number with which each opened its accounts."""
        old = self._world.dice.chance("opened by old number", block.index, 40_000)
        return [
            YANGXIN + code[8:17] if before and code else known_as
            for code, known_as, before in zip(
                block.identity.code, block.identity.known_as, old.tolist(), strict=True
            )
        ]

    def _move(self, block: Block) -> None:
        active = block.company & block.where(NORMAL)
        for moves in (self._trades(block, active), self._draws(block, active)):
            self._write(block, moves)
        self._write(block, self._cash(block, active))

    def _rows(self, name: str, block: Block, mask: Bools, most: int) -> tuple[Ints, Ints]:
        who = np.flatnonzero(mask)
        count = self._world.dice.between(name, block.index[who], 1, most)
        row = np.repeat(who, count)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, block.index[row] * _EACH + turn

    def _trades(self, block: Block, active: Bools) -> Moves:
        """Between enterprises; of every fifth other one the bank does not know the number."""
        dice = self._world.dice
        large = active & block.general & (block.monthly_sales >= TO_ENTERPRISE)
        row, serial = self._rows("large trades", block, large, _EACH)
        numbers, names = self._enterprises.some_company("trades with", serial)
        told = ~dice.chance("number not told", serial, 200_000)
        return Moves(
            row, serial,
            TO_ENTERPRISE + block.monthly_sales[row] * dice.below("traded", serial, 60) // 100,
            dice.chance("received", serial, 600_000), False,
            [ENTERPRISE] * len(row), names,
            [number if known else "" for number, known in zip(numbers, told.tolist(), strict=True)],
            [account(one, "98") for one in serial.tolist()],
        )  # fmt: skip

    def _draws(self, block: Block, active: Bools) -> Moves:
        """To the legal representative."""
        rep = block.legal_rep
        resident = np.array([kind == RESIDENT for kind in rep.kind], np.bool_)
        large = active & resident & (block.monthly_sales >= TO_PERSON)
        large &= self._world.dice.chance("draws money", block.index, 250_000)
        row, serial = self._rows("large draws", block, large, 3)
        places = row.tolist()
        return Moves(
            row, serial + 1_000_000_000,
            TO_PERSON + self._world.dice.between("drawn", serial, 0, 9_000) * 10_000,
            np.zeros(len(row), np.bool_), False,
            [PERSON] * len(row), [rep.name[one] for one in places],
            [rep.number[one] for one in places],
            [account(index, "97") for index in rep.index[row].tolist()],
        )  # fmt: skip

    def _cash(self, block: Block, active: Bools) -> Moves:
        mask = active & self._world.dice.chance("cash", block.index, 60_000)
        row, serial = self._rows("large cash", block, mask, 3)
        nobody = [""] * len(row)
        return Moves(
            row, serial + 2_000_000_000,
            IN_CASH + self._world.dice.between("in cash", serial, 0, 1_500) * 10_000,
            self._world.dice.chance("cash in", serial, 300_000), True,
            nobody, nobody, nobody, nobody,
        )  # fmt: skip

    def _write(self, block: Block, moves: Moves) -> None:
        places, count = moves.row.tolist(), len(moves.row)
        days = self._world.today - self._world.dice.between("moved", moves.serial, 3, 360)
        opened = np.minimum(block.registered[moves.row] + 45, self._world.today)
        self._world.post.table("large_transaction").write(
            [f"DE{serial:012d}" for serial in moves.serial.tolist()],
            [block.identity.known_as[place] for place in places],
            [account(int(block.index[place]) * _EACH) for place in places],
            np.maximum(days, opened),
            ["收" if one else "付" for one in moves.received.tolist()],
            ["现金" if moves.cash else "转账"] * count,
            moves.amount,
            moves.kind,
            moves.name,
            moves.number,
            moves.account,
            ["备用金" if moves.cash else "货款" if one else "往来款" for one in moves.received],
        )


def account(serial: int, beginning: str = "99") -> str:
    """An account of 20 digits that no bank issues."""
    return f"{beginning}01{YANGXIN}{serial:010d}"
