"""M16: duties that are not filed, alone, in a row or all of them, and what clears them."""

from __future__ import annotations

from datetime import date, timedelta

from city.cast import LOCAL, STATE, Cast, Firm
from city.forms import Bureau
from city.stories.saying import found
from city.taxes import CIT, IIT, SURTAX, VAT


def play(cast: Cast) -> None:
    today = _silent(cast, "m16_due_today")
    duty(cast, today, VAT, 1, cast.ago(0))
    yesterday = _silent(cast, "m16_due_yesterday")
    duty(cast, yesterday, VAT, 1, cast.ago(1))
    found(cast, "M16", yesterday, "overdue", "昨日到期未申报")

    late = _silent(cast, "m16_filed_today")
    duty(cast, late, VAT, 2, cast.ago(20))
    files(cast, late, VAT, 2, cast.day)

    voided = _silent(cast, "m16_voided")
    duty(cast, voided, VAT, 2, cast.ago(20))
    files(cast, voided, VAT, 2, cast.ago(25), voided=True)
    found(cast, "M16", voided, "overdue", "申报已作废")
    corrected = _silent(cast, "m16_corrected")
    duty(cast, corrected, VAT, 2, cast.ago(20))
    files(cast, corrected, VAT, 2, cast.ago(25), voided=True)
    files(cast, corrected, VAT, 2, cast.ago(10), kind="1")

    withdrawn = _silent(cast, "m16_duty_withdrawn")
    duty(cast, withdrawn, VAT, 2, cast.ago(20), voided=True)

    row = _silent(cast, "m16_two_in_a_row")
    for back in (3, 4):
        duty(cast, row, SURTAX, back, cast.ago(30 * back - 15), bureau=LOCAL)
    found(cast, "M16", row, "repeated", "一个税种连续两期未申报")
    apart = _silent(cast, "m16_two_apart")
    for back in (1, 2, 3):
        duty(cast, apart, VAT, back, cast.ago(30 * back - 15))
    files(cast, apart, VAT, 2, cast.ago(40))
    found(cast, "M16", apart, "overdue", "两期未申报，中间一期已申报")

    both = _silent(cast, "m16_three_taxes_at_both", old_at=(LOCAL,))
    duty(cast, both, VAT, 1, cast.ago(5))
    duty(cast, both, IIT, 1, cast.ago(5), bureau=LOCAL)
    duty(cast, both, SURTAX, 1, cast.ago(5), bureau=LOCAL)
    found(cast, "M16", both, "repeated", "两局共三个税种未申报")
    one = _silent(cast, "m16_same_tax_at_both")
    for bureau in (STATE, LOCAL):
        duty(cast, one, CIT, 1, cast.ago(5), bureau=bureau)
    found(cast, "M16", one, "overdue", "两局同一税种同一属期")
    other = _silent(cast, "m16_filed_at_the_other_bureau")
    duty(cast, other, CIT, 1, cast.ago(5), bureau=LOCAL)
    files(cast, other, CIT, 1, cast.ago(9))

    silent = _silent(cast, "m16_three_months")
    partly = _silent(cast, "m16_three_months_but_one_tax")
    for firm in (silent, partly):
        for back in (2, 3, 4):
            duty(cast, firm, VAT, back, middle(cast.day, back - 1))
            duty(cast, firm, IIT, back, middle(cast.day, back - 1), bureau=LOCAL)
    files(cast, partly, IIT, 3, middle(cast.day, 2), bureau=LOCAL)
    found(cast, "M16", silent, "stopped", "连续三个月所有税种均未申报")
    found(cast, "M16", partly, "repeated", "三个月内有一个税种已申报")


def duty(
    cast: Cast,
    firm: Firm,
    item: str,
    back: int,
    due: date,
    *,
    bureau: Bureau = STATE,
    voided: bool = False,
) -> None:
    """A duty to file for the month so many months ago."""
    first, last = _month(cast.day, back)
    cast.write(
        cast.world.post.to(bureau, "filing_duty"),
        firm.registration[bureau], item, first, last, due, "Y" if voided else "N",
    )  # fmt: skip


def files(
    cast: Cast,
    firm: Firm,
    item: str,
    back: int,
    filed: date,
    *,
    sales: int = 0,
    bureau: Bureau = STATE,
    kind: str = "0",
    voided: bool = False,
) -> None:
    """A return for the month so many months ago, with nothing to pay; sales in fen."""
    first, last = _month(cast.day, back)
    cast.write(
        cast.world.post.to(bureau, "filing"),
        cast.uuid(), firm.registration[bureau], item, first, last, filed, sales, 0, kind,
        "Y" if voided else "N",
    )  # fmt: skip


def _silent(cast: Cast, story: str, *, old_at: tuple[Bureau, ...] = ()) -> Firm:
    return cast.firm(story, files=False, old_at=old_at)


def _month(day: date, back: int) -> tuple[date, date]:
    first, following = _day_of(day, back, 1), _day_of(day, back - 1, 1)
    return first, following - timedelta(1)


def middle(day: date, back: int) -> date:
    return _day_of(day, back, 15)


def _day_of(day: date, back: int, of_month: int) -> date:
    month = day.year * 12 + day.month - 1 - back
    return date(month // 12, month % 12 + 1, of_month)
