from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = [
        {
            "credit_code": dice.one([number for number in world.numbers if len(number) == 18]),
            "list_kind": dice.one(["abnormal", "abnormal", "serious", "impersonation"]),
            "entered_on": dice.day(0),
            "removed_on": dice.day(0.6),
        }
        for _ in dice.some(5)
    ]
    return list(
        {(row["credit_code"], row["list_kind"], row["entered_on"]): row for row in found}.values()
    )
