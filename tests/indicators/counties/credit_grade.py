from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "grade_id": f"g{n}",
            "credit_year": dice.one([2014, 2015, 2016, 2016, 2017]),
            "grade": dice.one(["A", "B", "M", "C", "D", "D", "D", None]),
            "direct_code": dice.one(["030104", "040104", "", None]),
            "graded_on": dice.day(),
        }
        for n in dice.some(10)
    ]
