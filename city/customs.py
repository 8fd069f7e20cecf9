"""What goes abroad and comes from there: customs declarations of a year.

Some general taxpayers sell one kind of goods abroad, never half of what they declare for VAT; a few
of them buy material there as well.  Customs knows an enterprise by its credit code only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from city.dice import Ints
from city.enterprises import NORMAL, Block, year_sales
from city.forms import Bureau, money
from city.world import World

EXPORT, IMPORT = "出口", "进口"
_FEWEST, _MOST = 4, 9  # declarations of one enterprise in a year
_LEAST, _SHARE = 200, 500  # of the year's sales in one declaration, hundredths of a percent
_LARGE = 2_000_000  # fen: sales of a month from which somebody trades abroad
_SETTLED = 400  # days since the registration of who trades abroad
_OFFICES = ("黄岛海关", "青岛大港", "滨州海关", "新港海关")
_PROCEDURES = ("一般贸易", "进料对口", "来料加工")


@dataclass(frozen=True)
class Goods:
    """One kind of goods as the tariff of 2017 names it; prices in fen, rates in per cent."""

    code: str
    name: str
    unit: str
    price: int
    duty: int = 0
    vat: int = 17


SOLD = (
    Goods("0808301000", "鲜鸭梨", "千克", 450),
    Goods("5703200000", "尼龙簇绒地毯", "平方米", 6_200),
    Goods("9403609990", "木制家具", "件", 35_000),
    Goods("5205120000", "棉制单纱", "千克", 2_250),
    Goods("8481804090", "管道用阀门", "套", 4_500),
)
_BOUGHT = (
    Goods("0202300090", "冻去骨牛肉", "千克", 3_150, duty=12, vat=11),
    Goods("5201000001", "未梳棉花", "千克", 1_280, duty=1, vat=11),
    Goods("8446304000", "喷气织机", "台", 19_800_000, duty=8),
)


class Customs:
    """Writes the declarations of a block; no indicator reads them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, block: Block) -> None:
        dice, today = self._world.dice, self._world.today
        coded = np.array([bool(code) for code in block.identity.code], np.bool_)
        trades = dice.chance("trades abroad", block.index, 400_000) & block.company & block.general
        trades &= (
            block.at[Bureau.STATE]
            & coded
            & block.where(NORMAL)
            & (block.registered < today - _SETTLED)
        )
        trades &= block.monthly_sales >= _LARGE
        who = np.flatnonzero(trades)
        count = dice.between("declarations", block.index[who], _FEWEST, _MOST)
        row = np.repeat(who, count)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        serial = block.index[row] * (_MOST + 1) + turn
        sales = year_sales(dice, block.index, block.monthly_sales, block.general)[row]
        worth = sales * dice.between("declared worth", serial, _LEAST, _SHARE) // 10_000
        buys = dice.chance("buys abroad", block.index, 250_000)[row] & (turn % 4 == 3)
        self._write(block, row, serial, worth, np.where(buys, turn % 4, 0))

    def _write(self, block: Block, row: Ints, serial: Ints, worth: Ints, buys: Ints) -> None:
        dice, book = self._world.dice, self._world.post.book("customs_declaration")
        declared = self._world.today - dice.between("declared", serial, 3, 362)
        procedure = dice.pick("procedure", block.index[row], (80, 13, 7)).tolist()
        for place, number, day, fen, brought, sold, bought, office, how in zip(
            row.tolist(),
            serial.tolist(),
            declared.tolist(),
            worth.tolist(),
            buys.tolist(),
            dice.below("sold abroad", block.index[row], len(SOLD)).tolist(),
            dice.below("bought abroad", block.index[row], len(_BOUGHT)).tolist(),
            dice.below("customs office", serial, len(_OFFICES)).tolist(),
            procedure,
            strict=True,
        ):
            goods = _BOUGHT[bought] if brought else SOLD[sold]
            if fen >= goods.price:
                book.add(
                    declaration(
                        number, date.fromordinal(day), block.identity.code[place],
                        block.name[place], goods, fen // goods.price,
                        direction=IMPORT if brought else EXPORT,
                        procedure=_PROCEDURES[how], office=_OFFICES[office],
                    )
                )  # fmt: skip


def declaration(
    serial: int,
    day: date,
    code: str,
    name: str,
    goods: Goods,
    quantity: int,
    *,
    direction: str = EXPORT,
    procedure: str = _PROCEDURES[0],
    office: str = _OFFICES[0],
) -> list[str | int]:
    """One declaration of one item: 4200 for the customs of Qingdao, year, 1 for import, serial."""
    brought = direction == IMPORT
    worth = quantity * goods.price
    duty = worth * goods.duty // 100 if brought and procedure == _PROCEDURES[0] else 0
    vat = (worth + duty) * goods.vat // 100 if brought and procedure == _PROCEDURES[0] else 0
    return [
        f"4200{day.year}{int(brought)}{serial:09d}",
        1,
        direction,
        day.isoformat(),
        code,
        name,
        goods.code,
        goods.name,
        quantity,
        goods.unit,
        money(worth),
        procedure,
        office,
        money(duty) if brought else "",
        money(vat) if brought else "",
    ]
