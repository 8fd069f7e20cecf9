"""M16: taxes whose due day passed without a return, in a row, in a year, or all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from tests.indicators.references.county import County, Hit, months_after

Period = tuple[str, date]  # levy item, last day


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        due = duties(county, enterprise)
        filed = returns(county, enterprise, day)
        overdue = {period for period in due if due[period] < day and period not in filed}
        if overdue:
            key = f"enterprise:{enterprise}"
            taxes = {item for item, _last in overdue}
            yield key, key, band(due, overdue, day), Decimal(len(taxes))


def duties(county: County, enterprise: str) -> dict[Period, date]:
    """The day by which each period must be filed; the later one where both bureaus say one."""
    found: dict[Period, date] = {}
    for row in county.all("filing_duty"):
        if county.enterprise_of(row) == enterprise and not row["voided"]:
            period = row["levy_item"], row["period_until"]
            found[period] = max(found.get(period, date.min), row["due_on"])
    return found


def returns(county: County, enterprise: str, day: date) -> set[Period]:
    return {
        (row["levy_item"], row["period_until"])
        for row in county.all("filing")
        if county.enterprise_of(row) == enterprise
        and not row["voided"]
        and row["filed_on"] is not None
        and row["filed_on"] <= day
    }


def band(due: dict[Period, date], overdue: set[Period], day: date) -> str:
    passed = {period: when for period, when in due.items() if when < day}
    months = [when.replace(day=1) for when in passed.values()]
    three = [months_after(max(months), -back) for back in range(3)]
    lately = {period for period, when in passed.items() if when.replace(day=1) in three}
    if set(three) <= set(months) and lately <= overdue:
        return "stopped"
    year = {period for period in overdue if due[period] >= months_after(day, -12)}
    for item in {item for item, _last in year}:
        ends = sorted(last for one, last in due if one == item)
        for last, following in pairwise(ends):
            if (item, last) in year and (item, following) in year:
                return "repeated"
    return "repeated" if len(year) >= 3 else "overdue"
