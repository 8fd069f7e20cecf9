from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "record_id": f"k{n}",
            "person_id": dice.one([*world.persons, *world.persons, None]),
            "valid_from": dice.day(0.4),
            "until": dice.day(0.6),
        }
        for n in dice.some(6)
    ]
