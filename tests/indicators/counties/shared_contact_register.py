from __future__ import annotations

from tests.indicators.counties.world import HALL, Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    return [
        {
            **_party(dice, world),
            "entry_id": f"b{n}",
            "kind": dice.one(["agency", "cluster", "park", None]),
            "valid_from": dice.day(0.3),
            "until": dice.day(0.5),
        }
        for n in dice.some(2)
    ]


def _party(dice: Dice, world: World) -> dict[str, str]:
    if dice.often(0.8):
        return world.party(dice)
    return {"subject_kind": "enterprise", "subject": f"H{dice.one(HALL)[1]}"}
