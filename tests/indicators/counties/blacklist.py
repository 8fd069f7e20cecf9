from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = []
    for n in dice.some(7):
        # the period in which the law was broken, as far as the bureau tells it
        begun = dice.day(0.5)
        found.append(
            {
                **world.party(dice),
                "case_no": f"案{n // 2}",
                "criterion": dice.one(["tax_evasion", "absconded", "other", None]),
                "published_on": dice.day(),
                "stopped_on": dice.day(0.5),
                "violated_from": begun,
                "violated_until": dice.one([begun, None]),
            }
        )
    return list({(row["case_no"], row["subject"]): row for row in found}.values())
