from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

STATUSES = ["active", "revoked", "deregistered", "withdrawn", "moved_out", "moved_out"]


def rows(dice: Dice, world: World) -> Rows:
    found = [
        {
            "credit_code": dice.one([number for number in world.numbers if len(number) == 18]),
            "status": dice.one(STATUSES),
            "status_on": dice.day(0.2),
        }
        for _ in dice.some(6)
    ]
    return list({row["credit_code"]: row for row in found}.values())
