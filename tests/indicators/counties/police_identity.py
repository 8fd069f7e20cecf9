from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "person_id": person,
            "state": dice.one(["valid", "valid", "lost", "cancelled", "expired", "dead", None]),
            "valid_to": dice.day(0.3),
        }
        for person in world.persons
        if dice.often(0.4)
    ]
