from __future__ import annotations

from tests.indicators.counties.world import Dice, Rows, World

KINDS = ["matched", "mismatched", "reverified", "template", "appeal_opened", "appeal_closed"]
DAYS = [0, 0, 0, 1, -1, -29, -30, -30, -31, -1825, -1826, -1827]
SECONDS = [0, 100, 600, 601, 700, 85_900, 86_399, 86_400, -1, None]


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "event_id": f"e{n}",
            "person_id": dice.one([*world.persons, *world.persons, None]),
            "kind": dice.one([*KINDS, *["mismatched"] * 6, *["matched"] * 3]),
            "happened_on": dice.day(0.1, DAYS),
            "second": dice.one(SECONDS),
            "device": dice.one(["d1", "d2", None]),
            "hall": dice.one(["h1", "h2", "", None]),
            "appeal_no": dice.one(["s1", "s2", "", None]),
        }
        for n in dice.some(24)
    ]
