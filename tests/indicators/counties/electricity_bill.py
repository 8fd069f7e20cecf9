from __future__ import annotations

from tests.indicators.counties.filing import periods
from tests.indicators.counties.world import HALL, Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    """Fees around two in a thousand of the sales of a year; some months are not billed."""
    found: Rows = []
    hall = [f"H{registration}" for _bureau, registration in HALL]
    for number in dict.fromkeys([*world.numbers, *hall[: dice.one([0, 6])]]):
        fees = [dice.one(["0", "100", "400", "1000", "20000"])]
        gaps, unknown = dice.one([0, 0, 0, 0.1]), dice.one([0, 0, 0, 0.05])
        for account in range(dice.one([0, 1, 1, 2])):
            found += [
                {
                    "account_no": f"{number}{account}",
                    "consumer_id": number,
                    "period_from": first,
                    "period_until": last,
                    "fee": dice.amount(fees, unknown),
                }
                for first, last, _due in periods(1)
                if not dice.often(gaps)
            ]
    return found
