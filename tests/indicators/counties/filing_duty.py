from __future__ import annotations

from datetime import timedelta

from tests.indicators.counties.filing import periods
from tests.indicators.counties.world import DAY, Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found: Rows = []
    for bureau, registration in world.keys:
        for item in ("10101" if bureau == "state" else "10109", "10104"):
            if dice.often(0.3):
                continue
            for first, last, due in periods(dice.one([1, 3])):
                if dice.often(0.1):
                    continue
                edge = DAY + timedelta(dice.one([-366, -365, -364, -1, 0, 1]))
                found.append(
                    {
                        "bureau": bureau,
                        "registration_id": registration,
                        "levy_item": item,
                        "period_from": first,
                        "period_until": last,
                        "due_on": edge if dice.often(0.1) else due,
                        "voided": dice.one([False, False, False, False, None, True]),
                    }
                )
    return found
