from __future__ import annotations

from tests.indicators.counties.world import HALL, Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    amounts = ["0", "96000", "100000", "120000", "120000.01", "150000"]
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "tax_year": year,
            "wages": dice.amount(amounts, 0.1),
            "filed_on": dice.day(0.05),
        }
        for bureau, registration in dict.fromkeys([*world.keys, *HALL])
        for year in (2014, 2015, 2016, 2017)
        if dice.often(0.5)
    ]
