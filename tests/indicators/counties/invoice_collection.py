from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

NEAR = [0, 1, -1, -30, -90, -91, -92, -93, -94, -364, -365, -366, -500]


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "collection_id": f"f{n}",
            "collected_on": dice.day(0.05, NEAR),
            "collector_id": dice.one([*world.persons, *world.persons, None]),
            "verified_on": dice.day(0.5),
            "missing": dice.one([0, 0, 0, 0, 0, 1, None]),
        }
        for n in dice.some(10)
    ]
