"""A03: who spends, in two ways at least, many times what was declared for him."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.indicators.references.county import County, Hit, Row, ended, months_after


def hits(county: County, day: date) -> Iterator[Hit]:
    persons = {
        row[column]
        for table, column in (
            ("home_contract", "person_id"),
            ("real_estate", "person_id"),
            ("vehicle", "owner_id"),
            ("capital_contribution", "person_id"),
            ("shareholder_loan", "person_id"),
        )
        for row in county.all(table)
    }
    for person in persons:
        spent = {
            "property": _homes(county, person, day),
            "vehicle": _vehicles(county, person, day),
            "capital": _capital(county, person, day),
            "loan": _loans(county, person, day),
        }
        outlays = sum(spent.values(), Decimal(0))
        if sum(1 for amount in spent.values() if amount > 0) < 2:
            continue
        incomes = [
            row.get("income")
            for row in county.all("personal_income")
            if row["person_id"] == person and day.year - 3 <= row["tax_year"] <= day.year - 1
        ]
        known = sum((income for income in incomes if income is not None), Decimal(0))
        if outlays < 5 * known or outlays - known < 1_000_000:
            continue
        if not incomes or None in incomes:
            band, score = "undecided", Decimal(0)
        else:
            excess = (outlays - known) / 1_000_000
            if known > 0:
                excess = min(excess, outlays / (5 * known))
            score = min(Decimal(100), 50 * excess)
            band = "high" if score >= 70 else "normal"
        yield f"person:{person}", f"person:{person}", band, score


def _homes(county: County, person: str, day: date) -> Decimal:
    contracts = [row for row in county.all("home_contract") if row["person_id"] == person]
    known = {row["contract_no"] for row in contracts}
    registered = [
        row
        for row in county.all("real_estate")
        if row["person_id"] == person
        and row.get("reason") == "purchase"
        and row.get("contract_no")
        and row["contract_no"] not in known
    ]
    total = Decimal(0)
    for row, when in (
        *((row, row.get("signed_on")) for row in contracts),
        *((row, row.get("registered_on")) for row in registered),
    ):
        if row.get("price") is not None and row.get("share") is not None and _in_time(when, day):
            total += _to_the_cent(row["price"] * row["share"])
    return total


def _vehicles(county: County, person: str, day: date) -> Decimal:
    return _sum(
        row.get("price")
        for row in county.all("vehicle")
        if row["owner_id"] == person and _in_time(row.get("registered_on"), day)
    )


def _capital(county: County, person: str, day: date) -> Decimal:
    return _sum(
        row.get("amount")
        for row in county.all("capital_contribution")
        if row["person_id"] == person
        and row.get("form") == "money"
        and _in_time(row.get("paid_on"), day)
    )


def _loans(county: County, person: str, day: date) -> Decimal:
    """Large loans that stand, each once whoever tells of it, to an enterprise of his own."""
    told: dict[tuple[str, Decimal, date], list[Row]] = {}
    for row in county.all("shareholder_loan"):
        enterprise = county.enterprise_of(row)
        if row["person_id"] != person or enterprise is None or row.get("amount") is None:
            continue
        if row["amount"] < 100_000 or not _in_time(row.get("lent_on"), day):
            continue
        told.setdefault((enterprise, row["amount"], row["lent_on"]), []).append(row)
    own = county.represented_by(person) | county.invested_by(person, None, day)
    return _sum(
        amount
        for (enterprise, amount, _lent_on), rows in told.items()
        if enterprise in own or person in county.named_by_documents(enterprise, "09", day)
        if not any(ended(row.get("repaid_on"), day) for row in rows)
    )


def _in_time(when: date | None, day: date) -> bool:
    return when is not None and months_after(day, -36) <= when <= day


def _sum(amounts: Iterator[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _to_the_cent(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
