"""Rows with a wrong or missing number: rejected, and the rest of the delivery stands."""

from __future__ import annotations

from city.accounts import BASIC, account
from city.cast import WHOLE, Cast, Firm, Person
from city.customs import SOLD, declaration
from city.internet import ENTERPRISE, SIMILAR, SITES, Match, notice
from city.market_people import A_PERSON, DOCUMENTS, MONEY, SUPERVISOR, record_id
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
    _mistyped_in_the_market_register(cast, person, firm)


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


def _mistyped_in_the_market_register(cast: Cast, person: Person, firm: Firm) -> None:
    """Officers with a number that cannot be true, and with none; a shareholder with the first."""
    wrong, officers = with_wrong_check(person.number), cast.world.post.table("market_officer")
    for turn, number in enumerate((wrong, "")):
        cast.rejects(officers, number)
        cast.write(
            officers, record_id(firm.index * 8 + 6 + turn), firm.known_as, person.name,
            DOCUMENTS[person.kind], number, SUPERVISOR, "选举", "2", cast.ago(800), None,
        )  # fmt: skip
    holders = cast.world.post.table("market_shareholder")
    cast.rejects(holders, wrong)
    cast.write(
        holders, record_id(firm.index * 8), firm.known_as, person.name, A_PERSON,
        DOCUMENTS[person.kind], wrong, "", "", "50.000000", WHOLE, MONEY, cast.ago(800),
    )  # fmt: skip


def _with_another_end(code: str) -> str:
    """A credit code with a check character that cannot be true."""
    return code[:17] + ("1" if code[17] == "0" else "0")
