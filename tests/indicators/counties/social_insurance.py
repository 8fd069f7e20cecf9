from __future__ import annotations

from tests.indicators.counties.world import HALL, Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    employers = [*world.numbers, *(f"H{registration}" for _bureau, registration in HALL)]
    return [
        {
            "record_id": f"s{n}",
            "employer_id": dice.one(employers),
            "person_id": dice.one([*world.persons, "x1", "x2", "x3"]),
            "kind": dice.one(["pension", "injury"]),
            "started_on": dice.day(0.2),
            "ended_on": dice.day(0.6),
        }
        for n in dice.some(dice.one([8, 16, 32]))
    ]
