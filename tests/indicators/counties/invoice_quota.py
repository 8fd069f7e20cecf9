from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "quota_id": f"{registration}{n}",
            "invoice_kind": dice.one(["1130", "1130", "1140", "2130", None]),
            "monthly_pieces": dice.one([1, 1, 2, 10, 25, None]),
            "visit_pieces": dice.one([1, 25, None]),
            "single_limit": dice.amount(["10000", "111111.11", "122222.22", "1000000", "2400000"]),
            "valid_from": dice.day(0.7),
            "until": dice.day(0.7),
            "in_force": dice.one([True, True, True, None, False]),
        }
        for bureau, registration in world.keys
        for n in dice.some(3)
    ]
