"""A01: who stands behind two losing enterprises and buys a home beyond his income."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, months_after


def hits(county: County, day: date) -> Iterator[Hit]:
    losing = {enterprise for enterprise in county.homes.values() if _loses(county, enterprise, day)}
    for person in {row["person_id"] for row in county.all("home_contract")}:
        behind = county.represented_by(person) | county.invested_by(person, Decimal("0.1"), day)
        if len(behind & losing) < 2:
            continue
        price = max(_home_prices(county, person, day), default=Decimal(0))
        if price < 1_000_000:
            continue
        incomes = [
            row.get("income")
            for row in county.all("personal_income")
            if row["person_id"] == person and day.year - 3 <= row["tax_year"] <= day.year - 1
        ]
        known = sum((income for income in incomes if income is not None), Decimal(0))
        if incomes and price < 3 * known:
            continue
        if not incomes or None in incomes:
            band, score = "undecided", Decimal(0)
        else:
            excess = price / 1_000_000
            if known > 0:
                excess = min(excess, price / (3 * known))
            score = min(Decimal(100), 50 * excess)
            band = "high" if score >= 70 else "normal"
        for enterprise in behind & losing:
            yield f"person:{person}", f"enterprise:{enterprise}", band, score


def _loses(county: County, enterprise: str, day: date) -> bool:
    """Whether the two newest annual returns both show no profit, or both no taxable income."""
    two = county.newest_annual_returns(enterprise, day)
    return len(two) == 2 and any(
        all(row.get(word) is not None and row[word] <= 0 for row in two)
        for word in ("profit", "taxable_income")
    )


def _home_prices(county: County, person: str, day: date) -> list[Decimal]:
    return [
        row["price"] * row["share"]
        for row in county.all("home_contract")
        if row["person_id"] == person
        and row.get("price") is not None
        and row.get("share") is not None
        and row.get("signed_on") is not None
        and months_after(day, -12) <= row["signed_on"] <= day
    ]
