from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    prices = ["599999.99", "600000", "1000000", "3000000.30"]
    return [
        {
            "certificate_no": f"c{n}",
            "person_id": person,
            "share": dice.amount(["1", "0.5", "0.333333"]),
            "reason": dice.one(["purchase", "purchase", "purchase", "inheritance", "gift", None]),
            "contract_no": dice.one(["h0", "h1", "h9", "h8", "", None]),
            "price": dice.amount(prices),
            "registered_on": dice.day(),
        }
        for n in range(2)
        for person in world.persons
        if dice.often(0.3)
    ]
