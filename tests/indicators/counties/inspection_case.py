from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "case_id": f"c{n}",
            "case_no": dice.one([f"稽{n}", None]),
            "filed_on": dice.day(),
            "closed_on": dice.day(0.5),
        }
        for n in dice.some(5)
    ]
