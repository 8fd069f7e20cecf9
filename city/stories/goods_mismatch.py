"""A05: traders whose goods sold and bought do not match, and single large invoices."""

from __future__ import annotations

from datetime import date

from city.cast import LOCAL, STATE, Cast, Firm
from city.conduct import OUTSIDE
from city.goods import BUILDING, GOODS, SERVICE
from city.invoices import PLAIN
from city.stories.saying import found

GRAIN, STEEL = GOODS[0], GOODS[3]
OTHER_GRAIN = "1010103010000000000"  # of the same chapter
MAKES, SELLS, BUILDS = "3311", "5191", "4790"
HALF_MILLION, MILLION = 50_000_000, 100_000_000  # yuan, in fen


def play(cast: Cast) -> None:
    categories(cast)
    categories_by_goods_and_day(cast)
    ratios(cast)
    single_invoices(cast)
    identifiers_and_gaps(cast)


def categories(cast: Cast) -> None:
    for story, grain, steel, band in (
        ("a05_half_without_input", HALF_MILLION, HALF_MILLION, "normal"),
        ("a05_below_half", HALF_MILLION + 1, HALF_MILLION, ""),
        ("a05_below_half_million", HALF_MILLION - 1, HALF_MILLION - 1, ""),
        ("a05_high", 30_000_000, 70_000_000, "high"),
        ("a05_below_high", 30_000_000, 69_999_999, "normal"),
    ):
        firm = sells_steel_beside_grain(cast, story, grain, steel)
        if band:
            found(cast, "A05", firm, band, "无进项品目开票")


def categories_by_goods_and_day(cast: Cast) -> None:
    # an invoice of two lines is two categories
    firm = cast.firm("a05_two_lines", industry=SELLS, files=False)
    invoice(cast, firm, OUTSIDE, (GRAIN, HALF_MILLION), (STEEL, HALF_MILLION - 1), back=1)
    invoice(cast, firm, OUTSIDE, (STEEL, 1), back=1)
    invoice(cast, OUTSIDE, firm, (GRAIN, HALF_MILLION))
    found(cast, "A05", firm, "normal", "无进项品目开票")

    for story, code, back, state, hit in (
        ("a05_input_of_other_line", STEEL, 12, "0", False),
        ("a05_input_too_old", STEEL, 13, "0", True),
        ("a05_input_void", STEEL, 2, "2", True),
        ("a05_input_reversed", STEEL, 2, "3", True),
    ):
        firm = sells_steel_beside_grain(cast, story, HALF_MILLION, HALF_MILLION)
        invoice(cast, OUTSIDE, firm, (code, 100), back=back, state=state)
        if state == "3":
            invoice(cast, OUTSIDE, firm, (code, -100), back=back)
        if hit:
            found(cast, "A05", firm, "normal", "无进项品目开票")

    firm = cast.firm("a05_same_chapter", industry=SELLS, files=False)
    invoice(cast, firm, OUTSIDE, (OTHER_GRAIN, 90_000_000))
    invoice(cast, OUTSIDE, firm, (GRAIN, 60_000_000))
    firm = cast.firm("a05_service", industry=SELLS, files=False)
    invoice(cast, firm, OUTSIDE, (SERVICE, 90_000_000))
    invoice(cast, OUTSIDE, firm, (GRAIN, 60_000_000))
    sells_steel_beside_grain(cast, "a05_maker", HALF_MILLION, HALF_MILLION, industry=MAKES)


def ratios(cast: Cast) -> None:
    for story, sold, bought, band in (
        ("a05_three_tenths", 100_000, 30_000, ""),
        ("a05_below_three_tenths", 100_000, 29_999, "normal"),
        ("a05_three_times", 100_000, 300_000, ""),
        ("a05_above_three_times", 100_000, 300_001, "normal"),
        ("a05_high_ratio", 100_000, 420_000, "high"),
        ("a05_no_input", 100_000, 0, "high"),
    ):
        firm = cast.firm(story, industry=SELLS, files=False)
        invoice(cast, firm, OUTSIDE, (GRAIN, sold))
        if bought:
            invoice(cast, OUTSIDE, firm, (GRAIN, bought))
        if band:
            found(cast, "A05", firm, band, "进销比异常")

    old = cast.firm("a05_ratio_of_seven_months", industry=SELLS, files=False)
    invoice(cast, old, OUTSIDE, (GRAIN, 100_000), back=7)
    firm = cast.firm("a05_ratio_of_six_months", industry=SELLS, files=False)
    invoice(cast, firm, OUTSIDE, (GRAIN, 100_000), back=6)
    found(cast, "A05", firm, "high", "进销比异常")

    silent = cast.firm("a05_no_output", industry=SELLS, files=False)
    invoice(cast, OUTSIDE, silent, (GRAIN, 100_000))
    undecided(cast, silent, "期内无销项")


