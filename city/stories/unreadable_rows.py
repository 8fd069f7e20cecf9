"""Rows with a wrong or missing number: rejected, and the rest of the delivery stands."""

from __future__ import annotations

from city.cast import WHOLE, Cast, Firm
from city.customs import SOLD, declaration
from city.people import with_wrong_check
from city.stories.losing_investor_buys_home import behind_two_losers

CREDIT_CODE = "统一社会信用代码"


def play(cast: Cast) -> None:
    person, firm, _other = behind_two_losers(cast, "mistyped_home")
    cast.home(180_000_000, (person, WHOLE), mistyped=True)
    cast.income(person, 0)
    cast.mistyped_income(cast.person("mistyped_income"))
    stranger = cast.person("mistyped_natural_person")
    cast.mistyped_natural_person(stranger, with_wrong_check(stranger.number))
    cast.mistyped_natural_person(stranger, "")
    _mistyped_trader(cast, firm)


def _mistyped_trader(cast: Cast, firm: Firm) -> None:
    book, code = cast.world.post.book("customs_declaration"), _with_another_end(firm.known_as)
    cast.truth.rejects("customs_declaration", book.line, code, CREDIT_CODE)
    book.add(
        declaration(900_000_000 + cast.serial(), cast.ago(30), code, firm.name, SOLD[0], 2_000)
    )


def _with_another_end(code: str) -> str:
    """A credit code with a check character that cannot be true."""
    return code[:17] + ("1" if code[17] == "0" else "0")
