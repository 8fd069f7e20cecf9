"""M18: listed by a court and not removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    cases: dict[str, set[str]] = {}
    for row in county.all("judgment_debtor"):
        removed = row.get("removed_on")
        if removed is None and row.get("state") == "removed":
            removed = row["delivered_on"]
        published = row.get("published_on")
        if published is None or published > day or ended(removed, day):
            continue
        person = row["subject_kind"] == "person"
        subject = row["subject"] if person else county.named(row["subject"])
        cases.setdefault(f"{row['subject_kind']}:{subject}", set()).add(row["case_no"])
    for key, numbers in cases.items():
        kind, _, subject = key.partition(":")
        reached = {key}
        if kind == "person":
            own = county.represented_by(subject)
            own |= county.invested_by(subject, Decimal("0.25"), day)
            reached |= {f"enterprise:{enterprise}" for enterprise in own}
        for acted_on in reached:
            yield key, acted_on, "listed", Decimal(len(numbers))
