"""M07: for each registration the newest word, of its status or of its records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit


def hits(county: County, day: date) -> Iterator[Hit]:
    non_normal: dict[str, int] = {}
    for registration in county.all("registration"):
        changed = registration.get("status_changed_on")
        is_05 = registration.get("status") == "non_normal" and not (changed and changed > day)
        words = [((registration["delivered_on"], changed or date.min), is_05)]
        for record in county.all("non_normal"):
            own = (record["bureau"], record["registration_id"])
            determined, lifted = record.get("determined_on"), record.get("lifted_on")
            if own != (registration["bureau"], registration["registration_id"]):
                continue
            if determined is None or determined > day:
                continue
            if lifted is not None and lifted <= day:
                words.append(((record["delivered_on"], lifted), False))
            else:
                words.append(((record["delivered_on"], determined), True))
        newest = max(when for when, _ in words)
        if any(word for when, word in words if when == newest):
            enterprise = county.enterprise_of(registration)
            assert enterprise
            non_normal[enterprise] = non_normal.get(enterprise, 0) + 1
    for enterprise, registrations in non_normal.items():
        key = f"enterprise:{enterprise}"
        yield key, key, "non_normal", Decimal(registrations)
