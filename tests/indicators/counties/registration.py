from __future__ import annotations

from collections.abc import Sequence

from chengxin.core.identifiers import organisation_check_character
from tests.indicators.counties.world import HALL, Dice, Rows, World

STATUSES = [
    "normal",
    "normal",
    "non_normal",
    "suspended",
    "deregistered",
    "non_normal_deregistered",
]


def rows(dice: Dice, world: World) -> Rows:
    # a county of makers (A07) or of traders and builders (A05)
    industries = dice.one(
        [
            ["1299", "1310", "1810", "4390", "4411", None],
            ["5191", "5191", "5211", "4790", "3311", None],
        ]
    )
    # drawn apart, so that the rest of the county stays as it is
    return [
        {
            **row,
            "business_address_token": dice.one(["a1", "a1", "a1", "a2", None]),
            "industry": dice.one(industries),
        }
        for row in world.registrations
    ] + _hall(dice)


def _hall(dice: Dice) -> Rows:
    if dice.often(0.6):
        return []
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "taxpayer_id": f"H{registration}",
            "status": "deregistered" if dice.often(0.05) else "normal",
            "legal_rep_id": f"h{dice.one([number, number, 0])}",
            "registered_on": dice.day(0.2),
            "industry": dice.one(["1299", "1310", "4390", "4411"]),
            "business_address_token": "a9" if dice.often(0.9) else None,
        }
        for number, (bureau, registration) in enumerate(HALL)
    ]


def registrations(dice: Dice, persons: Sequence[str]) -> Rows:
    organisations = [
        first + (organisation_check_character(first) if dice.often(0.8) else "Z")
        for first in (f"MA3C0{n:03d}" for n in range(dice.one([1, 2, 3, 5])))
    ]
    credits = [f"91371622{code}{dice.one('AB')}" for code in organisations]
    taxpayers = [f"{place}{code}" for place in ("371622", "371623") for code in organisations]
    taxpayers += [f"T{'abcdefghijklmnopqrstuvwxyz'[n:]}{'x' * n}" for n in range(3)]
    found = []
    for number in range(dice.one([1, 2, 4, 8, 12])):
        taxpayer = dice.one(taxpayers) if dice.often(0.7) else None
        if dice.often(0.1):
            taxpayer = dice.one(["", dice.one(credits)])
        found.append(
            {
                "bureau": dice.one(["state", "local"]),
                "registration_id": f"1010{number:04d}",
                "credit_code": dice.one(credits) if dice.often(0.5) else None,
                "taxpayer_id": taxpayer,
                "status": dice.one([*STATUSES, None]),
                "status_changed_on": dice.day(),
                "legal_rep_id": dice.one([*persons, None]),
                "office": dice.one(["13716220100", "23716220100", None]),
            }
        )
    for row in found:
        row["registered_on"] = dice.day(0.2)
    return found
