from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

NEAR = [0, 1, -1, -14, -15, -16, -17, -59, -60, -61, -62, -300]


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.registered(dice),
            "violation_id": f"v{n}",
            "kind": dice.one(["registration", "filing", "payment", "invoice", "other", None]),
            "registered_on": dice.day(0.05, NEAR),
            "stage": dice.one(["registered", "decided", "closed", "closed", "closed", None]),
            "decided_on": dice.day(0.3, NEAR),
            "fine": dice.amount(["0.99", "1", "2000"], 0.2),
            "fine_paid": dice.amount(["0", "0", "0.99", "1", "2000"], 0.2),
        }
        for n in dice.some(7)
    ]
