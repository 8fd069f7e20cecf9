"""M02: an inspection not closed, or an assessment open for more than 90 days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, ended


def hits(county: County, day: date) -> Iterator[Hit]:
    inspections: dict[str, int] = {}
    assessments: dict[str, int] = {}
    for row in county.all("inspection_case"):
        enterprise, filed = county.enterprise_of(row), row.get("filed_on")
        if enterprise and filed and filed <= day and not ended(row.get("closed_on"), day):
            inspections[enterprise] = inspections.get(enterprise, 0) + 1
    for row in county.all("assessment_case"):
        enterprise, started = county.enterprise_of(row), row.get("started_on")
        late = started is not None and (day - started).days > 90
        if enterprise and late and not ended(row.get("ended_on"), day):
            assessments[enterprise] = assessments.get(enterprise, 0) + 1
    for enterprise in {*inspections, *assessments}:
        band = "inspection" if enterprise in inspections else "assessment"
        cases = Decimal(inspections.get(enterprise, 0) + assessments.get(enterprise, 0))
        key = f"enterprise:{enterprise}"
        yield key, key, band, cases
        for person in county.legal_reps(enterprise):
            yield key, f"person:{person}", band, cases