def single_invoices(cast: Cast) -> None:
    for story, industry, code, amount, state, band in (
        ("a05_large_of_trade", SELLS, GRAIN, MILLION, "0", "normal"),
        ("a05_below_large_of_trade", SELLS, GRAIN, MILLION - 1, "0", ""),
        ("a05_very_large_of_trade", SELLS, GRAIN, 140_000_000, "0", "high"),
        ("a05_large_of_construction", BUILDS, BUILDING, 3 * MILLION, "0", "normal"),
        ("a05_below_large_of_construction", BUILDS, BUILDING, 3 * MILLION - 1, "0", ""),
        ("a05_large_of_services", "6190", SERVICE, 9 * MILLION, "0", ""),
        ("a05_large_void", SELLS, GRAIN, MILLION, "2", ""),
        ("a05_large_reversed", SELLS, GRAIN, MILLION, "3", ""),
    ):
        firm = cast.firm(story, industry=industry, files=False)
        invoice(cast, firm, OUTSIDE, (code, amount), state=state)
        if state == "3":
            invoice(cast, firm, OUTSIDE, (code, -amount))
        if state == "0":
            invoice(cast, OUTSIDE, firm, (code, amount * 2 // 3))
        if band:
            found(cast, "A05", firm, band, "单张大额发票")

    firm = sells_steel_beside_grain(cast, "a05_two_at_once", HALF_MILLION, HALF_MILLION)
    invoice(cast, firm, OUTSIDE, (GRAIN, 140_000_000), on=cast.day)
    found(cast, "A05", firm, "high", "无进项品目开票，且有单张大额发票")


def identifiers_and_gaps(cast: Cast) -> None:
    old = cast.firm("a05_old_number", old_at=(LOCAL,), industry=SELLS, files=False)
    invoice(cast, old.taxpayer[LOCAL], OUTSIDE, (GRAIN, HALF_MILLION))
    invoice(cast, old.taxpayer[STATE], OUTSIDE, (STEEL, HALF_MILLION))
    invoice(cast, OUTSIDE, old.taxpayer[LOCAL], (GRAIN, HALF_MILLION))
    found(cast, "A05", old, "normal", "两个税号合并计算")

    firm = sells_steel_beside_grain(cast, "a05_input_without_number", HALF_MILLION, HALF_MILLION)
    invoice(cast, OUTSIDE, "", (STEEL, HALF_MILLION))
    found(cast, "A05", firm, "normal", "购方税号缺失的发票不是其进项")

    firm = sells_steel_beside_grain(cast, "a05_input_without_code", HALF_MILLION, HALF_MILLION)
    invoice(cast, OUTSIDE, firm, ("", HALF_MILLION))
    undecided(cast, firm, "进项商品编码不详")

    firm = cast.firm("a05_amount_unknown", industry=SELLS, files=False)
    invoice(cast, firm, OUTSIDE, (GRAIN, None))
    undecided(cast, firm, "发票金额不详")


def sells_steel_beside_grain(
    cast: Cast, story: str, grain: int, steel: int, *, industry: str = SELLS
) -> Firm:
    """Somebody who bought as much grain as he sold, and no steel."""
    firm = cast.firm(story, industry=industry, files=False)
    invoice(cast, firm, OUTSIDE, (GRAIN, grain), back=2)
    invoice(cast, firm, OUTSIDE, (STEEL, steel), back=1)
    invoice(cast, OUTSIDE, firm, (GRAIN, max(grain, 40_000_000)), back=3)
    return firm


def undecided(cast: Cast, firm: Firm, because: str) -> None:
    cast.truth.leaves("A05", cast.key(firm), cast.key(firm), because)


def invoice(
    cast: Cast,
    seller: Firm | str,
    buyer: Firm | str,
    *lines: tuple[str, int | None],
    back: int = 1,
    on: date | None = None,
    state: str = "0",
) -> None:
    """An invoice of so many months ago: for each line the goods code and the amount in fen."""
    numbers = [one if isinstance(one, str) else one.known_as for one in (seller, buyer)]
    code, number = "3700179005", f"9{cast.serial():07d}"
    known = [amount for _, amount in lines if amount is not None]
    total = sum(known) if len(known) == len(lines) else None
    month = cast.day.year * 12 + cast.day.month - 1 - back
    issued = on or date(month // 12, month % 12 + 1, 10)
    cast.write(
        cast.world.post.table("invoice_ledger"),
        code, number, PLAIN, *numbers, issued, total, _tax(total), state, lines[0][0],
    )  # fmt: skip
    for place, (goods, amount) in enumerate(lines, start=1):
        cast.write(
            cast.world.post.table("invoice_ledger_line"),
            code, number, str(place), *numbers, goods, amount, _tax(amount),
        )  # fmt: skip


def _tax(amount: int | None) -> int | None:
    return None if amount is None else amount * 17 // 100
