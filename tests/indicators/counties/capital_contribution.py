from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

NEAR = [0, 1, -1, -700, -1095, -1096, -1097, -1500]


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "contribution_no": f"k{n}",
            "enterprise_taxpayer_id": dice.one(world.numbers),
            "person_id": dice.one(world.persons),
            "form": dice.one(["money", "money", "money", "in_kind", None]),
            "amount": dice.amount(["0", "1000", "400000", "400000.01", "1000000"]),
            "paid_on": dice.day(near=NEAR),
        }
        for n in dice.some(5)
    ]
