"""What is looked at says what the rows say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengxin.people import plots

pytestmark = pytest.mark.django_db

CODE = "91371622MA3D1Q2W3P"
STATE = "1" * 20
REGISTRATION = {
    "registration_id": STATE, "bureau": "state", "credit_code": CODE, "taxpayer_id": CODE,
}  # fmt: skip
TODAY = date(2017, 8, 18)


def filed(month: int, day: date, until: int | None = None, **more: object) -> dict[str, object]:
    ends = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31}
    last = until or month
    return {
        "filing_id": f"{month}-{last}", "bureau": "state", "registration_id": STATE,
        "levy_item": "10101", "period_from": date(2017, month, 1),
        "period_until": date(2017, last, ends[last]), "filed_on": day, "voided": False,
    } | more  # fmt: skip


def calendar(told, *returns, due=(), closed=False) -> dict[str, str]:
    """Month -> state of the one levy item's line."""
    told({"registration": [REGISTRATION], "filing": list(returns), "tax_due": list(due)})
    made = plots.filings(f"enterprise:{CODE}", TODAY, closed=closed)
    assert made
    [(_title, marks)] = made.lines
    return {month: mark.state for month, mark in zip(made.months, marks, strict=True) if mark.state}


def test_returns_are_in_time_late_or_missing(told):
    assert calendar(
        told,
        filed(4, date(2017, 5, 15)),
        filed(5, date(2017, 6, 16)),  # 15 June 2017 was a Thursday
        filed(7, date(2017, 8, 15)),
    ) == {"17-04": "ok", "17-05": "late", "17-06": "missing", "17-07": "ok"}


def test_last_day_on_a_weekend_moves_to_the_next_working_day(told):
    # 15 July 2017 was a Saturday
    assert calendar(told, filed(6, date(2017, 7, 17)), filed(7, date(2017, 8, 15)))["17-06"] == "ok"


def test_due_day_of_the_ledger_goes_before_the_laws(told):
    ledger = {
        "voucher": "1", "bureau": "state", "registration_id": STATE, "kind": "tax",
        "levy_item": "10101", "period_from": date(2017, 7, 1), "period_until": date(2017, 7, 31),
        "due_on": date(2017, 8, 17), "amount": Decimal(1),
    }  # fmt: skip
    assert calendar(told, filed(7, date(2017, 8, 17)), due=[ledger]) == {"17-07": "ok"}


def test_return_that_was_declared_void_does_not_count(told):
    assert calendar(
        told, filed(5, date(2017, 6, 15)), filed(6, date(2017, 7, 14), voided=True),
        filed(7, date(2017, 8, 15)),
    )["17-06"] == "missing"  # fmt: skip


def test_who_went_over_to_quarters_misses_no_month(told):
    assert calendar(
        told, filed(3, date(2017, 4, 14)), filed(4, date(2017, 7, 14), until=6)
    ) == {"17-03": "ok", "17-06": "ok"}  # fmt: skip


def test_closed_taxpayer_misses_nothing_after_his_last_return(told):
    assert "17-06" in calendar(told, filed(5, date(2017, 6, 15)))
    assert plots.filings(f"enterprise:{CODE}", TODAY, closed=True).troubles == 0


def test_arrears_at_the_end_of_a_month_are_what_was_due_and_not_yet_paid():
    rows = [
        {"kind": "tax", "due_on": date(2017, 5, 15), "amount": Decimal(100),
         "paid_on": date(2017, 7, 3)},
        {"kind": "tax", "due_on": date(2017, 6, 15), "amount": Decimal(7), "paid_on": None},
        {"kind": "fine", "due_on": date(2017, 5, 15), "amount": Decimal(5000), "paid_on": None},
    ]  # fmt: skip
    told = plots.arrears(rows, TODAY).told
    owed = dict(zip(told["years"], told["series"][0]["values"], strict=True))
    assert [owed[f"2017-0{month}"] for month in (4, 5, 6, 7)] == [0, 100, 107, 7]


def test_nobody_in_arrears_has_no_plot_of_them():
    assert plots.arrears([], TODAY) is None


def test_shares_of_more_than_all_still_fit_in_the_bar():
    drawn = plots.shares([("甲", Decimal("0.8")), ("乙", Decimal("0.45")), ("丙", None)])
    assert [share.name for share in drawn] == ["甲", "乙"]
    assert sum(float(share.width) for share in drawn) == pytest.approx(100, abs=0.01)
    assert [share.words for share in drawn] == ["80%", "45%"]


def test_income_by_year_is_the_sum_over_all_payers(told, wang):
    told(
        {
            "personal_income": [
                {"person_id": wang.pk, "tax_year": year, "payer": payer, "income": income}
                for year, payer, income in (
                    (2014, "A", 10), (2015, "A", 20), (2016, "A", 30), (2016, "B", 12),
                )
            ]
        }
    )  # fmt: skip
    [plot] = plots.of_tables(wang.key, ["personal_income"])
    assert plot.told["years"] == ["2014", "2015", "2016"]
    assert plot.told["series"][0]["values"] == [10, 20, 42]
