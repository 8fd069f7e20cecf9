from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "invoice_code": "3700",
            "invoice_number": f"{n}",
            "seller_id": dice.one([*world.numbers, None]),
            "buyer_id": dice.one([*world.numbers, ""]),
            "tax": dice.amount(["0.01", "500", "999.99", "1000"], 0.15),
            "entered_on": dice.day(0.05),
            "resolved_on": dice.day(0.6),
        }
        for n in dice.some(6)
    ]
