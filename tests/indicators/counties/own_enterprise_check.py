from __future__ import annotations

from datetime import timedelta

from tests.indicators.counties.world import Dice, Rows, World

DAYS = [0, 0, -1, -181, -181, -182, 1]  # six months back is the 181st day


def rows(dice: Dice, world: World) -> Rows:
    found: Rows = []
    for n in dice.some(6):
        told = dice.day(0, DAYS)
        assert told is not None
        found.append(
            {
                "check_id": f"{n:08d}",
                "enterprise": dice.one(world.numbers),
                "person": dice.one(world.persons),
                "verified_on": told,
                "counts_from": told - timedelta(dice.one([0, 0, 1])),
            }
        )
    return found
