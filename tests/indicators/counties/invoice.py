from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "invoice_code": "3700",
            "invoice_number": f"{n}",
            "seller_id": dice.one([*world.numbers, None]),
            "buyer_id": dice.one([*world.numbers, ""]),
            "issued_on": dice.day(0.05),
            "amount": dice.amount(["-1000", "0.01", "99999.99", "100000", "110000"], 0.1),
            "tax": dice.amount(["0", "17000"], 0.1),
            "state": dice.one(["normal", "normal", "void", "reversed", None]),
            "goods_code": "1010101010000000000",
        }
        for n in dice.some(8)
    ]
