from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

TAXES = ["0", "200", "400", "400.01", "600", "60000"]


def rows(dice: Dice, world: World) -> Rows:
    amounts = ["0", "0", "0.01", "100000", "333333.33", "333333.34", "1000000.10"]
    found = _of_years(dice, world, range(2013, 2018), amounts, 0.25)
    # years that are reconciled
    amounts = ["20000", "60000", "60000.01", "120000", "120000.01"]
    found += _of_years(dice, world, range(2018, 2022), amounts, 0.7)
    for row in found:
        row["due"] = dice.amount(TAXES)
        row["paid"] = dice.amount(["0", "0", "0", *TAXES])
    return found


def _of_years(dice: Dice, world: World, years: range, amounts: list[str], share: float) -> Rows:
    return [
        {
            "person_id": person,
            "tax_year": year,
            "payer": payer,
            "income": dice.amount(amounts, 0.05),
        }
        for person in world.persons
        for year in years
        for payer in ("", "甲厂")
        if dice.often(share)
    ]
