"""M05: answered for a published enterprise, and 01, 02 or investor of a tenth in another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.indicators.references.county import County, Hit, Row, ended, months_after
from tests.indicators.references.linked_enterprise import is_gone, office_holders

TENTH = Decimal("0.1")


def hits(county: County, day: date) -> Iterator[Hit]:
    enterprises = set(county.homes.values())
    behind: dict[str, set[str]] = {}
    for row in county.all("blacklist"):
        if row["subject_kind"] == "enterprise" and is_published(row, day):
            enterprise = county.named(row["subject"])
            behind.setdefault(enterprise, set()).update(responsible(county, enterprise, row, day))
    for person in set().union(*behind.values()):
        published = {one for one in behind if person in behind[one]}
        invested = county.invested_by(person, TENTH, day)
        others = {
            other: published - {other}
            for other in enterprises
            if (person in office_holders(county, other) or other in invested)
            and published - {other}
            and not is_gone(county, other)
        }
        for other, linked in others.items():
            band = "collected" if collected_this_month(county, other, day) else "linked"
            yield f"person:{person}", f"enterprise:{other}", band, Decimal(len(linked))
        if others:
            everything = set().union(*others.values())
            yield f"person:{person}", f"person:{person}", "linked", Decimal(len(everything))


def is_published(row: Row, day: date) -> bool:
    published = row.get("published_on")
    return published is not None and published <= day and not ended(row.get("stopped_on"), day)


def responsible(county: County, enterprise: str, case: Row, day: date) -> set[str]:
    """Who was in office when the law was broken, and whom documents name for it.

    The registers do not say since when somebody is in office: that is an open end.
    """
    told = case.get("violated_from"), case.get("violated_until")
    first = min((one for one in told if one is not None), default=case["published_on"])
    found = office_holders(county, enterprise)
    for row in county.all("responsible_person"):
        if county.enterprise_of(row) != enterprise or row["role"] not in ("09", "13"):
            continue
        determined, until = row.get("valid_from"), row.get("until")
        if determined is not None and determined > day:
            continue
        if until is not None and (until < first or months_after(until, 6) <= day):
            continue
        found.add(row["person_id"])
    return found


def collected_this_month(county: County, enterprise: str, day: date) -> bool:
    return any(
        county.enterprise_of(row) == enterprise
        and row.get("collected_on") is not None
        and day.replace(day=1) <= row["collected_on"] <= day
        for row in county.all("invoice_collection")
    )
