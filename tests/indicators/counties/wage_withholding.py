from __future__ import annotations

from datetime import date, timedelta

from tests.indicators.counties.world import HALL, Dice, Rows, World

FIRST = 2016 * 12  # the months of the last tax year, and on to July


def rows(dice: Dice, world: World) -> Rows:
    found: Rows = []
    for bureau, registration in dict.fromkeys([*world.keys, *HALL]):
        if dice.often(0.1):
            continue
        persons = [dice.one([0, 1, 1, 2, 2, 3, None])]
        wages = dice.one([["8000"], ["10000"], ["10000", "0"]])
        for month in range(FIRST, FIRST + 19):
            first, after = (date(n // 12, n % 12 + 1, 1) for n in (month, month + 1))
            if dice.often(0.02):
                continue
            found.append(
                {
                    "bureau": bureau,
                    "registration_id": registration,
                    "period_from": first,
                    "period_until": after - timedelta(1),
                    "persons": dice.one(persons),
                    "wages": dice.amount(wages, dice.one([0, 0, 0.02])),
                    "filed_on": None
                    if dice.often(0.01)
                    else after + timedelta(dice.one([0, 14, 14, 17, 18])),
                }
            )
    return found
