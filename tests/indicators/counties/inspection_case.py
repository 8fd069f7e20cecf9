from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

DUE = ("tax_due", "surcharge_due", "fine_due")
PAID = ("tax_paid", "surcharge_paid", "fine_paid")


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **world.owner(dice),
            "case_id": f"c{n}",
            "case_no": dice.one([f"稽{n}", None]),
            "filed_on": dice.day(),
            "closed_on": dice.day(0.5),
            "served_on": dice.day(0.4, [0, -1, -15, -16, -17, -200]),
            **{name: dice.amount(["0", "0.5", "1", "9999"], 0.02) for name in DUE},
            **{name: dice.amount(["0", "0", "0.5", "1"], 0.02) for name in PAID},
        }
        for n in dice.some(5)
    ]
