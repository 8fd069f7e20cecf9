"""M17: violations, other than of invoices, that are not settled, and fines not paid in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from tests.indicators.references.county import County, Hit


def hits(county: County, day: date) -> Iterator[Hit]:
    found: dict[str, list[tuple[date, bool]]] = {}
    unknown: set[str] = set()
    for row in county.all("violation"):
        registered = row.get("registered_on")
        if row.get("kind") in ("invoice", None) or registered is None or registered > day:
            continue
        fine, paid, decided = row.get("fine"), row.get("fine_paid"), row.get("decided_on")
        late = decided is not None and decided + timedelta(15) < day
        overdue = late and None not in (fine, paid) and fine > paid
        if overdue or row.get("stage") in ("registered", "decided"):
            for key in county.parties(row):
                found.setdefault(key, []).append((registered, overdue))
        elif late and fine and paid is None:
            unknown.update(county.parties(row))
    for key, rows in found.items():
        band = "fine_overdue" if any(overdue for _, overdue in rows) else "open"
        if min(registered for registered, _ in rows) + timedelta(60) < day:
            band += "_long"
        yield key, key, band, Decimal(len(rows))
    for key in unknown - set(found):
        yield key, key, "undecided", Decimal(0)
