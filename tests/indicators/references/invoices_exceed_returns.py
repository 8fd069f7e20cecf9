"""A04: what was issued is more than what was declared, or the year's sales are not its revenue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, months_after

VAT = "10101"
Month = tuple[int, int]


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        returns = effective_returns(county, enterprise, day)
        found = _of_months(county, enterprise, returns, day)
        if found is None or found[0] == "undecided":
            found = _of_year(county, enterprise, returns, day) or found
        if found is not None:
            key = f"enterprise:{enterprise}"
            yield key, key, *found


def effective_returns(county: County, enterprise: str, day: date) -> list[Row]:
    """The VAT returns that stand on a day: filed by then, and none filed later instead."""
    filed = [
        row
        for row in county.all("filing")
        if county.enterprise_of(row) == enterprise
        and row["levy_item"] == VAT
        and not row["voided"]
        and row["filed_on"] is not None
        and row["filed_on"] <= day
    ]
    newest: dict[tuple[str, str, date, date], Row] = {}
    for row in sorted(filed, key=lambda row: (row["filed_on"], row["filing_id"])):
        period = row["period_from"], row["period_until"]
        newest[row["bureau"], row["registration_id"], *period] = row
    return list(newest.values())


def months_of(row: Row) -> list[Month]:
    """The months that a return is about."""
    found, month = [], row["period_from"].replace(day=1)
    while month <= row["period_until"]:
        found.append((month.year, month.month))
        month = months_after(month, 1)
    return found


def invoices(county: County, enterprise: str) -> list[Row]:
    """What an enterprise issued, without the void ones."""
    return [
        row
        for row in county.all("invoice")
        if row.get("seller_id")
        and county.known(row["seller_id"]) == enterprise
        and row["state"] != "void"
        and row["issued_on"] is not None
    ]


def _of_months(
    county: County, enterprise: str, returns: list[Row], day: date
) -> tuple[str, Decimal] | None:
    """The three months that end with the newest return."""
    ended = [row for row in returns if row["period_until"] <= day]
    if not ended:
        return None
    until = max(row["period_until"] for row in ended)
    if until < months_after(day, -5):
        return None
    since = months_after(until + timedelta(1), -3)
    compared = [row for row in ended if row["period_from"] >= since]
    months = {month for row in compared for month in months_of(row)}
    issued = [
        row["amount"]
        for row in invoices(county, enterprise)
        if (row["issued_on"].year, row["issued_on"].month) in months
    ]
    if not issued:
        return None
    sales = [row["sales"] for row in compared]
    if None in issued or None in sales:
        return "undecided", Decimal(0)
    declared, excess = sum(sales), sum(issued) - sum(sales)
    if declared == 0:
        return ("zero_filed", excess) if excess > 0 else None
    if excess >= 100_000 and excess / abs(declared) >= Decimal("0.1"):
        return "excess", excess
    return None


def _of_year(
    county: County, enterprise: str, returns: list[Row], day: date
) -> tuple[str, Decimal] | None:
    """The last year, when it is declared month by month and its annual return is there."""
    year = day.year - 1
    own = [r for r in returns if r["period_from"].year == year == r["period_until"].year]
    if sorted(month for row in own for month in months_of(row)) != [
        (year, month) for month in range(1, 13)
    ]:
        return None
    annual = [
        row
        for row in county.all("cit_year")
        if county.enterprise_of(row) == enterprise
        and row["tax_year"] == year
        and row["filed_on"] is not None
        and row["filed_on"] <= day
    ]
    if not annual:
        return None
    # of one day the state bureau's
    last = max(row["filed_on"] for row in annual)
    newest = [row for row in annual if row["filed_on"] == last]
    newest = [row for row in newest if row["bureau"] == "state"] or newest
    revenue = min(newest, key=lambda row: str(row["registration_id"]))["revenue"]
    sales = [row["sales"] for row in own]
    if revenue is None or None in sales:
        return "undecided", Decimal(0)
    declared, difference = sum(sales), abs(sum(sales) - revenue)
    if declared > 0 and difference / declared >= Decimal("0.1"):
        return "year", Decimal(difference)
    return None
