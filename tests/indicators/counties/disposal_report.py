from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "report_id": f"d{n}",
            "asset": dice.one(["real_estate", "equity", "other", None]),
            "reported_on": dice.day(),
        }
        for n in dice.some(3)
    ]
