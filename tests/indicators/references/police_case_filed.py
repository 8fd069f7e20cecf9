"""M01: any case of a tax crime, filed and not ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit

TAX_CRIMES = {str(n) for n in range(201, 213)} | {"205-1", "210-1"}
OVER = {"withdrawn", "not_prosecuted", "executed"}


def hits(county: County, day: date) -> Iterator[Hit]:
    cases: dict[str, set[str]] = {}
    for row in county.all("police_case"):
        ended = row.get("ended_on") or (row["delivered_on"] if row.get("stage") in OVER else None)
        filed = row.get("filed_on")
        if row.get("crime") not in TAX_CRIMES or filed is None or filed > day:
            continue
        if ended is not None and ended <= day:
            continue
        person = row["subject_kind"] == "person"
        key = f"person:{row['subject']}" if person else f"enterprise:{county.named(row['subject'])}"
        cases.setdefault(key, set()).add(row["case_no"])
    for key, numbers in cases.items():
        kind, _, subject = key.partition(":")
        yield key, key, "filed", Decimal(len(numbers))
        if kind == "person":
            for enterprise in county.represented_by(subject):
                yield key, f"enterprise:{enterprise}", "filed", Decimal(len(numbers))
