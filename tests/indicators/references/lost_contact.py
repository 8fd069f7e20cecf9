"""M06: determined as absconded or out of contact, and not lifted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise, records in open_records(county, day).items():
        key = f"enterprise:{enterprise}"
        yield key, key, "lost", Decimal(records)
        for person in county.legal_reps(enterprise):
            yield key, f"person:{person}", "lost", Decimal(records)


def open_records(county: County, day: date) -> dict[str, int]:
    """Enterprise -> its open determinations at both bureaus."""
    found: dict[str, int] = {}
    for row in county.all("lost_contact"):
        enterprise, since = county.enterprise_of(row), row.get("found_on")
        if enterprise and since and since <= day and not ended(row.get("lifted_on"), day):
            found[enterprise] = found.get(enterprise, 0) + 1
    return found
