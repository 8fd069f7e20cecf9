from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "change_id": f"c{n}",
            "credit_code": dice.one(world.numbers),
            "item": dice.one(["legal_rep", "legal_rep", "investor", "address", None]),
            "changed_on": dice.day(),
        }
        for n in dice.some(6)
    ]
