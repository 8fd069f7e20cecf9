from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    amounts = ["0", "0", "0.01", "100000", "333333.33", "333333.34", "1000000.10"]
    return [
        {
            "person_id": person,
            "tax_year": year,
            "payer": payer,
            "income": dice.amount(amounts, 0.05),
        }
        for person in world.persons
        for year in (2013, 2014, 2015, 2016, 2017)
        for payer in ("", "甲厂")
        if dice.often(0.25)
    ]
