"""Rows with a wrong or missing number: rejected, and the rest of the delivery stands."""

from __future__ import annotations

from city.accounts import BASIC, account
from city.cast import WHOLE, Cast, Firm
from city.customs import SOLD, declaration
from city.internet import ENTERPRISE, SIMILAR, SITES, Match, notice
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
    _account_of_nobody(cast, firm)
    _notice_about_nobody(cast, firm)


def _mistyped_trader(cast: Cast, firm: Firm) -> None:
    book, code = cast.world.post.book("customs_declaration"), _with_another_end(firm.known_as)
    cast.truth.rejects("customs_declaration", book.line, code, CREDIT_CODE)
    book.add(
        declaration(900_000_000 + cast.serial(), cast.ago(30), code, firm.name, SOLD[0], 2_000)
    )


def _account_of_nobody(cast: Cast, firm: Firm) -> None:
    table, cut_off = cast.world.post.table("bank_account"), firm.known_as[:12]
    cast.truth.rejects(table.source, table.line, cut_off, CREDIT_CODE)
    cast.write(
        table, account(900_000_000 + cast.serial()), "滨州银行阳信支行", firm.name, cut_off, BASIC,
        cast.ago(700), None,
    )  # fmt: skip


def _notice_about_nobody(cast: Cast, firm: Firm) -> None:
    lines = cast.world.post.lines("internet_notice")
    cast.truth.rejects(lines.source, lines.line, "", CREDIT_CODE)
    match = Match(ENTERPRISE, "", firm.name, firm.name, SIMILAR, 55)
    lines.add(notice(900_000_000 + cast.serial(), SITES[0], cast.ago(9), match))


def _with_another_end(code: str) -> str:
    """A credit code with a check character that cannot be true."""
    return code[:17] + ("1" if code[17] == "0" else "0")
