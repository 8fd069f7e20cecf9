"""M15: an entry in force, approved by a second officer, for twelve months at most."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, months_after


def hits(county: County, day: date) -> Iterator[Hit]:
    entries: dict[str, int] = {}
    for row in county.all("watch"):
        begun, until = row.get("valid_from"), row.get("until")
        officer, second = row.get("officer"), row.get("second_officer")
        if begun is None or officer is None or second is None or officer == second:
            continue
        last = min(until or date.max, months_after(begun, 12))
        if begun <= day <= last:
            person = row["subject_kind"] == "person"
            subject = row["subject"] if person else county.named(row["subject"])
            key = f"{row['subject_kind']}:{subject}"
            entries[key] = entries.get(key, 0) + 1
    for key, count in entries.items():
        yield key, key, "watched", Decimal(count)
