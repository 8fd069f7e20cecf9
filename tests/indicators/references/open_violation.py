"""M17: violations, other than of invoices, that are not settled, and fines not paid in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit


def hits(county: County, day: date) -> Iterator[Hit]:
    found: dict[str, list[tuple[date, bool]]] = {}
    for row in county.all("violation"):
        registered = row.get("registered_on")
        if row.get("kind") in ("invoice", None) or registered is None or registered > day:
            continue
        fine, paid, decided = row.get("fine"), row.get("fine_paid"), row.get("decided_on")
        overdue = (
            None not in (fine, paid, decided) and fine > paid and decided + timedelta(15) < day
        )
        if overdue or row.get("stage") in ("registered", "decided"):
            for key in county.parties(row):
                found.setdefault(key, []).append((registered, overdue))
    for key, rows in found.items():
        band = "fine_overdue" if any(overdue for _, overdue in rows) else "open"
        if min(registered for registered, _ in rows) + timedelta(60) < day:
            band += "_long"
        yield key, key, band, Decimal(len(rows))
