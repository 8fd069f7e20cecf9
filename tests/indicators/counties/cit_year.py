from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    # ten per cent beside what some declare for VAT in four quarters, and a fen less
    revenues = ["360000", "396000", "395999.99", "324000.01", "400000", "440000", "5000000"]
    amounts = ["-1", "-1", "-0.01", "0", "0.01"]
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "tax_year": year,
            "revenue": dice.amount(revenues, 0.05),
            "profit": dice.amount(amounts, 0.05),
            "taxable_income": dice.amount(amounts, 0.05),
            "filed_on": dice.day(0.05),
        }
        for bureau, registration in world.keys
        for year in (2012, 2013, 2014, 2015, 2016)
        if dice.often(0.7)
    ]
