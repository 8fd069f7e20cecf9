"""A02: who stands behind an enterprise that earns or sells nothing and buys an expensive car."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.indicators.references.county import County, Hit, Row, months_after


def hits(county: County, day: date) -> Iterator[Hit]:
    enterprises = set(county.homes.values())
    idle = {
        enterprise
        for enterprise in enterprises
        if _loses(county, enterprise, day) or _files_zero(county, enterprise, day)
    }
    for person in {row["owner_id"] for row in county.all("vehicle")}:
        price = max(_prices(county, person, day), default=Decimal(0))
        if price < 400_000:
            continue
        controlled = {
            enterprise
            for enterprise in enterprises
            if person in county.named_by_documents(enterprise, "09", day)
        }
        behind = controlled | county.represented_by(person)
        behind |= county.invested_by(person, Decimal("0.1"), day)
        band = "high" if price >= 1_300_000 else "normal"
        score = min(Decimal(100), 70 * price / 1_300_000)
        for enterprise in behind & idle:
            yield f"person:{person}", f"enterprise:{enterprise}", band, score


def _loses(county: County, enterprise: str, day: date) -> bool:
    """Whether the two newest annual returns both show no profit."""
    two = county.newest_annual_returns(enterprise, day)
    return len(two) == 2 and all(
        row.get("profit") is not None and row["profit"] <= 0 for row in two
    )


def _files_zero(county: County, enterprise: str, day: date) -> bool:
    """Whether the six newest VAT periods adjoin, all say no sales, and the last is recent."""
    standing: dict[tuple[str, str, date, date], Row] = {}
    for row in county.all("filing"):
        if county.enterprise_of(row) != enterprise or row["levy_item"] != "10101":
            continue
        if row["voided"] or row["filed_on"] is None or row["filed_on"] > day:
            continue
        key = row["bureau"], row["registration_id"], row["period_from"], row["period_until"]
        other = standing.get(key)
        if other is None or _filing_order(other) < _filing_order(row):
            standing[key] = row
    sales: dict[tuple[date, date], list[Decimal | None]] = defaultdict(list)
    for (_bureau, _registration, first, last), row in standing.items():
        sales[last, first].append(row["sales"])
    six = sorted(sales)[-6:]
    if len(six) < 6 or six[-1][0] < months_after(day, -12):
        return False
    if any(first != before + timedelta(1) for (before, _), (_, first) in pairwise(six)):
        return False
    return all(one is not None and one <= 0 for period in six for one in sales[period])


def _filing_order(row: Row) -> tuple[date, str]:
    return row["filed_on"], row["filing_id"]


def _prices(county: County, person: str, day: date) -> list[Decimal]:
    return [
        row["price"]
        for row in county.all("vehicle")
        if row["owner_id"] == person
        and row.get("price") is not None
        and row.get("registered_on") is not None
        and months_after(day, -12) <= row["registered_on"] <= day
    ]
