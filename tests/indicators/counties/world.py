"""The dice of a random county, and whom its rows may be about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

DAY = date(2017, 8, 18)
NEAR = [0, 0, 1, -1, 2, -30, -89, -90, -91, -364, -365, -366, -367, -700]

# A market hall: enterprises of strangers that share telephone and address, in some counties
HALL = [("state", f"1020{number:04d}") for number in range(14)]

Rows = list[dict[str, Any]]


class Dice:
    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def one(self, choices: Sequence[Any]) -> Any:
        return self.random.choice(choices)

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, most: int) -> range:
        return range(self.random.randint(0, most))

    def day(self, nulls: float = 0.1, near: Sequence[int] = NEAR) -> date | None:
        return None if self.often(nulls) else DAY + timedelta(self.one(near))

    def amount(self, choices: Sequence[str], nulls: float = 0.1) -> Decimal | None:
        return None if self.often(nulls) else Decimal(self.one(choices))


@dataclass(frozen=True)
class World:
    """Whom rows are about: persons, registrations, and the numbers that name an enterprise."""

    persons: list[str]
    registrations: Rows

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(bureau, registration id), one of which nobody has."""
        known = [(row["bureau"], row["registration_id"]) for row in self.registrations]
        return [*known, ("state", "nobody")]

    @property
    def numbers(self) -> list[str]:
        known = [
            number
            for row in self.registrations
            for number in (row["credit_code"], row["taxpayer_id"])
            if number
        ]
        return [*known, "91370000ABCDEFGH1X", "370000123456789"]

    @property
    def apart(self) -> Rows:
        """Registrations of which no two have the same organisation code: different enterprises."""
        found = {}
        for row in self.registrations:
            number = row["credit_code"] or row["taxpayer_id"] or row["registration_id"]
            found.setdefault(number[8:17] if len(number) == 18 else number[-9:], row)
        return list(found.values())

    @property
    def natural_persons(self) -> list[tuple[str, str, str]]:
        """(bureau, registration id, person) of those registered in their own name."""
        return [
            (bureau, f"2010{bureau[0]}{person}", person)
            for bureau in ("state", "local")
            for person in self.persons
        ]

    def registered(self, dice: Dice) -> dict[str, str]:
        """The registration of an enterprise or of a natural person."""
        if dice.often(0.6):
            return self.owner(dice)
        bureau, registration, _person = dice.one(self.natural_persons)
        return {"bureau": bureau, "registration_id": registration}

    def owner(self, dice: Dice) -> dict[str, str]:
        bureau, registration = dice.one(self.keys)
        if dice.often(0.05):
            bureau = "local" if bureau == "state" else "state"
        return {"bureau": bureau, "registration_id": registration}

    def party(self, dice: Dice) -> dict[str, str]:
        """A person or an enterprise, as police and officers name them."""
        if dice.often(0.5):
            return {"subject_kind": "person", "subject": dice.one(self.persons)}
        return {"subject_kind": "enterprise", "subject": dice.one(self.numbers)}
