from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "notice_no": f"n{n}",
            "kind": dice.one(["notice", "conclusion"]),
            "direction": dice.one(["issued", "received", None]),
            "noticed_on": dice.day(),
            "closed_on": dice.day(0.6),
        }
        for n in dice.some(4)
    ]
