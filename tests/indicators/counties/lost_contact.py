from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "record_id": f"z{n}",
            "found_on": dice.day(),
            "lifted_on": dice.day(0.5),
        }
        for n in dice.some(5)
    ]
