from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    amounts = ["0.01", "-5", "0", "20000", "30000", "49999.99", "50000", "1950000", "2000000"]
    return [
        {
            **world.registered(dice),
            "voucher": f"v{n}",
            "kind": dice.one(["tax", "tax", "tax", "surcharge", "fine"]),
            "due_on": dice.day(),
            "amount": dice.amount(amounts),
            "paid_on": dice.day(0.6),
        }
        for n in dice.some(20)
    ]
