from __future__ import annotations

from tests.indicators.counties.capital_contribution import NEAR
from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "loan_id": f"l{n}",
            "person_id": dice.one(world.persons),
            "amount": dice.amount(["99999.99", "100000", "400000", "2000000"]),
            "lent_on": dice.day(near=NEAR),
            "repaid_on": dice.day(0.7),
        }
        for n in dice.some(10)
    ]
