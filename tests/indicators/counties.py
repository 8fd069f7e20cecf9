"""Small random counties, full of edges: days around the day, amounts around the limits, nulls,
ties, both bureaus, old and new numbers, shared ones and wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from chengxin.core.identifiers import organisation_check_character

DAY = date(2017, 8, 18)
NEAR = [0, 0, 1, -1, 2, -30, -89, -90, -91, -364, -365, -366, -367, -700]
STATUSES = [
    "normal",
    "normal",
    "non_normal",
    "suspended",
    "deregistered",
    "non_normal_deregistered",
]

Rows = dict[str, list[dict[str, Any]]]


class Dice:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def one(self, choices: Sequence[Any]) -> Any:
        return self.random.choice(choices)

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def day(self, nulls: float = 0.1) -> date | None:
        return None if self.often(nulls) else DAY + timedelta(self.one(NEAR))

    def amount(self, choices: Sequence[str], nulls: float = 0.1) -> Decimal | None:
        return None if self.often(nulls) else Decimal(self.one(choices))


def county(seed: int) -> Rows:
    dice = Dice(seed)
    persons = [f"p{n}" for n in range(dice.one([1, 2, 4, 6]))]
    registrations = _registrations(dice, persons)
    keys = [(row["bureau"], row["registration_id"]) for row in registrations]
    keys.append(("state", "nobody"))
    numbers = [n for row in registrations for n in (row["credit_code"], row["taxpayer_id"]) if n]
    numbers += ["91370000ABCDEFGH1X", "370000123456789"]
    rows: Rows = {
        "registration": registrations,
        "investment": _investments(dice, keys, persons),
        "tax_due": _dues(dice, keys),
        "non_normal": _non_normal(dice, keys),
        "inspection_case": _inspections(dice, keys),
        "assessment_case": _assessments(dice, keys),
        "cit_year": _returns(dice, keys),
        "police_case": _police(dice, persons, numbers),
        "watch": _watch(dice, persons, numbers),
        "home_contract": _homes(dice, persons),
        "personal_income": _incomes(dice, persons),
    }
    for some in rows.values():
        for row in some:
            row.setdefault("delivered_on", DAY - timedelta(dice.one([0, 1, 1, 1, 5])))
    return rows


def _registrations(dice: Dice, persons: Sequence[str]) -> list[dict[str, Any]]:
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
    return found


def _some(dice: Dice, most: int) -> range:
    return range(dice.random.randint(0, most))


def _owner(dice: Dice, keys: Sequence[tuple[str, str]]) -> dict[str, str]:
    bureau, registration = dice.one(keys)
    if dice.often(0.05):
        bureau = "local" if bureau == "state" else "state"
    return {"bureau": bureau, "registration_id": registration}


def _investments(dice: Dice, keys: Any, persons: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            **_owner(dice, keys),
            "investment_id": f"i{n}",
            "investor_person_id": dice.one([*persons, None]),
            "share": dice.amount(["0.1", "0.099999", "0.100001", "0.5", "1"]),
            "valid_from": dice.day(0.4),
            "until": dice.day(0.6),
        }
        for n in _some(dice, 12)
    ]


def _dues(dice: Dice, keys: Any) -> list[dict[str, Any]]:
    amounts = ["0.01", "-5", "0", "20000", "30000", "49999.99", "50000", "1950000", "2000000"]
    return [
        {
            **_owner(dice, keys),
            "voucher": f"v{n}",
            "kind": dice.one(["tax", "tax", "tax", "surcharge", "fine"]),
            "due_on": dice.day(),
            "amount": dice.amount(amounts),
            "paid_on": dice.day(0.6),
        }
        for n in _some(dice, 12)
    ]


def _non_normal(dice: Dice, keys: Any) -> list[dict[str, Any]]:
    return [
        {
            **_owner(dice, keys),
            "record_id": f"n{n}",
            "determined_on": dice.day(),
            "lifted_on": dice.day(0.5),
        }
        for n in _some(dice, 8)
    ]


def _inspections(dice: Dice, keys: Any) -> list[dict[str, Any]]:
    return [
        {
            **_owner(dice, keys),
            "case_id": f"c{n}",
            "case_no": dice.one([f"稽{n}", None]),
            "filed_on": dice.day(),
            "closed_on": dice.day(0.5),
        }
        for n in _some(dice, 5)
    ]


def _assessments(dice: Dice, keys: Any) -> list[dict[str, Any]]:
    return [
        {
            **_owner(dice, keys),
            "case_no": f"评{n}",
            "started_on": dice.day(),
            "ended_on": dice.day(0.6),
        }
        for n in _some(dice, 6)
    ]


def _returns(dice: Dice, keys: Any) -> list[dict[str, Any]]:
    amounts = ["-1", "-1", "-0.01", "0", "0.01"]
    return [
        {
            "bureau": bureau,
            "registration_id": registration,
            "tax_year": year,
            "profit": dice.amount(amounts, 0.05),
            "taxable_income": dice.amount(amounts, 0.05),
            "filed_on": dice.day(0.05),
        }
        for bureau, registration in keys
        for year in (2012, 2013, 2014, 2015, 2016)
        if dice.often(0.7)
    ]


def _police(dice: Dice, persons: Sequence[str], numbers: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for n in _some(dice, 6):
        person = dice.often(0.5)
        found.append(
            {
                "case_no": f"甲{n // 2}",
                "subject_kind": "person" if person else "enterprise",
                "subject": dice.one(persons) if person else dice.one(numbers),
                "crime": dice.one(["201", "205-1", "212", "213", "266", None]),
                "filed_on": dice.day(),
                "stage": dice.one(["open", "referred", "withdrawn", "executed", None]),
                "ended_on": dice.day(0.6),
            }
        )
    return list({(row["case_no"], row["subject"]): row for row in found}.values())


def _watch(dice: Dice, persons: Sequence[str], numbers: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for n in _some(dice, 6):
        person = dice.often(0.5)
        found.append(
            {
                "watch_id": f"w{n}",
                "subject_kind": "person" if person else "enterprise",
                "subject": dice.one(persons) if person else dice.one(numbers),
                "officer": dice.one(["a", "b", None]),
                "second_officer": dice.one(["a", "b", "b", None]),
                "valid_from": dice.day(),
                "until": dice.day(0.4),
                "groups": dice.one([None, "", "INV", "INV, DEREG"]),
            }
        )
    return found


def _homes(dice: Dice, persons: Sequence[str]) -> list[dict[str, Any]]:
    prices = ["999999.99", "1000000", "1400000", "2000000", "2800000", "3000000.30"]
    return [
        {
            "contract_no": f"h{n}",
            "person_id": person,
            "share": dice.amount(["1", "1", "0.5", "0.333333"]),
            "price": dice.amount(prices),
            "signed_on": dice.day(),
        }
        for n in range(3)
        for person in persons
        if dice.often(0.5)
    ]


def _incomes(dice: Dice, persons: Sequence[str]) -> list[dict[str, Any]]:
    amounts = ["0", "0", "0.01", "100000", "333333.33", "333333.34", "1000000.10"]
    return [
        {
            "person_id": person,
            "tax_year": year,
            "payer": payer,
            "income": dice.amount(amounts, 0.05),
        }
        for person in persons
        for year in (2013, 2014, 2015, 2016, 2017)
        for payer in ("", "甲厂")
        if dice.often(0.25)
    ]
