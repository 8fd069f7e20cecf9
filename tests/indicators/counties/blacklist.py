from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = [
        {
            **world.party(dice),
            "case_no": f"案{n // 2}",
            "criterion": dice.one(["tax_evasion", "absconded", "other", None]),
            "published_on": dice.day(),
            "stopped_on": dice.day(0.5),
        }
        for n in dice.some(5)
    ]
    return list({(row["case_no"], row["subject"]): row for row in found}.values())
