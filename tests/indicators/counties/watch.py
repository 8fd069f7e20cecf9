from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = []
    for n in dice.some(6):
        person = dice.often(0.5)
        found.append(
            {
                "watch_id": f"w{n}",
                "subject_kind": "person" if person else "enterprise",
                "subject": dice.one(world.persons) if person else dice.one(world.numbers),
                "officer": dice.one(["a", "b", None]),
                "second_officer": dice.one(["a", "b", "b", None]),
                "valid_from": dice.day(),
                "until": dice.day(0.4),
                "groups": dice.one([None, "", "INV", "INV, DEREG"]),
            }
        )
    return found
