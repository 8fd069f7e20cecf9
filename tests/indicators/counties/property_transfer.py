from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "transfer_id": f"q{n}",
            "seller_id": dice.one(world.numbers),
            "price": dice.amount(["0", "2600000"]),
            "transferred_on": dice.day(near=[0, 0, 0, 1, -1, -1, -2, -29, -88]),
        }
        for n in dice.some(8)
    ]
