"""M04: published on the tax blacklist, and the publication has not stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    cases: dict[str, set[str]] = {}
    for row in county.all("blacklist"):
        published = row.get("published_on")
        if published is None or published > day or ended(row.get("stopped_on"), day):
            continue
        person = row["subject_kind"] == "person"
        subject = row["subject"] if person else county.named(row["subject"])
        cases.setdefault(f"{row['subject_kind']}:{subject}", set()).add(row["case_no"])
    for key, numbers in cases.items():
        yield key, key, "published", Decimal(len(numbers))
