"""What every part of the county needs at hand while it is written."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from city.dice import Dice
from city.forms import Post
from city.people import People
from city.truth import Truth


@dataclass(frozen=True)
class World:
    dice: Dice
    people: People
    post: Post
    truth: Truth
    day: date  # the day of all deliveries

    @property
    def today(self) -> int:
        return self.day.toordinal()

    @property
    def year_ago(self) -> date:
        return self.day.replace(year=self.day.year - 1)

    def months_ago(self, months: int) -> date:
        """The same day of an earlier month; its last one where it has no such day."""
        years, month = divmod(self.day.year * 12 + self.day.month - 1 - months, 12)
        return date(years, month + 1, min(self.day.day, monthrange(years, month + 1)[1]))

    @property
    def three_years_ago(self) -> date:
        return self.day.replace(year=self.day.year - 3)
