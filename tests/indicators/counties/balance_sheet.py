from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    amounts = ["-5", "0", "100", "1000000", "1000000", "2000000"]
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "report_id": f"b{bureau}{registration}{year}{n}",
            "report_year": year,
            "net_assets": dice.amount(amounts, 0.05),
            "filed_on": dice.day(0.05),
        }
        for bureau, registration in world.keys
        for year in (2013, 2014, 2015, 2016, 2017)
        for n in dice.some(2)
    ]
