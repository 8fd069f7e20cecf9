"""M10: a natural person's own arrears, his reconciled tax, an exit ban, an enterprise that owes."""

from __future__ import annotations

from datetime import date

from city.cast import LOCAL, STATE, Cast, Person
from city.forms import Bureau
from city.stories.saying import found, owing, registered_as
from city.taxes import DEED_TAX, IIT, SURCHARGE, TAX


def play(cast: Cast) -> None:
    for story, fen, band in (
        ("m10_one_fen", 1, "owing"),
        ("m10_below_50k", 4_999_999, "owing"),
        ("m10_at_50k", 5_000_000, "owing_50k"),
    ):
        person = cast.person(story)
        owes(cast, person, fen)
        found(cast, "M10", person, band, f"本人欠税 {fen // 100}.{fen % 100:02d} 元")

    person = cast.person("m10_over_both", old_at=(LOCAL,))
    owes(cast, person, 3_000_000, LOCAL)
    owes(cast, person, 2_000_000, STATE)
    found(cast, "M10", person, "owing_50k", "本人在国税 20000 元，地税 30000 元")

    owes(cast, cast.person("m10_due_today"), 9_000_000, due=cast.day)
    owes(cast, cast.person("m10_paid_today"), 9_000_000, paid=cast.day)
    owes(cast, cast.person("m10_surcharge_only"), 9_000_000, kind=SURCHARGE)

    person = cast.person("m10_banned_to_the_day")
    bans(cast, person, cast.ago(364), until=cast.day)
    found(cast, "M10", person, "exit_ban", "阻止出境，今日为最后一日")
    bans(cast, cast.person("m10_ban_over"), cast.ago(365), until=cast.ago(1))
    bans(cast, cast.person("m10_ban_lifted"), cast.ago(365), lifted=cast.day)
    bans(cast, cast.person("m10_ban_tomorrow"), cast.ago(-1))

    person = cast.person("m10_banned_and_owing")
    bans(cast, person, cast.day)
    owes(cast, person, 100)
    found(cast, "M10", person, "exit_ban", "阻止出境，另欠税 1 元")
    person = cast.person("m10_banned_and_owing_50k")
    bans(cast, person, cast.day)
    owes(cast, person, 5_000_000)
    found(cast, "M10", person, "owing_50k", "本人欠税 50000.00 元，并阻止出境")

    person = cast.person("m10_represents")
    for _ in range(2):
        firm = cast.firm("m10_represents", person)
        cast.owes(firm, 5_000_000)
        found(cast, "M09", firm, "owing_50k", "欠税 50000.00 元")
    owes(cast, person, 100)
    found(cast, "M10", person, "represents_owing", "两户各欠税 50000.00 元，本人欠税 1 元")

    person = cast.person("m10_two_small")
    for _ in range(2):
        firm = cast.firm("m10_represents_small", person)
        cast.owes(firm, 4_999_999)
        found(cast, "M09", firm, "owing", "欠税 49999.99 元")

    keeper = cast.person("m10_keeps_books_and_invests")
    firm = cast.firm("m10_of_another", finance_officer=keeper, tax_handler=keeper)
    cast.invests(keeper, firm, 6_000)
    cast.owes(firm, 6_000_000)
    owing(cast, firm, "owing_50k", "欠税 60000.00 元")

    last = last_reconciled(cast.day)
    for story, income, unpaid, year in (
        ("m10_reconciled", 12_000_001, 40_001, last),
        ("m10_reconciled_at_400", 90_000_000, 40_000, last),
        ("m10_reconciled_at_120k", 12_000_000, 6_000_000, last),
        ("m10_not_yet_reconciled", 90_000_000, 6_000_000, last + 1),
        ("m10_before_2019", 90_000_000, 6_000_000, min(last, 2018)),
    ):
        person = cast.person(story)
        cast.income(person, income, tax_year=year, due=9_000_000, paid=9_000_000 - unpaid)
        if story == "m10_reconciled" and year >= 2019:
            found(cast, "M10", person, "owing", f"{year} 年度汇算应补 400.01 元未缴")


def owes(
    cast: Cast,
    person: Person,
    fen: int,
    bureau: Bureau = LOCAL,
    *,
    due: date | None = None,
    paid: date | None = None,
    kind: str = TAX,
) -> None:
    """One row of the ledger of somebody registered in his own name, due yesterday and unpaid."""
    due = due or cast.ago(1)
    cast.write(
        cast.world.post.to(bureau, "ledger"),
        f"{'1' if bureau is STATE else '2'}0337160{cast.serial():012d}",
        registered_as(cast, person, bureau), DEED_TAX if bureau is LOCAL else IIT, kind,
        due, due, due, fen, paid,
    )  # fmt: skip


def bans(
    cast: Cast,
    person: Person,
    since: date,
    *,
    until: date | None = None,
    lifted: date | None = None,
) -> None:
    cast.write(
        cast.world.post.table("exit_ban"),
        f"阻控〔2017〕9{cast.serial():07d}号", person.name, person.number, "阳信县地方税务局",
        since, until, lifted,
    )  # fmt: skip


def last_reconciled(day: date) -> int:
    """The last income year whose reconciliation counts: from 1 July of the next one."""
    return day.year - (1 if day.month >= 7 else 2)
