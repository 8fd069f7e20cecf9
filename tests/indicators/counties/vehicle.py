from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    prices = ["399999.99", "400000", "800000", "1299999.99", "1300000", "1900000"]
    return [
        {
            "plate": f"鲁M0{n}{person}",
            "owner_id": person,
            "price": dice.amount(prices),
            "registered_on": dice.day(),
        }
        for n in range(2)
        for person in world.persons
        if dice.often(0.5)
    ]
