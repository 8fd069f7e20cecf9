"""M08: behind an enterprise that is not settled, and 01 or 02 in another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references import credit_grade_d, lost_contact, non_normal_household
from tests.indicators.references.county import County, Hit, months_after

QUARTER = Decimal("0.25")
GONE = {"deregistered", "non_normal_deregistered"}


def hits(county: County, day: date) -> Iterator[Hit]:
    enterprises = set(county.homes.values())
    unsettled = {
        *(subject.partition(":")[2] for subject, *_ in non_normal_household.hits(county, day)),
        *lost_contact.open_records(county, day),
        *(one for one in enterprises if directly_d(county, one, day)),
    }
    behind = {one: answerable(county, one, day) for one in unsettled}
    for person in set().union(*behind.values()):
        own = {one for one in unsettled if person in behind[one]}
        others = {
            other: own - {other}
            for other in enterprises
            if person in office_holders(county, other)
            and own - {other}
            and not is_gone(county, other)
        }
        if not others:
            continue
        key = f"person:{person}"
        for other, linked in others.items():
            band = "new_household" if is_new(county, other, day) else "linked"
            yield key, f"enterprise:{other}", band, Decimal(len(linked))
        new = any(is_new(county, other, day) for other in others)
        everything = set().union(*others.values())
        yield key, key, "new_household" if new else "linked", Decimal(len(everything))


def directly_d(county: County, enterprise: str, day: date) -> bool:
    """D by a direct code in one of the two years before this one, and not repaired."""
    grades = credit_grade_d.graded(county, enterprise, day)
    for year in (day.year - 2, day.year - 1):
        of_year = [row for row in grades if row["credit_year"] == year]
        if not of_year:
            continue
        last = max(row["graded_on"] for row in of_year)
        if all(
            row["grade"] == "D" and row.get("direct_code")
            for row in of_year
            if row["graded_on"] == last
        ):
            return True
    return False


def answerable(county: County, enterprise: str, day: date) -> set[str]:
    investors = {
        row["investor_person_id"]
        for row in county.all("investment")
        if row.get("investor_person_id")
        and enterprise in county.invested_by(row["investor_person_id"], QUARTER, day)
    }
    named = county.named_by_documents(enterprise, "13", day)
    return office_holders(county, enterprise) | investors | named


def office_holders(county: County, enterprise: str) -> set[str]:
    """Legal representatives and finance officers."""
    return county.legal_reps(enterprise) | {
        row["finance_officer_id"]
        for row in county.all("registration_extension")
        if county.enterprise_of(row) == enterprise and row.get("finance_officer_id")
    }


def is_gone(county: County, enterprise: str) -> bool:
    """Whether it has a status and every one that it has is an end."""
    told = [
        row["status"]
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise and row.get("status")
    ]
    return bool(told) and all(status in GONE for status in told)


def is_new(county: County, enterprise: str, day: date) -> bool:
    days = [
        row["registered_on"]
        for row in county.all("registration")
        if county.enterprise_of(row) == enterprise and row.get("registered_on")
    ]
    return bool(days) and months_after(min(days), 12) >= day
