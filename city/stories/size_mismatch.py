"""A07: sales that do not fit staff or electricity, and wages declared in two ways."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import LOCAL, STATE, Cast, Firm
from city.footprint import PENSION
from city.forms import Bureau
from city.stories.saying import SERVES, found
from city.taxes import VAT

MILLION = 100_000_000  # fen


def play(cast: Cast) -> None:
    _staff(cast)
    _wages(cast)
    _power(cast)


def _staff(cast: Cast) -> None:
    mismatch(cast, lone(cast, "a07_no_staff", sales=5 * MILLION, insured=2, paid=2), "staff")
    lone(cast, "a07_below_five_million", sales=5 * MILLION - 1, insured=2, paid=2)
    lone(cast, "a07_three_insured", sales=5 * MILLION, insured=3, paid=2)
    lone(cast, "a07_three_paid", sales=5 * MILLION, insured=2, paid=3)

    twice = lone(cast, "a07_told_to_both", sales=3 * MILLION, insured=0, paid=1, old_at=(LOCAL,))
    declares(cast, twice, 3 * MILLION, LOCAL)

    undecided(cast, lone(cast, "a07_not_insured", sales=5 * MILLION, paid=2))
    undecided(cast, lone(cast, "a07_nobody_paid", sales=5 * MILLION, insured=1))


def _wages(cast: Cast) -> None:
    for story, paid, differ in (
        ("a07_a_fifth_less", 80_000_000, True),
        ("a07_almost_a_fifth_less", 80_000_001, False),
        ("a07_a_quarter_more", 125_000_000, True),
    ):
        firm = cast.firm(story, files=False)
        deducts(cast, firm, MILLION)
        withholds(cast, firm, 20, paid, cast.day.year - 1)
        if differ:
            mismatch(cast, firm, "wages")

    # the bureau that was told last counts
    firm = cast.firm("a07_corrected", files=False)
    deducts(cast, firm, MILLION)
    deducts(cast, firm, 95_000_000, LOCAL, later=True)
    withholds(cast, firm, 20, 78_000_000, cast.day.year - 1)

    firm = cast.firm("a07_wages_of_nobody", files=False)
    deducts(cast, firm, MILLION)
    undecided(cast, firm)


def _power(cast: Cast) -> None:
    for story, fee, months in (
        ("a07_no_power", 199_999, 12),
        ("a07_enough_power", 200_000, 12),
        ("a07_eleven_bills", 199_999, 11),
    ):
        firm = cast.firm(story, industry="1810", files=False)
        declares(cast, firm, MILLION)
        bills(cast, firm, fee, months)
        if story == "a07_no_power":
            mismatch(cast, firm, "power")
    undecided(cast, firm)

    trader = cast.firm("a07_trader", industry=SERVES, files=False)
    declares(cast, trader, MILLION)

    # no people and no power at once
    firm = lone(cast, "a07_two_signs", sales=9 * MILLION, insured=1, paid=1, industry="1810")
    bills(cast, firm, 1_000, 12)
    mismatch(cast, firm, "staff")


def lone(
    cast: Cast,
    story: str,
    *,
    sales: int,
    insured: int | None = None,
    paid: int | None = None,
    industry: str = SERVES,
    old_at: tuple[Bureau, ...] = (),
) -> Firm:
    """A firm with such sales and people; None where nobody tells of them."""
    firm = cast.firm(story, industry=industry, old_at=old_at, files=False)
    declares(cast, firm, sales)
    if insured is not None:
        for _ in range(insured):
            insures(cast, firm)
        insures(cast, firm, left=cast.year_ago() - timedelta(1))
    if paid is not None:
        withholds(cast, firm, paid, paid * 400_000)
    return firm


def declares(cast: Cast, firm: Firm, sales: int, bureau: Bureau = STATE) -> None:
    """The VAT of last month, which the day before was told lower and is corrected."""
    first, last = _last_month(cast.day)
    for told, filed in ((sales // 2, cast.ago(1)), (sales, cast.day)):
        cast.write(
            cast.world.post.to(bureau, "filing"),
            cast.uuid(), firm.registration[bureau], VAT, first, last, filed, told, 0,
            "0" if told < sales else "1", "N",
        )  # fmt: skip


def insures(cast: Cast, firm: Firm, *, left: date | None = None) -> None:
    person = cast.person(firm.story)
    cast.write(
        cast.world.post.table("social_insurance"),
        f"SB9{cast.serial():09d}", firm.known_as, person.name, person.number, PENSION, 326_900,
        cast.ago(900), left,
    )  # fmt: skip


def withholds(
    cast: Cast, firm: Firm, persons: int, wages: int, tax_year: int | None = None
) -> None:
    """A month's declaration: January of the year, or the last month."""
    first, last = _last_month(cast.day)
    if tax_year:
        first, last = date(tax_year, 1, 1), date(tax_year, 1, 31)
    cast.write(
        cast.world.post.to(LOCAL, "wage_withholding"),
        firm.registration[LOCAL], first, last, str(persons), wages, last + timedelta(1),
    )  # fmt: skip


def deducts(
    cast: Cast, firm: Firm, wages: int, bureau: Bureau = STATE, *, later: bool = False
) -> None:
    cast.write(
        cast.world.post.to(bureau, "cit_wages"),
        firm.registration[bureau], str(cast.day.year - 1), wages, cast.ago(1 if later else 3),
    )  # fmt: skip


def bills(cast: Cast, firm: Firm, fee: int, months: int) -> None:
    """All of the fee is in the newest bill."""
    last, account = cast.day, f"0379{cast.serial():09d}"
    for back in range(months):
        first, last = _last_month(last)
        cast.write(
            cast.world.post.table("electricity_bill"),
            account, firm.known_as, first, last, 0, 0 if back else fee,
        )  # fmt: skip
        last = first


def mismatch(cast: Cast, firm: Firm, band: str) -> None:
    found(cast, "A07", firm, band, "规模与人员、能耗不符")


def undecided(cast: Cast, firm: Firm) -> None:
    cast.truth.leaves("A07", cast.key(firm), cast.key(firm), "参保、扣缴、工资或用电资料不全")


def _last_month(day: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = day.replace(day=1) - timedelta(1)
    return last.replace(day=1), last
