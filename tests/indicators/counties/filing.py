from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.indicators.counties.world import DAY, HALL, Dice, Rows, World

SALES = ["0", "0", "-100", "90000", "100000", "110000", "300000", "1200000", "1250000", "1300000"]

# a quarter's sales of who stays just below five million yuan a year, or just not
STEADY = [*["1125000"] * 3, "1124999.99", "1249999", "1249999", "1250000", "25000", "25000"]


def periods(length: int) -> list[tuple[date, date, date]]:
    """(first day, last day, due day) of the periods of so many months that ended before DAY."""
    found = []
    month = DAY.year * 12 + DAY.month - 1
    month -= month % length
    for back in range(18 // length, 0, -1):
        first, after = (
            date((month - n) // 12, (month - n) % 12 + 1, 1)
            for n in (back * length, (back - 1) * length)
        )
        found.append((first, after - timedelta(1), after + timedelta(14)))
    return found


def rows(dice: Dice, world: World) -> Rows:
    if len(world.apart) > 2 and dice.often(0.5):
        return [row for one in world.apart for row in steady(dice, one)] + _hall(dice)
    found: Rows = []
    for bureau, registration in world.keys:
        idle = dice.often(0.3)  # sells nothing and says so in every period, nearly
        levels = ["0", "-100"] if idle else [dice.one(SALES)] if dice.often(0.4) else SALES
        item = "10101" if bureau == "state" else "10109"
        for first, last, due in periods(dice.one([1, 3])):
            for again in range(1 if idle else dice.one([0, 1, 1, 1, 1, 1, 2])):
                filed = due + timedelta(dice.one([-10, -1, 0, 1, 20]) + 5 * again)
                found.append(
                    {
                        "bureau": bureau,
                        "registration_id": registration,
                        "filing_id": f"{registration}{first}{again}",
                        "levy_item": item if dice.often(0.98 if idle else 0.9) else "10104",
                        "period_from": first,
                        "period_until": last,
                        "filed_on": None if dice.often(0.02) else filed,
                        "sales": dice.amount(levels, 0.03),
                        "payable": dice.amount(["0", "10", "3000"]),
                        "correction": dice.one(["0", "1", "4", "5"]),
                        "voided": not idle and dice.one([False, False, False, False, None, True]),
                    }
                )
    return found + _hall(dice)


def steady(dice: Dice, registered: dict[str, Any]) -> Rows:
    """A year of quarters with the same sales, all filed."""
    bureau, registration = registered["bureau"], registered["registration_id"]
    sales = dice.amount(STEADY)
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "filing_id": f"{registration}{first}",
            "levy_item": "10101",
            "period_from": first,
            "period_until": last,
            "filed_on": due,
            "sales": sales,
            "payable": Decimal(0),
            "correction": "0",
            "voided": False,
        }
        for first, last, due in periods(3)[-dice.one([4] * 8 + [3, 5]) :]
    ]


def _hall(dice: Dice) -> Rows:
    """One month of enterprises in the market hall, around five million."""
    first, last, due = periods(1)[-1]
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "filing_id": f"{registration}{first}",
            "levy_item": "10101",
            "period_from": first,
            "period_until": last,
            "filed_on": due,
            "sales": dice.amount(["1", "4999999.99", "5000000", "9000000"], 0),
            "voided": False,
        }
        for bureau, registration in HALL
        if dice.often(0.5)
    ]
