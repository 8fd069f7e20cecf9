"""A01: behind two enterprises that only lose, and a home too dear for the income."""

from __future__ import annotations

from datetime import timedelta

from city.cast import BOTH, LOCAL, WHOLE, Cast, Firm, Person
from city.stories.saying import bought, loses

MILLION = 100_000_000  # yuan, in fen


def play(cast: Cast) -> None:
    homes_by_price(cast)
    homes_by_share_and_day(cast)
    losers_by_return(cast)
    losers_by_role(cast)
    incomes(cast)


def homes_by_price(cast: Cast) -> None:
    for story, price, income, band in (
        ("a01_one_million", MILLION, 0, "normal"),
        ("a01_below_one_million", MILLION - 1, 0, ""),
        ("a01_three_times", 120_000_000, 40_000_000, "normal"),
        ("a01_below_three_times", 120_000_000, 40_000_001, ""),
        ("a01_below_high", 139_900_000, 0, "normal"),
        ("a01_high", 140_000_000, 0, "high"),
        ("a01_high_by_income", 300_000_000, 71_000_000, "high"),
        ("a01_normal_by_income", 300_000_000, 72_000_000, "normal"),
    ):
        person, first, second = behind_two_losers(cast, story)
        cast.home(price, (person, WHOLE))
        cast.income(person, income)
        if band:
            bought(cast, person, band, first, second)


def homes_by_share_and_day(cast: Cast) -> None:
    person, first, second = behind_two_losers(cast, "a01_half_is_one_million")
    spouse = cast.person("a01_half_is_one_million")
    cast.home(2 * MILLION, (person, 5_000), (spouse, 5_000))
    cast.income(person, 0)
    bought(cast, person, "normal", first, second)

    for story, share in (("a01_half_is_less", 5_000), ("a01_share_unknown", None)):
        person, *_ = behind_two_losers(cast, story)
        cast.home(199_000_000, (person, share), (cast.person(story), share))
        cast.income(person, 0)

    person, first, second = behind_two_losers(cast, "a01_signed_a_year_ago")
    cast.home(130_000_000, (person, WHOLE), signed=cast.year_ago())
    cast.income(person, 0)
    bought(cast, person, "normal", first, second)

    person, *_ = behind_two_losers(cast, "a01_signed_before")
    cast.home(130_000_000, (person, WHOLE), signed=cast.year_ago() - timedelta(1))
    cast.income(person, 0)

    person, first, second = behind_two_losers(cast, "a01_dearer_home_decides")
    cast.home(110_000_000, (person, WHOLE))
    cast.home(260_000_000, (person, WHOLE), signed=cast.day)
    cast.income(person, 0)
    bought(cast, person, "high", first, second)


def losers_by_return(cast: Cast) -> None:
    last, before = cast.day.year - 1, cast.day.year - 2
    for story, returns, found in (
        ("a01_profit_zero", ((before, 0, 100), (last, 0, 100)), True),
        ("a01_loses_by_taxable_income", ((before, 500, 0), (last, 800, -100)), True),
        ("a01_mixed_losses", ((before, -500, 100), (last, 100, -500)), False),
        ("a01_one_return", ((last, -500, -500),), False),
        ("a01_last_return_missing", ((before - 1, -5, -5), (before, -5, -5)), True),
        ("a01_profit_at_last", ((before - 1, -5, -5), (before, -5, -5), (last, 9, 9)), False),
    ):
        person = cast.person(story)
        losing, judged = cast.firm(story, person), cast.firm(story, person)
        loses(cast, losing)
        for tax_year, profit, income in returns:
            cast.annual_return(judged, tax_year, profit * 100, income * 100)
        cast.home(150_000_000, (person, WHOLE))
        cast.income(person, 0)
        if found:
            bought(cast, person, "high", losing, judged)

    # One enterprise with two registrations is one enterprise, its returns told twice are two.
    person = cast.person("a01_same_enterprise_in_both", old_at=(LOCAL,))
    same = cast.firm("a01_same_enterprise_in_both", old_at=(LOCAL,))
    cast.invests(person, same, 5_000, bureaus=BOTH)
    for bureau in BOTH:
        loses(cast, same, bureau)
    cast.home(150_000_000, (person, WHOLE))
    cast.income(person, 0)


def losers_by_role(cast: Cast) -> None:
    for story, share, until, found in (
        ("a01_share_10_percent", 1_000, None, True),
        ("a01_share_below_10_percent", 999, None, False),
        ("a01_share_missing", None, None, False),
        ("a01_share_sold", 6_000, cast.ago(30), False),
        ("a01_share_ends_later", 6_000, cast.day + timedelta(30), True),
    ):
        person = cast.person(story)
        own, other = cast.firm(story, person), cast.firm(story)
        cast.invests(person, other, share, until=until)
        loses(cast, own)
        loses(cast, other)
        cast.home(160_000_000, (person, WHOLE))
        cast.income(person, 0)
        if found:
            bought(cast, person, "high", own, other)

    person, first, second = behind_two_losers(cast, "a01_one_of_three_earns")
    cast.annual_return(cast.firm("a01_one_of_three_earns", person), cast.day.year - 1, 900)
    cast.home(160_000_000, (person, WHOLE))
    cast.income(person, 0)
    bought(cast, person, "high", first, second)

    # A tax handler of two losing enterprises is no investor.
    handler = cast.person("a01_tax_handler")
    for _ in range(2):
        loses(cast, cast.firm("a01_tax_handler", tax_handler=handler))
    cast.home(300_000_000, (handler, WHOLE))
    cast.income(handler, 0)

    mixed = cast.person("a01_mistyped_investor")
    own, other = cast.firm("a01_mistyped_investor", mixed), cast.firm("a01_mistyped_investor")
    cast.invests(mixed, other, 7_000, mistyped=True)
    loses(cast, own)
    loses(cast, other)
    cast.home(160_000_000, (mixed, WHOLE))
    cast.income(mixed, 0)


def incomes(cast: Cast) -> None:
    person, first, second = behind_two_losers(cast, "a01_income_of_two_payers")
    payer = cast.firm("a01_income_of_two_payers")
    cast.home(120_000_000, (person, WHOLE))
    cast.income(person, 20_000_000, payer=payer.known_as)
    cast.income(person, 19_999_999)
    bought(cast, person, "normal", first, second)

    person, first, second = behind_two_losers(cast, "a01_older_income")
    cast.home(150_000_000, (person, WHOLE))
    cast.income(person, 90_000_000, tax_year=cast.day.year - 4)
    cast.income(person, 0, tax_year=cast.day.year - 3)
    bought(cast, person, "high", first, second)

    for story in ("a01_undecided", "a01_undecided_older_income"):
        person, first, second = behind_two_losers(cast, story)
        cast.home(150_000_000, (person, WHOLE))
        if story == "a01_undecided_older_income":
            cast.income(person, 90_000_000, tax_year=cast.day.year - 4)
        for firm in (first, second):
            cast.truth.leaves(
                "A01", cast.key(person), cast.key(firm), "近三年没有个人所得税申报记录"
            )


def behind_two_losers(cast: Cast, story: str) -> tuple[Person, Firm, Firm]:
    """Somebody who represents one losing enterprise and holds 40 % of another."""
    person = cast.person(story)
    first, second = cast.firm(story, person), cast.firm(story)
    cast.invests(person, second, 4_000)
    loses(cast, first)
    loses(cast, second)
    return person, first, second
