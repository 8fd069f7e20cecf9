"""M12: a notice or conclusion of false invoicing that is not closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    found: dict[str, int] = {}
    for row in county.all("invoice_proof"):
        enterprise, noticed = county.enterprise_of(row), row.get("noticed_on")
        if enterprise and noticed and noticed <= day and not ended(row.get("closed_on"), day):
            found[enterprise] = found.get(enterprise, 0) + 1
    for enterprise, count in found.items():
        key = f"enterprise:{enterprise}"
        yield key, key, "proven", Decimal(count)
