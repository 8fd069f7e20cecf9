from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "record_id": f"r{n}",
            "person_id": dice.one(world.persons),
            "role": dice.one(["09", "13", "13"]),
            "valid_from": dice.day(0.3),
            "until": dice.day(0.6),
        }
        for n in dice.some(8)
    ]
