from __future__ import annotations

from tests.indicators.counties.identity_event import DAYS, SECONDS
from tests.indicators.counties.world import Dice, Rows, World

KINDS = [
    "card_read", "matched", "by_hand", "reverified", "template", "mismatched", "mismatched",
    "appeal_opened", "appeal_closed",
]  # fmt: skip


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            "event_id": f"e{n}",
            "person": dice.one(world.persons),
            "kind": dice.one(KINDS),
            "happened_on": dice.day(0, DAYS),
            "second": dice.one(SECONDS),
            "hall": dice.one(["h1", "h2", ""]),
            "place": "window:3",
            "appeal_no": dice.one(["own-1", "own-2", ""]),
        }
        for n in dice.some(8)
    ]
