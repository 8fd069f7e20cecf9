from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {"bureau": bureau, "registration_id": registration, "person_id": person}
        for bureau, registration, person in world.natural_persons
        if dice.often(0.8)
    ]
