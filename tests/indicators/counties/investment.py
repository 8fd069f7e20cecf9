from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "investment_id": f"i{n}",
            "investor_person_id": dice.one([*world.persons, None]),
            "share": dice.amount(["0.1", "0.099999", "0.100001", "0.25", "0.249999", "1"]),
            "valid_from": dice.day(0.4),
            "until": dice.day(0.6),
        }
        for n in dice.some(12)
    ]
