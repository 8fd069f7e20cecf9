"""Rows with a wrong or missing number: rejected, and the rest of the delivery stands."""

from __future__ import annotations

from city.cast import WHOLE, Cast
from city.people import with_wrong_check
from city.stories.losing_investor_buys_home import behind_two_losers


def play(cast: Cast) -> None:
    person, *_ = behind_two_losers(cast, "mistyped_home")
    cast.home(180_000_000, (person, WHOLE), mistyped=True)
    cast.income(person, 0)
    cast.mistyped_income(cast.person("mistyped_income"))
    stranger = cast.person("mistyped_natural_person")
    cast.mistyped_natural_person(stranger, with_wrong_check(stranger.number))
    cast.mistyped_natural_person(stranger, "")
