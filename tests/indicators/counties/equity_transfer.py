from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

NEAR = [0, 1, -10, -89, -91, -229, -230, -231, -366, -1095, -1096, -1097]


def rows(dice: Dice, world: World) -> Rows:
    prices = ["0", "1", "1.01", "39.99", "40", "400000", "399999.99", "800000"]
    found = []
    for n in dice.some(8):
        by_person = dice.often(0.6)
        found.append(
            {
                "transfer_id": f"q{n}",
                "credit_code": dice.one(world.numbers),
                "transferor_person_id": dice.one(world.persons) if by_person else None,
                "transferor_taxpayer_id": None if by_person else dice.one(world.numbers),
                "share": dice.amount(["0.5", "0.5", "1", "0.333333"]),
                "price": dice.amount(prices, 0.15),
                "transferred_on": dice.day(near=NEAR),
                "kinship": dice.one(["none", "none", "none", None, "kin", "carer"]),
                "taxed_price": dice.amount(prices, 0.6),
                "taxed_on": dice.day(0.3),
            }
        )
    return found
