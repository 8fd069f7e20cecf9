from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

NEAR = [0, 1, -1, -18, -19, -48, -49, -50, -60, -61, -100, -140]


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "change_id": f"c{n}",
            "item": dice.one(["legal_rep", "legal_rep", "address"]),
            "changed_on": dice.day(0, NEAR),
        }
        for n in dice.some(8)
    ]
