from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    prices = ["999999.99", "1000000", "1400000", "2000000", "2800000", "3000000.30"]
    return [
        {
            "contract_no": f"h{n}",
            "person_id": person,
            "share": dice.amount(["1", "1", "0.5", "0.333333"]),
            "price": dice.amount(prices),
            "signed_on": dice.day(),
        }
        for n in range(3)
        for person in world.persons
        if dice.often(0.5)
    ]
