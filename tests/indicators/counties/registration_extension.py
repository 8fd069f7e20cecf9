from __future__ import annotations

from tests.indicators.counties.world import HALL, Dice, Rows, World


def rows(dice: Dice, world: World) -> Rows:
    found = [
        {
            "bureau": bureau,
            "registration_id": registration,
            "finance_officer_id": dice.one([*world.persons, None]),
            "tax_handler_id": dice.one([*world.persons, None]),
        }
        for bureau, registration in dict.fromkeys(world.keys)
        if dice.often(0.6)
    ]
    for row in found:
        row["contact_phone_token"] = dice.one(["t1", "t1", "t2", None])
        row["legal_rep_phone_token"] = dice.one(["t1", None])
        row["handler_phone_token"] = dice.one(["t1", "t3", None])
        row["agent_taxpayer_id"] = dice.one([None, None, "", "T-agency"])
    return found + _hall(dice)


def _hall(dice: Dice) -> Rows:
    """Telephones in the market hall; some enterprises there have one bookkeeper."""
    keepers = dice.one([[None], ["k1", "k2", None]])
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "contact_phone_token": dice.one(["t9", None, None]),
            "legal_rep_phone_token": dice.one(["t9", None, None, None]),
            "finance_officer_id": dice.one(keepers),
            "finance_phone_token": dice.one(["t9", None]),
            "tax_handler_id": dice.one(["k1", None]),
            "handler_phone_token": dice.one(["t9", None, None]),
        }
        for bureau, registration in HALL[: dice.one([5, 6, 14])]
    ]
