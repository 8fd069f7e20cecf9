from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "finance_officer_id": dice.one([*world.persons, None]),
            "tax_handler_id": dice.one([*world.persons, None]),
        }
        for bureau, registration in dict.fromkeys(world.keys)
        if dice.often(0.6)
    ]
