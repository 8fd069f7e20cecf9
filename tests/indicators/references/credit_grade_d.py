"""M14: the last grade of the latest year that has one is D."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row


def hits(county: County, day: date) -> Iterator[Hit]:
    for enterprise in set(county.homes.values()):
        grades = graded(county, enterprise, day)
        if not grades:
            continue
        year = max(row["credit_year"] for row in grades)
        if not is_d([row for row in grades if row["credit_year"] == year]):
            continue
        key, value = f"enterprise:{enterprise}", Decimal(year)
        yield key, key, "grade_d", value
        for person in county.named_by_documents(enterprise, "13", day):
            yield key, f"person:{person}", "grade_d", value


def graded(county: County, enterprise: str, day: date) -> list[Row]:
    """The grades that an enterprise was given by this day."""
    return [
        row
        for row in county.all("credit_grade")
        if county.enterprise_of(row) == enterprise
        and row.get("grade") is not None
        and row.get("graded_on") is not None
        and row["graded_on"] <= day
    ]


def is_d(grades: list[Row]) -> bool:
    """Of one year's grades the last given count, of one day's the better."""
    last = max(row["graded_on"] for row in grades)
    return all(row["grade"] == "D" for row in grades if row["graded_on"] == last)
