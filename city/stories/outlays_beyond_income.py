"""A03: two kinds of outlays, and far too little income declared for them."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import LOCAL, STATE, WHOLE, Cast, Firm, Person
from city.forms import Bureau
from city.stories.credit_grade_d import name
from city.stories.linked_person_buys_vehicle import unidentified
from city.stories.saying import found

# in fen: a home and a car that are a million yuan together
HOME, CAR = 60_000_000, 40_000_000
MILLION = 100_000_000


def play(cast: Cast) -> None:
    outlays_and_incomes(cast)
    days(cast)
    one_source(cast)
    homes(cast)
    capital(cast)
    loans(cast)
    incomes(cast)


def outlays_and_incomes(cast: Cast) -> None:
    for story, home, income, band in (
        ("a03_a_million", HOME, 0, "normal"),
        ("a03_below_a_million", HOME - 1, 0, ""),
        ("a03_five_times", 110_000_000, 30_000_000, "normal"),
        ("a03_below_five_times", 110_000_000, 30_000_001, ""),
        ("a03_a_million_more_than_income", 80_000_000, 20_000_000, "normal"),
        ("a03_less_than_a_million_more", 80_000_000, 20_000_001, ""),
        ("a03_below_high", MILLION - 1, 0, "normal"),
        ("a03_high", MILLION, 0, "high"),
        ("a03_high_by_multiple", 170_000_000, 30_000_000, "high"),
        ("a03_normal_by_multiple", 170_000_000, 30_000_001, "normal"),
    ):
        person = cast.person(story)
        cast.home(home, (person, WHOLE))
        cast.car(person, CAR)
        cast.income(person, income)
        if band:
            spends(cast, person, band)


def days(cast: Cast) -> None:
    long_ago = cast.world.three_years_ago
    for story, signed, registered, is_found in (
        ("a03_three_years_ago", long_ago, cast.day, True),
        ("a03_home_before", long_ago - timedelta(1), cast.day, False),
        ("a03_car_before", cast.day, long_ago - timedelta(1), False),
        ("a03_car_tomorrow", cast.day, cast.day + timedelta(1), False),
    ):
        person = cast.person(story)
        cast.home(HOME, (person, WHOLE), signed=signed)
        cast.car(person, CAR, registered)
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")


def one_source(cast: Cast) -> None:
    person = cast.person("a03_two_homes")
    cast.home(2 * MILLION, (person, WHOLE))
    cast.home(MILLION, (person, WHOLE))
    registers(cast, person, MILLION)
    cast.income(person, 0)

    person = cast.person("a03_two_cars")
    cast.car(person, 2 * MILLION)
    cast.car(person, MILLION)
    cast.income(person, 0)

    person = cast.person("a03_car_without_number")
    cast.home(2 * MILLION, (person, WHOLE))
    unidentified(cast, person.name, "", person.number)
    cast.income(person, 0)

    person, spouse = cast.person("a03_spouse"), cast.person("a03_spouse")
    cast.home(2 * MILLION, (person, 5_000), (spouse, 5_000))
    cast.car(spouse, CAR)
    cast.income(person, 0)
    cast.income(spouse, 0)
    spends(cast, spouse, "high")


def homes(cast: Cast) -> None:
    for story, share, is_found in (
        ("a03_half_a_home", 5_000, True),
        ("a03_less_than_half", 4_999, False),
        ("a03_share_unknown", None, False),
    ):
        person = cast.person(story)
        cast.home(2 * HOME, (person, share), (cast.person(story), share))
        cast.car(person, CAR)
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")

    for story, reason, contract, share, is_found in (
        ("a03_second_hand_home", "买卖", "CL9000001", WHOLE, True),
        ("a03_half_registered", "买卖", "CL9000002", 5_000, False),
        ("a03_inherited", "继承", "CL9000003", WHOLE, False),
        ("a03_given", "赠与", "CL9000004", WHOLE, False),
        ("a03_contract_not_named", "买卖", "", WHOLE, False),
    ):
        person = cast.person(story)
        registers(cast, person, HOME, reason=reason, contract=contract, share=share)
        cast.car(person, CAR)
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")

    # The same home twice: its contract, and the registration under it.
    for story, price, is_found in (
        ("a03_registered_under_the_contract", HOME, True),
        ("a03_same_home_twice", HOME // 2, False),
    ):
        person = cast.person(story)
        contract = cast.home(price, (person, WHOLE))
        registers(cast, person, price, contract=contract)
        cast.car(person, CAR)
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")


def capital(cast: Cast) -> None:
    for story, form, paid, is_found in (
        ("a03_capital", "货币", cast.ago(400), True),
        ("a03_capital_in_kind", "实物", cast.ago(400), False),
        ("a03_capital_before", "货币", cast.world.three_years_ago - timedelta(1), False),
    ):
        person = cast.person(story)
        firm = cast.firm(story, person)
        cast.home(HOME, (person, WHOLE))
        pays_in(cast, person, firm, CAR, form=form, paid=paid)
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")

    # Subscribed is not paid in.
    person = cast.person("a03_subscribed_only")
    cast.invests(person, cast.firm("a03_subscribed_only"), WHOLE)
    cast.home(2 * MILLION, (person, WHOLE))
    cast.income(person, 0)


def loans(cast: Cast) -> None:
    for story, home, lent, amount, repaid, is_found in (
        ("a03_loan", HOME, cast.ago(300), CAR, None, True),
        ("a03_large_loan", 90_000_000, cast.ago(300), 10_000_000, None, True),
        ("a03_small_loan", MILLION, cast.ago(300), 9_999_999, None, False),
        ("a03_loan_repaid", HOME, cast.ago(300), CAR, cast.day, False),
        ("a03_loan_repaid_later", HOME, cast.ago(300), CAR, cast.day + timedelta(1), True),
        ("a03_loan_before", HOME, cast.world.three_years_ago - timedelta(1), CAR, None, False),
    ):
        person = cast.person(story)
        lends(cast, person, cast.firm(story, person), amount, lent=lent, repaid=repaid)
        cast.home(home, (person, WHOLE))
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")

    for story, role, is_found in (
        ("a03_lends_where_he_invests", "06", True),
        ("a03_lends_where_he_controls", "09", True),
        ("a03_lends_where_he_keeps_books", "02", False),
        ("a03_lends_to_others", "", False),
    ):
        person = cast.person(story)
        firm = cast.firm(story, finance_officer=person if role == "02" else None)
        if role == "06":
            cast.invests(person, firm, 100)
        elif role == "09":
            name(cast, firm, person, role="09")
        lends(cast, person, firm, CAR)
        cast.home(HOME, (person, WHOLE))
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")

    # Both bureaus tell of the one loan, the local one by old numbers.
    for story, amount, is_found in (
        ("a03_loan_told_by_both", CAR, True),
        ("a03_same_loan_twice", CAR // 2, False),
    ):
        person = cast.person(story, old_at=(LOCAL,))
        firm = cast.firm(story, person, old_at=(LOCAL,))
        for bureau in (STATE, LOCAL):
            lends(cast, person, firm, amount, bureau=bureau)
        cast.home(HOME, (person, WHOLE))
        cast.income(person, 0)
        if is_found:
            spends(cast, person, "normal")

    story = "a03_everything_at_once"
    person = cast.person(story)
    firm = cast.firm(story, person)
    cast.home(50_000_000, (person, WHOLE))
    cast.car(person, 30_000_000)
    pays_in(cast, person, firm, 30_000_000)
    lends(cast, person, firm, 30_000_000)
    cast.income(person, 0)
    spends(cast, person, "high")


def incomes(cast: Cast) -> None:
    person = cast.person("a03_income_of_two_payers")
    cast.home(80_000_000, (person, WHOLE))
    cast.car(person, CAR)
    payer = cast.firm("a03_income_of_two_payers").known_as
    cast.income(person, 10_000_000, payer=payer)
    cast.income(person, 10_000_000)
    spends(cast, person, "normal")

    person = cast.person("a03_older_income")
    cast.home(HOME, (person, WHOLE))
    cast.car(person, CAR)
    cast.income(person, 90_000_000, tax_year=cast.day.year - 4)
    cast.income(person, 0, tax_year=cast.day.year - 3)
    spends(cast, person, "normal")

    for story in ("a03_undecided", "a03_undecided_older_income"):
        person = cast.person(story)
        cast.home(HOME, (person, WHOLE))
        cast.car(person, CAR)
        if story == "a03_undecided_older_income":
            cast.income(person, 90_000_000, tax_year=cast.day.year - 4)
        because = "近三年没有个人所得税申报记录"
        cast.truth.leaves("A03", cast.key(person), cast.key(person), because)


def registers(
    cast: Cast,
    holder: Person,
    price: int,
    *,
    reason: str = "买卖",
    contract: str = "CL9999999",
    share: int = WHOLE,
) -> None:
    """A registered home, price in fen, share in hundredths of a percent."""
    serial = cast.serial()
    cast.write(
        cast.world.post.table("real_estate_registry"),
        f"鲁（{cast.day.year}）阳信县不动产权第9{serial:07d}号", holder.name, holder.number,
        f"371622009001GB{serial:07d}F00010001", share, reason, contract, price, cast.ago(50),
    )  # fmt: skip


def pays_in(
    cast: Cast,
    person: Person,
    firm: Firm,
    amount: int,
    *,
    form: str = "货币",
    paid: date | None = None,
) -> None:
    cast.write(
        cast.world.post.table("paid_in_capital"),
        f"SJ9{cast.serial():017d}", firm.known_as, person.name, person.number, form, amount,
        paid or cast.ago(400),
    )  # fmt: skip


def lends(
    cast: Cast,
    lender: Person,
    firm: Firm,
    amount: int,
    *,
    lent: date | None = None,
    repaid: date | None = None,
    bureau: Bureau = STATE,
) -> None:
    cast.write(
        cast.world.post.to(bureau, "shareholder_loan"),
        cast.uuid(), firm.registration[bureau], lender.name, lender.kind,
        lender.number_at(bureau), amount, lent or cast.ago(300), repaid,
    )  # fmt: skip


def spends(cast: Cast, person: Person, band: str) -> None:
    found(cast, "A03", person, band, "三年支出远高于申报所得")
