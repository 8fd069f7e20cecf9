"""A02: behind an enterprise that earns or sells nothing, and a car too dear for that."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import BOTH, LOCAL, STATE, Cast, Firm, Person
from city.forms import NONE, Bureau
from city.stories.credit_grade_d import name
from city.stories.overdue_non_filing import files, middle
from city.stories.saying import SERVES, loses
from city.taxes import SURTAX, VAT

DEAR, LUXURY = 40_000_000, 130_000_000  # 400,000 and 1,300,000 yuan, in fen


def play(cast: Cast) -> None:
    cars_by_price_and_day(cast)
    owners(cast)
    losers_by_return(cast)
    losers_by_role(cast)
    zero_returns(cast)
    two_at_once(cast)


def cars_by_price_and_day(cast: Cast) -> None:
    for story, price, band in (
        ("a02_dear", DEAR, "normal"),
        ("a02_below_dear", DEAR - 1, ""),
        ("a02_below_luxury", LUXURY - 1, "normal"),
        ("a02_luxury", LUXURY, "high"),
        ("a02_price_unknown", None, ""),
    ):
        person, firm = behind_a_loser(cast, story)
        cast.car(person, price)
        if band:
            drives(cast, person, band, firm)

    for story, since, band in (
        ("a02_registered_today", cast.day, "normal"),
        ("a02_registered_a_year_ago", cast.year_ago(), "normal"),
        ("a02_registered_before", cast.year_ago() - timedelta(1), ""),
        ("a02_registered_tomorrow", cast.day + timedelta(1), ""),
    ):
        person, firm = behind_a_loser(cast, story)
        cast.car(person, 65_000_000, since)
        if band:
            drives(cast, person, band, firm)

    person, firm = behind_a_loser(cast, "a02_dearer_car_decides")
    cast.car(person, 50_000_000, cast.day)
    cast.car(person, 150_000_000)
    drives(cast, person, "high", firm)


def owners(cast: Cast) -> None:
    # The company's own car is nobody's.
    person, firm = behind_a_loser(cast, "a02_company_buys")
    unidentified(cast, firm.name, firm.known_as, "")

    # A name alone proves nothing.
    person, _ = behind_a_loser(cast, "a02_number_missing")
    unidentified(cast, person.name, "", person.number)

    person, _ = behind_a_loser(cast, "a02_spouse_buys")
    cast.car(cast.person("a02_spouse_buys"), LUXURY)


def losers_by_return(cast: Cast) -> None:
    last, before = cast.day.year - 1, cast.day.year - 2
    for story, returns, found in (
        ("a02_profit_zero", ((before, 0, 100), (last, 0, 100)), True),
        ("a02_loses_by_taxable_income", ((before, 500, 0), (last, 800, -100)), False),
        ("a02_one_return", ((last, -500, -500),), False),
        ("a02_last_return_missing", ((before - 1, -5, -5), (before, -5, -5)), True),
        ("a02_profit_at_last", ((before - 1, -5, -5), (before, -5, -5), (last, 1, 1)), False),
    ):
        person = cast.person(story)
        firm = cast.firm(story, person)
        for tax_year, profit, income in returns:
            cast.annual_return(firm, tax_year, profit, income)
        cast.car(person, 65_000_000)
        if found:
            drives(cast, person, "normal", firm)

    # The local bureau knows it by its old number.
    person = cast.person("a02_loses_at_local", old_at=(LOCAL,))
    firm = cast.firm("a02_loses_at_local", person, old_at=(LOCAL,))
    loses(cast, firm, LOCAL)
    cast.car(person, 65_000_000)
    drives(cast, person, "normal", firm)


def losers_by_role(cast: Cast) -> None:
    for story, share, until, found in (
        ("a02_share_10_percent", 1_000, None, True),
        ("a02_share_below_10_percent", 999, None, False),
        ("a02_share_missing", None, None, False),
        ("a02_share_sold", 6_000, cast.ago(30), False),
        ("a02_share_ends_today", 6_000, cast.day, True),
    ):
        person, firm = cast.person(story), cast.firm(story)
        loses(cast, firm)
        cast.invests(person, firm, share, until=until, bureaus=BOTH)
        cast.car(person, 65_000_000)
        if found:
            drives(cast, person, "normal", firm)

    for story, role, until, found in (
        ("a02_controller", "09", None, True),
        ("a02_controller_until_today", "09", cast.day, True),
        ("a02_controller_until_yesterday", "09", cast.ago(1), False),
        ("a02_directly_responsible", "13", None, False),
    ):
        person, firm = cast.person(story), cast.firm(story)
        loses(cast, firm)
        name(cast, firm, person, role=role, bureau=LOCAL, until=until)
        cast.car(person, 65_000_000)
        if found:
            drives(cast, person, "normal", firm)

    handler = cast.person("a02_tax_handler")
    loses(cast, cast.firm("a02_tax_handler", tax_handler=handler, finance_officer=handler))
    cast.car(handler, LUXURY)

    person, firm = cast.person("a02_mistyped_investor"), cast.firm("a02_mistyped_investor")
    loses(cast, firm)
    cast.invests(person, firm, 7_000, mistyped=True)
    cast.car(person, 65_000_000)


def zero_returns(cast: Cast) -> None:
    newest = tuple(range(1, 7))
    for story, months, sales, found in (
        ("a02_six_zero_returns", newest, 0, True),
        ("a02_red_invoices_only", newest, -30_000, True),
        ("a02_five_zero_returns", newest[:5], 0, False),
        ("a02_zero_returns_with_a_gap", (1, 2, 3, 5, 6, 7), 0, False),
        ("a02_zero_returns_end_a_year_ago", tuple(range(12, 18)), 0, True),
        ("a02_zero_returns_end_before", tuple(range(13, 19)), 0, False),
    ):
        person, firm = sells_nothing(cast, story, months, sales)
        if found:
            drives(cast, person, "normal", firm)

    sells_nothing(cast, "a02_zero_returns_of_surtax", newest, 0, item=SURTAX, bureau=LOCAL)

    person, firm = sells_nothing(cast, "a02_sold_before", newest, 0)
    files(cast, firm, VAT, 7, _filed(cast, 7), sales=90_000_000)
    drives(cast, person, "normal", firm)

    person, firm = sells_nothing(cast, "a02_sold_at_last", range(2, 8), 0)
    files(cast, firm, VAT, 1, _filed(cast, 1), sales=1)

    # The first return of a month counts until it is voided or corrected.
    person, firm = sells_nothing(cast, "a02_sales_voided", newest, 0)
    files(cast, firm, VAT, 3, cast.ago(1), sales=90_000_000, kind="1", voided=True)
    drives(cast, person, "normal", firm)

    person, firm = sells_nothing(cast, "a02_corrected", newest, 0)
    files(cast, firm, VAT, 3, cast.day, sales=1, kind="1")

    person, firm = sells_nothing(cast, "a02_zero_filing_shop", newest, 0, shop=True)
    drives(cast, person, "normal", firm)


def two_at_once(cast: Cast) -> None:
    story = "a02_one_loses_one_sells_nothing"
    person, losing = behind_a_loser(cast, story)
    idle = cast.firm(story, files=False)
    for back in range(1, 7):
        files(cast, idle, VAT, back, _filed(cast, back))
    cast.invests(person, idle, 5_100)
    cast.annual_return(cast.firm(story, person), cast.day.year - 1, 900)  # a third one earns
    cast.car(person, LUXURY)
    drives(cast, person, "high", losing, idle)

    story = "a02_both_partners"
    person, firm = behind_a_loser(cast, story)
    partner = cast.person(story)
    cast.invests(partner, firm, 5_000)
    cast.car(person, LUXURY)
    cast.car(partner, DEAR)
    drives(cast, person, "high", firm)
    drives(cast, partner, "normal", firm)


def behind_a_loser(cast: Cast, story: str) -> tuple[Person, Firm]:
    person = cast.person(story)
    firm = cast.firm(story, person)
    loses(cast, firm)
    return person, firm


def sells_nothing(
    cast: Cast,
    story: str,
    months: range | tuple[int, ...],
    sales: int,
    *,
    item: str = VAT,
    bureau: Bureau = STATE,
    shop: bool = False,
) -> tuple[Person, Firm]:
    """Who drives a dear car, and his enterprise with such returns for these months ago."""
    person = cast.person(story)
    firm = cast.firm(story, person, files=False, industry=SERVES, shop=shop)
    for back in months:
        files(cast, firm, item, back, _filed(cast, back), sales=sales, bureau=bureau)
    cast.car(person, 65_000_000)
    return person, firm


def _filed(cast: Cast, back: int) -> date:
    """In the middle of the month after, or earlier when that is still to come."""
    return min(cast.day, middle(cast.day, back - 1))


def unidentified(cast: Cast, owner: str, number: str, subject: str) -> None:
    """A dear car whose owner nobody knows, though `subject` is his number."""
    plate = f"鲁M8{cast.serial():07d}"
    cast.write(
        cast.world.post.table("vehicle_registration"),
        plate, owner, number, NONE, f"166{cast.serial():08d}", "奥迪牌", LUXURY, cast.ago(60),
    )  # fmt: skip
    known = cast.truth.person(subject) if subject else ""
    kind = "name_alone" if subject else "company"
    cast.truth.identifies("vehicle_registration", plate, known, kind)


def drives(cast: Cast, person: Person, band: str, *firms: Firm) -> None:
    for firm in firms:
        because = "连续亏损或零申报企业的关联人购入高价车辆"
        cast.truth.finds("A02", cast.key(person), cast.key(firm), band, because)
