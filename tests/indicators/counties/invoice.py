from __future__ import annotations

from datetime import timedelta

from tests.indicators.counties.world import DAY, Dice, Rows, World

LATELY = [-18, -19, -30, -48, -49, -60, -79, -100, -110, -140, -141, -150]
AMOUNTS = ["-100000", "-1000", "0.01", "99999.99", "100000", "110000", "400000", "1200000"]


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "invoice_code": "3700",
            "invoice_number": f"{n}",
            "seller_id": dice.one([*world.numbers, None]),
            "buyer_id": dice.one([*world.numbers, ""]),
            "issued_on": DAY + timedelta(dice.one(LATELY)) if dice.often(0.7) else dice.day(0.1),
            "amount": dice.amount(AMOUNTS, 0.03),
            "tax": dice.amount(["0", "17000"], 0.1),
            "state": dice.one(["normal", "normal", "void", "reversed", None]),
            "goods_code": "1010101010000000000",
        }
        for n in dice.some(30)
    ]
