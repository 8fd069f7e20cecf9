"""A04: more invoiced than declared in three months, or a year whose sales are not its revenue."""

from __future__ import annotations

from datetime import date

from city.cast import LOCAL, STATE, Cast, Firm
from city.stories.overdue_non_filing import files, middle
from city.stories.saying import SERVES, found
from city.taxes import VAT

MILLION = 100_000_000  # yuan, in fen
HUNDRED_THOUSAND = MILLION // 10


def play(cast: Cast) -> None:
    excesses(cast)
    zero_filings(cast)
    corrections(cast)
    numbers(cast)
    years(cast)


def excesses(cast: Cast) -> None:
    for story, declared, issued, hit in (
        ("a04_excess_below", 600_000_00, 699_999_99, False),
        ("a04_excess", 600_000_00, 700_000_00, True),
        ("a04_excess_below_ten_percent", MILLION + 1, MILLION + HUNDRED_THOUSAND + 1, False),
        ("a04_excess_ten_percent", MILLION, MILLION + HUNDRED_THOUSAND, True),
        ("a04_less_than_declared", MILLION, 300_000_00, False),
    ):
        firm = _declares(cast, story, declared // 2, 0, declared - declared // 2)
        _invoices(cast, firm, issued - 50_000_00, 20_000_00, 30_000_00)
        if hit:
            found(cast, "A04", firm, "excess", "三个月开票净额超过申报销售额")

    red = _declares(cast, "a04_red_takes_off", 600_000_00, 0, 0)
    _invoices(cast, red, 750_000_00, 0, -50_000_01)
    older = _declares(cast, "a04_older_month", 600_000_00, 0, 0)
    _invoices(cast, older, 600_000_00)
    cast.invoice(older, MILLION, middle(cast.day, 4))
    not_filed = cast.firm("a04_nothing_filed", files=False, industry=SERVES)
    _invoices(cast, not_filed, MILLION)


def zero_filings(cast: Cast) -> None:
    zero = _declares(cast, "a04_zero_filing", 0, 0, 0)
    _invoices(cast, zero, 1)
    found(cast, "A04", zero, "zero_filed", "零申报而有开票")
    taken_back = _declares(cast, "a04_zero_filing_red", 0, 0, 0)
    _invoices(cast, taken_back, 500_00, -500_00)
    void = _declares(cast, "a04_zero_filing_void", 0, 0, 0)
    cast.invoice(void, MILLION, middle(cast.day, 1), state="2")

    owing = _declares(cast, "a04_owes_too", 0, 0, 0)
    _invoices(cast, owing, 80_000_00)
    cast.owes(owing, 30_000_00)
    found(cast, "A04", owing, "zero_filed", "零申报而有开票")
    cast.truth.owes(cast.key(owing), 30_000_00)


def corrections(cast: Cast) -> None:
    for story, voided in (("a04_corrected", False), ("a04_correction_voided", True)):
        firm = _declares(cast, story, 0)
        _invoices(cast, firm, 80_000_00)
        files(cast, firm, VAT, 1, cast.day, sales=80_000_00, kind="1", voided=voided)
        if voided:
            found(cast, "A04", firm, "zero_filed", "更正申报已作废")


def numbers(cast: Cast) -> None:
    old = cast.firm("a04_old_number", files=False, industry=SERVES, old_at=(STATE,))
    files(cast, old, VAT, 1, cast.ago(2))
    cast.invoice(old, 70_000_00, middle(cast.day, 1), seller=old.taxpayer[STATE])
    cast.invoice(old, 20_000_00, middle(cast.day, 1))
    found(cast, "A04", old, "zero_filed", "两个识别号开票，零申报")
    stranger = _declares(cast, "a04_number_of_nobody", 0)
    cast.invoice(stranger, MILLION, middle(cast.day, 1), seller="370000123456780")


def years(cast: Cast) -> None:
    for story, quarters, revenue, hit in (
        ("a04_year_ten_percent_less", 4, 900_000_00, True),
        ("a04_year_below_ten_percent", 4, 900_000_01, False),
        ("a04_year_ten_percent_more", 4, MILLION + HUNDRED_THOUSAND, True),
        ("a04_year_without_a_quarter", 3, 100_000_00, False),
    ):
        firm = cast.firm(story, files=False, industry=SERVES)
        _declares_quarters(cast, firm, quarters)
        cast.annual_return(firm, cast.day.year - 1, 1_000_00, revenue=revenue)
        if hit:
            found(cast, "A04", firm, "year", "全年增值税销售额与企业所得税营业收入相差一成以上")

    both = cast.firm("a04_year_later_return_fits", files=False, industry=SERVES)
    _declares_quarters(cast, both, 4)
    for bureau, revenue, days in ((STATE, 500_000_00, 2), (LOCAL, MILLION, 1)):
        cast.annual_return(
            both, cast.day.year - 1, 1_000_00, bureau=bureau, revenue=revenue, filed=cast.ago(days)
        )


def _declares(cast: Cast, story: str, *sales: int) -> Firm:
    """A firm that declared these sales for the last months, the newest first."""
    firm = cast.firm(story, files=False, industry=SERVES)
    for back, fen in enumerate(sales, 1):
        files(cast, firm, VAT, back, cast.ago(2), sales=fen)
    return firm


def _invoices(cast: Cast, firm: Firm, *amounts: int) -> None:
    """One invoice in each of the last months, the newest first."""
    for back, fen in enumerate(amounts, 1):
        cast.invoice(firm, fen, middle(cast.day, back))


def _declares_quarters(cast: Cast, firm: Firm, count: int) -> None:
    """The first quarters of the last year, a quarter of a million yuan each."""
    year = cast.day.year - 1
    for first, last in (
        (date(year, 1, 1), date(year, 3, 31)),
        (date(year, 4, 1), date(year, 6, 30)),
        (date(year, 7, 1), date(year, 9, 30)),
        (date(year, 10, 1), date(year, 12, 31)),
    )[:count]:
        cast.write(
            cast.world.post.to(STATE, "filing"),
            cast.uuid(), firm.registration[STATE], VAT, first, last, cast.ago(2),
            MILLION // 4, 0, "0", "N",
        )  # fmt: skip
