from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = [
        {
            **world.party(dice),
            "case_no": f"执{n // 2}",
            "published_on": dice.day(),
            "state": dice.one(["listed", "listed", "removed", None]),
            "removed_on": dice.day(0.7),
        }
        for n in dice.some(5)
    ]
    return list({(row["case_no"], row["subject"]): row for row in found}.values())
