from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.registered(dice),
            "relief_id": f"r{n}",
            "document_no": dice.one([f"稽{n}", f"c{n}", f"v{n}", f"稽{n + 1}", "", None]),
            "kind": dice.one(["guarantee", "instalments"]),
            "valid_from": dice.day(0.3),
            "until": dice.day(0.5),
        }
        for n in dice.some(4)
    ]
