"""M13: violations of invoices, late verification, missing pieces and strange collectors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, months_after


def hits(county: County, day: date) -> Iterator[Hit]:
    matters: dict[str, int] = {}
    unknown: set[str] = set()
    strangers: set[tuple[str, str]] = set()
    for row in county.all("violation"):
        registered = row.get("registered_on")
        if row.get("kind") != "invoice" or row.get("stage") in ("closed", None):
            continue
        if registered and registered <= day:
            for key in county.parties(row):
                matters[key] = matters.get(key, 0) + 1
    for row in county.all("invoice_collection"):
        enterprise, collected = county.enterprise_of(row), row.get("collected_on")
        if enterprise is None or collected is None or collected > day:
            continue
        key, person = f"enterprise:{enterprise}", row.get("collector_id")
        verified, missing = row.get("verified_on"), row.get("missing")
        if verified and verified > day:
            verified, missing = None, 0
        late = months_after(collected, 3) < day
        recent = collected >= months_after(day, -12)
        told = collectors(county, enterprise)
        known = bool(person) and (
            person in county.legal_reps(enterprise)
            or any(one["person_id"] == person and lasts(one, collected) for one in told)
        )
        now = any(one["person_id"] == person and lasts(one, day) for one in told)
        stranger = recent and bool(person) and bool(told) and not known and not now
        if stranger:
            strangers.add((key, person))
        if stranger or (missing or 0) >= 1 or (missing == 0 and verified is None and late):
            matters[key] = matters.get(key, 0) + 1
        elif missing is None or (recent and not known and not (person and told)):
            unknown.add(key)
    for key in {*matters, *unknown}:
        band = "open" if key in matters else "undecided"
        yield key, key, band, Decimal(matters.get(key, 0))
    for key, person in strangers:
        yield key, f"person:{person}", "open", Decimal(matters[key])


def collectors(county: County, enterprise: str) -> list[Row]:
    return [
        row
        for row in county.all("invoice_collector")
        if county.enterprise_of(row) == enterprise and row.get("person_id")
    ]


def lasts(row: Row, day: date) -> bool:
    begun = row.get("valid_from") is None or row["valid_from"] <= day
    return begun and (row.get("until") is None or row["until"] >= day)
