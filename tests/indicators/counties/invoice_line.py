from __future__ import annotations

from tests.indicators.counties.invoice import CATEGORIES, parties
from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = []
    for number in dice.some(10):
        for line in dice.some(3):
            about = number if dice.often(0.95) else number + 1  # parties of another invoice
            found.append(
                {
                    "invoice_code": "3702",
                    "invoice_number": f"{number}",
                    "line_no": line,
                    **parties(about, world),
                    "goods_code": dice.one([*CATEGORIES, *CATEGORIES, None, "101"]),
                    "amount": dice.amount(
                        ["-1000", "300", "1000", "499999.99", "500000", "700000"], 0.05
                    ),
                    "tax": None,
                }
            )
    return found
