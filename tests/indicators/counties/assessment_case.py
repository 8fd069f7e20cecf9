from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "case_no": f"评{n}",
            "started_on": dice.day(),
            "ended_on": dice.day(0.6),
        }
        for n in dice.some(6)
    ]
