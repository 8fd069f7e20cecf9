from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "ban_no": f"阻控{n}",
            "person_id": dice.one(world.persons),
            "valid_from": dice.day(),
            "until": dice.day(0.5),
            "lifted_on": dice.day(0.7),
        }
        for n in dice.some(4)
    ]
