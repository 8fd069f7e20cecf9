"""M09: tax past its due day and not paid, over both bureaus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    owed: dict[str, Decimal] = {}
    for row in county.all("tax_due"):
        enterprise, due, amount = county.enterprise_of(row), row.get("due_on"), row.get("amount")
        if enterprise is None or row["kind"] != "tax" or due is None:
            continue
        if amount is not None and amount <= 0:
            continue
        paid = row.get("paid_on")
        if due < day and not ended(paid, day) and (paid is None or paid > due):
            owed[enterprise] = owed.get(enterprise, Decimal(0)) + (amount or 0)
    for enterprise, amount in owed.items():
        band = "owing" if amount else "undecided"
        if amount >= 50_000:
            band = "owing_50k"
        if amount >= 2_000_000:
            band = "owing_2m"
        yield f"enterprise:{enterprise}", f"enterprise:{enterprise}", band, amount
