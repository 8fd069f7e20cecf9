from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "record_id": f"q{n}",
            "kind": dice.one(["general", "guided", None]),
            "valid_from": dice.day(0.2),
            "until": dice.day(0.6),
            "voided": dice.one([False, False, None, True]),
        }
        for n in dice.some(4)
    ]
