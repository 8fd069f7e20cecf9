from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = []
    for n in dice.some(6):
        person = dice.often(0.5)
        found.append(
            {
                "case_no": f"甲{n // 2}",
                "subject_kind": "person" if person else "enterprise",
                "subject": dice.one(world.persons) if person else dice.one(world.numbers),
                "crime": dice.one(["201", "205-1", "212", "213", "266", None]),
                "filed_on": dice.day(),
                "stage": dice.one(["open", "referred", "withdrawn", "executed", None]),
                "ended_on": dice.day(0.6),
            }
        )
    return list({(row["case_no"], row["subject"]): row for row in found}.values())
